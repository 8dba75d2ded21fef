//! How a request failed, in terms of the Java exceptions that the log quotes.

use std::net::IpAddr;

/// How a request failed, in terms of the Java exception that the log quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogCause {
    /// What kind of failure the words stand for.
    pub kind: CauseKind,
    /// The words, shortened to a line.
    pub words: String,
    /// `Connect to HOST:PORT [HOST/ADDRESS, ...] failed`: whom the client was connecting to (server or proxy).
    pub target: Option<ConnectTarget>,
}

impl LogCause {
    /// Returns whether the words are a single one, such as the host that Java could not resolve, and tell no reason.
    pub fn is_bare(&self) -> bool {
        !self.words.trim().contains(char::is_whitespace)
    }
}

/// The endpoint in Apache HttpClient's `Connect to ...` message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectTarget {
    /// Host name, or address as text.
    pub host: String,
    /// Port.
    pub port: Option<u16>,
    /// Addresses between the square brackets.
    pub addresses: Vec<IpAddr>,
}

/// Kinds of failure that the words of Java's exceptions, of Apache HttpClient and of ISE itself tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CauseKind {
    /// `Name or service not known`, UnknownHostException, of which the host may be the only word.
    UnknownHost,
    /// `Connect timed out`, `Connection timed out`.
    ConnectTimedOut,
    /// MdmClient's `A connection timeout occurred`: some timeout, of the connect or of the read.
    SomeTimeout,
    /// `Connection refused`.
    Refused,
    /// `No route to host`, `Host unreachable`.
    NoRouteToHost,
    /// `Network is unreachable`.
    NetworkUnreachable,
    /// `Connection reset`, `Broken pipe`.
    Reset,
    /// `Remote host terminated the handshake`, closed during the handshake.
    HandshakeTerminated,
    /// `NoHttpResponseException`, `failed to respond`, a truncated chunk or body: closed instead of an answer, or in it.
    ClosedWithoutAnswer,
    /// `Read timed out` after a request (SocketTimeoutException).
    ReadTimedOut,
    /// `ConnectTimeoutException: ... failed: Read timed out`: silence in the TLS handshake (or before the CONNECT's end).
    HandshakeTimedOut,
    /// `PKIX path building failed`, unknown or untrusted CA, self-signed, an empty trust store, ISE's own `problem with the
    /// server Certificates or ISE trust store`.
    UntrustedCertificate,
    /// `Certificate for <...> doesn't match`, `No subject alternative`.
    HostnameMismatch,
    /// `validity check failed`, `NotAfter`, expired or not yet valid.
    ExpiredCertificate,
    /// `Certificate has been revoked`.
    RevokedCertificate,
    /// `Unable to determine revocation status`: neither OCSP nor CRL told.
    RevocationUnknown,
    /// `Algorithm constraints check failed`, key usage: a certificate that the node's rules forbid.
    WeakCertificate,
    /// `unrecognized_name`: the server does not know the name in SNI (RFC 6066, section 3).
    UnrecognizedName,
    /// `Received fatal alert: bad_certificate` or `certificate_required`: the server wants a client certificate, or another
    /// one (RFC 8446, section 6.2).
    ClientCertificate,
    /// `Unsupported or unrecognized SSL message`: the other side speaks no TLS on this port.
    NotTls,
    /// `protocol_version`, `No appropriate protocol`.
    ProtocolVersion,
    /// `handshake_failure`, and other TLS words that say no more.
    HandshakeFailure,
    /// `CONNECT` refused by the proxy, with status when the words have one.
    ProxyRefusedConnect(Option<u16>),
    /// `404:Not Found`, an HTTP status (the server's or the proxy's; the log doesn't say whose).
    HttpStatus(u16),
    /// `Timeout waiting for connection from pool`, `Connection pool shut down`: the node's own pool.
    ConnectionPool,
    /// `Circular redirect`, `Maximum redirects exceeded`.
    Redirect,
    /// The answer is none of the API: what came could not be parsed.
    UnexpectedAnswer,
    /// An identity provider gave no token: `AADSTS...`, `invalid_client` (RFC 6749, section 5.2).
    TokenRefused,
    /// The node itself: `Cannot assign requested address`, `Permission denied`, no buffers or ports left.
    Local,
    /// Words that none of the above knows. It failed all the same.
    Other,
}
