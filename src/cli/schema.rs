//! `mdmlog schema`: the contract with the programs that read reports.

use std::io;

use super::args::{SchemaArgs, SchemaChoice};
use super::output::Output;
use super::{Failure, Status};

/// Prints the JSON Schema of the report, of a line, or of what another command writes.
pub fn run(args: &SchemaArgs) -> Result<Status, Failure> {
    let schema = match args.of {
        _ if args.line => mdmlog::render::line_schema(),
        SchemaChoice::Report => mdmlog::render::schema(),
        SchemaChoice::Line => mdmlog::render::line_schema(),
        SchemaChoice::Difference => mdmlog::difference_schema(),
        SchemaChoice::Verification => mdmlog::verification_schema(),
    };
    Output::stdout("the schema").write(|out| {
        serde_json::to_writer_pretty(&mut *out, &schema).map_err(io::Error::from)?;
        out.write_all(b"\n")
    })?;
    Ok(Status::Done)
}
