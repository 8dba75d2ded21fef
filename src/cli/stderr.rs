//! What is said on standard error, always in one form: `mdmlog: ...`. Text that comes from inputs is shown with its
//! control characters escaped, and a standard error that is closed ends nothing.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use mdmlog::Report;
use mdmlog::model::visible::visible;
use mdmlog::warning::Warning;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const NOTE: Style = AnsiColor::Cyan.on_default();

/// Says why there is no result.
pub fn error(text: impl Display) {
    say(ERROR, "", text);
}

/// Says something that the person who typed the command should know.
pub fn note(text: impl Display) {
    say(NOTE, "note: ", text);
}

/// Warnings of one kind that are said one by one.
const SAID: usize = 100;

/// Says what the inputs are short of, one line each; where a bundle has thousands of the same kind, the report has the rest.
pub fn warnings(report: &Report) {
    let mut said: BTreeMap<&str, usize> = BTreeMap::new();
    for Warning { input, code, message } in &report.warnings {
        let alike = said.entry(code.as_str()).or_default();
        *alike += 1;
        if *alike <= SAID {
            let input = input.and_then(|input| report.inputs.get(input));
            warning(input.map(|input| input.path.as_str()), code.as_str(), message);
        }
    }
    for (code, count) in said.into_iter().filter(|(_, count)| *count > SAID) {
        let more = count - SAID;
        warning(None, code, &format!("there are {more} more warnings of this kind, which the report has"));
    }
}

/// Says what could not be read, and where.
pub fn warning(path: Option<&str>, code: &str, message: &str) {
    // Messages of some stages name the path themselves.
    let about = path.filter(|path| !message.contains(path)).map(|path| format!("{}: ", visible(path)));
    say(WARNING, "warning: ", format_args!("{}{} [{}]", about.unwrap_or_default(), visible(message), visible(code)));
}

/// Says something on stderr. Lines stay lines: those of a message are the program's own, what it quotes of an input has been made one line.
fn say(style: Style, kind: &str, text: impl Display) {
    let text = text.to_string();
    let lines: Vec<_> = text.lines().map(visible).collect();
    let _ = writeln!(anstream::stderr(), "{style}mdmlog: {kind}{style:#}{}", lines.join("\n"));
}
