//! The connections of an attempt.

use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tls::Tls;

/// A TCP connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Flow {
    /// Index of the input.
    pub input: usize,
    /// `tcp.stream` of Wireshark.
    pub stream: Option<u64>,
    /// Address and port of the client.
    #[schemars(with = "String")]
    pub client: SocketAddr,
    /// Address and port of the server, or of the proxy.
    #[schemars(with = "String")]
    pub server: SocketAddr,
    /// Community ID, version 1.
    pub community_id: String,
    /// First frame.
    pub first_frame: u64,
    /// Last frame.
    pub last_frame: u64,
    /// Index of the input that has the last frame, where that is another one, as rotated captures make it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_input: Option<usize>,
    /// SYNs after the first.
    pub syn_retransmissions: u64,
    /// When each SYN was sent, in milliseconds after the first.
    pub syn_schedule_ms: Vec<f64>,
    /// From the (first) SYN to the SYN-ACK, in milliseconds.
    pub connect_ms: Option<f64>,
    /// Payload to the server.
    pub bytes_to_server: u64,
    /// Payload to the client.
    pub bytes_to_client: u64,
    /// Retransmitted segments, both directions.
    pub retransmissions: u64,
    /// Bytes that the capture lost.
    pub missing_bytes: u64,
    /// Who closed it and how: `client FIN`, `server RST`, ...
    pub closed_by: Option<String>,
    /// The ICMP error that answered it.
    pub icmp: Option<Icmp>,
    /// The proxy's answer to CONNECT.
    pub connect_status: Option<u16>,
    /// The TLS session.
    pub tls: Option<Tls>,
}

/// An ICMP error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Icmp {
    pub from: String,
    #[serde(rename = "type")]
    pub icmp_type: u8,
    pub code: u8,
    pub meaning: String,
    pub frame: u64,
}
