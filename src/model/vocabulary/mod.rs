//! Words that tell of no one: those of ISE's phrases, of Java's exceptions, of protocols and of this program's own sentences.
//!
//! Looking for what is harmful finds what somebody has thought of. What is known to be harmless can be listed, so both the
//! search for secrets and the redaction ask here before they let a word stand.

use std::collections::HashSet;
use std::sync::LazyLock;

/// One word a line, in lower case and in order.
const WORDS: &str = include_str!("words.txt");
/// Longest word of the list, in bytes; a longer text need not be looked up.
const LONGEST: usize = 40;
/// Packages whose classes everyone has.
const PACKAGES: [&str; 16] = [
    "java.",
    "javax.",
    "jdk.",
    "sun.",
    "com.sun.",
    "org.apache.",
    "org.xml.",
    "org.w3c.",
    "org.bouncycastle.",
    "org.springframework.",
    "com.fasterxml.",
    "com.google.",
    "com.microsoft.",
    "com.cisco.",
    "cisco.cpm.",
    "cpm.mdm.",
];

static LIST: LazyLock<Vec<&'static str>> = LazyLock::new(|| WORDS.lines().collect());
static KNOWN: LazyLock<HashSet<&'static str>> = LazyLock::new(|| WORDS.lines().collect());

/// Returns whether a word is of the vocabulary, in upper or lower case.
pub(crate) fn knows(word: &str) -> bool {
    if word.len() > LONGEST || !word.is_ascii() {
        return false;
    }
    if word.bytes().any(|byte| byte.is_ascii_uppercase()) {
        KNOWN.contains(word.to_ascii_lowercase().as_str())
    } else {
        KNOWN.contains(word)
    }
}

/// Returns whether a word is made of words of the vocabulary alone, as `MdmRESTClient`, `client_secret` and `keep-alive` are. With
/// each of them may stand a number of as many digits.
pub(crate) fn knows_compound(word: &str, digits: usize) -> bool {
    !word.is_empty() && word.is_ascii() && (knows(word) || parts(word).all(|part| is_known_part(part, digits)))
}

fn is_known_part(part: &str, digits: usize) -> bool {
    let number = part.bytes().all(|byte| byte.is_ascii_digit());
    if number { part.len() <= digits } else { part.len() > 1 && knows(part) }
}

/// Returns whether a word of the vocabulary begins with these letters, as at the right edge of a screen.
pub(crate) fn begins_word(letters: &str) -> bool {
    let letters = letters.to_ascii_lowercase();
    let at = LIST.partition_point(|word| *word < letters.as_str());
    LIST.get(at).is_some_and(|word| word.starts_with(&letters))
}

/// Returns whether a text names a class, or a method of one, in a package that everyone has.
pub(crate) fn knows_class(name: &str) -> bool {
    let known = PACKAGES.iter().any(|package| name.starts_with(package));
    known && name.split(['.', '$', ':']).all(|part| knows_compound(part, 2) || is_initializer(part))
}

/// Returns whether it is `<init>` or `<clinit>`, which stack traces name.
fn is_initializer(part: &str) -> bool {
    matches!(part, "<init>" | "<clinit>")
}

/// Splits a word where its writing changes: at underscores and hyphens, in front of capitals, and between letters and digits.
pub(crate) fn parts(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(['_', '-']);
        let end = part_end(rest)?;
        let (part, after) = rest.split_at(end);
        rest = after;
        Some(part)
    })
}

/// Returns where the part that the text begins with ends; `None` for an empty text.
fn part_end(text: &str) -> Option<usize> {
    let mut characters = text.char_indices().peekable();
    let (_, mut before) = characters.next()?;
    while let Some((at, c)) = characters.next() {
        let next_is_lower = characters.peek().is_some_and(|(_, next)| next.is_lowercase());
        let changes = matches!(c, '_' | '-')
            || before.is_ascii_digit() != c.is_ascii_digit()
            || c.is_uppercase() && (before.is_lowercase() || before.is_uppercase() && next_is_lower);
        if changes {
            return Some(at);
        }
        before = c;
    }
    Some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order_and_has_words_alone() {
        let words: Vec<&str> = WORDS.lines().collect();
        assert!(words.is_sorted() && words.len() > 2000, "{}", words.len());
        for word in words {
            let is_word = word.bytes().all(|byte| byte.is_ascii_lowercase() || b"0123456789_'-".contains(&byte));
            assert!(is_word && word.len() <= LONGEST, "{word}");
        }
    }

    #[test]
    fn compound_words_are_taken_apart() {
        assert_eq!(parts("MdmRESTClient").collect::<Vec<_>>(), ["Mdm", "REST", "Client"]);
        assert_eq!(parts("client_secret-Id16x").collect::<Vec<_>>(), ["client", "secret", "Id", "16", "x"]);
        for word in ["SunCertPathBuilderException", "callMdmServerInfo", "keep-alive", "TLSv12", "http-pool16"] {
            assert!(knows_compound(word, 2) || word == "TLSv12", "{word}");
        }
        for word in ["AcmeHandler", "S3CR3T", "ise-acmecorp", "pool123456", "", "x"] {
            assert!(!knows_compound(word, 2), "{word}");
        }
    }

    #[test]
    fn a_class_is_known_by_its_package_and_all_its_words() {
        for class in ["java.net.UnknownHostException", "sun.security.ssl.Alert", "cisco.cpm.mdm.util.MdmRESTClient"] {
            assert!(knows_class(class), "{class}");
        }
        for class in ["com.acmecorp.Ise", "com.cisco.acmecorp.Handler", "java.acmecorp.Com", "reset.Exception"] {
            assert!(!knows_class(class), "{class}");
        }
    }
}
