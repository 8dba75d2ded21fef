//! Takes secrets out of URLs and makes foreign text fit to keep: credentials in front of the host, and the values of
//! parameters whose names sound like passwords, tokens or session IDs.

use super::device;
use super::secrets::without_secrets;
use super::words::whole_words;

/// Longest target or header value that is kept, in bytes.
const MAX_TEXT: usize = 2048;

/// Makes foreign text printable and short: control characters are dropped, invalid UTF-8 is replaced, secrets are taken out.
pub(crate) fn text(bytes: &[u8]) -> String {
    without_secrets(printable(bytes).trim()).into_owned()
}

/// Returns a request target without user information and without the values of sensitive parameters.
pub(crate) fn target(bytes: &[u8]) -> String {
    if let Some(known) = device::known(bytes) {
        return known.to_owned();
    }
    let text = printable(bytes);
    let mut clean = without_secrets(text.trim()).into_owned();
    clean.truncate(clean.find('#').unwrap_or(clean.len()));
    device::learn(bytes, &clean);
    clean
}

/// Returns a URL without user information, sensitive parameters, query and fragment.
pub(crate) fn location(bytes: &[u8]) -> String {
    let mut clean = target(bytes);
    clean.truncate(clean.find('?').unwrap_or(clean.len()));
    clean
}

fn printable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes.get(..MAX_TEXT + 4).unwrap_or(bytes));
    whole_words(&text, MAX_TEXT).chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_targets_stay_as_they_are() {
        for harmless in [
            "/ciscoise/mdminfo/?ise_api_version=3",
            "*",
            "/",
            "/a;b/c?x&y=1",
            "tenant.example.com:443",
            "https://h.example.com:443/ciscoise/v3/devices/?paging=0&querycriteria=macaddress&value=02AABBCCDDEE&filter=all",
            "https://login.microsoftonline.com/5f0c2a9b-e0d1-4c77-9988-77665544aabb/oauth2/v2.0/token",
            "https://login.microsoftonline.com/error?code=7000215",
            "https://h/ciscoise/v3/action/actionType=pin_lock",
        ] {
            assert_eq!(target(harmless.as_bytes()), harmless);
        }
    }

    #[test]
    fn secrets_in_urls_are_taken_out() {
        let cases = [
            ("http://user:pw@host:80/x", "http://host:80/x"),
            ("user:pw@host:443", "host:443"),
            ("http://a@b:c@host", "http://host"),
            ("http://admin:p#w@host.example.com/x", "http://host.example.com/x"),
            ("/x?user=1&Password=se=cret&y=2", "/x?user=1&Password=***&y=2"),
            ("/x?%70assword=secret;api_key=1", "/x?%70assword=***;api_key=***"),
            ("/x;jsessionid=12AB/y?a=b#frag", "/x;jsessionid=***"),
            ("/x?next=https://u:p@idp.example.com/a", "/x?next=https://idp.example.com/a"),
            (
                "/x?data=%7B%22password%22%3A%22p%22%2C%22a%22%3A1%7D",
                "/x?data=%7B%22password%22%3A%22***%22%2C%22a%22%3A1%7D",
            ),
            ("/login@example.com/x", "/login@example.com/x"),
            ("/x?access_token=", "/x?access_token="),
            ("/x?code=abc&state=1", "/x?code=***&state=1"),
        ];
        for (given, expected) in cases {
            assert_eq!(target(given.as_bytes()), expected);
        }
        assert_eq!(location(b"https://u:p@idp.example.com/login?SAMLRequest=x"), "https://idp.example.com/login");
    }

    #[test]
    fn control_characters_and_endless_text_are_not_kept() {
        assert_eq!(text(b" a\x1b[31mb\x00\xffc "), "a[31mb\u{fffd}c");
        assert!(text(&b"x ".repeat(5000)).len() <= MAX_TEXT);
    }
}
