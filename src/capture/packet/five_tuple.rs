//! The five-tuple of a TCP segment: addresses and ports of both sides; the protocol is TCP.

use std::net::{IpAddr, Ipv6Addr};

/// Addresses as numbers, those of IPv4 mapped into IPv6, so that one form is hashed and compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FiveTuple {
    pub(crate) source: u128,
    pub(crate) destination: u128,
    pub(crate) source_port: u16,
    pub(crate) destination_port: u16,
}

impl FiveTuple {
    pub(crate) fn new(source: IpAddr, source_port: u16, destination: IpAddr, destination_port: u16) -> Self {
        Self { source: number(source), destination: number(destination), source_port, destination_port }
    }

    /// Returns the same seen from the other side.
    pub(crate) fn reversed(&self) -> Self {
        Self {
            source: self.destination,
            destination: self.source,
            source_port: self.destination_port,
            destination_port: self.source_port,
        }
    }

    /// Returns the form that is the same for both sides, and whether the sides were changed for that.
    #[inline]
    pub(crate) fn canonical(&self) -> (Self, bool) {
        if (self.source, self.source_port) <= (self.destination, self.destination_port) {
            (*self, false)
        } else {
            (self.reversed(), true)
        }
    }
}

/// Returns an address as a number.
pub(crate) fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// Returns the address of a number.
pub(crate) fn address(number: u128) -> IpAddr {
    Ipv6Addr::from_bits(number).to_canonical()
}
