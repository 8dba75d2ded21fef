//! Looks for many words at once, in upper or lower case.

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// Makes a search for these words; `None` where they are too many for one. A DFA would search faster and take longer to build than
/// most logs take to read.
pub(crate) fn any_case(words: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Option<AhoCorasick> {
    AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).ascii_case_insensitive(true).build(words).ok()
}
