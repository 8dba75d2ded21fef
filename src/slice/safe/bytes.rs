//! Numbers and addresses within packets, in network byte order, at places that may lie beyond what was captured.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::redact::StandIns;

/// Puts another address where one stands.
pub(super) fn put_address(bytes: &mut [u8], at: usize, v6: bool, stand_ins: &StandIns<'_>) {
    match address_at(bytes, at, v6).map(|address| stand_ins.address(address)) {
        Some(IpAddr::V4(address)) => put(bytes, at, &address.octets()),
        Some(IpAddr::V6(address)) => put(bytes, at, &address.octets()),
        None => {}
    }
}

pub(super) fn address_at(bytes: &[u8], at: usize, v6: bool) -> Option<IpAddr> {
    let rest = bytes.get(at..)?;
    if v6 {
        rest.first_chunk::<16>().map(|octets| Ipv6Addr::from(*octets).into())
    } else {
        rest.first_chunk::<4>().map(|octets| Ipv4Addr::from(*octets).into())
    }
}

/// Writes bytes over others, where there is room for all of them.
pub(super) fn put(bytes: &mut [u8], at: usize, new: &[u8]) {
    if let Some(place) = bytes.get_mut(at..at + new.len()) {
        place.copy_from_slice(new);
    }
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk::<2>().map(|word| u16::from_be_bytes(*word))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<4>().map(|word| u32::from_be_bytes(*word))
}
