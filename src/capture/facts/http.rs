//! What was read of HTTP on a connection, in the clear or with the secrets of TLS.

use super::frame::FrameRef;

/// A CONNECT request to a proxy.
#[derive(Clone, Debug)]
pub struct ProxyConnect {
    /// Host that the proxy is asked to connect to, in lower case.
    pub host: String,
    /// Port.
    pub port: u16,
    /// The (last) CONNECT request; a client that is told 407 may send a second one.
    pub request: FrameRef,
    /// The answer to it.
    pub reply: Option<HttpReply>,
    /// Answers to earlier CONNECT requests on the same connection, in order.
    pub earlier: Vec<HttpReply>,
    /// The (last) request had credentials for the proxy, as far as its head was captured.
    pub credentials: bool,
}

/// A status line.
#[derive(Clone, Debug)]
pub struct HttpReply {
    /// The frame in which it begins.
    pub at: FrameRef,
    /// Status code.
    pub status: u16,
    /// The head was captured to its end.
    pub head_whole: bool,
    /// Reason phrase.
    pub reason: String,
    /// `Server` header, or `Via`, as a help to tell who answered.
    pub server: Option<String>,
    /// `Content-Type`, when sent.
    pub content_type: Option<String>,
    /// `Location`, without its query.
    pub location: Option<String>,
    /// `Content-Length`, when sent.
    pub content_length: Option<u64>,
    /// Last frame of the answer, as far as its end is known.
    pub end: FrameRef,
    /// Bytes of the answer, head and body, as far as its end is known.
    pub bytes: u64,
    /// The body is all there; false when the stream ends before the end that the head or the chunks promise, and `None` when
    /// nothing tells.
    pub whole: Option<bool>,
}

/// One HTTP request and its answer.
#[derive(Clone, Debug)]
pub struct HttpExchange {
    /// The frame in which the request begins; `None` when only the answer was captured.
    pub request: Option<FrameRef>,
    /// The frame in which it ends, as far as that is known.
    pub request_end: Option<FrameRef>,
    /// Bytes of the request, head and body, as far as its end is known.
    pub request_bytes: u64,
    /// Method.
    pub method: Option<String>,
    /// Request target without credentials.
    pub target: Option<String>,
    /// `Host` header in lower case, without port.
    pub host: Option<String>,
    /// It had credentials for a proxy, as far as its head was captured.
    pub credentials: bool,
    /// The answer.
    pub reply: Option<HttpReply>,
    /// Read with the session's secrets.
    pub decrypted: bool,
}
