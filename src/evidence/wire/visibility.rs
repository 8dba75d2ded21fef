//! What a capture could see, before any verdict rests on what it does not show: silence proves something only where an answer
//! would have been captured.

use std::net::IpAddr;

use crate::capture::{CaptureFacts, CaptureQuality, DnsExchange, TcpFlow};

/// What of a client's conversations a capture could see, and whether it lost packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Visibility {
    /// Answers of resolvers were captured.
    pub dns_answers: bool,
    /// Packets to the client were captured, whoever sent them.
    pub to_client: bool,
    /// Packets are known to be missing.
    pub lost_packets: bool,
}

impl Visibility {
    /// Returns what the capture could see of one client.
    pub fn of(facts: &CaptureFacts, client: IpAddr) -> Self {
        let seen = facts.peers.get(&client).copied().unwrap_or_default();
        // Over TCP, answers are not counted apart.
        let of_kept = |exchange: &DnsExchange| exchange.client.ip() == client && exchange.answer.is_some();
        let lost =
            |quality: &CaptureQuality| quality.followed.with_gaps > 0 || quality.dropped().is_some_and(|n| n > 0);
        Self {
            dns_answers: seen.dns_received || facts.dns.iter().any(of_kept),
            to_client: seen.receives(),
            lost_packets: facts.quality.iter().any(lost) || facts.dns_queries_missing.contains(&client),
        }
    }
}

/// Returns whether packets of a connection are known to be missing in the middle of it.
pub(super) fn lost(flow: &TcpFlow) -> bool {
    let missing = flow.to_server.missing > 0 || flow.to_client.missing > 0;
    missing || flow.visibility.syn_missing || flow.visibility.syn_ack_missing
}
