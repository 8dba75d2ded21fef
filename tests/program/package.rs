//! The Debian package, made and installed into a root of its own.

use std::process::Command;

use crate::support::{Scratch, has_tool, quiet, root, run};

#[test]
fn the_package_installs_the_program_with_its_manual_and_completions() {
    if !has_tool("dpkg-deb") || !has_tool("strip") || !has_tool("objdump") {
        return;
    }
    let mut make = Command::new(root().join("scripts/make-deb"));
    quiet(&mut make).env("MDMLOG_PROGRAM", assert_cmd::cargo::cargo_bin!("mdmlog"));
    let made = run(&mut make).with_status(0);
    let package = root().join(made.stdout.trim_end());
    let scratch = Scratch::new();
    scratch.file("var/lib/dpkg/status", "");
    // Without the right to install, the content is unpacked.
    let mut dpkg = Command::new("dpkg");
    quiet(&mut dpkg).arg("--root").arg(scratch.path()).args(["--force-depends", "-i"]).arg(&package);
    if !dpkg.output().unwrap().status.success() {
        run(quiet(&mut Command::new("dpkg-deb")).arg("-x").arg(&package).arg(scratch.path())).with_status(0);
    }
    for path in [
        "usr/share/man/man1/mdmlog-slice.1.gz",
        "usr/share/bash-completion/completions/mdmlog",
        "usr/share/zsh/vendor-completions/_mdmlog",
        "usr/share/fish/vendor_completions.d/mdmlog.fish",
        "usr/share/doc/mdmlog/copyright",
        "usr/share/doc/mdmlog/changelog.gz",
    ] {
        assert!(scratch.path().join(path).metadata().unwrap().len() > 100, "{path}");
    }
    let version = run(Command::new(scratch.path().join("usr/bin/mdmlog")).arg("--version")).with_status(0);
    assert!(version.stdout.starts_with(concat!("mdmlog ", env!("CARGO_PKG_VERSION"))), "{version}");
}
