//! What the tests share: a scratch directory, the program in it, and the cases of testdata.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The checkout.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The program, with an environment that says nothing, no terminal and no input.
pub fn mdmlog<I: AsRef<OsStr>>(arguments: impl IntoIterator<Item = I>) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("mdmlog"));
    quiet(&mut command).args(arguments);
    command
}

/// Takes out of the environment what the program listens to.
pub fn quiet(command: &mut Command) -> &mut Command {
    for variable in ["COLUMNS", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "MDMLOG_PASSPHRASE", "MDMLOG_REDACT_KEY"] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null())
}

/// The program within this many KiB of address space; its arguments are to be added.
#[cfg(target_os = "linux")]
pub fn mdmlog_within(kib: u32) -> Command {
    let mut shell = Command::new("sh");
    let line = format!("ulimit -v {kib}; exec \"$0\" \"$@\"");
    quiet(&mut shell).arg("-c").arg(line).arg(assert_cmd::cargo::cargo_bin!("mdmlog"));
    shell
}

/// A directory that goes with the test.
pub struct Scratch(TempDir);

impl Scratch {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Makes a file, and the directories on the way to it.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    /// What lies in it, sorted.
    pub fn names(&self) -> Vec<String> {
        self.names_in("")
    }

    /// What lies in a folder of it, sorted.
    pub fn names_in(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path().join(folder)).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The program, run in it.
    pub fn mdmlog<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Command {
        let mut command = mdmlog(arguments);
        command.current_dir(self.path());
        command
    }
}

/// What a run came to.
pub struct Ran {
    pub command: String,
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Runs it.
pub fn run(command: &mut Command) -> Ran {
    let shown = format!("{command:?}");
    let output = command.output().unwrap_or_else(|error| panic!("{shown}: {error}"));
    Ran::new(shown, &output)
}

impl Ran {
    pub fn new(command: String, output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { command, status: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    /// Ends the test unless the status is this one.
    #[track_caller]
    pub fn with_status(self, status: i32) -> Self {
        assert!(self.status == Some(status), "expected exit status {status}\n{self}");
        self
    }

    /// Ends the test unless standard error has all these texts.
    #[track_caller]
    pub fn saying(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.stderr.contains(text), "expected `{text}` on standard error\n{self}");
        }
        self
    }

    /// Ends the test unless standard error is empty.
    #[track_caller]
    pub fn silent(self) -> Self {
        assert!(self.stderr.is_empty(), "expected nothing on standard error\n{self}");
        self
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { command, status, stdout, stderr } = self;
        write!(f, "{command}\n--- exit status: {status:?}\n--- stdout:\n{stdout}\n--- stderr:\n{stderr}")
    }
}

/// Whether a tool that a test needs is there. Where `scripts/test` installed them all it must be; elsewhere the test is
/// left out, and says so.
pub fn has_tool(name: &str) -> bool {
    let has = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).any(|dir| dir.join(name).is_file());
    assert!(has || std::env::var_os("MDMLOG_ALL_TOOLS").is_none(), "{name} is missing");
    if !has {
        eprintln!("SKIPPED: {name} is not installed; scripts/test installs it");
    }
    has
}
