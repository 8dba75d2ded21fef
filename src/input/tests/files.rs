//! Paths, folders and names.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::model::report::InputKind;

#[test]
fn a_folder_is_walked_in_order_of_names() {
    let scratch = Scratch::new();
    let (first, second, capture) = (log(3), log(4), capture(1));
    scratch.write("d/b/ise-psc.log", &second);
    scratch.write("d/a/z/ise-psc.log", &first);
    scratch.write("d/x.pcap", &capture);
    scratch.write("d/a/picture.png", b"\x89PNG\r\n\x1a\n");
    let found = scratch.find(&["d"]);
    let expected: [(&str, &[u8]); 3] =
        [("d/a/z/ise-psc.log", &first), ("d/b/ise-psc.log", &second), ("d/x.pcap", &capture)];
    assert_holds(&found, &expected);
    assert_eq!(found.listing[0].note.as_deref(), Some("seems to be a PNG picture"));
    assert_eq!((found.listing[0].used, found.listing[1].item), (false, Some(0)));
}

#[test]
fn several_paths_keep_the_order_in_which_they_were_given() {
    let scratch = Scratch::new();
    let (log, capture, keys) = (log(3), capture(1), keylog());
    scratch.write("z.log", &log);
    scratch.write("m.pcap", &capture);
    scratch.write("a.txt", &keys);
    assert_holds(
        &scratch.find(&["z.log", "m.pcap", "a.txt"]),
        &[("z.log", &log), ("m.pcap", &capture), ("a.txt", &keys)],
    );
}

#[test]
fn paths_that_give_nothing_are_errors_that_say_what_was_expected() {
    let scratch = Scratch::new();
    scratch.write("ise-psc.log", &log(3));
    scratch.write("picture.png", b"\x89PNG\r\n\x1a\n");
    scratch.write("empty.pcap", b"");
    scratch.write("other.tar", &tar(&[("a.txt", b"hello"), ("b.txt", b"world")]));
    fs::create_dir(scratch.path("nothing")).unwrap();
    let found = scratch.find(&["nope", "picture.png", "empty.pcap", "other.tar", "nothing", "ise-psc.log"]);
    assert_eq!(paths(&found), ["ise-psc.log"]);
    assert_eq!(error_codes(&found), ["not_found", "unknown_content", "empty", "nothing_found", "nothing_found"]);
    let errors: Vec<_> = found.errors.iter().map(|error| (error.path.as_str(), error.message.as_str())).collect();
    let expected = "expected an ISE log, a pcap or pcapng capture, a TLS key log, or an archive of them";
    assert_eq!(errors[0], ("nope", format!("nope is not there; {expected}, or a folder").as_str()));
    assert_eq!(errors[1], ("picture.png", format!("picture.png seems to be a PNG picture; {expected}").as_str()));
    assert_eq!(
        errors[3],
        ("other.tar", format!("other.tar holds 2 files, none of which is of use; {expected}").as_str())
    );
    assert_eq!(errors[4], ("nothing", format!("nothing holds no files; {expected}").as_str()));
}

#[test]
fn a_promising_name_with_other_content_is_a_warning() {
    let scratch = Scratch::new();
    scratch.write("d/ise-psc.log", &log(3));
    scratch.write("d/ise-psc.log.1", b"\0\0\0\0");
    scratch.write("d/ise-psc.log.2", b"");
    scratch.write("d/switch.pcap", b"snoop\0\0\0\0\0\0\x02");
    scratch.write("d/notes.txt", b"hello");
    let found = scratch.find(&["d"]);
    assert_eq!(codes(&found), ["unknown_content", "empty", "unknown_content"]);
    assert!(found.warnings[0].message.contains("d/ise-psc.log.1 is not read: it seems to be nothing but zeros"));
    assert!(found.warnings[2].message.contains("editcap -F pcap"));
}

