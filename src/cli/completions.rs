//! `mdmlog completions`: a script per shell, out of the definitions of the arguments.

use clap::CommandFactory as _;

use super::args::CompletionsArgs;
use super::output::Output;
use super::{Args, Failure, Status};

/// Prints the script.
pub fn run(args: &CompletionsArgs) -> Result<Status, Failure> {
    // The generator panics when it can't write, so it writes where it can.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "mdmlog", &mut script);
    Output::stdout("the completions").write(|out| out.write_all(&script))?;
    Ok(Status::Done)
}
