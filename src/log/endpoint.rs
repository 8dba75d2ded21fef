//! Hosts and ports as the log writes them: in URLs, in HttpClient's `Connect to ...`, in MdmClient's `Connection Failed
//! to ...`, and in what is said of a proxy.

use super::facts::{ConnectTarget, ProxyMention};
use crate::model::authority::{Authority, address};
use crate::model::{sanitize, url};

/// Most addresses of one name that are kept.
const MAX_ADDRESSES: usize = 32;
/// The parameter that names the version of the API.
const VERSION_PARAMETER: &str = "ise_api_version";

/// A URL without its credentials, and the server that it names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LoggedUrl {
    pub(super) text: String,
    /// In lower case, without brackets; `None` where the end of the text may have cut it off.
    pub(super) host: Option<String>,
    /// Explicit or that of the scheme; `None` where the end of the text may have cut it off.
    pub(super) port: Option<u16>,
}

/// Reads the URL that the text begins with.
pub(super) fn url(text: &str) -> LoggedUrl {
    let text = text.split(|c: char| c.is_whitespace() || c.is_control()).next().unwrap_or_default();
    let parts = url::Url::split(text);
    let (scheme, ended) = (parts.scheme.unwrap_or_default(), !parts.target.is_empty());
    let server = parts.server();
    let Authority { host, port, has_user } = server;
    let known = !host.is_empty() && (ended || port.is_some());
    let default = if scheme.eq_ignore_ascii_case("http") { 80 } else { 443 };
    // Cut off in front of an `@`, what looks like host and port may be a name and a password.
    let doubtful = !ended && !has_user && parts.authority.contains(':') && server.port_number().is_none();
    LoggedUrl {
        text: if doubtful { format!("{scheme}://") } else { sanitize::target(text.as_bytes()) },
        host: (known && !doubtful).then(|| host.to_ascii_lowercase()),
        port: match port {
            Some(_) => server.port_number().filter(|_| ended),
            None => Some(default).filter(|_| ended && !host.is_empty()),
        },
    }
}

/// Returns whether two URLs ask for the same in different versions of the API, which a parameter or a part of the path such as
/// `v3` names, or which nothing names (version 1).
pub(super) fn is_other_version(one: &str, other: &str) -> bool {
    let (one, other) = (url::Url::split(one), url::Url::split(other));
    let mut differ = one.parameter(VERSION_PARAMETER) != other.parameter(VERSION_PARAMETER);
    let same_segment = |(one, other): (&str, &str)| {
        differ |= one != other;
        one == other || is_version(one) && is_version(other)
    };
    parameters(one).eq(parameters(other))
        && segments(one).count() == segments(other).count()
        && segments(one).zip(segments(other)).all(same_segment)
        && differ
}

/// Returns the parameters of a query but for the version of the API.
fn parameters(url: url::Url<'_>) -> impl Iterator<Item = &str> {
    let all = url.query().unwrap_or_default().split('&');
    all.filter(|part| !part.is_empty() && !part.starts_with(VERSION_PARAMETER))
}

/// Returns the parts of a path.
fn segments(url: url::Url<'_>) -> impl Iterator<Item = &str> {
    url.path().split('/').filter(|segment| !segment.is_empty())
}

/// Returns whether the segment is a version as it stands in paths, such as `v3`.
fn is_version(segment: &str) -> bool {
    segment.strip_prefix(['v', 'V']).is_some_and(|number| matches!(number.as_bytes(), [b'0'..=b'9']))
}

