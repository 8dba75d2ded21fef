//! What people expect of any program: completions, manual pages, colours, terminals.

use std::process::Command;

use crate::support::{Scratch, has_tool, mdmlog, quiet, run};

const COMMANDS: [&str; 10] =
    ["analyze", "inspect", "slice", "extract", "redact", "verify", "explain", "schema", "completions", "man"];

/// A command on a terminal of its own, which `script` of util-linux makes.
fn on_terminal(arguments: &str) -> Command {
    let program = assert_cmd::cargo::cargo_bin!("mdmlog");
    let mut command = Command::new("script");
    quiet(&mut command).args(["--quiet", "--return", "--command"]);
    command.arg(format!("'{}' {arguments}", program.display())).arg("/dev/null");
    command
}

#[test]
fn completions_load_and_know_commands_and_formats() {
    let scratch = Scratch::new();
    for (shell, check) in [
        (
            "bash",
            ". ./script && complete -p mdmlog && COMP_WORDS=(mdmlog analyze --format mark) COMP_CWORD=3 && \
                  _mdmlog mdmlog mark --format && echo \"${COMPREPLY[@]}\"",
        ),
        ("zsh", "autoload -U compinit && compinit -u -d ./dump && . ./script && whence -w _mdmlog"),
        ("fish", "source ./script; complete --do-complete 'mdmlog analyze --format mark'"),
    ] {
        let script = run(&mut mdmlog(["completions", shell])).with_status(0).silent().stdout;
        for word in COMMANDS.iter().chain(&["servicenow", "fail-on"]) {
            assert!(script.contains(word), "{shell}: {word}");
        }
        if !has_tool(shell) {
            continue;
        }
        scratch.file("script", &script);
        let mut command = Command::new(shell);
        quiet(&mut command).current_dir(scratch.path()).env("HOME", scratch.path()).args(["-c", check]);
        let ran = run(&mut command).with_status(0).silent();
        assert!(ran.stdout.contains(if shell == "zsh" { "_mdmlog: function" } else { "markdown" }), "{ran}");
    }
}

#[test]
fn completions_are_made_for_shells_that_are_not_at_hand() {
    for shell in ["powershell", "elvish"] {
        let ran = run(&mut mdmlog(["completions", shell])).with_status(0).silent();
        assert!(ran.stdout.contains("--fail-on"), "{ran}");
    }
    run(&mut mdmlog(["completions", "csh"])).with_status(2).saying(&["powershell"]);
}

#[test]
fn manual_pages_render_without_a_complaint() {
    let scratch = Scratch::new();
    run(&mut scratch.mdmlog(["man", "--dir", "pages/man1"])).with_status(0).silent();
    let pages = COMMANDS.map(|command| format!("mdmlog-{command}.1"));
    for page in pages.iter().map(String::as_str).chain(["mdmlog.1"]) {
        let path = scratch.path().join("pages/man1").join(page);
        assert!(path.is_file(), "{page}");
        if !has_tool("man") {
            continue;
        }
        let mut man = Command::new("man");
        quiet(&mut man).env("MANWIDTH", "100").env("LC_ALL", "C.UTF-8").args(["--warnings", "-l"]).arg(&path);
        let ran = run(&mut man).with_status(0).silent();
        assert!(ran.stdout.contains("NAME") && ran.stdout.contains("EXAMPLES"), "{ran}");
        let has_statuses =
            !["mdmlog-explain.1", "mdmlog-schema.1", "mdmlog-completions.1", "mdmlog-man.1"].contains(&page);
        assert_eq!(ran.stdout.contains("EXIT STATUS"), has_statuses, "{ran}");
    }
}

#[test]
fn the_manual_page_goes_to_standard_output() {
    let ran = run(&mut mdmlog(["man"])).with_status(0).silent();
    assert!(ran.stdout.contains(".TH mdmlog 1") && ran.stdout.contains(".SH EXAMPLES"), "{ran}");
}

#[test]
fn analyze_on_a_terminal_without_a_path_says_what_to_do() {
    if !has_tool("script") {
        return;
    }
    // What a person sees comes out of the terminal, and that is the standard output of `script`.
    let ran = run(&mut on_terminal("analyze")).with_status(2);
    assert!(ran.stdout.contains("nothing to analyze") && ran.stdout.contains("bundle.tar"), "{ran}");
    let ran = run(&mut on_terminal("analyze -")).with_status(2);
    assert!(ran.stdout.contains("is this terminal"), "{ran}");
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let wrong = ["analyze", "not-there"];
    let plain = |ran: &str| !ran.contains('\u{1b}');
    assert!(plain(&run(&mut mdmlog(wrong)).with_status(2).stderr));
    assert!(!plain(&run(mdmlog(wrong).args(["--color", "always"])).with_status(2).stderr));
    assert!(!plain(&run(mdmlog(wrong).env("CLICOLOR_FORCE", "1")).with_status(2).stderr));
    assert!(plain(&run(mdmlog(wrong).env("CLICOLOR_FORCE", "1").args(["--color", "never"])).with_status(2).stderr));
    if has_tool("script") {
        assert!(!plain(&run(on_terminal("analyze not-there").env("TERM", "xterm")).with_status(2).stdout));
        let ran = run(on_terminal("analyze not-there").env("TERM", "xterm").env("NO_COLOR", "1"));
        assert!(plain(&ran.with_status(2).stdout));
    }
}
