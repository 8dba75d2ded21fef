//! Looks for many words at once, in upper or lower case.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind};

/// Makes a search for these words; `None` where they are too many for one.
pub(crate) fn any_case(words: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Option<AhoCorasick> {
    builder().ascii_case_insensitive(true).build(words).ok()
}

/// Makes a search for words in lower case, in texts that are put into lower case before: many words are built into one in a third
/// of the time.
pub(crate) fn lower_case(words: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Option<AhoCorasick> {
    builder().build(words).ok()
}

/// A DFA would search faster and take longer to build than most logs take to read.
fn builder() -> AhoCorasickBuilder {
    let mut builder = AhoCorasick::builder();
    builder.kind(Some(AhoCorasickKind::ContiguousNFA));
    builder
}
