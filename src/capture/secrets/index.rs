//! Where the lines of key logs stand, to be found by session: 16 bytes a line, which is read again when its session turns up.

use std::cmp::Reverse;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use bytes::Bytes;

use super::line::{SecretKind, SessionName, read_line};
use super::secret::{Secret, SessionSecrets};

/// Where the lines stand, sorted for a search by session.
#[derive(Default)]
pub(super) struct Index {
    pub(super) texts: Vec<Bytes>,
    pub(super) entries: Vec<KeyLogEntry>,
    /// So that nobody can make up sessions that look the same in the index.
    pub(super) hasher: RandomState,
}

/// The place of a line: text, byte and kind of secret in one number, so that later lines have greater ones.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct KeyLogEntry {
    pub(super) session: u64,
    pub(super) place: u64,
}

/// Bits for the kind of a secret, and for the byte in a text of up to a terabyte.
pub(super) const KIND_BITS: u32 = 4;

pub(super) const BYTE_BITS: u32 = 40;

/// Texts that can be told apart.
pub(super) const MAX_TEXTS: usize = 1 << (64 - KIND_BITS - BYTE_BITS);

impl KeyLogEntry {
    pub(super) fn kind(self) -> Option<SecretKind> {
        let number = self.place & ((1 << KIND_BITS) - 1);
        SecretKind::ALL.into_iter().find(|kind| *kind as u64 == number)
    }

    fn byte(self) -> usize {
        (self.place >> KIND_BITS & ((1 << BYTE_BITS) - 1)) as usize
    }

    fn text(self) -> usize {
        (self.place >> (KIND_BITS + BYTE_BITS)) as usize
    }
}

impl Index {
    /// Sorts for the search; of the same secret of the same session the last one stays.
    pub(super) fn sort(&mut self) {
        self.entries.sort_unstable_by_key(|entry| (entry.session, entry.kind(), Reverse(entry.place)));
        self.entries.dedup_by_key(|entry| (entry.session, entry.kind()));
    }

    pub(super) fn sessions(&self) -> usize {
        self.entries.chunk_by(|one, next| one.session == next.session).count()
    }

    /// Adds what is known of a session.
    pub(super) fn look_up(&self, name: &SessionName, found: &mut Option<SessionSecrets>) {
        let session = self.hasher.hash_one(name);
        let from = self.entries.partition_point(|entry| entry.session < session);
        let entries = self.entries.get(from..).unwrap_or_default();
        for entry in entries.iter().take_while(|entry| entry.session == session) {
            let text = self.texts.get(entry.text()).and_then(|text| text.get(entry.byte()..)).unwrap_or_default();
            let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
            // The file may have changed since.
            let Ok(Some(line)) = read_line(line.trim_ascii()) else { continue };
            if line.session != *name {
                continue;
            }
            let known = found.get_or_insert_default();
            let slot = match line.kind {
                SecretKind::Master | SecretKind::MasterOfId => &mut known.master,
                SecretKind::ClientEarly => &mut known.client_early,
                SecretKind::ClientHandshake => &mut known.client_handshake,
                SecretKind::ServerHandshake => &mut known.server_handshake,
                SecretKind::ClientTraffic => &mut known.client_traffic,
                SecretKind::ServerTraffic => &mut known.server_traffic,
            };
            *slot = Some(Secret::new(line.secret()));
        }
    }
}
