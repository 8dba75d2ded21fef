//! EtherTypes under the names of IEEE's and IANA's registries: those that lead to IP, and those that stand in a capture beside
//! it, so that a frame that is not read is called by its name.

use std::fmt;

/// The type of what a frame of Ethernet carries (IEEE 802; IANA, IEEE 802 Numbers).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EtherType(pub u16);

impl EtherType {
    /// IPv4.
    pub const IPV4: Self = Self(0x0800);
    /// IPv6.
    pub const IPV6: Self = Self(0x86dd);
    /// A tag of a VLAN (IEEE 802.1Q).
    pub const VLAN: Self = Self(0x8100);
    /// The outer of two tags (IEEE 802.1ad).
    pub const QINQ: Self = Self(0x88a8);
    /// The outer of two tags, before there was a standard.
    pub const OLD_QINQ: Self = Self(0x9100);
    /// A label of MPLS (RFC 3032).
    pub const MPLS: Self = Self(0x8847);
    /// A label of MPLS with one assigned upstream (RFC 5332).
    pub const MPLS_UPSTREAM: Self = Self(0x8848);
    /// PPP over Ethernet, session stage (RFC 2516).
    pub const PPPOE: Self = Self(0x8864);
    /// Cisco MetaData, which carries the security group tag of TrustSec.
    pub const CISCO_METADATA: Self = Self(0x8909);
    /// Cisco's VN-Tag between a switch and a fabric extender.
    pub const VN_TAG: Self = Self(0x8926);
    /// E-Tag of a bridge port extender (IEEE 802.1BR).
    pub const E_TAG: Self = Self(0x893f);
    /// A whole frame of Ethernet, as GRE and GENEVE carry it.
    pub const TRANSPARENT_BRIDGING: Self = Self(0x6558);
    /// ERSPAN, types I and II.
    pub const ERSPAN: Self = Self(0x88be);
    /// ERSPAN, type III.
    pub const ERSPAN_III: Self = Self(0x22eb);

    /// Numbers below this are lengths (IEEE 802.3), behind which stands a header of LLC.
    pub(super) const FIRST: u16 = 0x0600;

    /// Returns the name; `None` when it is none that is seen at all often.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0..Self::FIRST => "IEEE 802.3 with LLC",
            0x0800 => "IPv4",
            0x0806 => "ARP",
            0x22eb => "ERSPAN III",
            0x22f3 => "TRILL",
            0x6558 => "Transparent Ethernet Bridging",
            0x8035 => "RARP",
            0x8100 => "VLAN tag",
            0x86dd => "IPv6",
            0x8847 | 0x8848 => "MPLS",
            0x8863 => "PPPoE discovery",
            0x8864 => "PPPoE",
            0x888e => "EAPOL",
            0x88a8 | 0x9100 => "QinQ tag",
            0x88be => "ERSPAN",
            0x88cc => "LLDP",
            0x88e5 => "MACsec",
            0x88e7 => "provider backbone bridging",
            0x8903 => "Cisco FabricPath",
            0x8906 => "FCoE",
            0x8909 => "Cisco MetaData",
            0x8926 => "VN-Tag",
            0x893f => "IEEE 802.1BR E-Tag",
            0x894f => "Network Service Header",
            _ => return None,
        })
    }

    /// Returns whether frames of this type are known to hold no IP, so that nothing is lost when they are passed by.
    pub const fn never_holds_ip(self) -> bool {
        matches!(
            self.0,
            0..Self::FIRST
                | 0x0806 // ARP
                | 0x0842 // Wake-on-LAN
                | 0x2000 | 0x2003 | 0x2004 // Cisco's CDP, VTP and DTP behind SNAP
                | 0x8035 // RARP
                | 0x8137 // IPX
                | 0x8809 // slow protocols, such as LACP
                | 0x8863 // PPPoE discovery
                | 0x888e // EAPOL
                | 0x8899 // Realtek's remote control
                | 0x88cc // LLDP
                | 0x88e3 // media redundancy
                | 0x88f5 | 0x88f6 | 0x8902 | 0x22ea // MVRP, MMRP, CFM, SRP
                | 0x88f7 // PTP
                | 0x8906 | 0x8914 // FCoE
                | 0x893a // IEEE 1905
                | 0x9000 // loopback test
        )
    }
}

impl fmt::Display for EtherType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "0x{:04x} ({name})", self.0),
            None => write!(f, "0x{:04x}", self.0),
        }
    }
}
