//! Why a TLS handshake failed, out of alert and certificate.

use std::net::IpAddr;

use crate::capture::tls::{AlertDescription as Alert, TlsVersion};
use crate::capture::{CertificateFacts, ClientCertificate, FlowSide, FrameRef, TlsAlert, TlsSession};
use crate::model::outcome::TlsDetail;
use crate::model::time::Timestamp;

/// Returns whether a certificate was valid at a moment.
pub fn is_valid_at(certificate: &CertificateFacts, time: Timestamp) -> bool {
    (certificate.not_before..=certificate.not_after).contains(&time)
}

/// Returns whether a certificate is for this host (RFC 6125, section 6.4: a wildcard stands for one label, the leftmost).
pub fn is_for_host(certificate: &CertificateFacts, host: &str) -> bool {
    name_for_host(certificate, host).is_some()
}

/// Finds which of a certificate's names is for this host, as an index.
pub fn name_for_host(certificate: &CertificateFacts, host: &str) -> Option<usize> {
    let host = host.trim_end_matches('.');
    let address: Option<IpAddr> = host.parse().ok();
    let parent = host.split_once('.').filter(|(label, _)| !label.is_empty()).map(|(_, parent)| parent);
    certificate.names.iter().position(|name| {
        let name = name.trim_end_matches('.');
        match name.strip_prefix("*.") {
            Some(wildcard) => parent.is_some_and(|parent| parent.eq_ignore_ascii_case(wildcard)),
            None => name.eq_ignore_ascii_case(host) || address.is_some_and(|address| name.parse() == Ok(address)),
        }
    })
}

/// Tells what an alert says, the certificates of both sides beside it. The second value is whether nothing else can be meant.
pub(super) fn of_alert(alert: TlsAlert, session: &TlsSession) -> (Option<TlsDetail>, bool) {
    match (alert.code, alert.by) {
        (Some((_, Alert::PROTOCOL_VERSION | Alert::INAPPROPRIATE_FALLBACK)), _) => {
            (Some(TlsDetail::ProtocolVersion), true)
        }
        (Some((_, description)), FlowSide::Client) => of_client_alert(description, alert, session),
        (Some((_, description)), FlowSide::Server) => of_server_alert(description, session),
        // Encrypted: in TLS 1.3 the client's complaint about the certificate looks like this.
        (None, FlowSide::Client) => (None, false),
        (None, FlowSide::Server) => (session.client_certificate.map(|_| TlsDetail::ClientCertificate), false),
    }
}

/// Tells what a client complains of, as Java words it (`getCertificateAlert` of OpenJDK's CertificateMessage).
fn of_client_alert(description: Alert, alert: TlsAlert, session: &TlsSession) -> (Option<TlsDetail>, bool) {
    match description {
        Alert::CERTIFICATE_EXPIRED => (Some(TlsDetail::ExpiredCertificate), true),
        Alert::CERTIFICATE_REVOKED => (Some(TlsDetail::RevokedCertificate), true),
        // Stapling told that it is revoked, or could not tell.
        Alert::BAD_CERTIFICATE_STATUS_RESPONSE => (Some(TlsDetail::RevocationUnknown), false),
        Alert::UNSUPPORTED_CERTIFICATE => (Some(TlsDetail::WeakCertificate), true),
        Alert::UNKNOWN_CA => (Some(TlsDetail::UntrustedCertificate), true),
        // A signature that does not hold, or a time that has not begun; and certificate_unknown says Java of everything.
        Alert::BAD_CERTIFICATE | Alert::CERTIFICATE_UNKNOWN => of_certificate(session, alert.at.time),
        _ => (Some(TlsDetail::HandshakeFailure), true),
    }
}

