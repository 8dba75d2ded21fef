//! The memory for unpacked members: what one takes is given back when its bytes are no longer needed.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

/// The bytes that are left of it.
#[derive(Debug)]
pub(super) struct Memory(AtomicU64);

impl Memory {
    pub(super) fn new(bytes: u64) -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(bytes)))
    }

    pub(super) fn left(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: u64) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes)).is_ok()
    }

    fn give_back(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// Memory that is taken for something else than bytes of members, and given back with this.
pub(in crate::input) struct Charge {
    bytes: u64,
    memory: Arc<Memory>,
}

impl Charge {
    pub(super) fn of(memory: &Arc<Memory>) -> Self {
        Self { bytes: 0, memory: Arc::clone(memory) }
    }

    /// Takes so many bytes more, unless there is no room for them.
    pub(in crate::input) fn more(&mut self, bytes: u64) -> bool {
        let fits = self.memory.take(bytes);
        self.bytes += if fits { bytes } else { 0 };
        fits
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.memory.give_back(self.bytes);
    }
}

/// Bytes in memory that were taken from the budget.
pub(super) struct Held {
    bytes: Vec<u8>,
    charged: u64,
    memory: Arc<Memory>,
}

impl Held {
    pub(super) fn new(memory: &Arc<Memory>) -> Self {
        Self { bytes: Vec::new(), charged: 0, memory: Arc::clone(memory) }
    }

    /// Reads a small file of known size; `None` when there is no room for it.
    pub(super) fn read(memory: &Arc<Memory>, reader: impl Read, size: u64) -> io::Result<Option<Bytes>> {
        if !memory.take(size) {
            return Ok(None);
        }
        let mut held = Self::new(memory);
        held.charged = size;
        // In a browser, no more than 2 GiB can lie in one piece.
        if usize::try_from(size).is_ok_and(|size| held.bytes.try_reserve_exact(size).is_err()) {
            return Ok(None);
        }
        reader.take(size).read_to_end(&mut held.bytes)?;
        Ok(Some(Bytes::from_owner(held)))
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        &self.bytes
    }

    /// Takes more bytes, unless the budget does not allow it.
    pub(super) fn push(&mut self, bytes: &[u8]) -> bool {
        let fits = self.make_room(bytes.len());
        if fits {
            self.bytes.extend_from_slice(bytes);
        }
        fits
    }

    /// Makes room, doubling it as a `Vec` does, when the budget allows.
    fn make_room(&mut self, more: usize) -> bool {
        let Some(needed) = self.bytes.len().checked_add(more) else { return false };
        if needed <= self.bytes.capacity() {
            return true;
        }
        let wanted = needed.max(self.bytes.capacity().saturating_mul(2));
        // When doubling is too much, less may still fit: an eighth, lest each piece that comes has all moved, or what is needed.
        for capacity in [wanted, needed.saturating_add(needed / 8), needed] {
            let grow = (capacity as u64).saturating_sub(self.charged);
            if !self.memory.take(grow) {
                continue;
            }
            if self.bytes.try_reserve_exact(capacity.saturating_sub(self.bytes.len())).is_ok() {
                self.charged += grow;
                return true;
            }
            self.memory.give_back(grow);
        }
        false
    }

    /// Returns the bytes without the spare room.
    pub(super) fn finish(mut self) -> Bytes {
        self.bytes.shrink_to_fit();
        let spare = self.charged.saturating_sub(self.bytes.capacity() as u64);
        self.charged -= spare;
        self.memory.give_back(spare);
        Bytes::from_owner(self)
    }
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
