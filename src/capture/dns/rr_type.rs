//! Types of DNS records under the names of IANA's registry "Resource Record (RR) TYPEs". Only the types that a node or its
//! resolver library asks for have a name here; the others are shown as RFC 3597 has it.

use std::fmt;

/// The type of a record, or of the records that a question asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RrType(pub u16);

impl RrType {
    /// IPv4 address (RFC 1035).
    pub const A: Self = Self(1);
    /// Name server (RFC 1035).
    pub const NS: Self = Self(2);
    /// Alias (RFC 1035).
    pub const CNAME: Self = Self(5);
    /// Begin of a zone (RFC 1035).
    pub const SOA: Self = Self(6);
    /// Name of an address (RFC 1035).
    pub const PTR: Self = Self(12);
    /// Mail exchange (RFC 1035).
    pub const MX: Self = Self(15);
    /// Text (RFC 1035).
    pub const TXT: Self = Self(16);
    /// IPv6 address (RFC 3596).
    pub const AAAA: Self = Self(28);
    /// Where a service runs (RFC 2782).
    pub const SRV: Self = Self(33);
    /// Rewriting rule (RFC 3403).
    pub const NAPTR: Self = Self(35);
    /// Pseudo-record of EDNS (RFC 6891).
    pub const OPT: Self = Self(41);
    /// Delegation signer (RFC 4034).
    pub const DS: Self = Self(43);
    /// Public key of a zone (RFC 4034).
    pub const DNSKEY: Self = Self(48);
    /// Certificate of a TLS server (RFC 6698).
    pub const TLSA: Self = Self(52);
    /// How to reach a service (RFC 9460).
    pub const SVCB: Self = Self(64);
    /// How to reach an HTTPS server (RFC 9460).
    pub const HTTPS: Self = Self(65);
    /// All types (RFC 1035, RFC 8482).
    pub const ANY: Self = Self(255);
    /// Who may issue certificates (RFC 8659).
    pub const CAA: Self = Self(257);

    /// Returns the name in IANA's registry; `None` when it is none of those above.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::A => "A",
            Self::NS => "NS",
            Self::CNAME => "CNAME",
            Self::SOA => "SOA",
            Self::PTR => "PTR",
            Self::MX => "MX",
            Self::TXT => "TXT",
            Self::AAAA => "AAAA",
            Self::SRV => "SRV",
            Self::NAPTR => "NAPTR",
            Self::OPT => "OPT",
            Self::DS => "DS",
            Self::DNSKEY => "DNSKEY",
            Self::TLSA => "TLSA",
            Self::SVCB => "SVCB",
            Self::HTTPS => "HTTPS",
            Self::ANY => "ANY",
            Self::CAA => "CAA",
            _ => return None,
        })
    }

    /// Returns whether an answer to this question is an address, so that a name without such an answer does not resolve.
    pub const fn is_address(self) -> bool {
        matches!(self, Self::A | Self::AAAA)
    }
}

impl fmt::Display for RrType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "TYPE{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_has_its_name_or_its_number() {
        let shown = |number| RrType(number).to_string();
        assert_eq!([shown(28), shown(65), shown(15), shown(62)], ["AAAA", "HTTPS", "MX", "TYPE62"]);
    }
}
