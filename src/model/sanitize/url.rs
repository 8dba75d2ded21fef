//! Takes secrets out of URLs and makes foreign text fit to keep: credentials in front of the host, and the values of
//! parameters whose names sound like passwords, tokens or session IDs.

/// What stands for a value that was taken out.
const REMOVED: &str = "***";
/// Longest target or header value that is kept, in bytes.
const MAX_TEXT: usize = 2048;
/// Parts of parameter names whose values are not for anyone's eyes.
const SENSITIVE: [&str; 15] = [
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "auth",
    "cred",
    "sig",
    "session",
    "cookie",
    "jwt",
    "saml",
    "otp",
    "assertion",
    "code",
];
/// Whole parameter names that are too short to look for inside of others.
const SENSITIVE_WORDS: [&str; 4] = ["sid", "pin", "pw", "p"];

/// Makes foreign text printable and short: control characters are dropped, invalid UTF-8 is replaced.
pub(crate) fn text(bytes: &[u8]) -> String {
    let bytes = bytes.get(..MAX_TEXT).unwrap_or(bytes);
    String::from_utf8_lossy(bytes).chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}

/// Returns a request target without user information and without the values of sensitive parameters.
pub(crate) fn target(bytes: &[u8]) -> String {
    let text = text(bytes);
    let text = text.split('#').next().unwrap_or_default();
    let (before, query) = match text.split_once('?') {
        Some((before, query)) => (before, Some(query)),
        None => (text, None),
    };
    let mut clean = String::with_capacity(text.len());
    for (index, part) in without_userinfo(before).split('/').enumerate() {
        if index > 0 {
            clean.push('/');
        }
        // Path parameters (RFC 3986 section 3.3), such as `;jsessionid=`.
        push_parameters(&mut clean, part, &[';']);
    }
    if let Some(query) = query {
        clean.push('?');
        push_parameters(&mut clean, query, &['&', ';']);
    }
    clean
}

/// Returns a URL without user information, sensitive parameters, query and fragment.
pub(crate) fn location(bytes: &[u8]) -> String {
    let mut clean = target(bytes);
    clean.truncate(clean.find('?').unwrap_or(clean.len()));
    clean
}

/// `scheme://user:password@host/path` or `user:password@host:port` without the part before the last `@` of the authority.
fn without_userinfo(url: &str) -> String {
    let start = match url.find("//") {
        Some(slashes) if url.find('/') == Some(slashes) => slashes + 2,
        None if !url.starts_with('/') => 0,
        _ => return url.to_owned(),
    };
    let (scheme, rest) = url.split_at(start);
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let server = authority.rsplit('@').next().unwrap_or(authority);
    format!("{scheme}{server}{path}")
}

fn push_parameters(clean: &mut String, mut text: &str, separators: &[char]) {
    loop {
        let (parameter, rest) = text.split_at(text.find(separators).unwrap_or(text.len()));
        match parameter.split_once('=') {
            Some((name, value)) if is_sensitive(name) && !value.is_empty() => {
                clean.push_str(name);
                clean.push('=');
                clean.push_str(REMOVED);
            }
            _ => clean.push_str(parameter),
        }
        let mut rest = rest.chars();
        let Some(separator) = rest.next() else { return };
        clean.push(separator);
        text = rest.as_str();
    }
}

fn is_sensitive(name: &str) -> bool {
    let name = percent_decoded(name).to_ascii_lowercase();
    SENSITIVE_WORDS.contains(&name.as_str()) || SENSITIVE.iter().any(|part| name.contains(part))
}

fn percent_decoded(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let mut decoded = [0];
        if first == b'%' && after.get(..2).is_some_and(|digits| hex::decode_to_slice(digits, &mut decoded).is_ok()) {
            bytes.extend(decoded);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_targets_stay_as_they_are() {
        for harmless in ["/ciscoise/mdminfo/?ise_api_version=3", "*", "/", "/a;b/c?x&y=1", "tenant.example.com:443"] {
            assert_eq!(target(harmless.as_bytes()), harmless);
        }
    }

    #[test]
    fn secrets_in_urls_are_taken_out() {
        let cases = [
            ("http://user:pw@host:80/x", "http://host:80/x"),
            ("user:pw@host:443", "host:443"),
            ("http://a@b:c@host", "http://host"),
            ("/x?user=1&Password=se=cret&y=2", "/x?user=1&Password=***&y=2"),
            ("/x?%70assword=secret;api_key=1", "/x?%70assword=***;api_key=***"),
            ("/x;jsessionid=12AB/y?a=b#frag", "/x;jsessionid=***/y?a=b"),
            ("/login@example.com/x", "/login@example.com/x"),
            ("/x?access_token=", "/x?access_token="),
        ];
        for (given, expected) in cases {
            assert_eq!(target(given.as_bytes()), expected);
        }
        assert_eq!(location(b"https://u:p@idp.example.com/login?SAMLRequest=x"), "https://idp.example.com/login");
    }

    #[test]
    fn control_characters_and_endless_text_are_not_kept() {
        assert_eq!(text(b" a\x1b[31mb\x00\xffc "), "a[31mb\u{fffd}c");
        assert_eq!(text(&[b'x'; 5000]).len(), MAX_TEXT);
    }
}
