//! Whether what the log claims of a result and what the wire claims can be the same event. A row for each outcome of the log:
//! a new outcome, and a new one of the wire, does not compile until it has its place here.

use crate::evidence::claim::{Answer, Claim, Weight};
use crate::model::outcome::{OtherDetail, Outcome, ProxyDetail, ResetDetail, TlsDetail, UnknownDetail};

/// How well the two agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compatibility {
    /// They exclude each other.
    Contradiction,
    /// Neither says anything against the other.
    Possible,
    /// They are what the same event looks like on both sides.
    Same,
}

/// Compares what the log says with what the wire shows.
pub fn compatibility(said: &Claim, shown: &Claim) -> Compatibility {
    use Compatibility::{Contradiction, Possible, Same};
    use Outcome::{
        ConnectionRefused, ConnectionReset, DnsFailure, Http401, Http404, HttpError, OtherFailure, ProxyError,
        ReadTimeout, Success, SynTimeout, TlsFailure, Unknown, Unreachable,
    };
    use TlsDetail::{ClientCertificate, HandshakeTimeout, HostnameMismatch};
    if let Answer::Came(Some(status)) = said.answer {
        return of_status(status, shown.answer);
    }
    let is_vague = shown.weight == Weight::Vague;
    match (said.outcome, shown.outcome) {
        (Unknown(_), _) => Possible,
        (DnsFailure(_), DnsFailure(_)) if is_vague => Possible,
        (DnsFailure(_), DnsFailure(_)) => Same,
        // Every other result takes a connection.
        (_, DnsFailure(_)) => Contradiction,
        (
            DnsFailure(_),
            Success | Http401 | Http404 | HttpError(_) | SynTimeout | ConnectionRefused | Unreachable(_)
            | ConnectionReset(_) | TlsFailure(_) | ReadTimeout | ProxyError(_) | OtherFailure(_) | Unknown(_),
        ) => Contradiction,
        // It failed, in whatever way.
        (OtherFailure(None), _) => Possible,
        (_, Unknown(Some(UnknownDetail::Incomplete))) => Possible,

        (SynTimeout, SynTimeout) => Same,
        (SynTimeout, Unreachable(_)) => Possible,
        // Words for any timeout fit each silence.
        (SynTimeout, TlsFailure(Some(HandshakeTimeout)) | ProxyError(None) | ReadTimeout)
            if said.weight == Weight::Vague =>
        {
            Same
        }
        (SynTimeout, TlsFailure(Some(HandshakeTimeout)) | ProxyError(None)) => Possible,
        (
            SynTimeout,
            Success | Http401 | Http404 | HttpError(_) | ConnectionRefused | ConnectionReset(_) | TlsFailure(_)
            | ReadTimeout | ProxyError(_) | OtherFailure(_) | Unknown(_),
        ) => Contradiction,

        (ReadTimeout, ReadTimeout | TlsFailure(Some(HandshakeTimeout)) | ProxyError(None)) => Same,
        (
            ReadTimeout,
            Success | Http401 | Http404 | HttpError(_) | SynTimeout | ConnectionRefused | Unreachable(_)
            | ConnectionReset(_) | TlsFailure(_) | ProxyError(_) | OtherFailure(_) | Unknown(_),
        ) => Contradiction,

        (ConnectionRefused, ConnectionRefused) => Same,
        (ConnectionRefused, Unreachable(_)) => Possible,
        (
            ConnectionRefused,
            Success | Http401 | Http404 | HttpError(_) | SynTimeout | ConnectionReset(_) | TlsFailure(_) | ReadTimeout
            | ProxyError(_) | OtherFailure(_) | Unknown(_),
        ) => Contradiction,

        (Unreachable(_), Unreachable(_)) => Same,
        (Unreachable(_), SynTimeout) => Possible,
        (
            Unreachable(_),
            Success | Http401 | Http404 | HttpError(_) | ConnectionRefused | ConnectionReset(_) | TlsFailure(_)
            | ReadTimeout | ProxyError(_) | OtherFailure(_) | Unknown(_),
        ) => Contradiction,

        (ConnectionReset(said), ConnectionReset(when)) => of_reset(said, when, shown),
        // The proxy closed in place of an answer to CONNECT, which the client took for the server's close.
        (ConnectionReset(_), ProxyError(None)) if !is_vague => Possible,
        // An alert, and the close behind it.
        (ConnectionReset(None | Some(ResetDetail::DuringHandshake)), TlsFailure(None)) if !is_vague => Possible,
        (
            ConnectionReset(_),
            Success | Http401 | Http404 | HttpError(_) | SynTimeout | ConnectionRefused | Unreachable(_)
            | TlsFailure(_) | ReadTimeout | ProxyError(_) | OtherFailure(_) | Unknown(_),
        ) => Contradiction,

        (TlsFailure(Some(HandshakeTimeout)), TlsFailure(Some(HandshakeTimeout)) | ProxyError(None)) => Same,
        (TlsFailure(Some(HandshakeTimeout)), TlsFailure(None)) if is_vague => Possible,
        (TlsFailure(Some(HandshakeTimeout)), TlsFailure(_)) | (TlsFailure(_), TlsFailure(Some(HandshakeTimeout))) => {
            Contradiction
        }
        (TlsFailure(_), TlsFailure(None)) => Same,
        (TlsFailure(said), TlsFailure(shown)) if said == shown => Same,
        (TlsFailure(_), TlsFailure(_)) => Possible,
        // In TLS 1.3 the client believes the handshake done when the server looks at its certificate.
        (TlsFailure(Some(ClientCertificate)), ConnectionReset(Some(ResetDetail::AfterRequest)))
            if is_in_place_of_answer(shown) =>
        {
            Same
        }
        (TlsFailure(Some(HandshakeTimeout | HostnameMismatch)), ConnectionReset(_)) => Contradiction,
        (TlsFailure(_), ConnectionReset(Some(ResetDetail::DuringHandshake))) => Possible,
        (
            TlsFailure(_),
            Success | Http401 | Http404 | HttpError(_) | SynTimeout | ConnectionRefused | Unreachable(_)
            | ConnectionReset(_) | ReadTimeout | ProxyError(_) | OtherFailure(_) | Unknown(_),
        ) => Contradiction,

        (ProxyError(None), ProxyError(Some(ProxyDetail::Status(_)))) => Same,
        (ProxyError(Some(said)), ProxyError(Some(shown))) if said == shown => Same,
        (
            ProxyError(_),
            Success | Http401 | Http404 | HttpError(_) | SynTimeout | ConnectionRefused | Unreachable(_)
            | ConnectionReset(_) | TlsFailure(_) | ReadTimeout | ProxyError(_) | OtherFailure(_) | Unknown(_),
        ) => Contradiction,

        // The node itself, before anything was on the wire.
        (OtherFailure(Some(OtherDetail::ConnectionPool | OtherDetail::Local)), _) => Contradiction,
        // What came was an answer, and not what was asked for.
        (
            OtherFailure(Some(OtherDetail::UnexpectedAnswer | OtherDetail::Redirect | OtherDetail::TokenRefused)),
            Success | Http401 | Http404 | HttpError(_) | OtherFailure(_) | Unknown(_),
        ) => Same,
        (
            OtherFailure(Some(OtherDetail::UnexpectedAnswer | OtherDetail::Redirect | OtherDetail::TokenRefused)),
            ReadTimeout | ConnectionReset(_),
        ) if is_vague => Possible,
        (
            OtherFailure(Some(OtherDetail::UnexpectedAnswer | OtherDetail::Redirect | OtherDetail::TokenRefused)),
            SynTimeout | ConnectionRefused | Unreachable(_) | ConnectionReset(_) | TlsFailure(_) | ReadTimeout
            | ProxyError(_),
        ) => Contradiction,

        // An answer without its status.
        (Success | Http401 | Http404 | HttpError(_), _) => match shown.answer {
            Answer::Came(_) => Same,
            Answer::Perhaps => Possible,
            Answer::None => Contradiction,
        },
    }
}