#[cfg(unix)]
#[test]
fn the_same_file_by_two_names_is_used_once() {
    let scratch = Scratch::new();
    let log = log(3);
    scratch.write("d/ise-psc.log", &log);
    fs::hard_link(scratch.path("d/ise-psc.log"), scratch.path("d/other.log")).unwrap();
    let found = scratch.find(&["d/ise-psc.log", "d"]);
    assert_eq!(
        (paths(&found), codes(&found), error_codes(&found)),
        (vec!["d/ise-psc.log"], vec!["duplicate_input"; 2], vec![])
    );
}

#[test]
fn the_same_content_in_two_files_is_used_once() {
    let scratch = Scratch::new();
    let log = log(3);
    scratch.write("d/b.tar", &tar(&[("ise-psc.log", &log)]));
    scratch.write("d/ise-psc.log", &log);
    let found = scratch.find(&["d"]);
    assert_eq!((paths(&found), codes(&found)), (vec!["d/b.tar!ise-psc.log"], vec!["duplicate_input"]));
    assert_eq!((found.listing[2].used, found.listing[2].note.is_some()), (false, true));
    // Of two paths that were given, the second one is no error.
    assert_eq!(error_codes(&scratch.find(&["d/b.tar", "d/ise-psc.log"])), [] as [&str; 0]);
}

#[cfg(unix)]
#[test]
fn links_and_special_files_in_a_folder_are_listed_and_left_alone() {
    let scratch = Scratch::new();
    scratch.write("outside.log", &log(3));
    scratch.write("d/ise-psc.log", &log(4));
    let link = |target: &Path, name: &str| std::os::unix::fs::symlink(target, scratch.path(name)).unwrap();
    link(&scratch.path("outside.log"), "d/link.log");
    link(&scratch.path("d"), "d/loop");
    link(Path::new("/nowhere"), "d/dangling");
    let _socket = std::os::unix::net::UnixListener::bind(scratch.path("d/socket")).unwrap();
    let found = scratch.find(&["d"]);
    assert_eq!((paths(&found), codes(&found)), (vec!["d/ise-psc.log"], vec![]));
    let kinds: Vec<_> = found.listing.iter().map(|member| member.kind.as_str()).collect();
    assert_eq!(kinds, ["link", "ise_psc_log", "link", "link", "special"]);
    // A link that a person names is followed.
    assert_eq!(paths(&scratch.find(&["d/link.log"])), ["d/link.log"]);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_as_a_file_is() {
    let log = log(20_000);
    for bytes in [log.clone(), gzip(&tar(&[("ise-psc.log", &log)])), tar(&[("ise-psc.log", &log)])] {
        let scratch = Scratch::new();
        let path = scratch.path("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        let writer = std::thread::spawn(move || fs::write(path, bytes).unwrap());
        let found = scratch.find(&["pipe"]);
        writer.join().unwrap();
        assert_eq!((found.items.len(), found.items[0].data == log), (1, true), "{found:?}");
    }
}

#[test]
fn a_folder_of_many_small_logs_stays_within_the_memory_that_was_allowed() {
    let mut scratch = Scratch::new();
    scratch.options.limits.memory = 1000;
    let logs: Vec<_> = (1..20).map(log).collect();
    for (number, log) in logs.iter().enumerate() {
        scratch.write(&format!("d/{number:02}.log"), log);
    }
    let found = scratch.find(&["d"]);
    assert!(found.items.iter().map(|item| &item.data).eq(&logs), "{found:?}");
}

/// Heads that were looked at, and the longest of them.
static LOOKED_AT: (AtomicUsize, AtomicUsize) = (AtomicUsize::new(0), AtomicUsize::new(0));

#[test]
fn of_files_that_are_of_no_use_only_the_beginning_is_looked_at_and_once() {
    const COUNTING: SourceKinds = &[SourceKind::new(
        InputKind::IsePscLog,
        Recognise::Text(|head| {
            LOOKED_AT.0.fetch_add(1, Ordering::Relaxed);
            LOOKED_AT.1.fetch_max(head.len(), Ordering::Relaxed);
            head.starts_with(b"log")
        }),
    )];
    let large = vec![b'x'; 1 << 20];
    let names: Vec<_> = (0..500).map(|number| format!("{number}.txt")).collect();
    let mut members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"hello"[..])).collect();
    members.extend([("large.out", large.as_slice()), ("ise-psc.log", b"log")]);
    for (name, bundle, around) in [
        ("b.tar", tar(&members), 0),
        ("b.tar.gz", gzip(&tar(&members)), 0),
        ("b.zip", zip(::zip::CompressionMethod::Deflated, &members), 0),
    ] {
        let scratch = Scratch::new();
        let before = LOOKED_AT.0.load(Ordering::Relaxed);
        let found = find(&[scratch.write(name, &bundle)], COUNTING, &scratch.options, &Progress::default());
        assert_eq!(found.items.len(), 1, "{found:?}");
        let looked_at = LOOKED_AT.0.load(Ordering::Relaxed) - before;
        assert_eq!(looked_at, members.len() + around, "{name}");
    }
    assert!(LOOKED_AT.1.load(Ordering::Relaxed) <= 64 << 10);
}

