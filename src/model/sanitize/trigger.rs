//! Tells cheaply which texts can't hold a credential, which is most of them.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::names::SOUNDS;
use crate::model::any_case::any_case;

/// Parts of what credentials are called besides what [sounds](SOUNDS) like one, and of what they look like. Those of few letters
/// count at the beginning of a word.
const PARTS: &[&str] = &[
    "psw",
    "sess",
    "code=",
    "_code",
    "-code",
    "n code",
    "ty code",
    "ss code",
    "up code",
    "er code",
    "pw ",
    "pw=",
    "pw:",
    "phrase",
    "pin",
    "sid",
    "pw",
    "psk",
    "mdp",
    "kennwort",
    "losung",
    "parol",
    "senha",
    "clave",
    "contrase",
    "wachtwoord",
    "adgangskode",
    "salasana",
    "haslo",
    "heslo",
    "jelszo",
    "sifre",
    "basic",
    "bearer",
    "negotiate",
    "digest",
    "ntlm",
    "kerberos",
    "oauth",
    "hawk",
    "dpop",
    "gnap",
    "hoba",
    "mutual",
    "ssws",
    "sharedaccess",
    "login",
    "logon",
    "ticket",
    "tan",
    "community",
    "nonce",
    "hash",
    "seed",
    "sso",
    "verifier",
    "xsrf",
    "csrf",
    "-----begin",
    "eyj",
    "://",
    "@",
    "googlelogin",
    "mysql",
    "mariadb",
    "sshpass",
    "7z ",
    "snmp",
];
/// A part of so few letters stands at the beginning of a word.
const SHORT: usize = 3;
/// So long a run without blanks may be a token.
const LONG: usize = 40;

static TRIGGERS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| any_case(SOUNDS.iter().chain(PARTS)));

/// Builds the search for what triggers it.
pub(crate) fn prepare() {
    LazyLock::force(&TRIGGERS);
}

/// Returns whether a text may hold a credential.
pub(super) fn may_have_secrets(text: &str) -> bool {
    let bytes = text.as_bytes();
    let unusual = |byte: &u8| !byte.is_ascii() || matches!(byte, b'%' | b'&' | b'\\' | b'$' | b'{');
    if bytes.iter().any(unusual) || bytes.split(|byte| *byte == b' ').any(|word| word.len() >= LONG && !is_dotted(word))
    {
        return true;
    }
    if bytes.windows(2).any(|pair| matches!(pair, [b'p' | b'P', b':' | b'='] | b" -")) {
        return true;
    }
    let prefixes = [
        &b"AKIA"[..],
        b"ASIA",
        b"AIza",
        b"gh",
        b"glpat",
        b"xox",
        b"xapp",
        b"sk_",
        b"rk_",
        b"hvs",
        b"npm_",
        b"dop_",
        b"SG.",
    ];
    if bytes
        .split(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b'.'))
        .any(|word| word.len() > 7 && prefixes.iter().any(|prefix| word.starts_with(prefix)))
    {
        return true;
    }
    let Some(triggers) = &*TRIGGERS else { return true };
    triggers.find_overlapping_iter(text).any(|found| {
        let begins = found.start().checked_sub(1).and_then(|before| bytes.get(before)).is_none_or(|before| {
            !before.is_ascii_alphabetic()
                || before.is_ascii_lowercase() && bytes.get(found.start()).is_some_and(u8::is_ascii_uppercase)
        });
        found.len() > SHORT
            || begins
            || !bytes.get(found.end() - 1).is_some_and(u8::is_ascii_alphanumeric)
            || !bytes.get(found.start()).is_some_and(u8::is_ascii_alphanumeric)
    })
}

/// Returns whether a long word is a class's name, as most are.
fn is_dotted(word: &[u8]) -> bool {
    word.split(|byte| *byte == b'.').all(|part| part.len() < LONG)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_most_records_say_need_not_be_looked_at() {
        for text in [
            "Connection Failed: 404:Not Found: the MDM server is not reachable",
            "inside the method : callMdmServerInfo",
            "MDM Server Response Code: 200",
            "PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path",
        ] {
            assert!(!may_have_secrets(text), "{text}");
        }
        for text in ["userPin: 1", "x PW=1", "a%3Db", "u@h", "TOKEN", "пароль: x", "p:x", "curl -p x", "AKIAIOSFODNN7"]
        {
            assert!(may_have_secrets(text), "{text}");
        }
    }
}
