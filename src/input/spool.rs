//! Where unpacked bytes go: into memory while there is room, then into a temporary file without a name, which the
//! system removes whatever becomes of the process.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

use super::map;

/// How much is moved at a time.
pub(super) const CHUNK: usize = 256 << 10;

/// What is left of the memory for unpacked members.
#[derive(Debug)]
pub(super) struct Memory(AtomicU64);

impl Memory {
    pub(super) fn new(bytes: u64) -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(bytes)))
    }

    fn take(&self, bytes: u64) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes)).is_ok()
    }

    fn left(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn give_back(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Reads a small file of known size; `None` when there is no room for it.
    pub(super) fn read(self: &Arc<Self>, reader: impl Read, size: u64) -> io::Result<Option<Bytes>> {
        if !self.take(size) {
            return Ok(None);
        }
        let mut held = Held { bytes: Vec::new(), charged: size, memory: Arc::clone(self) };
        held.bytes.reserve_exact(usize::try_from(size).unwrap_or_default());
        reader.take(size).read_to_end(&mut held.bytes)?;
        Ok(Some(Bytes::from_owner(held)))
    }
}

/// Memory that goes back to the budget when its bytes are no longer needed.
struct Held {
    bytes: Vec<u8>,
    charged: u64,
    memory: Arc<Memory>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.memory.give_back(self.charged);
    }
}

/// Takes bytes of unknown number.
pub(super) struct Spool {
    held: Held,
    file: Option<File>,
}

impl Spool {
    /// For so many bytes, if that is known; then nothing goes through memory that will not stay there.
    pub(super) fn new(memory: &Arc<Memory>, expected: Option<u64>) -> io::Result<Self> {
        let held = Held { bytes: Vec::new(), charged: 0, memory: Arc::clone(memory) };
        let file = match expected {
            Some(expected) if expected > memory.left() => Some(tempfile::tempfile().map_err(no_space)?),
            _ => None,
        };
        Ok(Self { held, file })
    }

    /// Takes all that a reader yields. What came before an error is kept.
    pub(super) fn fill(&mut self, reader: &mut dyn Read) -> io::Result<()> {
        let mut buffer = vec![0; CHUNK];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => self.push(buffer.get(..read).unwrap_or_default())?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Takes some bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.file.is_none() && !self.room_for(bytes.len()) {
            let mut file = tempfile::tempfile().map_err(no_space)?;
            file.write_all(&self.held.bytes).map_err(no_space)?;
            self.held.bytes = Vec::new();
            self.held.memory.give_back(std::mem::take(&mut self.held.charged));
            self.file = Some(file);
        }
        match &mut self.file {
            Some(file) => file.write_all(bytes).map_err(no_space),
            None => {
                self.held.bytes.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    /// Makes room in memory, doubling it as a `Vec` does, when the budget allows.
    fn room_for(&mut self, more: usize) -> bool {
        let held = &mut self.held;
        let Some(needed) = held.bytes.len().checked_add(more) else { return false };
        if needed <= held.bytes.capacity() {
            return true;
        }
        let wanted = needed.max(held.bytes.capacity().saturating_mul(2));
        // When doubling is too much, what is needed may still fit.
        for capacity in [wanted, needed] {
            let grow = (capacity as u64).saturating_sub(held.charged);
            if held.memory.take(grow) {
                held.charged += grow;
                held.bytes.reserve_exact(capacity - held.bytes.len());
                return true;
            }
        }
        false
    }

    /// The bytes, to be read at will.
    pub(super) fn finish(mut self) -> io::Result<Bytes> {
        if let Some(file) = self.file {
            if file.metadata()?.len() == 0 {
                return Ok(Bytes::new());
            }
            return map::map(&file).map(|(bytes, _)| bytes);
        }
        self.held.bytes.shrink_to_fit();
        let spare = self.held.charged.saturating_sub(self.held.bytes.capacity() as u64);
        self.held.charged -= spare;
        self.held.memory.give_back(spare);
        Ok(Bytes::from_owner(self.held))
    }
}

/// An error of the temporary file, with what can be done about it.
fn no_space(error: io::Error) -> io::Error {
    let folder = std::env::temp_dir();
    let text = format!(
        "cannot unpack into the temporary folder {}: {error}; set TMPDIR to a folder with more room",
        folder.display()
    );
    io::Error::new(error.kind(), Unpack(text))
}

/// What [`no_space`] says; its type tells it from errors of the input.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unpack(String);
