//! `mdmlog explain`: the catalog of outcomes and kinds of request.

use mdmlog::catalog::{self, ExplainFormat, Explained};

use super::args::{ExplainArgs, ExplainChoice};
use super::output::Output;
use super::{Failure, Status, terminal};

/// Wider lines are hard to read.
const WIDEST: usize = 110;

/// Shows one outcome, or all of them.
pub fn run(args: &ExplainArgs) -> Result<Status, Failure> {
    let format = match args.format {
        ExplainChoice::Text => ExplainFormat::Text,
        ExplainChoice::Json => ExplainFormat::Json,
        ExplainChoice::Markdown => ExplainFormat::Markdown,
    };
    let width = terminal::width().min(WIDEST);
    let text = match &args.outcome {
        Some(Explained::Outcome(topic)) => catalog::explain(topic, format, width),
        Some(Explained::Kind(kind)) => catalog::explain_kind(*kind, format, width),
        None => catalog::list(format, width),
    };
    Output::stdout("the explanation").write(|out| out.write_all(text.as_bytes()))?;
    Ok(Status::Done)
}
