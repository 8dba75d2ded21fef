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
    for command in ["", "analyze", "inspect", "slice", "extract", "explain", "schema", "completions", "man"] {
        let mut program = mdmlog(command.split_whitespace().chain(["--help"]));
        let help = run(program.env("COLUMNS", "100")).with_status(0).stdout;
        let lines: Vec<_> = help.lines().map(str::trim_end).collect();
        let name = format!("mdmlog {command}");
        let _ = write!(page, "\n## `{}`\n\n```text\n{}\n```\n", name.trim_end(), lines.join("\n"));
    }
    in_step("docs/cli.md", &page);
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

#[test]
fn the_readme_lists_every_format() {
    for format in mdmlog::report::Format::ALL {
        assert!(readme().contains(&format!("| `{format}` |")), "{format}");
    }
}

#[test]
fn every_option_of_the_readme_is_one() {
    let help = run(&mut mdmlog(["analyze", "--help"])).with_status(0).stdout;
    let readme = readme();
    let words = readme.split(|c: char| !(c.is_ascii_lowercase() || c == '-'));
    let options =
        words.filter(|word| word.strip_prefix("--").is_some_and(|name| name.starts_with(char::is_alphabetic)));
    // The words of other programs, and of other commands.
    for option in options.filter(|option| {
        !["--release", "--path", "--example", "--dir", "--help", "--attempt", "--secrets"].contains(option)
    }) {
        assert!(help.contains(&format!("{option} ")) || help.contains(&format!("{option}\n")), "{option}");
    }
}

#[test]
fn the_library_example_of_the_readme_is_one_that_compiles() {
    let example = std::fs::read_to_string(root().join("examples/count_outcomes.rs")).unwrap();
    assert!(readme().contains(&format!("```rust\n{example}```\n")), "README.md and examples/count_outcomes.rs differ");
}

#[test]
fn links_between_the_documents_lead_somewhere() {
    for document in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"] {
        let text = std::fs::read_to_string(root().join(document)).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(link.starts_with("https://") || root().join(link).exists(), "{document}: {link}");
        }
    }
}
