//! `mdmlog diff`: what became of the failures of an earlier bundle.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use mdmlog::options::Hashing;
use mdmlog::{Difference, DifferenceFormat, IncidentState, Options, Report, analyze, read_report};

use super::args::{DiffArgs, DiffChoice, DiffState};
use super::output::Output;
use super::reads::Reads;
use super::{Failure, Status, session, stderr, terminal};

/// Bytes of a file that are looked at to tell a report from anything else.
const HEAD: u64 = 64;

/// Reads both sides, compares them, and writes what came of it.
pub fn run(args: DiffArgs) -> Result<Status, Failure> {
    let sides = [args.before, args.after];
    let output = args.output.filter(|path| path.as_os_str() != "-");
    if !args.field.is_empty() && args.format != DiffChoice::Servicenow {
        return Err(Failure::Usage("--field sets fields of tickets: it goes with --format servicenow".into()));
    }
    let reads = Reads::analysis(&sides, &args.input, &args.analysis);
    let mut options = session::analysis("diff", &sides, args.input, args.analysis)?;
    // Neither report is shown, and what is in it for those who check it is not needed.
    options.sha256 = Hashing::Never;
    let out = Output::new(output.as_deref(), "the difference", &reads)?;
    let [before, after] = session::run(&args.run, &mut options, |options| {
        let [before, after] = &sides;
        Ok::<_, Failure>([side(before, options)?, side(after, options)?])
    })??;
    let difference = mdmlog::diff(&before, &after);
    let format = match args.format {
        DiffChoice::Auto if output.is_none() && terminal::stdout_is_terminal() => DifferenceFormat::Text,
        DiffChoice::Text => DifferenceFormat::Text,
        DiffChoice::Auto | DiffChoice::Json => DifferenceFormat::Json,
        DiffChoice::Jira => DifferenceFormat::Jira,
        DiffChoice::Servicenow => DifferenceFormat::ServiceNow(args.field),
    };
    out.write(|out| difference.write(&format, out))?;
    if !args.run.quiet {
        stderr::warnings(&before);
        stderr::warnings(&after);
        if format != DifferenceFormat::Text {
            difference.warnings.iter().for_each(stderr::note);
        }
    }
    Ok(status(&args.fail_on, &difference))
}

/// Reads a report where there is one, or else makes it.
fn side(path: &Path, options: &Options) -> Result<Report, Failure> {
    if is_json(path) {
        return Ok(read_report(path)?);
    }
    Ok(analyze(&[path.to_owned()], options)?)
}

/// Returns whether a file begins as JSON does, which neither a log nor a capture nor an archive does.
fn is_json(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = path.is_file().then(|| File::open(path)).and_then(Result::ok);
    let read = read.and_then(|file| file.take(HEAD).read_to_end(&mut head).ok());
    read.is_some() && head.trim_ascii_start().starts_with(b"{")
}

fn status(fail_on: &[DiffState], difference: &Difference) -> Status {
    let named = |state: IncidentState| {
        fail_on.iter().any(|wanted| match wanted {
            DiffState::Any => state.fails(),
            DiffState::New => state == IncidentState::New,
            DiffState::Unchanged => state == IncidentState::Unchanged,
            DiffState::Replaced => state == IncidentState::Replaced,
            DiffState::NotTried => state == IncidentState::NotTried,
            DiffState::Resolved => state == IncidentState::Resolved,
        })
    };
    if difference.incidents.iter().any(|incident| named(incident.state)) { Status::Matched } else { Status::Done }
}
