//! Credentials that are known by their form, whatever stands in front of them.

/// What tokens of services begin with (as their providers document it, so that leaked ones can be found), and how many
/// characters follow at least.
const PREFIXES: &[(&str, usize)] = &[
    ("eyJ", 8),
    ("AKIA", 8),
    ("ASIA", 8),
    ("AIza", 16),
    ("ghp_", 8),
    ("gho_", 8),
    ("ghu_", 8),
    ("ghs_", 8),
    ("ghr_", 8),
    ("github_pat_", 8),
    ("glpat-", 8),
    ("xoxb-", 8),
    ("xoxp-", 8),
    ("xoxa-", 8),
    ("xapp-", 8),
    ("sk_live_", 8),
    ("sk_test_", 8),
    ("rk_live_", 8),
    ("hvs.", 8),
    ("npm_", 16),
    ("dop_v1_", 8),
    ("SG.", 16),
    ("TlRMTVNTUAA", 0),
    ("YII", 40),
    ("AccountKey=", 8),
    ("PMAK-", 8),
];
/// Marks of hashed passwords (crypt, LDAP).
const HASHES: &[&str] = &["$1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$7$", "$y$", "$argon2", "{SSHA", "{SHA}"];
/// Shortest run of letters of both cases and digits that is a token whatever it is.
const LONG: usize = 40;

/// Returns how long the credential is that a text begins with, in bytes; `None` when it begins with none. The text begins where
/// a word does.
pub(super) fn token(text: &str) -> Option<usize> {
    if let Some(mark) = HASHES.iter().find(|mark| text.starts_with(**mark)) {
        let rest = text.get(mark.len()..)?;
        let length = rest.find(|c: char| c.is_whitespace() || "\"'<>,;)]".contains(c)).unwrap_or(rest.len());
        return (length >= 8).then_some(mark.len() + length);
    }
    let prefixed = PREFIXES.iter().any(|(prefix, least)| {
        text.strip_prefix(prefix)
            .is_some_and(|rest| rest.bytes().take(*least).filter(|byte| is_opaque(*byte)).count() == *least)
    });
    let mut run = text.bytes().take(LONG).take_while(|byte| is_opaque(*byte) && !matches!(byte, b'.' | b'/' | b'~'));
    let mixed = run.clone().count() == LONG
        && run.clone().any(|byte| byte.is_ascii_uppercase())
        && run.clone().filter(u8::is_ascii_digit).count() >= 3
        && run.any(|byte| byte.is_ascii_lowercase());
    (prefixed || mixed).then(|| text.bytes().take_while(|byte| is_opaque(*byte)).count())
}

fn is_opaque(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-' | b'.' | b'~')
}

/// Returns how long the PEM block is that a text begins with (RFC 7468); `None` when it begins with none, or with one of what
/// everyone may see. A block without an end goes to the end of the text.
pub(super) fn pem(text: &str) -> Option<usize> {
    let label = text.strip_prefix("-----BEGIN ")?;
    let label = label.get(..label.floor_char_boundary(64))?;
    let label = label.get(..label.find("-----")?)?;
    if ["CERTIFICATE", "PUBLIC KEY", "CRL"].iter().any(|public| label.contains(public)) && !label.contains("PRIVATE") {
        return None;
    }
    let end = text.find("-----END").and_then(|end| {
        let rest = text.get(end + "-----END".len()..)?;
        Some(end + "-----END".len() + rest.find("-----").map_or(rest.len(), |close| close + "-----".len()))
    });
    Some(end.unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_known_by_their_form() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln";
        assert_eq!(token(&format!("{jwt}, more")), Some(jwt.len()));
        for text in ["AKIAIOSFODNN7EXAMPLE", "ghp_0123456789abcdef", "$6$salt$hashhashhash", "xoxb-1234-5678-abcd"] {
            assert_eq!(token(text), Some(text.len()), "{text}");
        }
        assert!(token(&format!("{}{}", "aB3".repeat(14), " x")).is_some());
        for text in [
            "SunCertPathBuilderException",
            "ServerKeyExchange",
            "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
            "5f0c2a9be0d14c77998877665544aabb5f0c2a9be0d14c77",
            "ComplianceRetrievalServiceNetworkIntegrationEndpoint",
            "eyJ",
        ] {
            assert_eq!(token(text), None, "{text}");
        }
    }

    #[test]
    fn private_keys_go_and_certificates_stay() {
        let key = "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----";
        assert_eq!(pem(&format!("{key} x")), Some(key.len()));
        assert_eq!(pem("-----BEGIN PRIVATE KEY-----MII"), Some(30));
        assert_eq!(pem("-----BEGIN CERTIFICATE-----MII"), None);
    }
}
