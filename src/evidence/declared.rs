//! What the caller says of servers and proxies.

use std::net::IpAddr;
use std::str::FromStr;

use crate::model::authority::Authority;

/// Servers and proxies that the caller names, besides those that the inputs show by themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// Host names (or literal addresses) of MDM servers.
    pub hosts: Vec<String>,
    /// Ports of MDM servers.
    pub ports: Vec<u16>,
    /// Proxies on the way to the MDM server.
    pub proxies: Vec<ProxyOption>,
}

/// A proxy that the caller names: `ADDR:PORT` or `HOST:PORT`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProxyOption {
    /// Host name in lower case, or literal address.
    pub host: String,
    /// Port.
    pub port: u16,
}

impl ProxyOption {
    /// Returns the address, when the host is one.
    pub fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }
}

impl FromStr for ProxyOption {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a proxy; expected ADDR:PORT, such as `192.0.2.8:3128`");
        let server = Authority::split(text);
        let Authority { host, has_user, .. } = server;
        let port = server.port_number().ok_or_else(wrong)?;
        let bare_v6 = host.contains(':') && !text.starts_with('[');
        if has_user || bare_v6 || host.is_empty() || host.contains(|c: char| c.is_whitespace() || c == '/') {
            return Err(wrong());
        }
        Ok(Self { host: host.to_ascii_lowercase(), port })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_addresses_or_names_with_a_port() {
        let proxy = |text: &str| text.parse::<ProxyOption>();
        assert_eq!(proxy("[2001:db8::8]:3128").unwrap().address(), "2001:db8::8".parse().ok());
        assert_eq!(proxy("Proxy.example.com:8080").unwrap().host, "proxy.example.com");
        for wrong in ["", "192.0.2.8", "192.0.2.8:0", "192.0.2.8:x", ":80", "2001:db8::8:3128", "http://p:80"] {
            assert!(proxy(wrong).is_err(), "{wrong}");
        }
    }
}
