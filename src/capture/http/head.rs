//! The head of one HTTP/1.x message (RFC 9112), read as far as it was captured: lines that are whole count, the one that
//! was cut does not.

use std::borrow::Cow;

use httparse::{EMPTY_HEADER, Header, ParserConfig, Request, Response};

use crate::model::authority::Authority;
use crate::model::sanitize;
use crate::model::url::Url;

/// A head longer than this is read as if it were cut here.
pub(super) const MAX_HEAD: usize = 64 << 10;
const MAX_HEADERS: usize = 200;

/// Methods by which a request is recognised (RFC 9110, RFC 5789, WebDAV).
const METHODS: [&[u8]; 14] = [
    b"GET ",
    b"POST ",
    b"HEAD ",
    b"CONNECT ",
    b"PUT ",
    b"DELETE ",
    b"OPTIONS ",
    b"PATCH ",
    b"TRACE ",
    b"PROPFIND ",
    b"REPORT ",
    b"MKCOL ",
    b"MOVE ",
    b"COPY ",
];

/// A request line and what matters of its headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RequestHead {
    pub(super) method: String,
    pub(super) target: Option<String>,
    pub(super) host: Option<String>,
    /// Host and port of a CONNECT.
    pub(super) connect: Option<(String, u16)>,
    /// There are credentials for a proxy.
    pub(super) credentials: bool,
    pub(super) body: BodyLength,
    /// Bytes up to the body; `None` when the end of the head is not there.
    pub(super) length: Option<usize>,
}

/// A status line and what matters of its headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ResponseHead {
    pub(super) status: u16,
    pub(super) reason: String,
    pub(super) server: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) location: Option<String>,
    pub(super) body: BodyLength,
    /// Bytes up to the body; `None` when the end of the head is not there.
    pub(super) length: Option<usize>,
}

/// The end of the body, as the headers give it (RFC 9112 section 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum BodyLength {
    /// No header says.
    #[default]
    Unsaid,
    Length(u64),
    Chunked,
}

/// Returns whether a request begins here, as far as the bytes go.
pub(crate) fn begins_request(bytes: &[u8]) -> bool {
    METHODS.iter().any(|method| bytes.starts_with(method))
}

/// Returns whether a response begins here.
pub(crate) fn begins_response(bytes: &[u8]) -> bool {
    bytes.starts_with(b"HTTP/1.") || bytes.starts_with(b"HTTP/0.9 ")
}

impl RequestHead {
    /// Reads the head that begins here; `None` when it is not HTTP/1.x or the method was cut.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        if !begins_request(bytes) {
            return None;
        }
        let (lines, complete) = whole_lines(bytes);
        let mut headers = [EMPTY_HEADER; MAX_HEADERS];
        let mut request = Request::new(&mut headers);
        let parsed = config().parse_request(&mut request, &lines);
        let mut head = Self { method: request.method?.to_owned(), ..Self::default() };
        head.target = request.path.map(|path| sanitize::target(path.as_bytes()));
        let authority = match (request.path, head.method.as_str()) {
            (Some(path), "CONNECT") => {
                head.connect = host_and_port(path);
                Some(path)
            }
            (Some(path), _) => Some(Url::split(path)).filter(|url| url.scheme.is_some()).map(|url| url.authority),
            (None, _) => None,
        };
        head.host = authority.and_then(host_of);
        if let Ok(httparse::Status::Complete(length)) = parsed {
            head.length = complete.then_some(length);
            head.body = body(request.headers);
            head.credentials = header(request.headers, "proxy-authorization").is_some();
            if head.host.is_none() {
                head.host = header(request.headers, "host").and_then(|host| host_of(&String::from_utf8_lossy(host)));
            }
        }
        Some(head)
    }
}

impl ResponseHead {
    /// Reads the head that begins here; `None` when it is not HTTP/1.x or the status was cut.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (lines, complete) = whole_lines(bytes);
        let mut headers = [EMPTY_HEADER; MAX_HEADERS];
        let mut response = Response::new(&mut headers);
        let parsed = config().parse_response(&mut response, &lines);
        let mut head = Self { status: response.code?, ..Self::default() };
        head.reason = sanitize::text(response.reason.unwrap_or_default().as_bytes());
        if let Ok(httparse::Status::Complete(length)) = parsed {
            head.length = complete.then_some(length);
            head.body = body(response.headers);
            let kept = |name| header(response.headers, name).map(sanitize::text).filter(|value| !value.is_empty());
            head.server = kept("server").or_else(|| kept("via")).or_else(|| kept("proxy-agent"));
            head.content_type = kept("content-type");
            head.location = header(response.headers, "location").map(sanitize::location);
        }
        Some(head)
    }
}

fn config() -> ParserConfig {
    let mut config = ParserConfig::default();
    config
        .allow_spaces_after_header_name_in_responses(true)
        .allow_multiple_spaces_in_request_line_delimiters(true)
        .allow_multiple_spaces_in_response_status_delimiters(true)
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_space_before_first_header_name(true)
        .ignore_invalid_headers_in_responses(true)
        .ignore_invalid_headers_in_requests(true);
    config
}

/// Returns the head with its empty line, or its whole lines with an empty line put behind, and whether it was all there. A status
/// or request line that is itself cut stays as it is.
fn whole_lines(bytes: &[u8]) -> (Cow<'_, [u8]>, bool) {
    let bytes = bytes.get(..MAX_HEAD).unwrap_or(bytes);
    let mut last_line = 0;
    for end in memchr::memchr_iter(b'\n', bytes) {
        let line = bytes.get(last_line..end).unwrap_or_default();
        let empty = line.is_empty() || line == b"\r";
        if empty && last_line > 0 {
            return (Cow::Borrowed(bytes), true);
        }
        last_line = end + 1;
    }
    match bytes.get(..last_line) {
        Some(lines) if last_line > 0 => (Cow::Owned([lines, b"\r\n"].concat()), false),
        _ => (Cow::Borrowed(bytes), false),
    }
}

