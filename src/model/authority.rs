//! Host and port as texts write them (RFC 3986, section 3.2).

/// `192.0.2.10:443` and `[2001:db8::1]:443` as address and port.
pub(crate) fn split_port(text: &str) -> Option<(&str, Option<u16>)> {
    let (address, port) = match text.rsplit_once(':') {
        Some((address, port)) if !address.contains(':') || address.ends_with(']') => (address, port.parse().ok()),
        _ => (text, None),
    };
    let address = address.strip_prefix('[').and_then(|a| a.strip_suffix(']')).unwrap_or(address);
    (!address.is_empty()).then_some((address, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_split_from_both_families() {
        assert_eq!(split_port("192.0.2.10:443"), Some(("192.0.2.10", Some(443))));
        assert_eq!(split_port("[2001:db8::1]:443"), Some(("2001:db8::1", Some(443))));
        assert_eq!(split_port("2001:db8::1"), Some(("2001:db8::1", None)));
        assert_eq!(split_port(""), None);
    }
}
