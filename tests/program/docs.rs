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
    for command in [
        "",
        "analyze",
        "inspect",
        "slice",
        "extract",
        "redact",
        "diff",
        "verify",
        "explain",
        "schema",
        "completions",
        "man",
    ] {
        let mut program = mdmlog(command.split_whitespace().chain(["--help"]));
        let help = run(program.env("COLUMNS", "100")).with_status(0).stdout;
        let lines: Vec<_> = help.lines().map(str::trim_end).collect();
        let name = format!("mdmlog {command}");
        let _ = write!(page, "\n## `{}`\n\n```text\n{}\n```\n", name.trim_end(), lines.join("\n"));
    }
    in_step("docs/cli.md", &page);
}

#[test]
fn the_page_on_the_report_has_every_field() {
    let schema: serde_json::Value = serde_json::from_str(&run(&mut mdmlog(["schema"])).stdout).unwrap();
    let mut page = String::from(include_str!("report-preamble.md"));
    fields("Report", &schema, &mut page);
    for (name, of) in schema["$defs"].as_object().unwrap() {
        fields(name, of, &mut page);
    }
    in_step("docs/report.md", &page);
}

/// A section on an object, or on a word that is one of several.
fn fields(name: &str, of: &serde_json::Value, page: &mut String) {
    let about =
        |of: &serde_json::Value| of["description"].as_str().unwrap_or_default().replace('\n', " ").replace('|', "\\|");
    let _ = write!(page, "\n## {name}\n\n{}\n\n", about(of));
    let words = of["enum"].as_array().into_iter().chain(of["oneOf"].as_array()).flatten();
    let words: Vec<_> = words.collect();
    for word in &words {
        let listed = word["enum"].as_array().into_iter().flatten();
        for name in word.as_str().into_iter().chain(word["const"].as_str()).chain(listed.filter_map(|one| one.as_str()))
        {
            let _ = writeln!(page, "- `{name}` {}", about(word).trim_end());
        }
    }
    let Some(properties) = of["properties"].as_object() else { return };
    page.push_str("| field | type | meaning |\n|---|---|---|\n");
    for (field, of) in properties {
        let _ = writeln!(page, "| `{field}` | {} | {} |", kind(of), about(of));
    }
}

/// The type of a field, in a few words.
fn kind(of: &serde_json::Value) -> String {
    if let Some(name) = of["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(either) = of["anyOf"].as_array() {
        return either.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    let name = |name: &serde_json::Value| match (name.as_str().unwrap_or("any"), of["format"].as_str()) {
        ("array", _) => format!("list of {}", kind(&of["items"])),
        ("string", Some("date-time")) => "time".to_owned(),
        (name, _) => name.to_owned(),
    };
    match &of["type"] {
        serde_json::Value::Array(names) => names.iter().map(name).collect::<Vec<_>>().join(" or "),
        one => name(one),
    }
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

#[test]
fn the_readme_lists_every_format() {
    for format in mdmlog::render::Format::ALL {
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
        ![
            "--release",
            "--path",
            "--locked",
            "--example",
            "--dir",
            "--help",
            "--attempt",
            "--secrets",
            "--raw",
            "--static",
            "--features",
            "--line",
            "--of",
            "--manifest-path",
        ]
        .contains(option)
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

#[test]
fn the_files_and_rooms_that_the_page_on_the_architecture_names_are_there() {
    let page = std::fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let named = page.split('`').skip(1).step_by(2).filter(|name| name.starts_with("src/"));
    let mut count = 0;
    for name in named {
        assert!(root().join(name).exists(), "{name}");
        count += 1;
    }
    assert!(count > 30, "{count}");
    for room in std::fs::read_dir(root().join("src")).unwrap() {
        let room = room.unwrap().file_name().into_string().unwrap();
        let name = room.trim_end_matches(".rs");
        assert!(
            ["lib", "main", "sample"].contains(&name)
                || room.ends_with(".json")
                || page.contains(&format!("`{name}`"))
                || page.contains(&format!("`src/{name}`")),
            "{room} has no place on the page"
        );
    }
}
