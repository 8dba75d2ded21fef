//! `mdmlog redact`: a bundle that may leave the house.

use std::io::{self, Write as _};

use super::args::RedactArgs;
use super::output::Output;
use super::reads::Reads;
use super::{Failure, Status, job, session, stderr};

/// Makes the bundle and writes it.
pub fn run(args: RedactArgs) -> Result<Status, Failure> {
    let RedactArgs { paths, output, redact_key, analysis, input, run } = args;
    let key = redact_key.map(|key| key.0);
    let reads = Reads::analysis(&paths, &input, &analysis).and_key(key.as_deref());
    let key = job::redaction(true, key)?.and_then(|redaction| redaction.key);
    let mut options = session::analysis("redact", &paths, input, analysis)?;
    let out = Output::new(Some(&output), "the bundle", &reads)?;
    let bundle = session::run(&run, &mut options, |options| mdmlog::safe_bundle(&paths, options, key.as_deref()))??;
    out.write(|out| {
        let mut out = io::BufWriter::new(out);
        bundle.write(&mut out)?;
        out.flush()
    })?;
    if !run.quiet {
        stderr::warnings(&bundle.report);
        for (name, size) in &bundle.files {
            stderr::note(format_args!("{name}: {size} bytes"));
        }
        for path in &bundle.left_out {
            stderr::note(format_args!("left out: {path}"));
        }
        if bundle.left_out_frames > 0 {
            stderr::note(format_args!(
                "left out: {} packets that are neither TCP nor DNS nor an error of ICMP",
                bundle.left_out_frames
            ));
        }
        if let Some(zone) = &bundle.log_timezone {
            stderr::note(format_args!(
                "the zone of the log was told by a file that is left out: analyse the bundle with --log-timezone {zone}"
            ));
        }
    }
    Ok(Status::Done)
}
