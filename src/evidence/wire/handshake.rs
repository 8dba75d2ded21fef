//! What an end in the TLS handshake, or right behind it, stands for.

use super::WireTry;
use super::account::{WireEvidence, close_words, doubt_unless};
use super::ending::said_goodbye;
use super::lookup::DISORDER;
use super::tls_failure as tls;
use crate::capture::{Close, FlowSide, TlsAlert};
use crate::model::outcome::{Outcome, ResetDetail, TlsDetail, UnknownDetail};

/// Returns whether what listens on the port speaks something else than TLS.
pub(super) fn speaks_no_tls(wire: &WireTry<'_>) -> bool {
    let session = wire.flow().and_then(|flow| flow.tls.as_ref());
    session.is_some_and(|tls| tls.clear_answer.is_some() && tls.server_hello.is_none())
}

/// Tells what a server means that closes in the handshake, or at once behind it.
pub(super) fn of_handshake_closed(wire: &WireTry<'_>, close: &Close) -> WireEvidence {
    let session = wire.flow().and_then(|flow| flow.tls.as_ref());
    let begun = session.is_some_and(|session| session.client_hello.is_some());
    let done = session.is_some_and(|session| session.established.is_some());
    let (detail, when) = match (begun, done) {
        (false, _) => (None, "before the client said anything"),
        (true, false) => (Some(ResetDetail::DuringHandshake), "in the TLS handshake"),
        (true, true) => (Some(ResetDetail::DuringHandshake), "at once behind the TLS handshake"),
    };
    // Where the queues of an interface put packets out of order, a client's alert may have come first.
    let crossed = session.is_some_and(|session| {
        let apart = |alert: &TlsAlert| alert.at.time.nanos().abs_diff(close.at.time.nanos());
        session.alerts.iter().any(|alert| alert.by == FlowSide::Client && apart(alert) <= DISORDER.unsigned_abs())
    });
    WireEvidence {
        outcome: Outcome::ConnectionReset(detail),
        doubts: doubt_unless(begun && !done && !crossed),
        status: None,
        words: format!("{} {when}", close_words(close)),
    }
}

/// Tells a client that closes when the handshake is done and asks for nothing: it did not like the name in the certificate. A server
/// that closes then had nothing to do.
pub(super) fn of_no_request(wire: &WireTry<'_>, close: Option<Close>, host: Option<&str>) -> WireEvidence {
    let session = wire.flow().and_then(|flow| flow.tls.as_ref());
    let leaf = session.and_then(|session| session.certificate.as_ref()).and_then(|(_, chain)| chain.first());
    let host = host.or_else(|| session.and_then(|session| session.sni.as_deref()));
    let words = "a TLS handshake that was done, and no request behind it".to_owned();
    let goodbye = |close: Close| wire.flow().is_some_and(|flow| said_goodbye(flow, flow.first, close.at));
    let by_client = close.is_none_or(|close| close.by == FlowSide::Client || goodbye(close));
    let (outcome, certain) = match leaf.zip(host) {
        _ if !by_client => (Outcome::Unknown(Some(UnknownDetail::Incomplete)), false),
        Some((leaf, host)) if !tls::is_for_host(leaf, host) => {
            (Outcome::TlsFailure(Some(TlsDetail::HostnameMismatch)), true)
        }
        Some(_) => (Outcome::Unknown(Some(UnknownDetail::Incomplete)), false),
        None => (Outcome::TlsFailure(None), false),
    };
    WireEvidence { outcome, doubts: doubt_unless(certain), status: None, words }
}
