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
    /// Of one client in a capture.
    pub fn of(facts: &CaptureFacts, client: IpAddr) -> Self {
        let seen = facts.peers.get(&client).copied().unwrap_or_default();
        // Over TCP, answers are not counted apart.
        let of_kept = |exchange: &DnsExchange| exchange.client.ip() == client && exchange.answer.is_some();
        let lost =
            |quality: &CaptureQuality| quality.followed.with_gaps > 0 || quality.dropped().is_some_and(|n| n > 0);
        Self {
            dns_answers: seen.dns_received || facts.dns.iter().any(of_kept),
            to_client: seen.receives(),
            lost_packets: facts.quality.iter().any(lost),
        }
    }
}

/// Whether packets of a connection are known to be missing in the middle of it.
pub(super) fn lost(flow: &TcpFlow) -> bool {
    let missing = flow.to_server.missing > 0 || flow.to_client.missing > 0;
    missing || flow.visibility.syn_missing || flow.visibility.syn_ack_missing
}

/// Why what the wire shows is no proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// It can be seen so for another reason.
    MayMeanElse,
    /// What came may be the answer, or a session ticket of TLS 1.3.
    MaybeAnswered,
    /// Nothing that servers sent is in the capture.
    OneDirection,
    /// Nothing that resolvers sent is in the capture.
    NoDnsAnswers,
    /// The client asked once; one that waits in vain asks again.
    AskedOnce,
    /// A resolver was asked behind an unwilling one, and its answer is not in the capture.
    LastUnanswered,
    /// The host has, or may have, addresses that no connection was seen to.
    OtherAddresses,
    /// The question for addresses of the other family is not in the capture.
    OneFamily,
    /// The capture ends before the client's next packet would have come.
    CaptureEnds,
    /// Packets are known to be missing.
    LostPackets,
    /// Packets of this connection are known to be missing.
    LostInFlow,
    /// The beginning of the connection was not captured.
    NoBeginning,
}

impl Doubt {
    /// The sentence for a person.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::MayMeanElse => "What the capture shows may mean something else as well.",
            Self::MaybeAnswered => {
                "What came behind the request may be a short answer as well as a session ticket of TLS 1.3."
            }
            Self::OneDirection => {
                "The capture holds nothing that servers sent, so an answer may just not have been captured."
            }
            Self::NoDnsAnswers => {
                "The capture holds no answer of any DNS server, so this one may just not have been captured."
            }
            Self::LastUnanswered => {
                "Another DNS server was asked after this answer, and what it said is not in the capture."
            }
            Self::OtherAddresses => {
                "The host has, or may have, other addresses, and the capture shows no connection to them."
            }
            Self::OneFamily => {
                "The capture holds the question for one family of addresses alone, and the host may have one of the other."
            }
            Self::AskedOnce => "The client asked once; one that waits in vain asks again.",
            Self::CaptureEnds => "The capture ends before the client would have tried again.",
            Self::LostPackets => "The capture lost packets, and the answer may be among them.",
            Self::LostInFlow => "Packets of this connection are missing in the capture.",
            Self::NoBeginning => "The beginning of the connection is not in the capture.",
        }
    }
}
