//! Files that change while they are read.

use super::*;

/// Set for the child process in which a mapped file is cut.
const CHILD: &str = "MDMLOG_TEST_CUT_A_MAPPED_FILE";

fn large_log(scratch: &Scratch) -> PathBuf {
    scratch.write("ise-psc.log", &log(40_000))
}

#[cfg(unix)]
#[test]
fn a_mapped_file_that_is_cut_reads_as_zeros_and_does_not_end_the_process() {
    if std::env::var_os(CHILD).is_some() {
        let scratch = Scratch::new();
        let path = large_log(&scratch);
        let found = find(std::slice::from_ref(&path), KINDS, &InputOptions::default(), &Progress::default());
        let data = found.items[0].data.clone();
        assert!(data.len() as u64 > map::COPY_BELOW);
        fs::File::options().write(true).open(&path).unwrap().set_len(10_000).unwrap();
        // From several threads, and in another order than from front to back.
        let read = |from: usize| data[from..].iter().map(|&byte| u64::from(byte)).sum::<u64>();
        let sums = std::thread::scope(|scope| {
            [1 << 20, 1 << 19, 20_000, 0]
                .map(|from| scope.spawn(move || read(from)))
                .map(|thread| thread.join().unwrap())
        });
        assert_eq!(sums[..3], [0; 3]);
        assert!(sums[3] > 0);
        let warnings = found.check_unchanged();
        assert_eq!(warnings.len(), 1);
        assert_eq!((warnings[0].code.as_str(), warnings[0].input), ("changed_while_read", Some(0)));
        assert!(warnings[0].message.contains("lost bytes"), "{warnings:?}");
        return;
    }
    let status = this_test_in_a_child("a_mapped_file_that_is_cut_reads_as_zeros_and_does_not_end_the_process", CHILD);
    assert!(status.success(), "{status}");
}

/// Set for the child process that has more files than there may be maps.
const MANY_FILES: &str = "MDMLOG_TEST_MANY_FILES";

#[cfg(target_os = "linux")]
#[test]
fn of_more_files_than_there_may_be_maps_all_are_read() {
    const FILES: usize = (16 << 10) + 500;
    if std::env::var_os(MANY_FILES).is_some() {
        let mut scratch = Scratch::new();
        // Small files are mapped when the memory is used up.
        scratch.options.limits.memory = 0;
        for number in 0..FILES {
            scratch.write(&format!("d/{number:05}.log"), &[log(1), number.to_string().into_bytes()].concat());
        }
        let found = scratch.find(&["d"]);
        assert_eq!((found.items.len(), codes(&found)), (FILES, vec![]));
        for (number, item) in found.items.iter().enumerate() {
            assert!(item.data.ends_with(number.to_string().as_bytes()), "{}", item.path);
        }
        let maps = fs::read_to_string("/proc/self/maps").unwrap().lines().count();
        assert!(maps < FILES, "{maps}");
        return;
    }
    let status = this_test_in_a_child("of_more_files_than_there_may_be_maps_all_are_read", MANY_FILES);
    assert!(status.success(), "{status}");
}

#[cfg(unix)]
fn this_test_in_a_child(name: &str, variable: &str) -> std::process::ExitStatus {
    std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("input::tests::changed::{name}")])
        .env(variable, "1")
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap()
}

#[test]
fn growth_and_rewriting_are_told_and_replacement_is_not() {
    let scratch = Scratch::new();
    let path = large_log(&scratch);
    let found = scratch.find(&["ise-psc.log"]);
    assert_eq!(found.check_unchanged(), []);
    let mut file = fs::File::options().append(true).open(&path).unwrap();
    file.write_all(b"more\n").unwrap();
    drop(file);
    let warnings = found.check_unchanged();
    assert!(warnings.len() == 1 && warnings[0].message.contains("grew by 5 bytes"), "{warnings:?}");
    // Rotation moves the file away; the map still holds it.
    fs::rename(&path, scratch.path("ise-psc.log.1")).unwrap();
    fs::write(&path, b"fresh\n").unwrap();
    assert_eq!(found.check_unchanged(), []);
}
