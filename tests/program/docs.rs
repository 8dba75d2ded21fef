//! Documents that are made out of the program stay in step with it. `UPDATE_DOCS=1 cargo test` writes them anew.

use std::fmt::Write as _;

use crate::support::{mdmlog, root, run};

/// Ends the test when the file differs, or writes it.
#[track_caller]
pub fn in_step(path: &str, wanted: &str) {
    let file = root().join(path);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, wanted).unwrap();
    }
    let is = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(is == wanted, "{path} is out of step; `UPDATE_DOCS=1 cargo test` writes it anew");
}

#[test]
fn the_page_on_the_command_line_is_what_help_says() {
    let mut page = String::from(
        "# Command line\n\nWhat `--help` of each command says. This page is generated; `UPDATE_DOCS=1 cargo test` writes \
         it anew.\n",
    );
    for command in ["", "analyze", "explain", "schema", "completions", "man"] {
        let mut program = mdmlog(command.split_whitespace().chain(["--help"]));
        let help = run(program.env("COLUMNS", "100")).with_status(0).stdout;
        let lines: Vec<_> = help.lines().map(str::trim_end).collect();
        let name = format!("mdmlog {command}");
        let _ = write!(page, "\n## `{}`\n\n```text\n{}\n```\n", name.trim_end(), lines.join("\n"));
    }
    in_step("docs/cli.md", &page);
}
