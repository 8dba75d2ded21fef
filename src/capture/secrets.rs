//! TLS secrets in the NSS key log format (`SSLKEYLOGFILE`, RFC 9850), kept by what the wire shows of a session so that
//! its records can be opened. Secrets never leave this type in text: not in debug output, not in a warning.

use std::collections::HashMap;
use std::fmt;

use crate::model::warning::{Warning, WarningCode};

/// Sessions that are kept at most; a browser's log of years stays below it.
const MAX_SESSIONS: usize = 1 << 20;

/// The labels of the format, with what each one belongs to.
const LABELS: [&str; 10] = [
    "CLIENT_RANDOM",
    "CLIENT_EARLY_TRAFFIC_SECRET",
    "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
    "SERVER_HANDSHAKE_TRAFFIC_SECRET",
    "CLIENT_TRAFFIC_SECRET_0",
    "SERVER_TRAFFIC_SECRET_0",
    "EARLY_EXPORTER_SECRET",
    "EXPORTER_SECRET",
    "RSA",
    "PMS_CLIENT_RANDOM",
];

/// A traffic secret of TLS 1.3: as long as the hash of the cipher suite, so 32 or 48 bytes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(Vec<u8>);

impl Secret {
    /// The bytes, for key derivation only.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} bytes)", self.0.len())
    }
}

/// The secrets of one session, as far as they are known.
#[derive(Clone, Debug, Default)]
pub(crate) struct SessionSecrets {
    /// Up to TLS 1.2: the master secret, extended (RFC 7627) or not.
    pub(crate) master: Option<Secret>,
    /// TLS 1.3, early data of the client.
    pub(crate) client_early: Option<Secret>,
    /// TLS 1.3, the client's handshake messages.
    pub(crate) client_handshake: Option<Secret>,
    /// TLS 1.3, the server's handshake messages.
    pub(crate) server_handshake: Option<Secret>,
    /// TLS 1.3, the client's application data before any key update.
    pub(crate) client_traffic: Option<Secret>,
    /// TLS 1.3, the server's application data before any key update.
    pub(crate) server_traffic: Option<Secret>,
}

/// TLS secrets by client random and, in an older form of the format, by session ID.
#[derive(Clone, Default)]
pub struct Secrets {
    by_random: HashMap<[u8; 32], SessionSecrets>,
    by_session_id: HashMap<Vec<u8>, Secret>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").field("sessions", &self.len()).finish_non_exhaustive()
    }
}

