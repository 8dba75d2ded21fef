//! The mark that some editors put before a text (RFC 3629, section 6).

/// Returns a text in UTF-8 without the mark that it may begin with.
pub(crate) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}