#[test]
fn what_a_caller_supplies_is_found_as_files_are() {
    let scratch = Scratch::new();
    let (log, capture, keys) = (log(3), capture(20_000), keylog());
    let bundle = tar(&[("support/ise-psc.log", &log), ("picture.png", b"\x89PNG\r\n\x1a\n"), ("x.pcap", &capture)]);
    let files: [(&str, Vec<u8>); 6] = [
        ("bundle.tar", bundle.clone()),
        ("packed.tar.gz", gzip(&tar(&[("keys.txt", &keys), ("note.txt", b"hello")]))),
        ("d/b/ise-psc.log", super::log(4)),
        ("d/a/z/other.pcap", super::capture(3)),
        ("d/picture.png", b"\x89PNG\r\n\x1a\n".to_vec()),
        ("empty.pcap", Vec::new()),
    ];
    let mut options = InputOptions::default();
    for (path, content) in &files {
        scratch.write(path, content);
        options.supplied.add(scratch.path(path), std::sync::Arc::new(bytes::Bytes::from(content.clone())));
    }
    let roots: Vec<PathBuf> =
        ["d", "bundle.tar", "packed.tar.gz", "empty.pcap", "bundle.tar"].map(|path| scratch.path(path)).to_vec();
    let of_disk = find(&roots, KINDS, &InputOptions::default(), &Progress::default());
    fs::remove_dir_all(scratch.path("d")).unwrap();
    fs::remove_file(scratch.path("bundle.tar")).unwrap();
    let supplied = find(&roots, KINDS, &options, &Progress::default());
    assert_eq!(supplied.items.len(), 5);
    let items = |found: &Found| -> Vec<_> {
        found.items.iter().map(|item| (item.path.clone(), item.kind, item.data.clone())).collect()
    };
    assert_eq!(items(&supplied), items(&of_disk));
    assert_eq!(supplied.listing, of_disk.listing);
    assert_eq!(supplied.warnings, of_disk.warnings);
    assert_eq!(supplied.errors, of_disk.errors);
}

#[test]
fn a_supplied_file_that_cannot_be_read_is_told_and_costs_no_other() {
    struct Gone;
    impl SuppliedFile for Gone {
        fn size(&self) -> u64 {
            10
        }
        fn open(&self) -> std::io::Result<Box<dyn std::io::Read + '_>> {
            Err(std::io::Error::other("it was moved"))
        }
    }
    let mut options = InputOptions::default();
    options.supplied.add("gone.log", std::sync::Arc::new(Gone));
    options.supplied.add("there.pcap", std::sync::Arc::new(bytes::Bytes::from(capture(2))));
    let roots = ["gone.log".into(), "there.pcap".into()];
    let found = find(&roots, KINDS, &options, &Progress::default());
    assert_eq!(paths(&found), ["there.pcap"]);
    assert!(found.errors[0].message.contains("it was moved"), "{:?}", found.errors);
}
