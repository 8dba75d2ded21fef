//! What ICMP errors say of the way to a server, as outcomes and in the words of their RFCs.

use crate::capture::IcmpError;
use crate::model::outcome::UnreachableDetail;

/// Reads who says that there is no way (RFC 792; RFC 1812, section 5.2.7.1; RFC 4443, section 3.1).
pub(super) fn unreachable(icmp: &IcmpError) -> Option<UnreachableDetail> {
    use UnreachableDetail::{AdminProhibited, Host, Network};
    match (icmp.v6, icmp.icmp_type, icmp.code) {
        (false, 3, 9 | 10 | 13 | 14 | 15) | (true, 1, 1 | 5 | 6) => Some(AdminProhibited),
        (false, 3, 0 | 6 | 11) | (true, 1, 0 | 2) | (false, 11, _) | (true, 3, _) => Some(Network),
        (false, 3, 1 | 5 | 7 | 8 | 12) | (true, 1, 3) => Some(Host),
        _ => None,
    }
}

/// Returns the error in the words of its RFC.
pub fn icmp_meaning(icmp: &IcmpError) -> String {
    let words = match (icmp.v6, icmp.icmp_type, icmp.code) {
        (false, 3, 0) => "network unreachable",
        (false, 3, 1) => "host unreachable",
        (false, 3, 2) => "protocol unreachable",
        (false, 3, 3) | (true, 1, 4) => "port unreachable",
        (false, 3, 4) => "fragmentation needed",
        (false, 3, 6) => "destination network unknown",
        (false, 3, 7) => "destination host unknown",
        (false, 3, 9) => "network administratively prohibited",
        (false, 3, 10) => "host administratively prohibited",
        (false, 3, 11) => "network unreachable for this type of service",
        (false, 3, 12) => "host unreachable for this type of service",
        (false, 3, 13) | (true, 1, 1) => "communication administratively prohibited",
        (false, 11, _) | (true, 3, _) => "time to live exceeded in transit",
        (true, 1, 0) => "no route to destination",
        (true, 1, 2) => "beyond scope of source address",
        (true, 1, 3) => "address unreachable",
        (true, 1, 5) => "source address failed ingress/egress policy",
        (true, 1, 6) => "reject route to destination",
        (true, 2, _) => "packet too big",
        (_, kind, code) => return format!("type {kind}, code {code}"),
    };
    words.to_owned()
}
