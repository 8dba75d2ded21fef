//! The TLS secrets of a slice's sessions and of no others, out of all key logs at hand.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::frame::SliceFrame;
use crate::analysis::Analyzed;
use crate::capture::key_logs;
use crate::model::report::InputKind;

/// Length of a random (RFC 8446, section 4.1.2).
const RANDOM: usize = 32;

/// Returns the lines of the key logs that are about sessions in these frames, and about how many sessions they are.
pub(super) fn of_frames(analyzed: &Analyzed, frames: &[SliceFrame]) -> (Vec<u8>, usize) {
    let texts = texts(analyzed);
    if texts.is_empty() {
        return (Vec::new(), 0);
    }
    // Few of the lines of a key log may be of these sessions.
    let wanted: HashSet<&[u8]> = frames.iter().flat_map(|frame| sessions(&frame.bytes)).collect();
    let mut by_session: HashMap<Vec<u8>, BTreeSet<&[u8]>> = HashMap::new();
    for text in texts {
        for line in text.split(|byte| matches!(byte, b'\n' | b'\r')) {
            if let Some(session) = session_of(line).filter(|session| wanted.contains(session.as_slice())) {
                by_session.entry(session).or_default().insert(line);
            }
        }
    }
    let mut seen: HashSet<&[u8]> = HashSet::new();
    let mut key_log = Vec::new();
    for session in frames.iter().flat_map(|frame| sessions(&frame.bytes)) {
        if let Some((session, lines)) = by_session.get_key_value(session)
            && seen.insert(session)
        {
            for line in lines {
                key_log.extend_from_slice(line);
                key_log.push(b'\n');
            }
        }
    }
    (key_log, seen.len())
}

/// Returns all key logs: those that were named, that lie beside the captures, and within them.
fn texts(analyzed: &Analyzed) -> Vec<&[u8]> {
    let mut texts: Vec<&[u8]> = analyzed.keylogs.iter().map(|text| &text[..]).collect();
    for item in &analyzed.items {
        match item.kind {
            InputKind::KeyLog => texts.push(&item.data),
            InputKind::Pcapng => texts.extend(key_logs(&item.data)),
            _ => {}
        }
    }
    texts
}

/// Returns the client random, or session ID, that a line is about.
fn session_of(line: &[u8]) -> Option<Vec<u8>> {
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let label = words.next()?;
    let key = words.next()?;
    if label.starts_with(b"#") || words.next().is_none() {
        return None;
    }
    hex::decode(key.strip_prefix(b"Session-ID:").unwrap_or(key)).ok().filter(|session| !session.is_empty())
}

/// Returns what may be randoms and session IDs of hellos in a frame: wherever something looks like a ClientHello or a
/// ServerHello, since it may lie behind any headers and in a tunnel. What is none matches no secret.
fn sessions(frame: &[u8]) -> impl Iterator<Item = &[u8]> {
    // Type, length of three bytes, version, random, length of the session ID.
    const HELLO: usize = 6 + RANDOM + 1;
    let hellos = frame.windows(HELLO).enumerate().filter(|(_, hello)| matches!(hello, [1 | 2, 0, _, _, 3, _, ..]));
    hellos.flat_map(move |(at, hello)| {
        let length = hello.last().copied().map_or(0, usize::from);
        let id = frame.get(at + HELLO..).and_then(|rest| rest.get(..length)).filter(|_| (1..=RANDOM).contains(&length));
        hello.get(6..6 + RANDOM).into_iter().chain(id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hellos_are_found_behind_any_headers() {
        let hello = [&[9, 9, 22, 3, 1, 0, 77, 1, 0, 0, 73, 3, 3][..], &[7; 32], &[2, 0xaa, 0xbb], &[0; 9]].concat();
        assert_eq!(sessions(&hello).collect::<Vec<_>>(), [&[7; 32][..], &[0xaa, 0xbb]]);
        assert_eq!(sessions(&hello[..40]).count(), 0);
        assert_eq!(sessions(b"").count(), 0);
    }

    #[test]
    fn lines_are_about_sessions() {
        assert_eq!(session_of(b"CLIENT_RANDOM 0a0b 0c"), Some(vec![10, 11]));
        assert_eq!(session_of(b"RSA Session-ID:0a Master-Key:0c"), Some(vec![10]));
        for other in ["", "# a b", "CLIENT_RANDOM 0a0b", "CLIENT_RANDOM zz 0c"] {
            assert_eq!(session_of(other.as_bytes()), None, "{other}");
        }
    }
}
