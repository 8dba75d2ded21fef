//! What the system refuses: files that may not be read, folders that may not be written to, a disk that is full, a reader
//! that goes away, an interrupt in the middle. Each ends with words, with the status that is documented, and with nothing
//! left behind.

use std::io::Read as _;
use std::process::{Command, Stdio};

use mdmlog::render::Format;

use crate::support::{Ran, Scratch, mdmlog, run};
use crate::traps::world::{Told, World};

const HOST: &str = "tenant.jamfcloud.com";

/// A log of as many attempts that fail.
fn log_of(attempts: i64) -> String {
    let mut world = World::default();
    for number in 0..attempts {
        let at = number * 30_000;
        world.told(&format!("pool-{}", number % 7), HOST, at, &[(at + 50, Told::Failure("Connection refused"))]);
    }
    world.log_text()
}

// --- a reader that goes away

/// Runs it with a reader of its output that reads so many bytes and goes.
fn abandoned(mut command: Command, bytes: u64) -> Ran {
    let shown = format!("{command:?}");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut read = Vec::new();
    child.stdout.take().unwrap().take(bytes).read_to_end(&mut read).unwrap();
    assert_eq!(read.len() as u64, bytes, "{shown}");
    Ran::new(shown, &child.wait_with_output().unwrap())
}

#[test]
fn a_reader_that_goes_away_has_what_it_wanted() {
    let scratch = Scratch::new();
    // More than a pipe holds, in every format.
    scratch.file("ise-psc.log", log_of(400));
    let mut long = 0;
    for format in Format::ALL {
        let analyze = || scratch.mdmlog(["analyze", "ise-psc.log", "-vq", "--format", format.as_str()]);
        // One that tells of incidents alone fits into a pipe; then only who reads nothing at all is missed.
        long += usize::from(run(&mut analyze()).with_status(0).stdout.len() > 1 << 16);
        for bytes in [0, 1, 100] {
            abandoned(analyze(), bytes).with_status(0).silent();
        }
    }
    assert!(long > 5, "{long}");
    assert_eq!(scratch.names(), ["ise-psc.log"]);
}

#[test]
fn every_command_can_be_left_alone() {
    let bundle = crate::cases::Case::new("five_outcomes").folder.join("bundle.tar");
    let bundle = bundle.to_str().unwrap();
    for arguments in [
        &["inspect", bundle][..],
        &["slice", bundle, "--attempt", "1"],
        &["extract", bundle, "--attempt", "1"],
        &["diff", bundle, bundle],
        &["explain", "syn_timeout"],
        &["explain"],
        &["schema"],
        &["completions", "bash"],
        &["man"],
        &["--help"],
        &["analyze", "--help"],
    ] {
        for bytes in [0, 1] {
            let ran = abandoned(mdmlog(arguments), bytes).with_status(0);
            assert!(!ran.stderr.contains("panicked"), "{ran}");
        }
    }
}

#[test]
fn a_standard_error_that_is_gone_costs_no_report() {
    let scratch = Scratch::new();
    scratch.file("ise-psc.log", log_of(3));
    let arguments = ["analyze", "ise-psc.log", "not-there", "--progress", "always"];
    let whole = run(&mut scratch.mdmlog(arguments)).with_status(0).saying(&["not-there"]);
    let mut child = scratch.mdmlog(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), whole.stdout);
}

// --- permissions

