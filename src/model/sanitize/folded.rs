//! A text as a reader takes it: escapes undone, whatever a URL, JSON, XML or an alphabet's twin letters make of a character. A
//! name is looked for in what is meant, and what is taken out is taken out of what is written.

use std::ops::Range;

use crate::model::visible::is_hidden;

/// A character as it is meant, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Folded {
    pub(super) c: char,
    pub(super) from: usize,
    pub(super) to: usize,
}

impl Folded {
    /// Returns in how many bytes the character is written. Quotes that belong together are written alike.
    pub(super) fn width(self) -> usize {
        self.to - self.from
    }
}

/// Undoes the escapes of a text.
pub(super) fn fold(text: &str) -> Vec<Folded> {
    let mut folded: Vec<Folded> = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (c, length) = character(rest);
        if !is_hidden(c) || c == '\n' || c.is_whitespace() {
            folded.push(Folded { c: plain(c), from: at, to: at + length });
        }
        at += length.max(1);
    }
    folded
}

/// Returns the bytes that a range of characters is written in.
pub(super) fn written(folded: &[Folded], range: &Range<usize>) -> Range<usize> {
    let from = folded.get(range.start).map_or(0, |first| first.from);
    let to = range.end.checked_sub(1).and_then(|last| folded.get(last)).map_or(from, |last| last.to);
    from..to.max(from)
}

/// Returns the character that a text begins with, and in how many bytes it is written.
fn character(text: &str) -> (char, usize) {
    let first = text.chars().next().unwrap_or_default();
    let escaped = match first {
        '%' => percent(text),
        '&' => entity(text),
        '\\' => backslash(text),
        _ => None,
    };
    escaped.unwrap_or((first, first.len_utf8()))
}

/// Reads `%22`, and `%2522`, which was escaped twice.
fn percent(text: &str) -> Option<(char, usize)> {
    let mut length = 3;
    let mut byte = hex_byte(text.get(1..3)?)?;
    while byte == b'%'
        && let Some(next) = text.get(length..length + 2).and_then(hex_byte)
    {
        byte = next;
        length += 2;
    }
    // What is not ASCII stands for a letter.
    Some((if byte.is_ascii() { char::from(byte) } else { char::REPLACEMENT_CHARACTER }, length))
}

fn hex_byte(digits: &str) -> Option<u8> {
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u8::from_str_radix(digits, 16).ok())?
}

/// Reads `&quot;`, `&#34;`, `&#x22;`, and `&amp;quot;`, which was escaped twice.
fn entity(text: &str) -> Option<(char, usize)> {
    let mut length = 1;
    while text.get(length..).is_some_and(|rest| rest.starts_with("amp;")) {
        length += "amp;".len();
    }
    let rest = text.get(length..)?;
    let end = rest.bytes().take(8).position(|byte| byte == b';').unwrap_or_default();
    let name = rest.get(..end)?;
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    let c = match name {
        "quot" => Some('"'),
        "apos" => Some('\''),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "colon" => Some(':'),
        "equals" => Some('='),
        "nbsp" => Some(' '),
        _ => name.strip_prefix('#').and_then(|code| match code.strip_prefix(['x', 'X']) {
            Some(digits) => number(digits, 16),
            None => number(code, 10),
        }),
    };
    match c {
        Some(c) => Some((c, length + end + 1)),
        None => (length > 1).then_some(('&', length)),
    }
}

/// Reads `\"`, `\\\"`, `\/`, `\u0022`.
fn backslash(text: &str) -> Option<(char, usize)> {
    let slashes = text.bytes().take_while(|byte| *byte == b'\\').count();
    let rest = text.get(slashes..)?;
    let next = rest.chars().next()?;
    match next {
        '"' | '\'' | '/' => Some((next, slashes + 1)),
        'u' => {
            let code = u32::from_str_radix(rest.get(1..5)?, 16).ok()?;
            Some((char::from_u32(code)?, slashes + 5))
        }
        _ => None,
    }
}

/// Returns the plain character that a twin of it stands for.
fn plain(c: char) -> char {
    match c {
        c if c.is_ascii() => c,
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{2018}'..='\u{201b}' | '\u{2039}' | '\u{203a}' => '\'',
        '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2236}' | '\u{a789}' | '\u{fe55}' => ':',
        '\u{2192}' | '\u{21d2}' => '>',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        fold(text).iter().map(|folded| folded.c).collect()
    }

    #[test]
    fn escapes_are_undone() {
        for (written, meant) in [
            ("%22a%3D%2522", "\"a=\""),
            ("&quot;x&quot; &#34;&#x22; &amp;lt; a&amp;b", "\"x\" \"\" < a&b"),
            (r#"{\"a\":\\\"b\\\"} \/ \u0022"#, "{\"a\":\"b\"} / \""),
            ("Ｂearer pass\u{ad}word\u{200b}：x", "Bearer password:x"),
            ("100% sure & more; C:\\Users", "100% sure & more; C:\\Users"),
        ] {
            assert_eq!(read(written), meant);
        }
    }

    #[test]
    fn what_is_meant_knows_where_it_is_written() {
        let text = "ä%22b";
        let folded = fold(text);
        assert_eq!(&text[written(&folded, &(1..3))], "%22b");
        assert_eq!(written(&folded, &(9..9)), 0..0);
    }
}
