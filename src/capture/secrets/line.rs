//! One line of a key log in the NSS format (RFC 9850): a label, what names the session, and a secret, in hexadecimal.

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

/// Length of a client random (RFC 8446, section 4.1.2).
const RANDOM: usize = 32;
/// Length of a master secret (RFC 5246, section 8.1).
const MASTER: usize = 48;

/// The secrets that open records. The numbers are kept in an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum SecretKind {
    Master,
    /// A master secret by the ID of its session.
    MasterOfId,
    ClientEarly,
    ClientHandshake,
    ServerHandshake,
    ClientTraffic,
    ServerTraffic,
}

impl SecretKind {
    pub(super) const ALL: [Self; 7] = [
        Self::Master,
        Self::MasterOfId,
        Self::ClientEarly,
        Self::ClientHandshake,
        Self::ServerHandshake,
        Self::ClientTraffic,
        Self::ServerTraffic,
    ];
}

/// A line that has a secret which opens records.
pub(super) struct KeyLogLine<'a> {
    pub(super) kind: SecretKind,
    /// Client random, or ID of the session.
    pub(super) session: SessionName,
    /// Hexadecimal.
    secret: &'a [u8],
}

/// What a session is named by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct SessionName {
    bytes: [u8; RANDOM],
    length: u8,
    is_id: bool,
}

impl SessionName {
    /// Returns a name by client random; `None` where it has another length.
    pub(super) fn random(bytes: &[u8]) -> Option<Self> {
        Some(Self { bytes: bytes.try_into().ok()?, length: RANDOM as u8, is_id: false })
    }

    /// Returns a name by ID of the session; `None` where it is none.
    pub(super) fn id(bytes: &[u8]) -> Option<Self> {
        let mut name = Self { bytes: [0; RANDOM], length: u8::try_from(bytes.len()).ok()?, is_id: true };
        name.bytes.get_mut(..bytes.len()).filter(|bytes| !bytes.is_empty())?.copy_from_slice(bytes);
        Some(name)
    }
}

impl KeyLogLine<'_> {
    /// Returns the secret.
    pub(super) fn secret(&self) -> Vec<u8> {
        hex::decode(self.secret).unwrap_or_default()
    }
}

/// A line that is not in the format.
#[derive(Debug)]
pub(super) struct BadLine;

/// Reads a line; `None` where it has nothing that opens records.
pub(super) fn read_line(line: &[u8]) -> Result<Option<KeyLogLine<'_>>, BadLine> {
    if line.is_empty() || line.starts_with(b"#") {
        return Ok(None);
    }
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let (Some(label), Some(key), Some(value), None) = (words.next(), words.next(), words.next(), words.next()) else {
        return Err(BadLine);
    };
    // `RSA Session-ID:<hex> Master-Key:<hex>`, which openssl s_client users paste together.
    if let (b"RSA", Some(id), Some(secret)) =
        (label, key.strip_prefix(b"Session-ID:"), value.strip_prefix(b"Master-Key:"))
    {
        let mut bytes = [0; RANDOM];
        let bytes = bytes.get_mut(..id.len() / 2).ok_or(BadLine)?;
        hex::decode_to_slice(id, bytes).map_err(|_| BadLine)?;
        let session = SessionName::id(bytes).ok_or(BadLine)?;
        return match length_of(secret) {
            Some(MASTER) => Ok(Some(KeyLogLine { kind: SecretKind::MasterOfId, session, secret })),
            _ => Err(BadLine),
        };
    }
    let length = length_of(value).ok_or(BadLine)?;
    let mut random = [0; RANDOM];
    if hex::decode_to_slice(key, &mut random).is_err() {
        // The encrypted premaster secret of an RSA key exchange, which is of no use without more.
        return if label == b"RSA" { Ok(None) } else { Err(BadLine) };
    }
    let fits = match label {
        b"CLIENT_RANDOM" => length == MASTER,
        _ => (32..=64).contains(&length),
    };
    if !fits {
        return Err(BadLine);
    }
    let kind = match label {
        b"CLIENT_RANDOM" => SecretKind::Master,
        b"CLIENT_EARLY_TRAFFIC_SECRET" => SecretKind::ClientEarly,
        b"CLIENT_HANDSHAKE_TRAFFIC_SECRET" => SecretKind::ClientHandshake,
        b"SERVER_HANDSHAKE_TRAFFIC_SECRET" => SecretKind::ServerHandshake,
        b"CLIENT_TRAFFIC_SECRET_0" => SecretKind::ClientTraffic,
        b"SERVER_TRAFFIC_SECRET_0" => SecretKind::ServerTraffic,
        // Exporter secrets and labels of later standards open no record.
        _ => return Ok(None),
    };
    let session = SessionName::random(&random).ok_or(BadLine)?;
    Ok(Some(KeyLogLine { kind, session, secret: value }))
}

/// Returns the bytes that a hexadecimal number stands for; `None` when it is none.
fn length_of(hexadecimal: &[u8]) -> Option<usize> {
    let is_one = hexadecimal.len().is_multiple_of(2) && hexadecimal.iter().all(u8::is_ascii_hexdigit);
    is_one.then_some(hexadecimal.len() / 2)
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

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_log_is_told_from_other_text() {
        assert!(looks_like_keylog(b"# SSL/TLS secrets log file, generated by NSS\r\n"));
        assert!(looks_like_keylog(format!("SERVER_TRAFFIC_SECRET_0 {} 01", "ab".repeat(32)).as_bytes()));
        assert!(looks_like_keylog(b"# a comment\n\nRSA Session-ID:00"));
        assert!(!looks_like_keylog(b"CLIENT_RANDOM is the label of the first line"));
        assert!(!looks_like_keylog(b"2023-08-15 10:21:07,123 DEBUG  [pool]"));
        assert!(!looks_like_keylog(b"# a shell script\n"));
        assert!(!looks_like_keylog(b""));
    }
}
