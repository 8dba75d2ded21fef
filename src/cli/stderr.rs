//! What is said on standard error, always in one form: `mdmlog: ...`. Text that comes from inputs is shown with its
//! control characters escaped, and a standard error that is closed ends nothing.

use std::fmt::Display;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use mdmlog::report::{Report, visible};

use super::Failure;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const NOTE: Style = AnsiColor::Cyan.on_default();

/// Why there is no result.
pub fn failure(failure: &Failure) {
    say(ERROR, "", failure);
}

/// Something that the person who typed the command should know.
pub fn note(text: impl Display) {
    say(NOTE, "note: ", text);
}

/// Says what the inputs are short of, one line each.
pub fn warnings(report: &Report) {
    for warning in &report.warnings {
        let input = warning.input.and_then(|input| report.inputs.get(input));
        let about = input.map(|input| format!("{}: ", visible(&input.path))).unwrap_or_default();
        let text = format!("{about}{} [{}]", visible(&warning.message), visible(&warning.code));
        say(WARNING, "warning: ", text);
    }
}

/// Lines stay lines: those of a message are the program's own, what it quotes of an input has been made one line.
fn say(style: Style, kind: &str, text: impl Display) {
    let text = text.to_string();
    let lines: Vec<_> = text.lines().map(visible).collect();
    let _ = writeln!(anstream::stderr(), "{style}mdmlog: {kind}{style:#}{}", lines.join("\n"));
}
