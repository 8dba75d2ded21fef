//! Response codes of DNS under the names of IANA's registry "DNS RCODEs". A code is a number that may have a name: one that
//! nobody has registered is still a code, and is shown as what it is.

use std::fmt;

/// A response code: the four bits of the header (RFC 1035, section 4.1.1), or all twelve where an OPT record brings the
/// upper eight (RFC 6891, section 6.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rcode(pub u16);

impl Rcode {
    /// No error (RFC 1035).
    pub const NOERROR: Self = Self(0);
    /// The server could not read the query (RFC 1035).
    pub const FORMERR: Self = Self(1);
    /// The server failed (RFC 1035).
    pub const SERVFAIL: Self = Self(2);
    /// The name does not exist (RFC 1035).
    pub const NXDOMAIN: Self = Self(3);
    /// The server does not do such queries (RFC 1035).
    pub const NOTIMP: Self = Self(4);
    /// The server does not want to answer (RFC 1035).
    pub const REFUSED: Self = Self(5);
    /// A name exists that should not (RFC 2136).
    pub const YXDOMAIN: Self = Self(6);
    /// A set of records exists that should not (RFC 2136).
    pub const YXRRSET: Self = Self(7);
    /// A set of records that should exist does not (RFC 2136).
    pub const NXRRSET: Self = Self(8);
    /// The server has no authority for the zone (RFC 2136), or the query is not authorized (RFC 8945).
    pub const NOTAUTH: Self = Self(9);
    /// The name is not within the zone (RFC 2136).
    pub const NOTZONE: Self = Self(10);
    /// DNS Stateful Operations of this type are not known (RFC 8490).
    pub const DSOTYPENI: Self = Self(11);
    /// The version of EDNS is not known (RFC 6891); also a TSIG that does not verify (RFC 8945).
    pub const BADVERS: Self = Self(16);
    /// The key is not known (RFC 8945).
    pub const BADKEY: Self = Self(17);
    /// The signature is out of its time (RFC 8945).
    pub const BADTIME: Self = Self(18);
    /// The mode of TKEY is not known (RFC 2930).
    pub const BADMODE: Self = Self(19);
    /// The name of the key exists already (RFC 2930).
    pub const BADNAME: Self = Self(20);
    /// The algorithm is not supported (RFC 2930).
    pub const BADALG: Self = Self(21);
    /// The signature was cut too short (RFC 8945).
    pub const BADTRUNC: Self = Self(22);
    /// The server's cookie is bad or missing (RFC 7873).
    pub const BADCOOKIE: Self = Self(23);

    /// Returns the name in IANA's registry, in capitals as `dig` and Wireshark write it; `None` when the code has none.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::NOERROR => "NOERROR",
            Self::FORMERR => "FORMERR",
            Self::SERVFAIL => "SERVFAIL",
            Self::NXDOMAIN => "NXDOMAIN",
            Self::NOTIMP => "NOTIMP",
            Self::REFUSED => "REFUSED",
            Self::YXDOMAIN => "YXDOMAIN",
            Self::YXRRSET => "YXRRSET",
            Self::NXRRSET => "NXRRSET",
            Self::NOTAUTH => "NOTAUTH",
            Self::NOTZONE => "NOTZONE",
            Self::DSOTYPENI => "DSOTYPENI",
            Self::BADVERS => "BADVERS",
            Self::BADKEY => "BADKEY",
            Self::BADTIME => "BADTIME",
            Self::BADMODE => "BADMODE",
            Self::BADNAME => "BADNAME",
            Self::BADALG => "BADALG",
            Self::BADTRUNC => "BADTRUNC",
            Self::BADCOOKIE => "BADCOOKIE",
            _ => return None,
        })
    }
}

impl fmt::Display for Rcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "RCODE{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_name_or_its_number() {
        let shown = |code| Rcode(code).to_string();
        assert_eq!([shown(1), shown(6), shown(16), shown(23)], ["FORMERR", "YXDOMAIN", "BADVERS", "BADCOOKIE"]);
        assert_eq!([shown(12), shown(3841)], ["RCODE12", "RCODE3841"]);
    }
}
