//! Makes foreign text safe to look at: what host names and log lines hold was written by strangers, and characters that act
//! on a terminal or reorder a line have no place in what mdmlog shows.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Returns whether a character acts on what shows it instead of being seen: control characters, and the format characters that
/// reorder, hide or join text (Unicode's bidirectional controls, zero-width characters, tags).
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Returns the text in one line, with hidden characters spelled out: `\n`, `\u{1b}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_hidden(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_spelled_out() {
        assert_eq!(visible("a\x1b[31m\u{9b}2J\n\u{202e}b"), "a\\u{1b}[31m\\u{9b}2J\\n\\u{202e}b");
        assert!(matches!(visible("tenant.jamfcloud.com"), Cow::Borrowed(_)));
    }
}