/// The program as someone whom permissions hold, in the scratch directory: root is not, and becomes nobody. `None`
/// where that can't be done.
#[cfg(unix)]
fn as_anyone(scratch: &Scratch, arguments: &[&str]) -> Option<Command> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;

    const NOBODY: u32 = 65_534;
    if std::fs::metadata(scratch.path()).unwrap().uid() != 0 {
        return Some(scratch.mdmlog(arguments));
    }
    // Nobody may not look into the folder where the program was built.
    let program = scratch.path().join("mdmlog");
    if !program.exists() {
        std::fs::copy(assert_cmd::cargo::cargo_bin!("mdmlog"), &program).unwrap();
        std::fs::set_permissions(scratch.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let nobody = || {
        let mut command = Command::new(&program);
        crate::support::quiet(&mut command).current_dir(scratch.path()).uid(NOBODY).gid(NOBODY);
        command
    };
    if let Err(error) = nobody().arg("--version").output() {
        eprintln!("SKIPPED: root can't become nobody here, and is refused nothing: {error}");
        return None;
    }
    let mut command = nobody();
    command.args(arguments);
    Some(command)
}

#[cfg(unix)]
fn set_mode(scratch: &Scratch, name: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(scratch.path().join(name), std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_named_and_the_rest_is_analysed() {
    let scratch = Scratch::new();
    scratch.file("in/ise-psc.log", log_of(2));
    scratch.file("in/closed.log", log_of(2));
    scratch.file("in/folder/ise-psc.log", log_of(2));
    scratch.file("words", "correct horse\n");
    for (name, mode) in [("in/closed.log", 0), ("in/folder", 0), ("words", 0)] {
        set_mode(&scratch, name, mode);
    }
    let refused = |arguments: &[&str]| as_anyone(&scratch, arguments).map(|mut command| run(&mut command));
    let Some(ran) = refused(&["analyze", "in"]) else { return };
    let ran = ran.with_status(0).saying(&["warning: ", "in/closed.log", "in/folder", "ermission denied"]);
    assert!(ran.stdout.contains("\"attempts\": ["), "{ran}");
    for path in ["in/closed.log", "in/folder", "in/folder/ise-psc.log"] {
        let ran = refused(&["analyze", path]).unwrap().with_status(2).saying(&["mdmlog: ", path, "ermission denied"]);
        assert!(ran.stdout.is_empty(), "{ran}");
    }
    for option in ["--passphrase-file", "--keylog"] {
        let arguments = ["analyze", "in/ise-psc.log", option, "words"];
        refused(&arguments).unwrap().with_status(2).saying(&["mdmlog: ", "words", "ermission denied"]);
    }
    let key = ["analyze", "in/ise-psc.log", "--redact-key", "@words"];
    refused(&key).unwrap().with_status(2).saying(&["`words`", "ermission denied"]);
    // So that the folder can be removed.
    set_mode(&scratch, "in/folder", 0o755);
}

#[cfg(unix)]
#[test]
fn where_nothing_may_be_written_is_said_before_the_work_and_nothing_changes() {
    let scratch = Scratch::new();
    scratch.file("ise-psc.log", log_of(2));
    scratch.file("out/report.json", "old");
    set_mode(&scratch, "out/report.json", 0o444);
    set_mode(&scratch, "out", 0o555);
    for name in ["out/report.json", "out/new.json"] {
        // Standard input never ends: who waits for it has not looked at the place first.
        let arguments = ["analyze", "-", "-o", name];
        let Some(mut command) = as_anyone(&scratch, &arguments) else { return };
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let endless = child.stdin.take();
        let ran = Ran::new(format!("{command:?}"), &child.wait_with_output().unwrap());
        drop(endless);
        let words = format!("cannot write the report to `{name}`");
        assert!(ran.with_status(2).saying(&[&words, "ermission denied"]).stdout.is_empty());
    }
    assert_eq!(std::fs::read_to_string(scratch.path().join("out/report.json")).unwrap(), "old");
    assert_eq!(scratch.names_in("out"), ["report.json"]);
    set_mode(&scratch, "out", 0o755);
}

#[cfg(unix)]
#[test]
fn temporary_files_that_can_not_be_made_cost_the_member_and_are_said() {
    let scratch = Scratch::new();
    let bundle = crate::cases::Case::new("tar_gz").folder.join("bundle.tar.gz");
    scratch.file("bundle.tar.gz", std::fs::read(bundle).unwrap());
    scratch.file("closed/nothing", "");
    set_mode(&scratch, "closed", 0o555);
    for folder in ["closed", "not-there"] {
        let arguments = ["analyze", "bundle.tar.gz", "--max-memory", "4K"];
        let Some(mut command) = as_anyone(&scratch, &arguments) else { return };
        let ran = run(command.env("TMPDIR", scratch.path().join(folder))).with_status(2);
        ran.saying(&["mdmlog: ", "bundle.tar.gz", scratch.path().join(folder).to_str().unwrap()]);
    }
    set_mode(&scratch, "closed", 0o755);
}

// --- a full disk

/// The program where no file may grow beyond so many blocks of 512 bytes: a disk that is full, for all it can tell.
#[cfg(target_os = "linux")]
fn with_full_disk(scratch: &Scratch, blocks: u32, arguments: &str) -> Command {
    let mut shell = Command::new("sh");
    let line = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" {arguments}");
    crate::support::quiet(&mut shell).args(["-c", &line]).arg(assert_cmd::cargo::cargo_bin!("mdmlog"));
    shell.current_dir(scratch.path()).env("TMPDIR", scratch.path().join("tmp"));
    shell
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_leaves_the_old_file_and_nothing_else() {
    let scratch = Scratch::new();
    scratch.file("ise-psc.log", log_of(400));
    scratch.file("out/report", "old");
    std::fs::create_dir(scratch.path().join("tmp")).unwrap();
    for format in Format::ALL {
        let arguments = format!("analyze ise-psc.log -v --format {format}");
        // Half of it fits.
        let whole = run(&mut with_full_disk(&scratch, 1 << 20, &arguments)).with_status(0).stdout.len();
        let blocks = u32::try_from(whole / 1024).unwrap();
        let ran = run(&mut with_full_disk(&scratch, blocks, &format!("{arguments} -o out/report")));
        ran.with_status(2).saying(&["mdmlog: cannot write the report to `out/report`"]);
        assert_eq!(std::fs::read_to_string(scratch.path().join("out/report")).unwrap(), "old", "{format}");
        assert_eq!(scratch.names_in("out"), ["report"], "{format}");
        // The same for standard output that goes to a file.
        let ran = run(&mut with_full_disk(&scratch, blocks, &format!("{arguments} > stdout")));
        ran.with_status(2).saying(&["mdmlog: cannot write the report to standard output"]);
        let ran = run(&mut with_full_disk(&scratch, 1 << 20, &format!("{arguments} > /dev/full")));
        ran.with_status(2).saying(&["mdmlog: cannot write the report to standard output"]);
    }
    assert!(scratch.names_in("tmp").is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_while_unpacking_costs_the_rest_of_a_member_and_is_said() {
    let scratch = Scratch::new();
    let bundle = crate::cases::Case::new("tar_gz").folder.join("bundle.tar.gz");
    scratch.file("bundle.tar.gz", std::fs::read(bundle).unwrap());
    std::fs::create_dir(scratch.path().join("tmp")).unwrap();
    let arguments = "analyze bundle.tar.gz --max-memory 4K";
    let attempts = |ran: &Ran| {
        let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        report["attempts"].as_array().unwrap().len()
    };
    let whole = run(&mut with_full_disk(&scratch, 1 << 20, arguments)).with_status(0).silent();
    let ran = run(&mut with_full_disk(&scratch, 20, arguments)).with_status(0);
    let ran =
        ran.saying(&["bundle.tar.gz!TCPDump.pcap: cannot unpack into the temporary folder", "[temporary_folder]"]);
    assert!(attempts(&ran) > 0 && attempts(&ran) < attempts(&whole), "{ran}");
    assert_eq!(scratch.names(), ["bundle.tar.gz", "tmp"]);
    assert!(scratch.names_in("tmp").is_empty());
}

// --- an interrupt

#[cfg(unix)]
fn send(signal: &str, child: &std::process::Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success(), "{signal}");
}

/// Whether the program has written to a file in this folder, which may have no name yet.
#[cfg(unix)]
fn is_writing_in(child: &std::process::Child, folder: &std::path::Path) -> bool {
    let mut open = std::fs::read_dir(format!("/proc/{}/fd", child.id())).into_iter().flatten().flatten();
    let written = |file: std::fs::DirEntry| {
        let is_here = std::fs::read_link(file.path()).is_ok_and(|open| open.starts_with(folder));
        is_here && std::fs::metadata(file.path()).is_ok_and(|file| file.len() > 0)
    };
    open.any(written) || std::fs::read_dir(folder).unwrap().next().is_some()
}

/// While the report is being written there may be a file with a name: either it is removed, or the report is there whole.
#[cfg(unix)]
#[test]
fn an_interrupt_while_writing_leaves_no_half_written_file() {
    let scratch = Scratch::new();
    scratch.file("in/ise-psc.log", log_of(800));
    scratch.file("tmp/keep", "");
    let arguments = ["analyze", "in", "-o", "out/report.json", "--quiet"];
    let mut interrupted = 0;
    // Writing takes a moment, which a busy machine lets slip by: it is waited for more than once.
    for signal in ["-INT", "-TERM", "-HUP"].into_iter().cycle().take(30) {
        if interrupted == 3 {
            break;
        }
        let _ = std::fs::remove_dir_all(scratch.path().join("out"));
        std::fs::create_dir(scratch.path().join("out")).unwrap();
        let mut command = scratch.mdmlog(arguments);
        let mut child = command.env("TMPDIR", scratch.path().join("tmp")).stderr(Stdio::piped()).spawn().unwrap();
        while !is_writing_in(&child, &scratch.path().join("out")) && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        send(signal, &child);
        let ran = Ran::new(signal.to_owned(), &child.wait_with_output().unwrap());
        match ran.status {
            Some(130) => {
                interrupted += 1;
                assert!(scratch.names_in("out").is_empty(), "{:?}\n{ran}", scratch.names_in("out"));
                ran.saying(&["mdmlog: interrupted; nothing was written"]);
            }
            Some(0) => {
                assert_eq!(scratch.names_in("out"), ["report.json"]);
                let text = std::fs::read(scratch.path().join("out/report.json")).unwrap();
                serde_json::from_slice::<serde_json::Value>(&text).unwrap();
            }
            _ => panic!("{ran}"),
        }
    }
    assert!(interrupted > 0, "it was never caught while writing");
    assert_eq!(scratch.names_in("tmp"), ["keep"]);
}

/// What was unpacked so far lies in files without a name, and goes with the program.
#[cfg(unix)]
#[test]
fn an_interrupt_while_unpacking_ends_the_program_and_leaves_nothing() {
    use std::io::Write as _;
    let scratch = Scratch::new();
    scratch.file("tmp/keep", "");
    let log = log_of(400);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(log.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    for signal in ["-INT", "-TERM"] {
        let mut command = scratch.mdmlog(["analyze", "-", "--max-memory", "4K"]);
        command.env("TMPDIR", scratch.path().join("tmp"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // It goes on for as long as there is input.
        let mut stdin = child.stdin.take().unwrap();
        let mut sent = 0;
        while sent < 2 << 20 {
            stdin.write_all(&packed).unwrap();
            sent += packed.len();
        }
        send(signal, &child);
        let ran = Ran::new(signal.to_owned(), &child.wait_with_output().unwrap());
        drop(stdin);
        assert!(ran.with_status(130).saying(&["interrupted; nothing was written"]).stdout.is_empty());
        assert_eq!(scratch.names_in("tmp"), ["keep"]);
    }
}
