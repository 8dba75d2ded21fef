//! Whole reports, as they are printed. `INSTA_UPDATE=always cargo test --test program report` takes over what changed.

use crate::cases::{Case, for_each_case};

/// What changes with every release is no matter of a snapshot.
fn without_version(report: &str) -> String {
    report.replace(concat!('"', env!("CARGO_PKG_VERSION"), '"'), "\"VERSION\"")
}

macro_rules! tests {
    ($($name:ident),*) => {
        $(#[test]
        fn $name() {
            let case = Case::new(stringify!($name));
            let ran = case.analyze(&["--format", "text", "--verbose"]).with_status(0);
            insta::assert_snapshot!(case.name.as_str(), ran.stdout);
        })*
    };
}
for_each_case!(tests);

#[test]
fn as_json() {
    // One with both sides, one of each alone, one without times.
    for name in ["five_outcomes", "log_only", "capture_only", "log_excerpt"] {
        let case = Case::new(name);
        let ran = case.analyze(&["--format", "json"]).with_status(0);
        insta::assert_snapshot!(format!("{}-json", case.name), without_version(&ran.stdout));
    }
}

#[test]
fn as_a_ticket() {
    let ran = Case::new("one_server_over_time").analyze(&["--format", "markdown"]).with_status(0);
    insta::assert_snapshot!("ticket", without_version(&ran.stdout));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for case in Case::all() {
        let first = case.analyze(&["--format", "json", "-j", "1"]).with_status(0);
        let second = case.analyze(&["--format", "json", "-j", "4"]).with_status(0);
        assert!(first.stdout == second.stdout, "{}", case.name);
    }
}
