//! Makes words of the log fit to keep and to show: one line, short, printable, and without secrets.
//!
//! Requests and answers may carry credentials. Those in URLs are taken out as everywhere; behind a name that sounds like
//! one, as in headers and bodies, all that follows goes.

use std::sync::LazyLock;

use regex::Regex;

use super::url;

/// Longest words that are kept, in characters.
const MAX_WORDS: usize = 300;

/// A name in a header, in JSON or in XML, whose value is not for anyone's eyes. What is not ASCII counts as a letter; tables of
/// Unicode would take longer to build than a small log takes to read.
static SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?ix)
        ( (?: passw | pwd | passphrase | secret | token | authorization | cookie | credential | api.?key )
            (?-i: [[:word:][:^ascii:]-]* ) ["']? [[:space:]]* [:=>] )
        [[:space:]]* (?: [^*[:space:]] | \*[^*] )
        | (?-u:\b) (basic|bearer|negotiate|digest) [[:space:]]+ (?-i: [[:word:][:^ascii:]+/=.~-]{8,} )"#,
    )
    .ok()
});

/// Returns words as they may be kept.
pub(crate) fn line(words: &str) -> String {
    // What is cut off anyway need not be looked at, but a secret must not be cut in two.
    let words = words.split_at(words.floor_char_boundary(8 * MAX_WORDS)).0;
    let mut clean = if is_clean(words) { words.to_owned() } else { word_by_word(words) };
    if let Some(found) = SECRET.as_ref().and_then(|secret| secret.captures(&clean)) {
        let name = found.get(1).or_else(|| found.get(2)).map_or(0, |name| name.end());
        clean.truncate(name);
        clean.push_str(" ***");
    }
    if clean.len() > MAX_WORDS
        && let Some((end, _)) = clean.char_indices().nth(MAX_WORDS)
    {
        clean.truncate(end);
        clean.push('…');
    }
    clean
}

/// Returns whether a text is one printable line in which single blanks stand between words, none of which has to be
/// scrubbed. That is what most messages are.
fn is_clean(words: &str) -> bool {
    words.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'@' | b'='))
        && !words.starts_with(' ')
        && !words.ends_with(' ')
        && !words.contains("  ")
        && !words.contains("://")
}

fn word_by_word(words: &str) -> String {
    let mut clean = String::with_capacity(words.len());
    for word in words.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !clean.is_empty() {
            clean.push(' ');
        }
        if word.contains(['@', '=']) || word.contains("://") {
            clean.push_str(&url::target(word.as_bytes()));
        } else {
            clean.push_str(word);
        }
    }
    clean
}

/// Returns bytes of the log as words that may be kept.
pub(crate) fn bytes(text: &[u8]) -> String {
    line(&String::from_utf8_lossy(text.get(..8 * MAX_WORDS).unwrap_or(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_one_short_printable_line() {
        assert_eq!(line(" a\r\n\tb\u{1b}[31m \0c "), "a b [31m c");
        assert_eq!(line(&"ä".repeat(5000)).chars().count(), MAX_WORDS + 1);
        assert_eq!(bytes(b"a\xffb"), "a\u{fffd}b");
    }

    #[test]
    fn secrets_are_taken_out() {
        let cases = [
            ("GET: https://admin:s3cret@h:443/x?Password=s3cret&y=1", "GET: https://h:443/x?Password=***&y=1"),
            ("Authorization: Basic czNjcmV0OnMzY3JldA== and more", "Authorization: ***"),
            ("sent Basic czNjcmV0OnMzY3JldA==", "sent Basic ***"),
            (r#"{"user":"u","password" : "s3cret"}"#, r#"{"user":"u","password" : ***"#),
            ("<user>u</user><password>s3cret</password>", "<user>u</user><password> ***"),
            ("Set-Cookie: JSESSIONID=s3cret; Path=/", "Set-Cookie: ***"),
            ("sent Bearer гехеимнис", "sent Bearer ***"),
            ("token_ключ: s3cret", "token_ключ: ***"),
            ("api–key: s3cret", "api–key: ***"),
        ];
        for (given, expected) in cases {
            assert_eq!(line(given), expected);
        }
    }

    #[test]
    fn words_without_secrets_stay() {
        for words in [
            "407:Proxy Authentication Required: the MDM server is not reachable",
            "Connection Failed to the MDM server host - h.example.com, and port - 443 : Connect to h:443 [h/192.0.2.1] failed: x",
            "https://h:443/ciscoise/mdminfo/?ise_api_version=3&token=***",
            "Certificate for <h> doesn't match any of the subject alternative names: [www.unrelated.example]",
        ] {
            assert_eq!(line(words), words);
        }
    }
}