impl Secrets {
    /// Reads a key log. Lines that cannot be read are counted in one warning about the input, which never quotes them.
    pub fn parse(text: &[u8], input: Option<usize>) -> (Self, Vec<Warning>) {
        let mut secrets = Self::default();
        let mut bad = 0_u64;
        let mut first_bad = 0;
        let mut dropped = false;
        for (number, line) in lines(text).enumerate() {
            match secrets.read_line(line) {
                KeyLogLine::Read => {}
                KeyLogLine::Full => dropped = true,
                KeyLogLine::Bad => {
                    bad += 1;
                    if bad == 1 {
                        first_bad = number + 1;
                    }
                }
            }
        }
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
            warn(
                WarningCode::KeylogLimit,
                format!("the TLS key log has more than {MAX_SESSIONS} sessions; the rest was not read"),
            );
        }
        (secrets, warnings)
    }

    /// Adds the secrets of another key log.
    pub fn extend(&mut self, other: Self) {
        for (random, secrets) in other.by_random {
            let known = self.by_random.entry(random).or_default();
            known.master = secrets.master.or(known.master.take());
            known.client_early = secrets.client_early.or(known.client_early.take());
            known.client_handshake = secrets.client_handshake.or(known.client_handshake.take());
            known.server_handshake = secrets.server_handshake.or(known.server_handshake.take());
            known.client_traffic = secrets.client_traffic.or(known.client_traffic.take());
            known.server_traffic = secrets.server_traffic.or(known.server_traffic.take());
        }
        self.by_session_id.extend(other.by_session_id);
    }

    /// Returns how many sessions there is something for.
    pub fn len(&self) -> usize {
        self.by_random.len() + self.by_session_id.len()
    }

    /// Returns whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.by_random.is_empty() && self.by_session_id.is_empty()
    }

    /// Returns what is known of the session with this client random, or else with this session ID.
    pub(crate) fn of_session(&self, client_random: &[u8], session_id: &[u8]) -> Option<SessionSecrets> {
        let by_random = <[u8; 32]>::try_from(client_random).ok().and_then(|random| self.by_random.get(&random));
        by_random.cloned().or_else(|| {
            let master = self.by_session_id.get(session_id).filter(|_| !session_id.is_empty())?;
            Some(SessionSecrets { master: Some(master.clone()), ..SessionSecrets::default() })
        })
    }

    fn read_line(&mut self, line: &[u8]) -> KeyLogLine {
        if line.is_empty() || line.starts_with(b"#") {
            return KeyLogLine::Read;
        }
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let (Some(label), Some(key), Some(value), None) = (words.next(), words.next(), words.next(), words.next())
        else {
            return KeyLogLine::Bad;
        };
        let full = self.len() >= MAX_SESSIONS;
        // `RSA Session-ID:<hex> Master-Key:<hex>`, which openssl s_client users paste together.
        if let (b"RSA", Some(id), Some(master)) =
            (label, key.strip_prefix(b"Session-ID:"), value.strip_prefix(b"Master-Key:"))
        {
            let (Ok(id), Ok(master)) = (hex::decode(id), hex::decode(master)) else { return KeyLogLine::Bad };
            if id.is_empty() || id.len() > 32 || master.len() != 48 {
                return KeyLogLine::Bad;
            }
            if full {
                return KeyLogLine::Full;
            }
            self.by_session_id.insert(id, Secret(master));
            return KeyLogLine::Read;
        }
        let Ok(secret) = hex::decode(value) else { return KeyLogLine::Bad };
        let mut random = [0; 32];
        if hex::decode_to_slice(key, &mut random).is_err() {
            // The encrypted premaster secret of an RSA key exchange, which is of no use without more.
            return if label == b"RSA" { KeyLogLine::Read } else { KeyLogLine::Bad };
        }
        let fits = match label {
            b"CLIENT_RANDOM" => secret.len() == 48,
            _ => (32..=64).contains(&secret.len()),
        };
        if !fits {
            return KeyLogLine::Bad;
        }
        if full && !self.by_random.contains_key(&random) {
            return KeyLogLine::Full;
        }
        let session = self.by_random.entry(random).or_default();
        let slot = match label {
            b"CLIENT_RANDOM" => &mut session.master,
            b"CLIENT_EARLY_TRAFFIC_SECRET" => &mut session.client_early,
            b"CLIENT_HANDSHAKE_TRAFFIC_SECRET" => &mut session.client_handshake,
            b"SERVER_HANDSHAKE_TRAFFIC_SECRET" => &mut session.server_handshake,
            b"CLIENT_TRAFFIC_SECRET_0" => &mut session.client_traffic,
            b"SERVER_TRAFFIC_SECRET_0" => &mut session.server_traffic,
            // Exporter secrets and labels of later standards open no record.
            _ => return KeyLogLine::Read,
        };
        *slot = Some(Secret(secret));
        KeyLogLine::Read
    }
}

enum KeyLogLine {
    Read,
    Bad,
    Full,
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii)
}

/// Returns whether a file that begins like this is a key log: its first line that is no comment has a label of the format and
/// the beginning of a hexadecimal number, or its comment says so.
pub fn looks_like_keylog(prefix: &[u8]) -> bool {
    for line in lines(prefix) {
        if line.starts_with(b"#") {
            if memchr::memmem::find(line, b"secrets log file").is_some() {
                return true;
            }
            continue;
        }
        if line.is_empty() {
            continue;
        }
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let (Some(label), Some(key)) = (words.next(), words.next()) else { return false };
        let known = LABELS.iter().any(|known| known.as_bytes() == label);
        let hexadecimal = key.len() >= 16 && key.iter().all(u8::is_ascii_hexdigit);
        return known && (hexadecimal || key.starts_with(b"Session-ID:"));
    }
    false
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
    fn a_key_log_is_told_from_other_text() {
        assert!(looks_like_keylog(b"# SSL/TLS secrets log file, generated by NSS\r\n"));
        assert!(looks_like_keylog(&line("SERVER_TRAFFIC_SECRET_0", 1, 32).as_bytes()[..60]));
        assert!(looks_like_keylog(b"# a comment\n\nRSA Session-ID:00"));
        assert!(!looks_like_keylog(b"CLIENT_RANDOM is the label of the first line"));
        assert!(!looks_like_keylog(b"2023-08-15 10:21:07,123 DEBUG  [pool]"));
        assert!(!looks_like_keylog(b"# a shell script\n"));
        assert!(!looks_like_keylog(b""));
    }
}