fn header<'a>(headers: &[Header<'a>], name: &str) -> Option<&'a [u8]> {
    headers.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value)
}

fn body(headers: &[Header<'_>]) -> BodyLength {
    if let Some(coding) = header(headers, "transfer-encoding") {
        let coding = coding.to_ascii_lowercase();
        let last = coding.rsplit(|&byte| byte == b',').next().unwrap_or_default();
        return if last.trim_ascii() == b"chunked" { BodyLength::Chunked } else { BodyLength::Unsaid };
    }
    let length = header(headers, "content-length").and_then(|value| std::str::from_utf8(value).ok());
    length.and_then(|value| value.trim().parse().ok()).map_or(BodyLength::Unsaid, BodyLength::Length)
}

/// Returns host name or address in lower case, user information and port taken off.
pub(crate) fn host_of(authority: &str) -> Option<String> {
    let host = Authority::split(authority.trim()).host;
    let host = host.strip_suffix('.').unwrap_or(host);
    let printable = !host.is_empty() && host.len() <= 255 && host.bytes().all(|byte| byte.is_ascii_graphic());
    printable.then(|| host.to_ascii_lowercase())
}

fn host_and_port(authority: &str) -> Option<(String, u16)> {
    Some((host_of(authority)?, Authority::split(authority).port?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &[u8] =
        b"GET /ciscoise/mdminfo/?ise_api_version=3 HTTP/1.1\r\nAuthorization: Basic dXNlcjpwdw==\r\n\
        Cookie: a=b\r\nHost: Tenant.Example.com:8443\r\nContent-Length: 12\r\n\r\nbody";
    const RESPONSE: &[u8] = b"HTTP/1.1 407 Proxy Authentication Required\r\nVia: 1.1 cache\r\nSet-Cookie: s=1\r\n\
        Content-Type: text/html\r\nLocation: https://u:p@h/x?y=z\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n0\r\n";

    #[test]
    fn a_request_says_what_it_wants_and_of_whom() {
        let head = RequestHead::read(REQUEST).unwrap();
        assert_eq!(head.method, "GET");
        assert_eq!(head.target.as_deref(), Some("/ciscoise/mdminfo/?ise_api_version=3"));
        assert_eq!(head.host.as_deref(), Some("tenant.example.com"));
        assert_eq!(head.body, BodyLength::Length(12));
        assert_eq!(head.length, Some(REQUEST.len() - 4));
        assert!(!format!("{head:?}").contains("dXNl"));
    }

    #[test]
    fn a_response_says_who_answered_what() {
        let head = ResponseHead::read(RESPONSE).unwrap();
        assert_eq!((head.status, head.reason.as_str()), (407, "Proxy Authentication Required"));
        assert_eq!(head.server.as_deref(), Some("1.1 cache"));
        assert_eq!(head.content_type.as_deref(), Some("text/html"));
        assert_eq!(head.location.as_deref(), Some("https://h/x"));
        assert_eq!(head.body, BodyLength::Chunked);
        assert_eq!(head.length, Some(RESPONSE.len() - 3));
    }

    #[test]
    fn a_cut_head_says_a_part_of_the_same() {
        let whole = RequestHead::read(REQUEST).unwrap();
        for end in 0..REQUEST.len() - 4 {
            let Some(cut) = RequestHead::read(&REQUEST[..end]) else {
                assert!(end < 5);
                continue;
            };
            assert_eq!((cut.method.as_str(), cut.length), ("GET", None));
            assert!(cut.target.is_none() || cut.target == whole.target, "cut at {end}");
            assert!(cut.host.is_none() || cut.host == whole.host, "cut at {end}");
        }
        let whole = ResponseHead::read(RESPONSE).unwrap();
        for end in 0..RESPONSE.len() - 3 {
            let Some(cut) = ResponseHead::read(&RESPONSE[..end]) else {
                assert!(end < 13);
                continue;
            };
            assert_eq!((cut.status, cut.length), (407, None));
            assert!(cut.reason.is_empty() || cut.reason == whole.reason);
            assert!(cut.server.is_none() || cut.server == whole.server);
        }
    }

    #[test]
    fn connect_names_its_host_and_port_in_every_form() {
        let connect = |authority: &str| {
            RequestHead::read(format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n").as_bytes())
                .unwrap()
                .connect
        };
        assert_eq!(connect("Tenant.Example.com:443"), Some(("tenant.example.com".to_owned(), 443)));
        assert_eq!(connect("[2001:db8::7]:8443"), Some(("2001:db8::7".to_owned(), 8443)));
        assert_eq!(connect("tenant.example.com"), None);
        assert_eq!(connect("tenant.example.com:99999"), None);
    }

    #[test]
    fn an_absolute_target_names_the_host() {
        let head =
            RequestHead::read(b"GET http://u:p@Tenant.example.com:80/x HTTP/1.0\r\nHost: other\r\n\r\n").unwrap();
        assert_eq!(head.host.as_deref(), Some("tenant.example.com"));
        assert_eq!(head.target.as_deref(), Some("http://Tenant.example.com:80/x"));
    }

    #[test]
    fn other_protocols_are_not_http() {
        assert_eq!(RequestHead::read(b"\x16\x03\x01\x02\x00\x01"), None);
        assert_eq!(RequestHead::read(b"GETTING started"), None);
        assert_eq!(ResponseHead::read(b"SSH-2.0-OpenSSH_9.2\r\n"), None);
        assert_eq!(ResponseHead::read(b"HTTP/1.1 4"), None);
    }
}
