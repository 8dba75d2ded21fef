//! The transcripts of the README are what the program really says. `scripts/update-docs` writes them anew.

use std::process::Command;

use crate::docs::in_step;
use crate::support::{has_tool, quiet, root, run};

/// Runs a line as a reader would, in the root of the checkout, with the program in the path.
fn output_of(line: &str) -> String {
    let program = assert_cmd::cargo::cargo_bin!("mdmlog");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(program.parent().unwrap().to_owned()).chain(std::env::split_paths(&path));
    let mut bash = Command::new("bash");
    quiet(&mut bash).args(["-euo", "pipefail", "-c", line]).current_dir(root());
    bash.env("PATH", std::env::join_paths(paths).unwrap()).env("COLUMNS", "100").env("LC_ALL", "C");
    run(&mut bash).with_status(0).silent().stdout
}

#[test]
fn transcripts_are_true() {
    if !has_tool("jq") {
        return;
    }
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let mut fresh = String::new();
    let mut in_transcript = false;
    for line in readme.lines() {
        match line {
            "```console" => in_transcript = true,
            "```" => in_transcript = false,
            _ => {}
        }
        match line.strip_prefix("$ ").filter(|_| in_transcript) {
            Some(command) => {
                let output = output_of(command);
                assert!(!output.trim().is_empty(), "{command} says nothing");
                fresh.push_str(&format!("{line}\n{}\n", output.trim_end()));
            }
            // Old output goes.
            None if in_transcript && line != "```console" => {}
            None => fresh.push_str(&format!("{line}\n")),
        }
    }
    in_step("README.md", &fresh);
}

#[test]
fn the_oldest_rust_is_the_one_that_the_package_names() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let oldest = concat!("Rust (", env!("CARGO_PKG_RUST_VERSION"), " or later)");
    assert!(readme.contains(oldest), "the README does not say `{oldest}`");
}
