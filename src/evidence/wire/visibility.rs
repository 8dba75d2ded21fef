//! What a capture could see, before any verdict rests on what it does not show: silence proves something only where an answer
//! would have been captured.

use crate::capture::{CaptureFacts, Side, TcpFlow};

/// What kinds of packets a capture holds, and whether it lost any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Visibility {
    /// Some DNS query was answered, so that answers of resolvers were captured.
    pub dns_answers: bool,
    /// Packets that servers or resolvers sent were captured.
    pub from_servers: bool,
    /// Packets that clients sent were captured.
    pub from_clients: bool,
    /// Packets are known to be missing.
    pub lost_packets: bool,
}

impl Visibility {
    /// Of a capture, by all that was kept of it.
    pub fn of(facts: &CaptureFacts) -> Self {
        let dns_answers = facts.dns.iter().any(|exchange| exchange.answer.is_some());
        let answered = |flow: &TcpFlow| {
            flow.syn_ack.is_some()
                || flow.to_client.bytes > 0
                || flow.closes.iter().any(|close| close.by == Side::Server)
        };
        let asked = |flow: &TcpFlow| {
            !flow.syns.is_empty()
                || flow.to_server.bytes > 0
                || flow.closes.iter().any(|close| close.by == Side::Client)
        };
        Self {
            dns_answers,
            from_servers: dns_answers || facts.flows.iter().any(answered),
            from_clients: facts.flows.iter().any(asked)
                || facts.dns.iter().any(|exchange| !exchange.queries.is_empty()),
            lost_packets: facts.flows.iter().any(lost),
        }
    }
}

/// Whether packets of a connection are known to be missing in the middle of it.
pub(super) fn lost(flow: &TcpFlow) -> bool {
    let missing = flow.to_server.missing > 0 || flow.to_client.missing > 0;
    // A client that goes on has had the SYN-ACK.
    let unseen_syn_ack = flow.start_seen && flow.syn_ack.is_none() && flow.to_server.bytes > 0;
    let unseen_syn = flow.start_seen && flow.syns.is_empty();
    missing || unseen_syn_ack || unseen_syn
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
            Self::AskedOnce => "The client asked once; one that waits in vain asks again.",
            Self::CaptureEnds => "The capture ends before the client would have tried again.",
            Self::LostPackets => "The capture lost packets, and the answer may be among them.",
            Self::LostInFlow => "Packets of this connection are missing in the capture.",
            Self::NoBeginning => "The beginning of the connection is not in the capture.",
        }
    }
}
