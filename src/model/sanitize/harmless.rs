//! Values behind a credential's name that are none: `null`, and sentences that go on.

use crate::model::vocabulary::{knows, knows_class, knows_compound};

/// What stands for a credential that is not there.
const ABSENT: &[&str] =
    &["***", "null", "none", "nil", "true", "false", "undefined", "empty", "[]", "{}", "\"\"", "''"];
/// Last labels of hosts that a message may name where a credential could stand.
const HOST_ENDS: &[&str] =
    &["com", "net", "org", "io", "cloud", "us", "cn", "de", "uk", "eu", "mobi", "example", "test", "local"];

/// Returns whether a value says that there is none.
pub(super) fn is_absent(value: &str) -> bool {
    let value = value.trim().trim_end_matches([',', ';', '.']);
    value.is_empty() || ABSENT.iter().any(|absent| value.eq_ignore_ascii_case(absent))
}

/// Returns whether a word is one of a sentence, and no credential.
pub(super) fn is_word(word: &str) -> bool {
    let word = bare(word);
    knows(word) || is_snake(word) || names_failure(word) || word.contains("with") && knows_compound(word, 3)
}

/// Returns whether what follows a credential's name in a sentence goes on as a sentence: with two known words, with an
/// exception or an error code, or with a host.
pub(super) fn goes_on(text: &str) -> bool {
    let mut words = words(text);
    let Some(first) = words.next() else { return true };
    let word = bare(first);
    if names_failure(word) || is_host(word) {
        return true;
    }
    let first_is_known = is_word(first) || word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit());
    first_is_known && words.next().is_some_and(is_word)
}

/// Returns the words of a text.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let split = text
        .split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';' | '<' | '>' | '(' | ')' | '[' | ']'));
    split.filter(|word| word.contains(char::is_alphanumeric))
}

/// Returns the word without what surrounds it in a sentence.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '$'))
}

/// Returns whether the word is one like `java.net.UnknownHostException`, `AADSTS7000215` and `invalid_client`.
fn names_failure(word: &str) -> bool {
    let code = word.strip_prefix("AADSTS").is_some_and(|code| code.bytes().all(|byte| byte.is_ascii_digit()));
    code || knows_class(word)
}

fn is_snake(word: &str) -> bool {
    word.contains('_') && word.split('_').all(|part| part.len() > 1 && knows(part))
}

fn is_host(word: &str) -> bool {
    let labels: Vec<&str> = word.split('.').collect();
    let label = |label: &&str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    labels.len() > 1 && labels.iter().all(label) && labels.last().is_some_and(|last| HOST_ENDS.contains(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_go_on_and_passwords_do_not() {
        for text in [
            "Connection reset",
            "AADSTS7000215: Invalid client secret provided.",
            "java.net.UnknownHostException: h",
            "login.microsoftonline.com: Name or service not known",
            "401 Unauthorized",
            "or 'client_secret'",
            " ",
        ] {
            assert!(goes_on(text), "{text}");
        }
        for text in ["hunter2 is wrong", "Sommer", "secret", "123", "S3cr3t.Com x", "correct horse battery"] {
            assert!(!goes_on(text), "{text}");
        }
    }
}
