//! `mdmlog slice`: the packets of attempts.

use std::io::{self, Write as _};

use mdmlog::options::Hashing;

use super::args::{SliceArgs, TrailArgs};
use super::output::Output;
use super::reads::Reads;
use super::{Failure, Status, job, session, stderr, terminal};

/// Cuts the packets out and writes them.
pub fn run(args: SliceArgs) -> Result<Status, Failure> {
    let SliceArgs { trail: TrailArgs { paths, attempt, analysis, input, run }, output, secrets, redact, redact_key } =
        args;
    let output = output.filter(|path| path.as_os_str() != "-");
    let typed = redact_key.map(|key| key.0);
    let reads = Reads::analysis(&paths, &input, &analysis).and_key(typed.as_deref());
    let redaction = job::redaction(redact, typed)?;
    let mut options = session::analysis("slice", &paths, input, analysis)?;
    // The report is not shown, and what is in it for those who check it is not needed.
    options.sha256 = Hashing::Never;
    if output.is_none() && terminal::stdout_is_terminal() {
        return Err(Failure::Usage(format!(
            "packets are nothing for a terminal: name a file, as in `--output attempt{attempt}.pcapng`, or pipe them on"
        )));
    }
    let out = Output::new(output.as_deref(), "the packets", &reads)?;
    let mut slice =
        session::run(&run, &mut options, |options| mdmlog::slice(&paths, options, attempt.clone(), secrets))??;
    if let Some(redaction) = redaction {
        slice.redact(redaction.key.as_deref());
    }
    out.write(|out| {
        let mut out = io::BufWriter::new(out);
        slice.write(&mut out)?;
        out.flush()
    })?;
    if !run.quiet {
        stderr::warnings(&slice.report);
        let commented = slice.frames.iter().filter(|frame| !frame.comments.is_empty()).count();
        let of = match slice.attempts.as_slice() {
            [one] => format!("attempt {} ({})", one.id, one.outcome.name()),
            many => format!("{} attempts", many.len()),
        };
        stderr::note(format_args!("{} packets of {of}, {commented} of them with a comment", slice.frames.len()));
        if secrets {
            let message = match slice.sessions {
                0 => "none of the TLS secrets at hand is of what was cut out: the file has none".to_owned(),
                1 => "the file has the secrets of a TLS session: who gets it can read what was encrypted".to_owned(),
                count => {
                    format!("the file has the secrets of {count} TLS sessions: who gets it can read what was encrypted")
                }
            };
            stderr::warning(None, "secrets", &message);
        }
    }
    Ok(Status::Done)
}
