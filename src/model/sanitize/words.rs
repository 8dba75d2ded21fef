//! Makes words of the log fit to keep and to show: one line, short, printable, and without secrets.

use super::secrets::without_secrets;

/// Longest words that are kept, in characters.
const MAX_WORDS: usize = 300;
/// So many bytes are looked at to keep that: blanks and secrets may take much of them.
const LOOKED_AT: usize = 8 * MAX_WORDS;
/// Where a text that is too long may be cut, so that no credential is cut in two.
const SEAMS: [char; 10] = [',', ';', '&', '"', '\'', '<', '>', '{', '}', '|'];

/// Returns words as they may be kept.
pub(crate) fn line(words: &str) -> String {
    let words = without_secrets(whole_words(words, LOOKED_AT));
    let mut clean = if is_one_line(&words) { words.into_owned() } else { in_one_line(&words) };
    if clean.len() > MAX_WORDS
        && let Some((end, _)) = clean.char_indices().nth(MAX_WORDS)
    {
        clean.truncate(end);
        clean.push('…');
    }
    clean
}

/// Returns bytes of the log as words that may be kept.
pub(crate) fn bytes(text: &[u8]) -> String {
    line(&String::from_utf8_lossy(text.get(..LOOKED_AT + 4).unwrap_or(text)))
}

/// Returns a whole record, with all its lines, without its secrets.
pub(crate) fn record(text: &[u8]) -> String {
    without_secrets(&String::from_utf8_lossy(text)).into_owned()
}

/// Returns so much of a text, cut where a word ends: the rest of a credential's end would not be known for one.
pub(super) fn whole_words(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let cut = text.split_at(text.floor_char_boundary(most)).0;
    let seam = cut.rfind(|c: char| c.is_whitespace() || SEAMS.contains(&c)).unwrap_or_default();
    cut.split_at(seam).0
}

/// Returns whether a text is one printable line in which single blanks stand between words. That is what most messages are.
fn is_one_line(words: &str) -> bool {
    words.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        && !words.starts_with(' ')
        && !words.ends_with(' ')
        && !words.contains("  ")
}

fn in_one_line(words: &str) -> String {
    let mut clean = String::with_capacity(words.len());
    for word in words.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !clean.is_empty() {
            clean.push(' ');
        }
        clean.push_str(word);
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_one_short_printable_line() {
        assert_eq!(line(" a\r\n\tb\u{1b}[31m \0c "), "a b [31m c");
        assert_eq!(line(&"ä ".repeat(5000)).chars().count(), MAX_WORDS + 1);
        assert_eq!(bytes(b"a\xffb"), "a\u{fffd}b");
    }

    #[test]
    fn a_secret_is_never_cut_in_two() {
        for length in [LOOKED_AT - 40, LOOKED_AT - 20, LOOKED_AT - 5] {
            let cut = line(&format!("500: {}https://admin:{}@h.example.com/", " ".repeat(length), "s3cret".repeat(10)));
            assert!(!cut.contains("s3c"), "{cut}");
        }
    }
}
