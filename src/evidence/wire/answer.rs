//! What an answer on the wire stands for: its status, whose it is, and whether it came to its end.

use super::WireTry;
use super::account::{WireEvidence, close_words, doubt_unless};
use crate::capture::{Close, FlowSide, HttpReply};
use crate::model::doubt::Doubt;
use crate::model::outcome::{Outcome, ProxyDetail, ResetDetail, UnknownDetail};

/// Returns whether an answer in the clear from a proxy is to a request that was not captured: to CONNECT, most likely.
fn is_of_unseen_connect(wire: &WireTry<'_>) -> bool {
    let exchange = wire.request().and_then(|request| request.exchange);
    let connect_seen = wire.flow().is_some_and(|flow| flow.connect.is_some());
    wire.session.proxy.is_some()
        && !connect_seen
        && exchange.is_some_and(|exchange| exchange.request.is_none() && !exchange.decrypted)
}

/// Tells what the answer of a try stands for.
pub(super) fn of_answer(wire: &WireTry<'_>) -> WireEvidence {
    let Some(request) = wire.request() else { return encrypted() };
    let Some(reply) = request.reply() else { return encrypted() };
    let status = reply.status;
    let words = format!("status {status}");
    if is_of_unseen_connect(wire) {
        let outcome = match status {
            200..=299 => Outcome::Unknown(Some(UnknownDetail::Incomplete)),
            status => Outcome::ProxyError(Some(ProxyDetail::Status(status))),
        };
        let words = format!("{words} in the clear from the proxy, to a request that was not captured");
        return WireEvidence { outcome, doubts: vec![Doubt::NoBeginning], status: None, words };
    }
    let outcome = Outcome::of_status(status).unwrap_or(Outcome::Unknown(None));
    let read =
        |outcome, certain, words| WireEvidence { outcome, doubts: doubt_unless(certain), status: Some(status), words };
    if status == 407 {
        // Only proxies say so (RFC 9110, section 15.5.8), and it is no status of the server.
        let outcome = Outcome::ProxyError(Some(ProxyDetail::Status(status)));
        let sent = request.exchange.is_some_and(|exchange| exchange.credentials);
        let doubts = if sent { Vec::new() } else { vec![Doubt::CredentialsToCome] };
        return WireEvidence { outcome, doubts, status: None, words: format!("{words} of the proxy") };
    }
    if request.is_through_proxy() && matches!(status, 403 | 502..=504) {
        // A proxy that forwards requests in the clear answers for itself as well.
        return read(outcome, false, format!("{words}, of the proxy or of the server"));
    }
    // A page to log in or of a portal comes with 200 as well; what ISE can read is XML.
    if status == 200 && is_page(reply) {
        return read(Outcome::Unknown(None), true, format!("{words} with a page for a browser"));
    }
    let unseen = status == 200 && reply.content_type.is_none() && !reply.head_whole;
    let mut doubts = Vec::new();
    doubts.extend(unseen.then_some(Doubt::BodyNotCaptured));
    // The capture may have missed the rest, or the client did not wait for it.
    doubts.extend((status == 200 && !unseen && request.is_cut_short()).then_some(Doubt::AnswerCut));
    WireEvidence { outcome, doubts, status: Some(status), words }
}

/// Tells what an answer stands for that began and did not come to its end. Another status than 200 says what it has to say
/// all the same.
pub(super) fn of_broken_answer(wire: &WireTry<'_>, close: Option<&Close>) -> WireEvidence {
    let whole = of_answer(wire);
    if whole.outcome != Outcome::Success {
        return whole;
    }
    let by_server = close.is_some_and(|close| close.by == FlowSide::Server);
    let outcome =
        if by_server { Outcome::ConnectionReset(Some(ResetDetail::AfterRequest)) } else { Outcome::ReadTimeout };
    let end = close.map_or_else(|| "silence".to_owned(), close_words);
    let words = format!("{}, and then {end} before the answer was whole", whole.words);
    WireEvidence { outcome, doubts: doubt_unless(close.is_some()), status: whole.status, words }
}

/// Tells what a close or silence stands for behind what may be a short answer or a session ticket.
pub(super) fn of_possible_answer(peer: &str, close: Option<Close>) -> WireEvidence {
    let by_server = close.is_some_and(|close| close.by == FlowSide::Server);
    let outcome = if by_server { Outcome::Unknown(Some(UnknownDetail::Encrypted)) } else { Outcome::ReadTimeout };
    let words = format!("a request to {peer}, and then what may be a short answer or a session ticket");
    WireEvidence { outcome, doubts: vec![Doubt::MayMeanElse, Doubt::MaybeAnswered], status: None, words }
}

fn encrypted() -> WireEvidence {
    WireEvidence {
        outcome: Outcome::Unknown(Some(UnknownDetail::Encrypted)),
        doubts: doubt_unless(false),
        status: None,
        words: "an encrypted answer".to_owned(),
    }
}

fn is_page(reply: &HttpReply) -> bool {
    let kind = reply.content_type.as_deref().unwrap_or_default().trim_start();
    kind.get(..9).is_some_and(|kind| kind.eq_ignore_ascii_case("text/html"))
}
