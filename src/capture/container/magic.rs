//! Capture files by their first bytes, for those who look for them among other files.

use super::numbers::word;

/// Tells whether a file that begins like this is a capture in libpcap's format, in either byte order.
pub fn looks_like_pcap(head: &[u8]) -> bool {
    let is_magic = |word: u32| {
        // Microseconds, nanoseconds, Kuznetzov's patch, IXIA's two.
        matches!(word, 0xa1b2_c3d4 | 0xa1b2_3c4d | 0xa1b2_cd34 | 0x1c00_01ac | 0x1c00_01ab)
    };
    word(head, 0, false).is_some_and(is_magic) || word(head, 0, true).is_some_and(is_magic)
}

/// Tells whether a file that begins like this is a pcapng capture.
pub fn looks_like_pcapng(head: &[u8]) -> bool {
    let order = || word(head, 8, false).is_none_or(|order| matches!(order, 0x1a2b_3c4d | 0x4d3c_2b1a));
    word(head, 0, false) == Some(0x0a0d_0d0a) && order()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captures_of_every_magic_and_byte_order_are_recognised() {
        for magic in [0xa1b2_c3d4_u32, 0xa1b2_3c4d, 0xa1b2_cd34, 0x1c00_01ac, 0x1c00_01ab] {
            assert!(looks_like_pcap(&magic.to_le_bytes()) && looks_like_pcap(&magic.to_be_bytes()));
        }
        let section = |order: u32| [0x0a0d_0d0a_u32.to_be_bytes(), [28, 0, 0, 0], order.to_le_bytes()].concat();
        assert!(looks_like_pcapng(&section(0x1a2b_3c4d)) && looks_like_pcapng(&section(0x4d3c_2b1a)));
        assert!(looks_like_pcapng(&section(0x1a2b_3c4d)[..10]), "cut");
        assert!(
            !looks_like_pcapng(&section(0)) && !looks_like_pcap(&section(0x1a2b_3c4d)) && !looks_like_pcap(b"\xd4")
        );
    }
}
