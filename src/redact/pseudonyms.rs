//! Pseudonyms in the shapes of their originals.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha512};

use super::same_length;
use crate::model::authority::{split_port, with_port};

/// Originals, in lower case, with their pseudonyms.
pub(super) type Originals = BTreeMap<String, String>;

/// What pseudonyms look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `host-1a2b3c4d5e6f7a8b.example`: a reader sees what it stands for, and that it is one.
    Telling,
    /// As many letters and digits as the original has, for packets, whose lengths must stay what they are.
    SameLength,
}

/// Makes pseudonyms under one key.
pub(super) struct Pseudonyms {
    mac: Hmac<Sha256>,
    shape: Shape,
}

impl Pseudonyms {
    /// Makes pseudonyms with this key, which may have any length.
    pub(super) fn new(key: Vec<u8>, shape: Shape) -> Self {
        // A key of the very length of SHA-256's block can't be refused; hashing makes one of any key.
        let key = <Sha512 as sha2::Digest>::digest(key);
        Self { mac: Hmac::new(&key), shape }
    }

    /// Returns the bytes that stand for an original of one kind.
    pub(super) fn bytes(&self, kind: &str, original: &str) -> [u8; 32] {
        let mut mac = self.mac.clone();
        mac.update(kind.as_bytes());
        mac.update(&[0]);
        mac.update(original.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// Returns sixteen hexadecimal digits that stand for an original; upper and lower case are the same. The same word has the same
    /// digits whatever it names, so that an organisation that is a host's label, a user's domain and a folder can be told to be one.
    fn word(&self, original: &str) -> String {
        let bytes = self.bytes("word", &original.to_lowercase());
        hex::encode(bytes.get(..8).unwrap_or_default())
    }

    /// Returns a word of the same shape.
    pub(super) fn same_length(&self, original: &str) -> String {
        same_length::word(&|text| self.bytes("length", text), original)
    }

    /// Returns a host of the same shape, of which the labels that are no one's stay.
    pub(super) fn same_length_host(&self, host: &str) -> String {
        same_length::host(&|text| self.bytes("length", text), host)
    }

    /// Returns what stands for a word of some kind: `user-1a2b3c4d5e6f7a8b`.
    pub(super) fn stand_in(&self, kind: &str, original: &str) -> String {
        match self.shape {
            Shape::Telling => format!("{kind}-{}", self.word(original)),
            Shape::SameLength => self.same_length(original),
        }
    }

    /// Returns `host-1a2b3c4d5e6f7a8b.host-5e6f7a8b1a2b3c4d.example`: label by label, so that a wildcard and a name under it still match.
    pub(super) fn host(&self, host: &str) -> String {
        if self.shape == Shape::SameLength {
            return self.same_length_host(host);
        }
        let host = host.trim_end_matches('.');
        let labels: Vec<&str> = host.split('.').collect();
        let shown = match labels.split_last() {
            Some((_, [])) | None => &labels[..],
            // The top-level domain becomes one that can't exist (RFC 2606).
            Some((_, above)) => above,
        };
        let mut out = String::with_capacity(host.len() + 16);
        for label in shown {
            if !out.is_empty() {
                out.push('.');
            }
            match *label {
                "*" => out.push('*'),
                label => out.push_str(&self.stand_in("host", label)),
            }
        }
        if labels.len() > 1 {
            out.push_str(".example");
        }
        out
    }

    /// Returns an address that no one has: IPv4 from the reserved block 240.0.0.0/4 (RFC 1112), IPv6 from the documentation prefix
    /// 2001:db8::/32 (RFC 3849). The documentation blocks of IPv4 are too small to keep addresses apart.
    pub(super) fn address(&self, address: IpAddr) -> IpAddr {
        let [a, b, c, d, e, f, g, h, ..] = self.bytes("address", &address.to_canonical().to_string());
        match address {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::new(0xf0 | (a & 0x0f), b, c, d)),
            IpAddr::V6(_) => {
                let pair = |high: u8, low: u8| u16::from_be_bytes([high, low]);
                IpAddr::V6(Ipv6Addr::new(0x2001, 0x0db8, 0, 0, pair(a, b), pair(c, d), pair(e, f), pair(g, h)))
            }
        }
    }

    /// Returns the pseudonym of a host name or an address, in brackets or not.
    pub(super) fn endpoint(&self, name: &str) -> String {
        let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        // A scope belongs to the node alone.
        match bare.split('%').next().unwrap_or(bare).parse() {
            Ok(address) if bare.len() == name.len() => self.address(address).to_string(),
            Ok(address) => format!("[{}]", self.address(address)),
            Err(_) if name.is_empty() => String::new(),
            Err(_) => self.host(name),
        }
    }

    /// Returns what stands for one end of a connection; the port stays.
    pub(super) fn socket(&self, end: SocketAddr) -> SocketAddr {
        SocketAddr::new(self.address(end.ip()), end.port())
    }

    /// Returns the pseudonym of `address:port` or `host:port`; the port stays.
    pub(super) fn with_port(&self, end: &str) -> String {
        match split_port(end) {
            Some((address, port)) => with_port(&self.endpoint(address), port),
            None => String::new(),
        }
    }

    /// Returns what stands for a MAC address, GUID, serial number and the like. The same MAC address has one pseudonym in all
    /// its spellings.
    pub(super) fn identifier(&self, value: &str) -> String {
        match (mac_digits(value), self.shape) {
            _ if value.is_empty() => String::new(),
            (Some(_), Shape::SameLength) => self.digits(value),
            (None, Shape::SameLength) if is_guid(value) => self.digits(value),
            (Some(digits), Shape::Telling) => self.stand_in("id", &digits),
            (None, _) => self.stand_in("id", value),
        }
    }

    /// Returns hexadecimal digits in the number and case of the original, with what stands between them: a number has the same
    /// digits however it is written.
    pub(super) fn digits(&self, original: &str) -> String {
        let plain: String = original.chars().filter(char::is_ascii_alphanumeric).collect();
        let mut digits = String::new();
        let mut block = plain.to_lowercase();
        while digits.len() < plain.len() {
            block = hex::encode(self.bytes("digits", &block));
            digits.push_str(&block);
        }
        let upper = original.contains(|c: char| c.is_ascii_uppercase());
        let mut digits = digits.chars();
        let shape = |original: char| match original {
            ':' | '-' | '.' | '{' | '}' => Some(original),
            _ if !original.is_ascii_alphanumeric() => Some('_'),
            _ if upper => digits.next().map(|digit| digit.to_ascii_uppercase()),
            _ => digits.next(),
        };
        original.chars().filter_map(shape).collect()
    }

    /// Returns `user-1a2b3c4d5e6f7a8b`.
    pub(super) fn user(&self, user: &str) -> String {
        self.stand_in("user", user)
    }
}

/// Returns the twelve digits of a MAC address, in lower case, however it is written; `None` for anything else.
pub(super) fn mac_digits(text: &str) -> Option<String> {
    let digits: String =
        text.chars().filter(|c| !matches!(c, ':' | '-' | '.')).map(|c| c.to_ascii_lowercase()).collect();
    (digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(digits)
}

/// Returns whether a text is a GUID in its usual writing.
fn is_guid(text: &str) -> bool {
    let groups: Vec<usize> = text.trim_matches(['{', '}']).split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, '-' | '{' | '}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(shape: Shape) -> Pseudonyms {
        Pseudonyms::new(b"key".to_vec(), shape)
    }

    #[test]
    fn addresses_are_of_blocks_that_no_one_has_and_far_apart() {
        let first_octets: std::collections::BTreeSet<u8> = (0..200)
            .map(|last| match names(Shape::Telling).address(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))) {
                IpAddr::V4(address) => address.octets()[0],
                IpAddr::V6(_) => 0,
            })
            .collect();
        assert!(first_octets.iter().all(|octet| *octet >= 240) && first_octets.len() > 8, "{first_octets:?}");
    }

    #[test]
    fn digits_are_of_the_case_that_they_are_written_in() {
        let digits = |original: &str| names(Shape::Telling).digits(original);
        let lower = digits("0a1b2c3d4e5f60718293a4b5c6d7e8f9");
        assert!(lower.contains(|c: char| c.is_ascii_lowercase()) && !lower.contains(|c: char| c.is_ascii_uppercase()));
        assert_eq!(digits("0A1B2C3D4E5F60718293A4B5C6D7E8F9"), lower.to_uppercase());
    }

    #[test]
    fn a_host_stays_a_host_and_an_address_one_in_brackets_or_not() {
        let names = names(Shape::Telling);
        assert_eq!(names.endpoint(""), "");
        assert_eq!(names.host("mdm"), names.stand_in("host", "mdm"));
        assert_eq!(names.host("mdm.com."), format!("{}.example", names.stand_in("host", "mdm")));
        let plain = names.endpoint("2001:db8::1");
        assert_eq!(names.endpoint("[2001:db8::1]"), format!("[{plain}]"));
        assert_eq!(names.endpoint("2001:db8::1%eth0"), plain);
    }

    #[test]
    fn a_number_of_a_device_keeps_its_writing_where_it_must_be_as_long() {
        let same = names(Shape::SameLength);
        let lower = same.identifier("5a4b3c2d-1e0f-4a5b-8c7d-9e8f7a6b5c4d");
        assert_eq!(same.identifier("{5A4B3C2D-1E0F-4A5B-8C7D-9E8F7A6B5C4D}"), format!("{{{}}}", lower.to_uppercase()));
        assert_eq!(lower.replace(|c: char| c.is_ascii_hexdigit(), "x"), "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
        assert_eq!(same.identifier("02:00:5E:AA:BB:CC").replace(':', ""), same.identifier("02005EAABBCC"));
        // Groups alone make no GUID.
        assert_eq!(
            same.identifier("zzzzzzzz-1e0f-4a5b-8c7d-9e8f7a6b5c4d"),
            same.same_length("zzzzzzzz-1e0f-4a5b-8c7d-9e8f7a6b5c4d")
        );
        assert_eq!(same.identifier("5a4b-3c2d"), same.same_length("5a4b-3c2d"));
        assert_eq!(
            same.digits("ab cd"),
            same.digits("abcd").replace(&same.digits("abcd")[2..], "_") + &same.digits("abcd")[2..]
        );
        assert_eq!(same.digits(&"a".repeat(64)).len(), 64);
    }

    #[test]
    fn twelve_hexadecimal_digits_are_a_mac_address_however_they_are_written() {
        for written in ["02:00:5e:aa:bb:cc", "0200.5EAA.BBCC", "02-00-5E-AA-BB-CC", "02005EAABBCC"] {
            assert_eq!(mac_digits(written).as_deref(), Some("02005eaabbcc"), "{written}");
        }
        for other in ["hello-worlds", "02:00:5e", "02:00:5e:aa:bb:cc:dd", ""] {
            assert_eq!(mac_digits(other), None, "{other}");
        }
        let names = names(Shape::Telling);
        assert_eq!(names.identifier(""), "");
        assert_eq!(names.identifier("02:00:5e:aa:bb:cc"), names.stand_in("id", "02005eaabbcc"));
        assert_eq!(names.identifier("C02XK1ZZJGH5"), names.stand_in("id", "C02XK1ZZJGH5"));
        assert_eq!(names.user("jdoe"), names.stand_in("user", "jdoe"));
    }
}
