//! Files in memory without copying them.
//!
//! A mapped file that is cut while it is read (a log being rotated, a share that goes away) makes the kernel send SIGBUS
//! to whoever touches a page that is no longer there, which ends the process. Reading everything instead would cost
//! the memory of the largest capture. The policy, therefore:
//!
//! - files below [`COPY_BELOW`] are read, larger ones are mapped, as long as there are not [too many maps](are_many);
//! - the first map that is made installs a SIGBUS handler. For an address inside one of this module's maps it puts
//!   zeroed pages where the file is gone and notes the hit, so that the reader goes on and finds zeros, which every
//!   parser takes for a damaged end; a fault anywhere else goes to the handler that was there before;
//! - after the analysis `Found::check_unchanged` compares each file with what it was and tells of hits, growth and
//!   rewriting, since a map shows a file as it is and not as it was.
//!
//! That the bytes of a map can change is more than Rust promises for a `&[u8]`. Parsers here read a byte once or check
//! bounds on slices whose length never changes, so that the worst is a wrong value in a damaged file. This module
//! is the only one with `unsafe` code.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
#[cfg(unix)]
use memmap2::Advice;
use memmap2::Mmap;

#[cfg(unix)]
mod guard;
mod hits;

pub(super) use hits::Hits;

/// Files smaller than this are read, not mapped: a map costs more than the copy of a few pages.
pub(super) const COPY_BELOW: u64 = 1 << 20;

/// Maps that are made at most of files one by one. The kernel allows 65,530 for the whole process (`vm.max_map_count`), and
/// where they are used up, nobody gets memory any more.
const MANY: usize = 16 << 10;

/// Number of maps that there are.
static MAPS: AtomicUsize = AtomicUsize::new(0);

/// Tells whether there are so many maps that a file should be copied to where many share one.
pub(super) fn are_many() -> bool {
    MAPS.load(Ordering::Relaxed) >= MANY
}

/// Counts one map for as long as it lives.
struct Tally;

impl Tally {
    fn new() -> Self {
        MAPS.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        MAPS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A map and its place in the guard's table; fields drop in this order, so that the guard lets go first.
struct Guarded {
    #[cfg(unix)]
    _registration: guard::Registration,
    map: Mmap,
    _tally: Tally,
}

impl AsRef<[u8]> for Guarded {
    fn as_ref(&self) -> &[u8] {
        &self.map
    }
}

/// Maps a whole file for reading from front to back.
pub(super) fn map(file: &File) -> io::Result<(Bytes, Hits)> {
    // SAFETY: the map is private to this module and read only; that another process may change the file is the
    // subject of the module's policy above.
    let map = unsafe { Mmap::map(file)? };
    let hits = Hits::default();
    // Advice is a hint: a kernel or file system that knows no such thing loses nothing.
    #[cfg(unix)]
    let _ = map.advise(Advice::Sequential);
    #[cfg(target_os = "linux")]
    let _ = map.advise(Advice::HugePage);
    let guarded = Guarded {
        #[cfg(unix)]
        _registration: guard::register(&map, &hits)?,
        map,
        _tally: Tally::new(),
    };
    Ok((Bytes::from_owner(guarded), hits))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};

    use super::*;

    fn large_file() -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![b'2'; 2 << 20]).unwrap();
        file
    }

    #[test]
    fn more_maps_than_one_chunk_of_the_table_holds_are_guarded() {
        let file = large_file();
        let maps: Vec<_> = (0..600).map(|_| map(&file).unwrap()).collect();
        file.set_len(4096).unwrap();
        let first_and_last = |(bytes, hits): &(Bytes, Hits)| {
            let bytes = (bytes[0], bytes[bytes.len() - 1]);
            (bytes, hits.any())
        };
        assert!(maps.iter().map(first_and_last).all(|found| found == ((b'2', 0), true)));
        drop(maps);
        let (bytes, hits) = map(&file).unwrap();
        assert_eq!((bytes.len(), hits.any()), (4096, false));
    }

    #[test]
    fn a_bus_error_in_a_map_of_someone_else_still_ends_the_process() {
        const CHILD: &str = "MDMLOG_TEST_FOREIGN_MAP";
        if std::env::var_os(CHILD).is_some() {
            let (own, foreign) = (large_file(), large_file());
            let _guarded = map(&own).unwrap();
            // SAFETY: read only, and what happens when it shrinks is what is tested.
            let unguarded = unsafe { Mmap::map(&foreign).unwrap() };
            foreign.set_len(0).unwrap();
            println!("{}", unguarded[0]);
            return;
        }
        let name = "input::map::tests::a_bus_error_in_a_map_of_someone_else_still_ends_the_process";
        let mut child = Command::new(std::env::current_exe().unwrap());
        let status = child.args(["--exact", name]).env(CHILD, "1").stdout(Stdio::null()).stderr(Stdio::null()).status();
        assert_eq!(status.unwrap().signal(), Some(libc::SIGBUS));
    }
}