/// Reads `Connect to HOST:PORT [HOST/ADDRESS, ...] failed: ...`.
pub(super) fn connect_target(words: &str) -> Option<ConnectTarget> {
    let words = words.to_ascii_lowercase();
    let (_, rest) = words.split_once("connect to ")?;
    let (server, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let server = Authority::split(server.trim_start_matches('/'));
    if server.host.is_empty() {
        return None;
    }
    let listed = rest.trim_start().strip_prefix('[').and_then(|list| list.split_once(']')).map_or("", |(list, _)| list);
    let addresses = listed.split(',').filter_map(|entry| address(entry.rsplit('/').next()?));
    Some(ConnectTarget {
        host: server.host.to_owned(),
        port: server.port_number(),
        addresses: addresses.take(MAX_ADDRESSES).collect(),
    })
}

/// Reads `HOST, and port - PORT : REASON`, as it follows `Connection Failed to the MDM server host - `.
pub(super) fn failed_host(text: &str) -> (Option<String>, Option<u16>, &str) {
    let Some((host, rest)) = text.split_once(',') else { return (None, None, "") };
    let host = host.trim().trim_matches(['[', ']']);
    let host = (!host.is_empty() && !host.contains(char::is_whitespace)).then(|| host.to_ascii_lowercase());
    let digits = rest.find(|c: char| c.is_ascii_digit()).and_then(|at| rest.get(at..)).unwrap_or_default();
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (port, reason) = digits.split_at(end);
    let port = port.parse().ok().filter(|port| *port != 0 && !reason.is_empty());
    (host, port, reason.trim_start().trim_start_matches(':').trim())
}

/// Reads what stands behind `Proxy Config in request =`; `None` where the end of the text may have cut off what it would tell.
/// `whole` says that the record was not pasted from a screen.
pub(super) fn proxy(text: &str, whole: bool) -> Option<ProxyMention> {
    const NONE: [&str; 5] = ["null", "none", "direct", "no_proxy", "no proxy"];
    let text = text.trim_start_matches([' ', '=', ':']).trim_end();
    let (inside, closed) = match text.strip_prefix('[').map(|rest| rest.strip_suffix(']').ok_or(rest)) {
        Some(Ok(inside)) => (inside, true),
        Some(Err(inside)) => (inside, false),
        None => (text, whole && !text.is_empty()),
    };
    let inside = inside.trim_matches([',', ' ']);
    let lower = inside.to_ascii_lowercase();
    if inside.is_empty() || NONE.contains(&&*lower) {
        return closed.then_some(ProxyMention::None);
    }
    if !closed && NONE.iter().any(|none| none.starts_with(&lower)) {
        return None;
    }
    // `PROXY@http://user:password@host:port`, `HTTP @ host/192.0.2.8:3128`, `http://192.0.2.8:3128`.
    let server = inside.rsplit('@').next().unwrap_or_default();
    let server = server.rsplit("://").next().unwrap_or_default().trim().trim_start_matches('/').trim_end_matches('/');
    let server = Authority::split(server);
    let (host, port) = (server.host.split('/').next().unwrap_or_default(), server.port_number());
    let plausible = host.contains(['.', ':']) || port.is_some();
    let name = |c: char| c.is_alphanumeric() || ".:-_%".contains(c);
    if closed && plausible && !host.is_empty() && host.chars().all(name) {
        Some(ProxyMention::Named { host: host.to_ascii_lowercase().into(), port })
    } else {
        Some(ProxyMention::Unnamed)
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn server(text: &str) -> (Option<String>, Option<u16>) {
        let url = url(text);
        (url.host, url.port)
    }

    fn named(host: &str, port: Option<u16>) -> Option<ProxyMention> {
        Some(ProxyMention::Named { host: host.into(), port })
    }

    #[test]
    fn urls_name_host_and_port() {
        let host = |name: &str| Some(name.to_owned());
        assert_eq!(server("https://Tenant.example.com:8443/x y"), (host("tenant.example.com"), Some(8443)));
        assert_eq!(server("https://[2001:db8::1]/x"), (host("2001:db8::1"), Some(443)));
        assert_eq!(server("http://u:p@192.0.2.1/"), (host("192.0.2.1"), Some(80)));
        assert_eq!(url("https://u:p@h/x?password=1").text, "https://h/x?password=***");
    }

    #[test]
    fn what_may_be_cut_off_is_not_known() {
        let host = |name: &str| Some(name.to_owned());
        assert_eq!(server("https://YOU"), (None, None));
        assert_eq!(server("https://h.example.com:44"), (host("h.example.com"), None));
        assert_eq!(server("https://h.example.com:443/ne"), (host("h.example.com"), Some(443)));
        assert_eq!(url("https://admin:s3cr"), LoggedUrl { text: "https://".to_owned(), host: None, port: None });
    }

    #[test]
    fn the_same_in_another_version_of_the_api_is_known() {
        let v3 = "https://h/x/ciscoise/mdminfo/?ise_api_version=3";
        assert!(is_other_version(v3, "https://h/x/ciscoise/mdminfo/?ise_api_version=2"));
        assert!(is_other_version(v3, "https://h/x/ciscoise/mdminfo"));
        assert!(is_other_version("https://h/ciscoise/v3/devices/?value=1", "https://h/ciscoise/v2/devices/?value=1"));
        for other in
            [v3, "https://h/y/ciscoise/mdminfo/?ise_api_version=2", "https://h/x/ciscoise/mdminfo?a=b", "https://h"]
        {
            assert!(!is_other_version(v3, other), "{other}");
        }
        assert!(!is_other_version("https://h/ciscoise/v3/devices/?value=1", "https://h/ciscoise/v2/devices/?value=2"));
    }

    #[test]
    fn http_client_says_whom_it_connects_to() {
        let target =
            connect_target("x: Connect to [2001:db8::1]:443 [h/2001:db8:0:0:0:0:0:1, h/192.0.2.1] failed: y").unwrap();
        assert_eq!((&*target.host, target.port, target.addresses.len()), ("2001:db8::1", Some(443), 2));
        let target = connect_target("Connect to 192.0.2.8:3999 [/192.0.2.8] failed: Connection refused").unwrap();
        assert_eq!((&*target.host, target.port), ("192.0.2.8", Some(3999)));
        assert_eq!(target.addresses, ["192.0.2.8".parse::<IpAddr>().unwrap()]);
        assert_eq!(connect_target("Connect to H.example.com").unwrap().port, None);
        assert_eq!(connect_target("Connection refused"), None);
    }

    #[test]
    fn mdm_client_says_whom_it_did_not_reach() {
        let host = || Some("h.example.com".to_owned());
        assert_eq!(failed_host("H.example.com, and port - 443 : h: x : y"), (host(), Some(443), "h: x : y"));
        assert_eq!(failed_host("h.example.com, and port - 44"), (host(), None, ""));
        assert_eq!(failed_host("h.exa"), (None, None, ""));
    }

    #[test]
    fn proxies_are_named_in_many_ways_or_not() {
        assert_eq!(proxy("= [PROXY@http://192.0.2.8:3128]", true), named("192.0.2.8", Some(3128)));
        assert_eq!(proxy("= [PROXY@http://u:p@Proxy.example.com:8080/]", true), named("proxy.example.com", Some(8080)));
        assert_eq!(proxy("= [HTTP @ proxy.example.com/192.0.2.8:80]", true), named("proxy.example.com", Some(80)));
        assert_eq!(proxy("= http://[2001:db8::8]:3128", true), named("2001:db8::8", Some(3128)));
        assert_eq!(proxy("= [proxy.example.com]", true), named("proxy.example.com", None));
        assert_eq!(proxy("= [PROXY]", true), Some(ProxyMention::Unnamed));
        assert_eq!(proxy("= [,PRO", false), Some(ProxyMention::Unnamed));
        assert_eq!(proxy("= [PROXY@http://192.0.2.8:31", false), Some(ProxyMention::Unnamed));
        for none in ["= []", "= null", "= [,]", "= [DIRECT]"] {
            assert_eq!(proxy(none, true), Some(ProxyMention::None), "{none}");
        }
        for cut_off in ["", " =", "= [", "= nul", "= [,"] {
            assert_eq!(proxy(cut_off, false), None, "{cut_off}");
        }
        assert_eq!(proxy("= [", true), None);
    }
}
