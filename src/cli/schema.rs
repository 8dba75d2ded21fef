//! `mdmlog schema`: the contract with the programs that read reports.

use std::io;

use super::args::SchemaArgs;
use super::output::Output;
use super::{Failure, Status};

/// Prints the JSON Schema of the report, or of a line.
pub fn run(args: &SchemaArgs) -> Result<Status, Failure> {
    let schema = if args.line { mdmlog::render::line_schema() } else { mdmlog::render::schema() };
    Output::stdout("the schema").write(|out| {
        serde_json::to_writer_pretty(&mut *out, &schema).map_err(io::Error::from)?;
        out.write_all(b"\n")
    })?;
    Ok(Status::Done)
}
