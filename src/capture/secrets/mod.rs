//! TLS secrets in the NSS key log format (`SSLKEYLOGFILE`, RFC 9850), found by what the wire shows of a session so that
//! its records can be opened. Secrets never leave this type in text: not in debug output, not in a warning.
//!
//! A key log may have millions of lines, of which a few are wanted. What is kept of a line is where it stands, in 16 bytes;
//! it is read again when its session turns up.

mod index;
mod line;
mod secret;

use std::fmt;
use std::hash::BuildHasher;
use std::sync::Arc;

use bytes::Bytes;

use self::index::{BYTE_BITS, Index, KIND_BITS, KeyLogEntry, MAX_TEXTS};
pub use self::line::looks_like_keylog;
use self::line::{SecretKind, SessionName, read_line};
pub(crate) use self::secret::{Secret, SessionSecrets};
use crate::model::warning::{Warning, WarningCode};

/// Secrets that are found again at most, of all key logs together; a browser's log of years stays below it.
const MAX_SECRETS: usize = 1 << 22;

/// TLS secrets by client random and, in an older form of the format, by session ID. Cheap to clone.
#[derive(Clone, Default)]
pub struct Secrets {
    /// What a later one says of a session counts.
    indices: Vec<Arc<Index>>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").field("sessions", &self.len()).finish_non_exhaustive()
    }
}

impl Secrets {
    /// Reads a key log. Lines that cannot be read are counted in one warning about the input, which never quotes them.
    pub fn parse(text: &[u8], input: Option<usize>) -> (Self, Vec<Warning>) {
        let mut reader = KeyLogs::default();
        let warnings = reader.read(Bytes::copy_from_slice(text), input);
        (reader.finish(), warnings)
    }

    /// Adds the secrets of other key logs.
    pub fn extend(&mut self, other: Self) {
        self.indices.extend(other.indices);
    }

    /// Returns how many sessions there is something for.
    pub fn len(&self) -> usize {
        self.indices.iter().map(|index| index.sessions()).sum()
    }

    /// Returns whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.indices.iter().all(|index| index.entries.is_empty())
    }

    /// Returns what is known of the session with this client random, or else with this session ID.
    pub(crate) fn of_session(&self, client_random: &[u8], session_id: &[u8]) -> Option<SessionSecrets> {
        let named = |name: SessionName| {
            let mut found = None;
            self.indices.iter().for_each(|index| index.look_up(&name, &mut found));
            found
        };
        SessionName::random(client_random).and_then(named).or_else(|| SessionName::id(session_id).and_then(named))
    }
}

/// Key logs while they are read.
pub(crate) struct KeyLogs {
    index: Index,
    most: usize,
    full: bool,
}

impl Default for KeyLogs {
    fn default() -> Self {
        Self { index: Index::default(), most: MAX_SECRETS, full: false }
    }
}

impl KeyLogs {
    /// Reads one more. Lines that cannot be read are counted in one warning about the input, which never quotes them.
    pub(crate) fn read(&mut self, text: Bytes, input: Option<usize>) -> Vec<Warning> {
        let (mut bad, mut first_bad) = (0_u64, 0);
        let mut dropped = self.index.texts.len() >= MAX_TEXTS;
        let mark = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let mut at = mark;
        let lines = text.get(mark..).unwrap_or_default().split(|&byte| byte == b'\n');
        for (number, line) in lines.enumerate() {
            match read_line(line.trim_ascii()) {
                Ok(Some(line)) if !dropped => dropped = !self.add(&line.session, line.kind, at),
                Ok(_) => {}
                Err(_) => {
                    bad += 1;
                    if bad == 1 {
                        first_bad = number + 1;
                    }
                }
            }
            at += line.len() + 1;
        }
        self.index.texts.push(text);
        let mut warnings = Vec::new();
        let mut warn = |code: WarningCode, message: String| {
            warnings.push(Warning { input, code, message });
        };
        if bad > 0 {
            let message =
                format!("{bad} lines of the TLS key log are not in its format, the first is line {first_bad}");
            warn(WarningCode::KeylogLine, message);
        }
        if dropped {
            let message = format!("TLS key logs have more than {} secrets in all; the rest was not read", self.most);
            warn(WarningCode::KeylogLimit, message);
        }
        warnings
    }

    /// Adds where a line stands, unless there are too many.
    fn add(&mut self, session: &SessionName, kind: SecretKind, byte: usize) -> bool {
        if self.index.entries.len() >= self.most && !self.full {
            // The same session may have been told again and again.
            self.index.sort();
            self.full = self.index.entries.len() > self.most / 4 * 3;
        }
        let place = (self.index.texts.len() as u64) << BYTE_BITS | byte as u64;
        if self.full || (byte as u64) >> BYTE_BITS > 0 {
            return false;
        }
        let session = self.index.hasher.hash_one(session);
        self.index.entries.push(KeyLogEntry { session, place: place << KIND_BITS | kind as u64 });
        true
    }

    /// Returns how many secrets were found so far.
    pub(crate) fn len(&self) -> usize {
        self.index.entries.len()
    }

