//! Frames that are passed by: those that were read and cannot matter, and those that could not be read. The second kind is
//! counted and said, since what such frames hold is missing from every verdict.

use std::fmt;

use etherparse::IpNumber;

use super::{EtherType, LinkType};

/// Why a frame is passed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Skipped {
    /// UDP of no resolver.
    Udp,
    /// ICMP or ICMPv6 that is no error, or quotes nothing that can matter.
    Icmp,
    /// Another protocol above IP that carries no TCP.
    OtherIp,
    /// No IP.
    NotIp,
    /// It ends before the headers do: cut, or damaged.
    Short,
    /// It may hold IP or TCP, and cannot be read.
    Unread(Unread),
}

/// The header at which reading ended, for want of knowing what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unread {
    /// The link type of the file or interface.
    Link(LinkType),
    /// The type of what Ethernet carries.
    Ether(EtherType),
    /// The protocol above IP.
    Protocol(IpProtocol),
    /// Tunnels and tags within each other, more than are followed.
    Nested,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link(link) => write!(f, "link type {link}"),
            Self::Ether(ether_type) => write!(f, "EtherType {ether_type}"),
            Self::Protocol(protocol) => write!(f, "IP protocol {protocol}"),
            Self::Nested => f.write_str("tunnels within each other"),
        }
    }
}

/// The protocol above IP (IANA, Protocol Numbers).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IpProtocol(pub u8);

impl IpProtocol {
    /// Returns whether packets of this protocol are known to hold no TCP that is not read: routing, multicast and the like.
    pub(super) const fn never_holds_tcp(self) -> bool {
        // IGMP, EGP, IGP, RSVP, no next header, EIGRP, OSPF, PIM, VRRP, PGM, IS-IS, SCTP, UDP-Lite, HIP, Shim6.
        matches!(self.0, 2 | 8 | 9 | 46 | 59 | 88 | 89 | 103 | 112 | 113 | 124 | 132 | 136 | 139 | 140)
    }
}

impl fmt::Display for IpProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match IpNumber(self.0).keyword_str() {
            Some(name) => write!(f, "{} ({name})", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}
