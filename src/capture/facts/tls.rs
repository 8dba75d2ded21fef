//! A TLS session as far as it can be seen.

use super::frame::{FlowSide, FrameRef};
use crate::capture::tls::{AlertDescription, AlertLevel, CipherSuite, TlsVersion};
use crate::model::report::KeysInVain;
use crate::model::time::Timestamp;

/// A TLS session as far as it can be seen.
#[derive(Clone, Debug, Default)]
pub struct TlsSession {
    /// The random of the (first) ClientHello, which is the same wherever the connection is captured.
    pub client_random: Option<[u8; 32]>,
    /// The (first) ClientHello.
    pub client_hello: Option<FrameRef>,
    /// Server name in lower case.
    pub sni: Option<String>,
    /// Protocols that the client offers.
    pub alpn_offered: Vec<String>,
    /// Highest version that the client offers.
    pub offered_version: Option<TlsVersion>,
    /// The ServerHello.
    pub server_hello: Option<FrameRef>,
    /// The server's first bytes, when they are no TLS: what listens on the port speaks something else.
    pub clear_answer: Option<FrameRef>,
    /// Version agreed on.
    pub version: Option<TlsVersion>,
    /// The cipher suite.
    pub cipher: Option<CipherSuite>,
    /// Protocol agreed on, when visible.
    pub alpn: Option<String>,
    /// Abbreviated handshake (session ID, ticket or PSK); `None` when it can't be told.
    pub resumed: Option<bool>,
    /// The server's certificate message: frame, and the chain with the server's own certificate first.
    pub certificate: Option<(FrameRef, Vec<CertificateFacts>)>,
    /// What is known of a certificate of the client; `None` when nothing shows that the server asked for one.
    pub client_certificate: Option<ClientCertificate>,
    /// The client's Finished: it was content with what the server had sent.
    pub client_finished: Option<FrameRef>,
    /// The frame after which both sides had sent Finished.
    pub established: Option<FrameRef>,
    /// Alerts, in order of time.
    pub alerts: Vec<TlsAlert>,
    /// Requests and responses as the sizes and directions of application data show them, handshake records of TLS 1.3
    /// left out as far as they can be told.
    pub turns: Vec<Turn>,
    /// Secrets opened the session.
    pub decrypted: bool,
    /// Why secrets that were given for the session opened nothing of it; `None` when they did, or there are none.
    pub keys_in_vain: Option<KeysInVain>,
}

/// A certificate by which the client says who it is (RFC 8446 section 4.4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientCertificate {
    /// The server asked for one, and what the client sent was not seen.
    Requested,
    /// The client was asked and has none.
    Empty,
    /// The client sent one.
    Presented,
}

/// Client data, then the server data that follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// First frame of the client's data.
    pub request: FrameRef,
    /// Last frame of the client's data.
    pub request_end: FrameRef,
    /// Bytes of the client's application data records.
    pub request_bytes: u64,
    /// First and last frame of the server's data.
    pub response: Option<(FrameRef, FrameRef)>,
    /// Bytes of the server's application data records.
    pub response_bytes: u64,
    /// Lengths of the first of these records, in order.
    pub response_lengths: Vec<usize>,
    /// The response is an encrypted record of TLS 1.3 that may as well be a session ticket: the server may have said nothing.
    pub maybe_ticket: bool,
}

/// A TLS alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlsAlert {
    /// The frame.
    pub at: FrameRef,
    /// Who sent it.
    pub by: FlowSide,
    /// Level and description; `None` when it is encrypted.
    pub code: Option<(AlertLevel, AlertDescription)>,
}

/// The fields of an X.509 certificate that matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFacts {
    /// Subject, as RFC 4514 writes it.
    pub subject: String,
    /// Issuer.
    pub issuer: String,
    /// DNS names and addresses of the subject alternative name; the common name when there is no such extension.
    pub names: Vec<String>,
    /// Valid from.
    pub not_before: Timestamp,
    /// Valid until.
    pub not_after: Timestamp,
    /// Serial number in hexadecimal.
    pub serial: String,
    /// SHA-256 of the certificate in hexadecimal.
    pub sha256: String,
    /// Issuer and subject are the same.
    pub self_signed: bool,
}