/// Tells what a server complains of: of certificates it sees the client's only.
fn of_server_alert(description: Alert, session: &TlsSession) -> (Option<TlsDetail>, bool) {
    match (description, session.client_certificate) {
        (Alert::UNRECOGNIZED_NAME, _) => (Some(TlsDetail::UnrecognizedName), true),
        (
            Alert::CERTIFICATE_REQUIRED
            | Alert::NO_CERTIFICATE
            | Alert::BAD_CERTIFICATE
            | Alert::UNSUPPORTED_CERTIFICATE
            | Alert::CERTIFICATE_REVOKED
            | Alert::CERTIFICATE_EXPIRED
            | Alert::CERTIFICATE_UNKNOWN
            | Alert::UNKNOWN_CA,
            _,
        ) => (Some(TlsDetail::ClientCertificate), true),
        // Up to TLS 1.2 there is no better word for a certificate that did not come (RFC 5246, section 7.4.6).
        (Alert::HANDSHAKE_FAILURE, Some(ClientCertificate::Empty)) => (Some(TlsDetail::ClientCertificate), true),
        (Alert::ACCESS_DENIED | Alert::HANDSHAKE_FAILURE, Some(ClientCertificate::Presented)) => {
            (Some(TlsDetail::ClientCertificate), false)
        }
        _ => (Some(TlsDetail::HandshakeFailure), true),
    }
}

/// Tells what is wrong with the certificate that a client turned away in the handshake. Names are compared after it, by Apache
/// HttpClient and by most others, so that trust and time are what is left.
pub(super) fn of_certificate(session: &TlsSession, time: Timestamp) -> (Option<TlsDetail>, bool) {
    let Some((_, chain)) = &session.certificate else { return (None, false) };
    let Some(leaf) = chain.first() else { return (None, false) };
    let expired = chain.iter().any(|certificate| !is_valid_at(certificate, time));
    match (expired, leaf.self_signed) {
        (false, _) => (Some(TlsDetail::UntrustedCertificate), true),
        // Self-signed and out of date: the path fails before the date does.
        (true, true) => (Some(TlsDetail::UntrustedCertificate), false),
        (true, false) => (Some(TlsDetail::ExpiredCertificate), false),
    }
}

/// Tells why a client closed in the handshake without a word. `None` when it had heard nothing that it could turn away.
pub(super) fn of_abort(session: &TlsSession, close: FrameRef, host: Option<&str>) -> Option<Option<TlsDetail>> {
    let heard = session.server_hello.filter(|hello| *hello < close)?;
    let tls13 = session.version.is_none_or(|version| version == TlsVersion::TLS13);
    let Some((_, chain)) = session.certificate.as_ref().filter(|(at, _)| *at < close) else {
        // In TLS 1.3 the certificate came along with the ServerHello, and is not seen.
        return (tls13 && heard < close).then_some(None);
    };
    let trusted = session.client_finished.is_some_and(|finished| finished < close);
    if !trusted {
        return Some(of_certificate(session, close.time).0);
    }
    // Who sends Finished has found nothing wrong with the chain; names may be compared later.
    let host = host.or(session.sni.as_deref());
    let named = chain.first().zip(host).is_none_or(|(leaf, host)| is_for_host(leaf, host));
    Some((!named).then_some(TlsDetail::HostnameMismatch))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(names: &[&str]) -> CertificateFacts {
        CertificateFacts {
            subject: String::new(),
            issuer: String::new(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            not_before: Timestamp::from_nanos(10),
            not_after: Timestamp::from_nanos(20),
            serial: String::new(),
            sha256: String::new(),
            self_signed: false,
        }
    }

    #[test]
    fn a_wildcard_stands_for_one_label() {
        let wildcard = certificate(&["*.Example.com"]);
        assert!(is_for_host(&wildcard, "mdm.example.com"));
        assert!(!is_for_host(&wildcard, "a.mdm.example.com"));
        assert!(!is_for_host(&wildcard, "example.com"));
        assert!(!is_for_host(&wildcard, ".example.com"));
    }

    #[test]
    fn addresses_are_compared_as_addresses() {
        assert!(is_for_host(&certificate(&["2001:db8:0::1"]), "2001:db8::1"));
        assert!(!is_for_host(&certificate(&["192.0.2.1"]), "192.0.2.10"));
    }

    #[test]
    fn validity_has_both_ends() {
        let certificate = certificate(&[]);
        let valid = |nanos| is_valid_at(&certificate, Timestamp::from_nanos(nanos));
        assert_eq!([valid(9), valid(10), valid(20), valid(21)], [false, true, true, false]);
    }
}