    /// Returns the secrets.
    pub(crate) fn finish(mut self) -> Secrets {
        self.index.sort();
        self.index.entries.shrink_to_fit();
        if self.index.entries.is_empty() {
            return Secrets::default();
        }
        Secrets { indices: vec![Arc::new(self.index)] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANDOM: [u8; 32] = [0xab; 32];

    fn line(label: &str, secret: u8, length: usize) -> String {
        format!("{label} {} {}\r\n", hex::encode(RANDOM), hex::encode(vec![secret; length]))
    }

    #[test]
    fn every_label_that_opens_records_is_kept_under_its_client_random() {
        let text = [
            "\u{feff}# SSL/TLS secrets log file, generated by NSS\n\n".to_owned(),
            line("CLIENT_RANDOM", 1, 48),
            line("CLIENT_HANDSHAKE_TRAFFIC_SECRET", 2, 32),
            line("SERVER_HANDSHAKE_TRAFFIC_SECRET", 3, 48),
            line("CLIENT_TRAFFIC_SECRET_0", 4, 32),
            line("SERVER_TRAFFIC_SECRET_0", 5, 32),
            line("EXPORTER_SECRET", 6, 32),
            line("CLIENT_EARLY_TRAFFIC_SECRET", 7, 32),
        ]
        .concat();
        let (secrets, warnings) = Secrets::parse(text.as_bytes(), None);
        assert_eq!(warnings, []);
        assert_eq!(secrets.len(), 1);
        let session = secrets.of_session(&RANDOM, &[]).unwrap();
        assert_eq!(session.master.unwrap().bytes(), [1; 48]);
        assert_eq!(session.client_handshake.unwrap().bytes(), [2; 32]);
        assert_eq!(session.server_handshake.unwrap().bytes(), [3; 48]);
        assert_eq!(session.client_traffic.unwrap().bytes(), [4; 32]);
        assert_eq!(session.server_traffic.unwrap().bytes(), [5; 32]);
        assert_eq!(session.client_early.unwrap().bytes(), [7; 32]);
        assert!(secrets.of_session(&[0; 32], &[]).is_none());
    }

    #[test]
    fn a_session_can_be_named_by_its_id() {
        let text = format!("RSA Session-ID:{} Master-Key:{}", "0a0b", "1c".repeat(48));
        let (secrets, warnings) = Secrets::parse(text.as_bytes(), None);
        assert_eq!(warnings, []);
        assert_eq!(secrets.of_session(&RANDOM, &[10, 11]).unwrap().master.unwrap().bytes(), [0x1c; 48]);
        assert!(secrets.of_session(&RANDOM, &[]).is_none());
    }

    #[test]
    fn bad_lines_are_counted_and_never_quoted() {
        let good = line("CLIENT_RANDOM", 0x5a, 48);
        let cut = &good[..good.len() - 9];
        let text = format!("{good}{cut}\nhello deadbeef\n");
        let (secrets, warnings) = Secrets::parse(text.as_bytes(), Some(3));
        assert_eq!(secrets.len(), 1);
        assert_eq!(warnings.len(), 1);
        assert_eq!(warnings[0].input, Some(3));
        assert!(warnings[0].message.starts_with("2 lines"), "{}", warnings[0].message);
        assert!(warnings[0].message.ends_with("line 2"), "{}", warnings[0].message);
        let shown = format!("{warnings:?} {secrets:?} {:?}", secrets.of_session(&RANDOM, &[]));
        assert!(!shown.contains("5a5a") && !shown.contains("90, 90"), "{shown}");
        assert!(!shown.contains("deadbeef"));
    }

    #[test]
    fn joining_two_logs_keeps_what_either_knows() {
        let (mut first, _) = Secrets::parse(line("CLIENT_TRAFFIC_SECRET_0", 1, 32).as_bytes(), None);
        let (second, _) = Secrets::parse(line("SERVER_TRAFFIC_SECRET_0", 2, 32).as_bytes(), None);
        first.extend(second);
        let session = first.of_session(&RANDOM, &[]).unwrap();
        assert!(session.client_traffic.is_some() && session.server_traffic.is_some());
    }

    #[test]
    fn the_last_secret_of_a_session_counts_and_the_same_line_takes_room_once() {
        let text = [line("CLIENT_RANDOM", 1, 48), line("CLIENT_RANDOM", 2, 48), line("CLIENT_RANDOM", 3, 48)].concat();
        let mut logs = KeyLogs::default();
        logs.read(Bytes::from(text), None);
        logs.read(Bytes::from(line("CLIENT_RANDOM", 4, 48)), None);
        let secrets = logs.finish();
        assert_eq!(secrets.indices[0].entries.len(), 1);
        assert_eq!(secrets.of_session(&RANDOM, &[]).unwrap().master.unwrap().bytes(), [4; 48]);
        let mut both = secrets.clone();
        both.extend(Secrets::parse(line("CLIENT_RANDOM", 5, 48).as_bytes(), None).0);
        assert_eq!(both.of_session(&RANDOM, &[]).unwrap().master.unwrap().bytes(), [5; 48]);
    }

    #[test]
    fn what_is_beyond_the_limit_is_said_and_what_is_within_is_found() {
        let mut logs = KeyLogs { most: 100, ..KeyLogs::default() };
        // The same session again and again takes no more room than once.
        let same = line("CLIENT_RANDOM", 1, 48).repeat(1000);
        assert_eq!(logs.read(Bytes::from(same), None), []);
        let others: String =
            (0..200).map(|number| format!("CLIENT_RANDOM {number:064x} {}\n", "0b".repeat(48))).collect();
        let warnings = logs.read(Bytes::from(others), Some(2));
        assert_eq!((warnings.len(), warnings[0].input, &warnings[0].code), (1, Some(2), &WarningCode::KeylogLimit));
        let secrets = logs.finish();
        assert!((75..=100).contains(&secrets.len()), "{}", secrets.len());
        assert_eq!(secrets.of_session(&RANDOM, &[]).unwrap().master.unwrap().bytes(), [1; 48]);
        assert_eq!(std::mem::size_of::<KeyLogEntry>(), 16);
    }
}
