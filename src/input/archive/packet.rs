//! The first packet of an OpenPGP message (RFC 9580, section 4.2), as far as it takes to recognise one.

/// The kinds of session key packet that a binary message begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::input) enum SessionKey {
    Passphrase,
    PublicKey,
}

pub(in crate::input) fn session_key_packet(head: &[u8]) -> Option<SessionKey> {
    // A marker packet may stand in front.
    let head = head.strip_prefix(b"\xca\x03PGP").or_else(|| head.strip_prefix(b"\xa8\x03PGP")).unwrap_or(head);
    let (tag, length, body) = packet(head)?;
    let key = match (tag, body) {
        // Version 4: cipher, then how the passphrase becomes a key.
        (3, [4, 1..=13, 0 | 1 | 3 | 4, ..] | [5 | 6, ..]) => SessionKey::Passphrase,
        (1, [3 | 6, ..]) => SessionKey::PublicKey,
        _ => return None,
    };
    // Two bytes are found in front of many a file; what follows them is another key, or the encrypted data.
    let next = body.get(length..).unwrap_or_default();
    let follows = next.is_empty() || first_byte(next).is_some_and(|tag| matches!(tag, 1 | 3 | 9 | 18 | 20));
    follows.then_some(key)
}

/// Returns tag, length and rest of a packet that is as short as a session key.
fn packet(bytes: &[u8]) -> Option<(u8, usize, &[u8])> {
    let tag = first_byte(bytes)?;
    Some(match *bytes {
        [0xc0..=0xff, length @ 0..=191, ref rest @ ..] => (tag, length.into(), rest),
        [0xc0..=0xff, high @ 192..=223, low, ref rest @ ..] => {
            (tag, (usize::from(high - 192) << 8) + usize::from(low) + 192, rest)
        }
        [0x80..=0xbf, length, ref rest @ ..] if bytes.first()? & 3 == 0 => (tag, length.into(), rest),
        [0x80..=0xbf, high, low, ref rest @ ..] if bytes.first()? & 3 == 1 => {
            (tag, usize::from(u16::from_be_bytes([high, low])), rest)
        }
        _ => return None,
    })
}

/// Returns the tag in the first byte of a packet, in the new form or the old one.
fn first_byte(packet: &[u8]) -> Option<u8> {
    match *packet.first()? {
        first @ 0xc0..=0xff => Some(first & 0x3f),
        first @ 0x80..=0xbf => Some((first >> 2) & 15),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encrypted_messages_are_told_by_how_their_key_is_wrapped() {
        let gpg = b"\x8c\x0d\x04\x09\x03\x02\x26\x16\xc5\x8e\xf5\x79\x2a\xcf\xff\xd2";
        assert_eq!(session_key_packet(gpg), Some(SessionKey::Passphrase));
        assert_eq!(session_key_packet(b"\xc3\x2e\x05\x09\x02\x03"), Some(SessionKey::Passphrase));
        assert_eq!(session_key_packet(b"\x85\x01\x0c\x03\x01\x02"), Some(SessionKey::PublicKey));
        assert_eq!(session_key_packet(b"\xca\x03PGP\xc1\xc0\x4c\x03abc"), Some(SessionKey::PublicKey));
        assert_eq!(session_key_packet(b"\x8c\x0d\x04\x63\x03\x02"), None);
        assert_eq!(session_key_packet(b"\x8c\x04\x04\x09\x00\x02\x00\x00"), None);
    }
}
