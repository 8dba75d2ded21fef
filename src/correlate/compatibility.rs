//! Whether what the log says of a result and what the wire shows can be the same event.

use super::log_request::LogResult;
use super::wire_request::WireRequest;
use crate::capture::Side;
use crate::evidence::wire::{Ending, LookupResult};
use crate::log::CauseKind;

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

/// Compares the two. `lookup` is the result of the lookup that the place began with, `status` what was read of the answer.
pub fn compatibility(
    said: LogResult,
    slot: &WireRequest<'_>,
    lookup: Option<LookupResult>,
    status: Option<u16>,
) -> Compatibility {
    use CauseKind as Cause;
    use Compatibility::{Contradiction, Possible, Same};
    let Some(ending) = &slot.ending else {
        return match (said, lookup) {
            (LogResult::Cause(Cause::UnknownHost), Some(LookupResult::Failed(_))) => Same,
            (LogResult::Cause(Cause::UnknownHost) | LogResult::Nothing, _) => Possible,
            _ => Contradiction,
        };
    };
    let kind = match said {
        LogResult::Nothing | LogResult::Cause(Cause::Other) => return Possible,
        LogResult::Status(said) => return of_status(said, ending, status),
        LogResult::Cause(kind) => kind,
    };
    match (kind, ending) {
        (Cause::UnknownHost, _) => Contradiction,
        (Cause::ConnectTimedOut | Cause::SomeTimeout, Ending::SynSilence) => Same,
        (Cause::ConnectTimedOut | Cause::SomeTimeout, Ending::Unreachable(_)) => Possible,
        (Cause::ConnectTimedOut, Ending::HandshakeSilence(_) | Ending::ConnectUnanswered(_)) => Possible,
        (
            Cause::SomeTimeout | Cause::ReadTimedOut,
            Ending::ResponseSilence(_) | Ending::HandshakeSilence(_) | Ending::ConnectUnanswered(_),
        ) => Same,
        (Cause::HandshakeTimedOut, Ending::HandshakeSilence(_) | Ending::ConnectUnanswered(_)) => Same,
        (Cause::HandshakeTimedOut, Ending::HandshakeAborted(_)) => Possible,
        (Cause::Refused, Ending::Refused(_)) => Same,
        (Cause::Refused, Ending::Unreachable(_)) => Possible,
        (Cause::NoRouteToHost | Cause::NetworkUnreachable, Ending::Unreachable(_)) => Same,
        (Cause::NoRouteToHost | Cause::NetworkUnreachable, Ending::SynSilence) => Possible,
        (Cause::Reset | Cause::HandshakeTerminated, Ending::HandshakeClosed(_)) => Same,
        (Cause::Reset | Cause::ClosedWithoutAnswer, Ending::ResponseClosed(_)) => Same,
        (
            Cause::HandshakeTerminated | Cause::ClosedWithoutAnswer,
            Ending::ResponseClosed(_) | Ending::HandshakeClosed(_),
        ) => Possible,
        (
            Cause::Reset | Cause::HandshakeTerminated | Cause::ClosedWithoutAnswer,
            Ending::ConnectUnanswered(Some(_)),
        ) => Possible,
        (Cause::Reset | Cause::HandshakeTerminated, Ending::Alert(_)) => Possible,
        (Cause::ProxyRefusedConnect(said), Ending::ConnectDenied(reply)) => {
            if said.is_none_or(|said| said == reply.status) { Same } else { Contradiction }
        }
        (Cause::HttpStatus(said), ending) => of_status(said, ending, status),
        (
            Cause::UntrustedCertificate
            | Cause::ExpiredCertificate
            | Cause::RevokedCertificate
            | Cause::RevocationUnknown
            | Cause::WeakCertificate
            | Cause::UnrecognizedName
            | Cause::ClientCertificate
            | Cause::NotTls
            | Cause::ProtocolVersion
            | Cause::HandshakeFailure,
            Ending::Alert(_) | Ending::HandshakeAborted(_),
        ) => Same,
        (Cause::HostnameMismatch, Ending::NoRequest(_) | Ending::Alert(_) | Ending::HandshakeAborted(_)) => Same,
        (
            Cause::UntrustedCertificate
            | Cause::ExpiredCertificate
            | Cause::RevokedCertificate
            | Cause::RevocationUnknown
            | Cause::WeakCertificate
            | Cause::UnrecognizedName
            | Cause::ClientCertificate
            | Cause::NotTls
            | Cause::ProtocolVersion
            | Cause::HandshakeFailure,
            Ending::NoRequest(_) | Ending::HandshakeClosed(_),
        ) => Possible,
        (Cause::ReadTimedOut | Cause::SomeTimeout, Ending::PossiblyAnswered { close, .. }) => {
            let gave_up = close.is_none_or(|close| close.by == Side::Client);
            if gave_up { Same } else { Contradiction }
        }
        (Cause::Reset | Cause::ClosedWithoutAnswer, Ending::PossiblyAnswered { close: Some(close), .. })
            if close.by == Side::Server =>
        {
            Same
        }
        // In TLS 1.3 the client believes the handshake done when the server looks at its certificate.
        (Cause::ClientCertificate, Ending::ResponseClosed(_)) => Same,
        (Cause::UnexpectedAnswer | Cause::Redirect | Cause::TokenRefused, Ending::Answered(_)) => Same,
        (Cause::UnexpectedAnswer | Cause::Redirect | Cause::TokenRefused, Ending::PossiblyAnswered { .. }) => Possible,
        (Cause::ReadTimedOut | Cause::SomeTimeout, Ending::AnswerBroken { close, .. }) => {
            if close.is_none_or(|close| close.by == Side::Client) { Same } else { Contradiction }
        }
        (Cause::Reset | Cause::ClosedWithoutAnswer, Ending::AnswerBroken { close: Some(close), .. })
            if close.by == Side::Server =>
        {
            Same
        }
        (_, Ending::Cut) => Possible,
        // An encrypted answer may be an alert or a close that could not be told from data.
        (Cause::ReadTimedOut | Cause::Reset | Cause::ClosedWithoutAnswer | Cause::SomeTimeout, Ending::Answered(_)) => {
            Contradiction
        }
        _ => Contradiction,
    }
}

fn of_status(said: u16, ending: &Ending<'_>, read: Option<u16>) -> Compatibility {
    match ending {
        Ending::Answered(_) | Ending::AnswerBroken { .. } => match read {
            Some(read) if read != said => Compatibility::Contradiction,
            _ => Compatibility::Same,
        },
        Ending::ConnectDenied(reply) if reply.status == said => Compatibility::Same,
        Ending::Cut | Ending::PossiblyAnswered { .. } => Compatibility::Possible,
        // A short answer of TLS 1.3 looks like the close behind it.
        Ending::ResponseClosed(close) if close.by == Side::Server && !close.reset => Compatibility::Possible,
        _ => Compatibility::Contradiction,
    }
}
