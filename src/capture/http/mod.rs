//! HTTP/1.x as the wire shows it, in the clear or decrypted: the request line, the status line and the few headers that a
//! diagnosis needs. Credentials are taken out where they are read, so that nothing behind can show them.

mod body;
mod conversation;
mod head;
#[cfg(test)]
mod tests;

pub(crate) use conversation::{Connect, HttpConversation, read_conversation, speaks_http};
use head::RequestHead;
pub(crate) use head::{begins_request, begins_response, host_of};

/// The request that a client's first payload begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequestPeek {
    /// Method.
    pub method: String,
    /// Request target without credentials; `None` when it was cut.
    pub target: Option<String>,
    /// Host of the target or else of the `Host` header, in lower case, without port.
    pub host: Option<String>,
}

/// Reads the request that a client's payload begins with, when it is HTTP/1.x; works on what a snap length left of it.
pub fn peek_http_request(payload: &[u8]) -> Option<HttpRequestPeek> {
    let head = RequestHead::read(payload)?;
    Some(HttpRequestPeek { method: head.method, target: head.target, host: head.host })
}

/// Reads host in lower case and port of a CONNECT request that a client's payload begins with.
pub fn peek_connect(payload: &[u8]) -> Option<(String, u16)> {
    if !payload.starts_with(b"CONNECT ") {
        return None;
    }
    RequestHead::read(payload)?.connect
}
