//! Lengths of protected records of TLS 1.3, by which some kinds of content are told from outside: Finished, an alert, a
//! Certificate message without a certificate.

use super::registry::CipherSuite;

/// Bytes of an authentication tag (RFC 5116), and of the shorter one of CCM_8 (RFC 6655).
const TAG: usize = 16;
const SHORT_TAG: usize = 8;
/// The content type behind the content (RFC 8446 section 5.2).
const CONTENT_TYPE: usize = 1;
/// Bytes of padding in every record: most send none, Java sends 16.
const PADDINGS: [usize; 2] = [0, 16];
/// A handshake message's header.
const HEADER: usize = 4;
/// Level and description (RFC 8446 section 6).
const ALERT: usize = 2;
/// A Certificate message whose context and list are empty (RFC 8446 section 4.4.2).
const EMPTY_CERTIFICATE: usize = HEADER + 1 + 3;
/// Lengths that a record with one NewSessionTicket has (RFC 8446 section 4.6.1): tickets hold a session or name one.
const TICKET: std::ops::RangeInclusive<usize> = 56..=2048;

/// What a cipher suite adds to the content of a record, as far as the suite is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct RecordLengths {
    cipher: Option<CipherSuite>,
}

impl RecordLengths {
    pub(super) fn of(cipher: Option<CipherSuite>) -> Self {
        Self { cipher }
    }

    /// Returns whether a record of this length may hold an alert.
    pub(super) fn is_alert(self, length: usize) -> bool {
        self.may_hold(ALERT, length)
    }

    /// Returns whether a record of this length may hold Finished, whose length only the suite's hash decides.
    pub(super) fn is_finished(self, length: usize) -> bool {
        self.cipher.and_then(hash_length).is_some_and(|hash| self.may_hold(HEADER + hash, length))
    }

    /// Returns whether a record of this length may be a client's Certificate message without a certificate.
    pub(super) fn is_empty_certificate(self, length: usize) -> bool {
        self.may_hold(EMPTY_CERTIFICATE, length)
    }

    /// Returns whether a record of this length may be the client's EndOfEarlyData.
    pub(super) fn is_end_of_early_data(self, length: usize) -> bool {
        self.may_hold(HEADER, length)
    }

    /// Returns whether a record of this length may hold a session ticket.
    pub(super) fn is_ticket(self, length: usize) -> bool {
        TICKET.contains(&length)
    }

    /// Returns whether a record of this length may hold so many bytes, padded as implementations do.
    fn may_hold(self, content: usize, length: usize) -> bool {
        let tags: &[usize] = match self.cipher {
            Some(CipherSuite::AES_128_CCM_8_SHA256) => &[SHORT_TAG],
            Some(_) => &[TAG],
            None => &[TAG, SHORT_TAG],
        };
        let bare = |tag| content + CONTENT_TYPE + tag;
        tags.iter().any(|&tag| PADDINGS.iter().any(|padding| length == bare(tag) + padding))
    }
}

/// Returns the length of the hash of a suite of TLS 1.3.
fn hash_length(cipher: CipherSuite) -> Option<usize> {
    match cipher {
        CipherSuite::AES_128_GCM_SHA256
        | CipherSuite::CHACHA20_POLY1305_SHA256
        | CipherSuite::AES_128_CCM_SHA256
        | CipherSuite::AES_128_CCM_8_SHA256 => Some(32),
        CipherSuite::AES_256_GCM_SHA384 => Some(48),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_has_its_length_under_every_suite() {
        let lengths = |cipher| RecordLengths::of(cipher);
        assert!(lengths(Some(CipherSuite::AES_256_GCM_SHA384)).is_alert(19));
        assert!(lengths(Some(CipherSuite::AES_256_GCM_SHA384)).is_alert(35));
        assert!(!lengths(Some(CipherSuite::AES_256_GCM_SHA384)).is_alert(11));
        assert!(lengths(Some(CipherSuite::AES_128_CCM_8_SHA256)).is_alert(11));
        assert!(!lengths(Some(CipherSuite::AES_128_CCM_8_SHA256)).is_alert(19));
        assert!(lengths(None).is_alert(11) && lengths(None).is_alert(19));
    }

    #[test]
    fn finished_is_as_long_as_the_hash_of_the_suite() {
        let finished = |cipher, length| RecordLengths::of(Some(cipher)).is_finished(length);
        assert!(finished(CipherSuite::AES_256_GCM_SHA384, 69));
        assert!(finished(CipherSuite::CHACHA20_POLY1305_SHA256, 53));
        assert!(finished(CipherSuite::AES_128_CCM_8_SHA256, 45));
        assert!(!finished(CipherSuite::AES_128_GCM_SHA256, 70));
        assert!(!RecordLengths::of(None).is_finished(53));
    }
}
