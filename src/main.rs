//! The program `mdmlog`: reads the command line, has the library do the work, and maps what came of it to an exit
//! status. Data goes to standard output, everything else to standard error.

mod cli;

use std::process::ExitCode;

use cli::{Args, Command, Failure, Status};
use mimalloc::MiMalloc;

/// A busy node's log makes millions of small texts on all threads, which the systems' own allocators hand out more slowly, that of
/// musl by far.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let outcome = match Args::from_command_line() {
        Ok(args) => run(args),
        Err(answered) => return answered.into(),
    };
    match outcome {
        Ok(status) => status.into(),
        Err(failure) => {
            cli::stderr::error(&failure);
            failure.status().into()
        }
    }
}

fn run(args: Args) -> Result<Status, Failure> {
    args.color.apply();
    cli::interrupt::install()?;
    match args.command {
        Command::Analyze(args) => cli::analyze::run(args),
        Command::Inspect(args) => cli::inspect::run(args),
        Command::Slice(args) => cli::slice::run(*args),
        Command::Extract(args) => cli::extract::run(*args),
        Command::Redact(args) => cli::redact::run(*args),
        Command::Diff(args) => cli::diff::run(*args),
        Command::Verify(args) => cli::verify::run(args),
        Command::Explain(args) => cli::explain::run(&args),
        Command::Schema(args) => cli::schema::run(&args),
        Command::Completions(args) => cli::completions::run(&args),
        Command::Mcp(args) => cli::mcp::run(args),
        Command::Man(args) => cli::man::run(&args),
    }
}