/// Compares a status that the log tells with what the wire shows of an answer.
fn of_status(said: u16, shown: Answer) -> Compatibility {
    match shown {
        Answer::Came(Some(read)) if read != said => Compatibility::Contradiction,
        Answer::Came(_) => Compatibility::Same,
        Answer::Perhaps => Compatibility::Possible,
        Answer::None => Compatibility::Contradiction,
    }
}

/// Compares when the connection broke.
fn of_reset(said: Option<ResetDetail>, when: Option<ResetDetail>, shown: &Claim) -> Compatibility {
    match (said, when) {
        (None, _) => Compatibility::Same,
        (Some(said), Some(when)) if said == when => Compatibility::Same,
        // The client may believe the handshake done, or not yet.
        (Some(ResetDetail::AfterRequest), _) | (Some(ResetDetail::DuringHandshake), None) => Compatibility::Possible,
        (Some(ResetDetail::DuringHandshake), Some(_)) if is_in_place_of_answer(shown) => Compatibility::Possible,
        (Some(ResetDetail::DuringHandshake), Some(_)) => Compatibility::Contradiction,
    }
}

/// Returns whether the connection was closed before anything came that may be an answer.
fn is_in_place_of_answer(shown: &Claim) -> bool {
    shown.weight != Weight::Vague && !matches!(shown.answer, Answer::Came(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(outcome: Outcome, weight: Weight, answer: Answer) -> Claim {
        Claim { outcome, weight, answer }
    }

    fn said(outcome: Outcome) -> Claim {
        claim(outcome, Weight::Words, Answer::None)
    }

    fn shown(outcome: Outcome) -> Claim {
        claim(outcome, Weight::Proof, Answer::None)
    }

    #[test]
    fn words_for_any_timeout_fit_each_silence_and_no_close() {
        let some_timeout = claim(Outcome::SynTimeout, Weight::Vague, Answer::None);
        let connect_timeout = said(Outcome::SynTimeout);
        let silence = shown(Outcome::ReadTimeout);
        assert_eq!(compatibility(&some_timeout, &silence), Compatibility::Same);
        assert_eq!(compatibility(&connect_timeout, &silence), Compatibility::Contradiction);
        let closed = shown(Outcome::ConnectionReset(Some(ResetDetail::AfterRequest)));
        assert_eq!(compatibility(&some_timeout, &closed), Compatibility::Contradiction);
    }

    #[test]
    fn a_status_is_compared_with_the_status_that_was_read() {
        let not_found = claim(Outcome::Http404, Weight::Proof, Answer::Came(Some(404)));
        let answered = |status| claim(Outcome::Unknown(None), Weight::Proof, Answer::Came(status));
        assert_eq!(compatibility(&not_found, &answered(Some(404))), Compatibility::Same);
        assert_eq!(compatibility(&not_found, &answered(None)), Compatibility::Same);
        assert_eq!(compatibility(&not_found, &answered(Some(200))), Compatibility::Contradiction);
        assert_eq!(compatibility(&not_found, &shown(Outcome::ReadTimeout)), Compatibility::Contradiction);
    }

    #[test]
    fn a_name_that_does_not_resolve_leads_to_no_connection() {
        let unknown_host = said(Outcome::DnsFailure(None));
        let cut = claim(Outcome::Unknown(Some(UnknownDetail::Incomplete)), Weight::Vague, Answer::Perhaps);
        assert_eq!(compatibility(&unknown_host, &shown(Outcome::DnsFailure(None))), Compatibility::Same);
        assert_eq!(compatibility(&unknown_host, &cut), Compatibility::Contradiction);
        assert_eq!(compatibility(&said(Outcome::ReadTimeout), &cut), Compatibility::Possible);
        let lookup = shown(Outcome::DnsFailure(None));
        assert_eq!(compatibility(&said(Outcome::ConnectionRefused), &lookup), Compatibility::Contradiction);
    }

    #[test]
    fn an_rst_in_answer_to_the_syn_is_at_odds_with_what_takes_a_connection_and_not_with_silence_of_the_log() {
        let refused = shown(Outcome::ConnectionRefused);
        for outcome in [Outcome::SynTimeout, Outcome::ReadTimeout, Outcome::TlsFailure(Some(TlsDetail::NotTls))] {
            assert_eq!(compatibility(&said(outcome), &refused), Compatibility::Contradiction, "{outcome}");
        }
        assert_eq!(compatibility(&Claim::NOTHING, &refused), Compatibility::Possible);
    }

    /// How what the log said and what the wire shows go together, when the wire's account is a proof and when it is vague.
    fn both(said_outcome: Outcome, shown_outcome: Outcome) -> [Compatibility; 2] {
        let vague = claim(shown_outcome, Weight::Vague, Answer::None);
        [shown(shown_outcome), vague].map(|shown| compatibility(&said(said_outcome), &shown))
    }

    #[test]
    fn a_close_is_at_odds_with_a_close_at_another_time_unless_the_client_could_not_know() {
        use Compatibility::{Contradiction, Possible, Same};
        let reset = |when| Outcome::ConnectionReset(when);
        let (during, after) = (Some(ResetDetail::DuringHandshake), Some(ResetDetail::AfterRequest));
        assert_eq!(both(reset(None), reset(after)), [Same; 2]);
        assert_eq!(both(reset(during), reset(during)), [Same; 2]);
        assert_eq!(both(reset(after), reset(during)), [Possible; 2]);
        assert_eq!(both(reset(during), reset(None)), [Possible; 2]);
        // Closed in place of an answer, the client may have been in the handshake still; once anything came, it was not.
        assert_eq!(both(reset(during), reset(after)), [Possible, Contradiction]);
        let answered = claim(reset(after), Weight::Proof, Answer::Came(None));
        assert_eq!(compatibility(&said(reset(during)), &answered), Contradiction);
        assert_eq!(both(reset(None), Outcome::ProxyError(None)), [Possible, Contradiction]);
        assert_eq!(both(reset(during), Outcome::TlsFailure(None)), [Possible, Contradiction]);
        assert_eq!(both(reset(after), Outcome::TlsFailure(None)), [Contradiction; 2]);
    }

    #[test]
    fn failures_of_tls_are_one_when_their_reasons_are_or_may_be() {
        use Compatibility::{Contradiction, Possible, Same};
        let tls = |detail| Outcome::TlsFailure(Some(detail));
        let untrusted = tls(TlsDetail::UntrustedCertificate);
        assert_eq!(both(untrusted, untrusted), [Same; 2]);
        assert_eq!(both(untrusted, tls(TlsDetail::ExpiredCertificate)), [Possible; 2]);
        let waited = tls(TlsDetail::HandshakeTimeout);
        assert_eq!(both(waited, Outcome::TlsFailure(None)), [Contradiction, Possible]);
        // A server that wants a certificate closes where the client expects its answer.
        let closed = Outcome::ConnectionReset(Some(ResetDetail::AfterRequest));
        assert_eq!(both(tls(TlsDetail::ClientCertificate), closed), [Same, Contradiction]);
        assert_eq!(both(untrusted, closed), [Contradiction; 2]);
    }

    #[test]
    fn what_is_told_of_a_proxy_and_of_an_answer_is_compared_with_what_is_shown_of_it() {
        use Compatibility::{Contradiction, Possible, Same};
        let proxy = |status| Outcome::ProxyError(Some(ProxyDetail::Status(status)));
        assert_eq!(both(proxy(407), proxy(407)), [Same; 2]);
        assert_eq!(both(proxy(407), proxy(502)), [Contradiction; 2]);
        let page = Outcome::OtherFailure(Some(OtherDetail::UnexpectedAnswer));
        for silence in [Outcome::ReadTimeout, Outcome::ConnectionReset(None)] {
            assert_eq!(both(page, silence), [Contradiction, Possible], "{silence}");
        }
        let no_name = Outcome::DnsFailure(None);
        assert_eq!(both(no_name, no_name), [Same, Possible]);
    }
}
