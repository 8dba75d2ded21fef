//! A question of DNS with what came back.

use std::net::{IpAddr, SocketAddr};

use super::frame::FrameRef;
use super::tcp::IcmpError;
use crate::capture::dns::{Rcode, RrType};

/// A question to one resolver with its retries and its answer; A and AAAA are two exchanges.
#[derive(Clone, Debug)]
pub struct DnsExchange {
    /// Who asked.
    pub client: SocketAddr,
    /// Who was asked.
    pub resolver: SocketAddr,
    /// Over TCP instead of UDP.
    pub tcp: bool,
    /// The name asked for, in lower case, without the trailing dot.
    pub name: String,
    /// The type of record that was asked for.
    pub qtype: RrType,
    /// The query and its retransmissions to this resolver; empty when only the answer was captured.
    pub queries: Vec<FrameRef>,
    /// The first answer that ends the exchange (with retries, the last one that the client waited for).
    pub answer: Option<DnsAnswer>,
    /// Another answer to the same query that excludes it: one of the two may be forged.
    pub contradicting: Option<DnsAnswer>,
    /// An ICMP error that quotes the query: the resolver is not there.
    pub icmp: Option<IcmpError>,
}

/// A resolver's answer.
#[derive(Clone, Debug)]
pub struct DnsAnswer {
    /// The frame.
    pub at: FrameRef,
    /// The response code, with the upper bits of EDNS where they were captured.
    pub rcode: Rcode,
    /// TC bit: the client must ask again over TCP.
    pub truncated: bool,
    /// Addresses, after following CNAMEs.
    pub addresses: Vec<IpAddr>,
    /// The chain of CNAMEs, in order.
    pub cnames: Vec<String>,
    /// The capture cut the packet before the end of the answer section.
    pub cut: bool,
}

impl DnsAnswer {
    /// Returns whether two answers to one query exclude each other: the name has addresses or it has none, for one reason.
    pub fn excludes(&self, other: &Self) -> bool {
        let whole = !self.truncated && !other.truncated && !self.cut && !other.cut;
        whole && (self.rcode != other.rcode || self.addresses.is_empty() != other.addresses.is_empty())
    }
}
