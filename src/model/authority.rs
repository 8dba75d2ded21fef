//! Host and port as texts write them (RFC 3986, section 3.2): in URLs, in headers, on command lines, in the log.

use std::net::IpAddr;

/// The authority of a URL in its parts, as they are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Authority<'a> {
    /// Host name or address, without brackets.
    pub(crate) host: &'a str,
    /// The text behind the colon, which need not be a number; `None` where there is no colon.
    pub(crate) port: Option<&'a str>,
    /// Whether a user stands in front of the host.
    pub(crate) has_user: bool,
}

impl<'a> Authority<'a> {
    /// Takes `user@host:port` apart; anything is an authority, and what it lacks is empty.
    pub(crate) fn split(text: &'a str) -> Self {
        let (user, server) = text.rsplit_once('@').map_or((None, text), |(user, server)| (Some(user), server));
        let (host, port) = split_server(server);
        Self { host, port, has_user: user.is_some() }
    }

    /// Returns the port, when it is one that a connection can go to.
    pub(crate) fn port_number(&self) -> Option<u16> {
        self.port.and_then(|port| port.parse().ok()).filter(|port| *port != 0)
    }
}

/// Returns the host without brackets, and the text behind the colon that is not part of an IPv6 address.
fn split_server(server: &str) -> (&str, Option<&str>) {
    if let Some((host, rest)) = server.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return (host, rest.strip_prefix(':'));
    }
    match server.rsplit_once(':') {
        Some((host, port)) if address(server).is_none() => (host, Some(port)),
        _ => (server, None),
    }
}

/// Returns the address that a text is, blanks around it and the scope behind it left aside (RFC 4007, section 11).
pub(crate) fn address(text: &str) -> Option<IpAddr> {
    text.trim().split('%').next()?.parse().ok()
}

/// Returns `192.0.2.10:443` and `[2001:db8::1]:443` as address and port; `None` for an empty text.
pub(crate) fn split_port(text: &str) -> Option<(&str, Option<u16>)> {
    let Authority { host, port, .. } = Authority::split(text);
    (!host.is_empty()).then(|| (host, port.and_then(|port| port.parse().ok())))
}

/// Returns `host:port`, with brackets around an IPv6 address.
pub(crate) fn with_port(host: &str, port: Option<u16>) -> String {
    match port {
        Some(port) if host.contains(':') && !host.starts_with('[') => format!("[{host}]:{port}"),
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_split_from_both_families() {
        assert_eq!(split_port("192.0.2.10:443"), Some(("192.0.2.10", Some(443))));
        assert_eq!(split_port("[2001:db8::1]:443"), Some(("2001:db8::1", Some(443))));
        assert_eq!(split_port("2001:db8::1"), Some(("2001:db8::1", None)));
        assert_eq!(split_port("fe80::1%eth0"), Some(("fe80::1%eth0", None)));
        assert_eq!(split_port(""), None);
    }

    #[test]
    fn a_user_is_no_part_of_the_host() {
        let authority = Authority::split("user:p@ss@h.example.com:8443");
        assert_eq!((authority.host, authority.port_number(), authority.has_user), ("h.example.com", Some(8443), true));
        assert!(!Authority::split("h.example.com").has_user);
    }

    #[test]
    fn no_connection_goes_to_port_0_or_to_words() {
        for text in ["h:0", "h:", "h:https", "h:99999", "h"] {
            assert_eq!(Authority::split(text).port_number(), None, "{text}");
        }
    }

    #[test]
    fn what_was_split_can_be_joined() {
        for text in ["h.example.com:443", "[2001:db8::1]:443", "192.0.2.1", "2001:db8::1"] {
            let (host, port) = split_port(text).unwrap();
            assert_eq!(with_port(host, port), text);
        }
    }
}
