//! One side's claim of how a request ended, in the vocabulary of outcomes: what the join compares before any verdict. A proxy
//! is no part of it, since one side may not know that there was one.

use crate::model::outcome::{Outcome, ProxyDetail, TlsDetail};

/// How much a side's account is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// It may stand for something else as well.
    Vague,
    /// It names what happened as the node saw it, in the words of an exception.
    Words,
    /// Only who saw it can say so: a status, an answer that was read, packets.
    Proof,
}

/// Whether the server answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It did not.
    None,
    /// It may have, as far as this side tells.
    Perhaps,
    /// It did, or began to; with the status, where that could be read.
    Came(Option<u16>),
}

/// A claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What it stands for; `Unknown` where the side does not tell how the request ended.
    pub outcome: Outcome,
    /// How much that is worth.
    pub weight: Weight,
    /// Whether the server answered.
    pub answer: Answer,
}

impl Claim {
    /// The claim of a side that tells nothing.
    pub const NOTHING: Self = Self { outcome: Outcome::Unknown(None), weight: Weight::Vague, answer: Answer::Perhaps };

    /// Returns whether it says that somebody waited in vain.
    pub const fn is_timeout(&self) -> bool {
        matches!(
            self.outcome,
            Outcome::SynTimeout | Outcome::ReadTimeout | Outcome::TlsFailure(Some(TlsDetail::HandshakeTimeout))
        )
    }
}

/// Returns what an outcome is where the other end of the connection is a proxy: who does not get through to it says nothing of
/// the server.
pub const fn at_proxy(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::DnsFailure(_) | Outcome::SynTimeout | Outcome::Unreachable(_) => {
            Outcome::ProxyError(Some(ProxyDetail::Unreachable))
        }
        Outcome::ConnectionRefused => Outcome::ProxyError(Some(ProxyDetail::Refused)),
        Outcome::Success
        | Outcome::Http401
        | Outcome::Http404
        | Outcome::HttpError(_)
        | Outcome::ConnectionReset(_)
        | Outcome::TlsFailure(_)
        | Outcome::ReadTimeout
        | Outcome::ProxyError(_)
        | Outcome::OtherFailure(_)
        | Outcome::Unknown(_) => outcome,
    }
}
