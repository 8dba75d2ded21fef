//! Link types of capture files under the names of tcpdump.org's registry "Link-layer header types": those that are read, and
//! those that a person who captures near an ISE node may come across instead.

use std::fmt;

/// The kind of header that the frames of a file or of an interface begin with, as the LINKTYPE number that the file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkType(pub u16);

impl LinkType {
    /// The type of an interface that the file does not describe; the registry ends far below it.
    pub(crate) const UNDESCRIBED: Self = Self(u16::MAX);
    /// BSD loopback, with the address family in the byte order of the machine.
    pub const NULL: Self = Self(0);
    /// Ethernet.
    pub const ETHERNET: Self = Self(1);
    /// Token Ring.
    pub const IEEE802_5: Self = Self(6);
    /// SLIP.
    pub const SLIP: Self = Self(8);
    /// PPP.
    pub const PPP: Self = Self(9);
    /// FDDI.
    pub const FDDI: Self = Self(10);
    /// IP without a link layer, under the number that most BSDs have for it.
    pub const DLT_RAW: Self = Self(12);
    /// IP without a link layer, under the number that OpenBSD has for it.
    pub const OPENBSD_RAW: Self = Self(14);
    /// PPP in a frame like that of HDLC.
    pub const PPP_HDLC: Self = Self(50);
    /// PPP over Ethernet, from the session's header on.
    pub const PPP_ETHER: Self = Self(51);
    /// ATM (RFC 1483).
    pub const ATM_RFC1483: Self = Self(100);
    /// IP without a link layer.
    pub const RAW: Self = Self(101);
    /// Cisco's PPP and HDLC.
    pub const C_HDLC: Self = Self(104);
    /// Wireless LAN.
    pub const IEEE802_11: Self = Self(105);
    /// Frame Relay.
    pub const FRELAY: Self = Self(107);
    /// OpenBSD's loopback, with the address family in network byte order.
    pub const LOOP: Self = Self(108);
    /// Linux's cooked capture, which `any` gives.
    pub const LINUX_SLL: Self = Self(113);
    /// Log of OpenBSD's packet filter.
    pub const PFLOG: Self = Self(117);
    /// IP over Fibre Channel.
    pub const IP_OVER_FC: Self = Self(122);
    /// Wireless LAN behind a header of radiotap.
    pub const IEEE802_11_RADIOTAP: Self = Self(127);
    /// The first of the numbers that everyone may use for what he likes.
    pub const USER0: Self = Self(147);
    /// Wireless LAN behind a header of AVS.
    pub const IEEE802_11_AVS: Self = Self(163);
    /// Per-packet information.
    pub const PPI: Self = Self(192);
    /// USB as Linux shows it.
    pub const USB_LINUX_MMAPPED: Self = Self(220);
    /// IPv4 without a link layer.
    pub const IPV4: Self = Self(228);
    /// IPv6 without a link layer.
    pub const IPV6: Self = Self(229);
    /// Log of Linux's netfilter.
    pub const NFLOG: Self = Self(239);
    /// Ethernet as netANALYZER taps it.
    pub const NETANALYZER: Self = Self(240);
    /// IP over InfiniBand.
    pub const IPOIB: Self = Self(242);
    /// Data between Wireshark's dissectors, without a packet of its own.
    pub const WIRESHARK_UPPER_PDU: Self = Self(252);
    /// Messages of Linux's netlink.
    pub const NETLINK: Self = Self(253);
    /// Apple's packet metadata, with a frame of another link type behind it.
    pub const PKTAP: Self = Self(258);
    /// Linux's cooked capture, version 2.
    pub const LINUX_SLL2: Self = Self(276);

    /// Returns the name in the registry, without `LINKTYPE_`; `None` when it is none of those above.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::NULL => "NULL",
            Self::ETHERNET => "ETHERNET",
            Self::IEEE802_5 => "IEEE802_5",
            Self::SLIP => "SLIP",
            Self::PPP => "PPP",
            Self::FDDI => "FDDI",
            Self::DLT_RAW | Self::OPENBSD_RAW | Self::RAW => "RAW",
            Self::PPP_HDLC => "PPP_HDLC",
            Self::PPP_ETHER => "PPP_ETHER",
            Self::ATM_RFC1483 => "ATM_RFC1483",
            Self::C_HDLC => "C_HDLC",
            Self::IEEE802_11 => "IEEE802_11",
            Self::FRELAY => "FRELAY",
            Self::LOOP => "LOOP",
            Self::LINUX_SLL => "LINUX_SLL",
            Self::PFLOG => "PFLOG",
            Self::IP_OVER_FC => "IP_OVER_FC",
            Self::IEEE802_11_RADIOTAP => "IEEE802_11_RADIOTAP",
            Self::USER0 => "USER0",
            Self::IEEE802_11_AVS => "IEEE802_11_AVS",
            Self::PPI => "PPI",
            Self::USB_LINUX_MMAPPED => "USB_LINUX_MMAPPED",
            Self::IPV4 => "IPV4",
            Self::IPV6 => "IPV6",
            Self::NFLOG => "NFLOG",
            Self::NETANALYZER => "NETANALYZER",
            Self::IPOIB => "IPOIB",
            Self::WIRESHARK_UPPER_PDU => "WIRESHARK_UPPER_PDU",
            Self::NETLINK => "NETLINK",
            Self::PKTAP => "PKTAP",
            Self::LINUX_SLL2 => "LINUX_SLL2",
            _ => return None,
        })
    }
}

impl fmt::Display for LinkType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{} ({name})", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}
