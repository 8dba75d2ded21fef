//! Tells the program the commit that it is built from, for `--version`. A build without git, or from a packaged crate,
//! is as good as any other: it only has less to tell.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=MDMLOG_COMMIT={}", commit().map(|commit| format!(" ({commit})")).unwrap_or_default());
}

/// Short hash and date of the commit.
fn commit() -> Option<String> {
    // Whoever develops would compile everything anew after each commit, and knows where it stands.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "debug") {
        return None;
    }
    let root = std::env::var("CARGO_MANIFEST_DIR").ok()?;
    // A crate that lies within the checkout of another project, as vendored ones do, must not take that one's commit.
    let top = git(&root, &["rev-parse", "--show-toplevel"])?;
    if Path::new(&top).canonicalize().ok()? != Path::new(&root).canonicalize().ok()? {
        return None;
    }
    // Grows with every commit and checkout. Naming a file that is not there would run this script at every build.
    let moves = Path::new(&root).join(git(&root, &["rev-parse", "--git-path", "logs/HEAD"])?);
    if moves.exists() {
        println!("cargo::rerun-if-changed={}", moves.display());
    }
    git(&root, &["log", "-1", "--format=%h %cs", "--abbrev=9"])
}

fn git(root: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(root).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let text = text.trim();
    (output.status.success() && !text.is_empty()).then(|| text.to_owned())
}
