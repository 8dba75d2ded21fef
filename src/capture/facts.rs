//! What the capture stage hands on: DNS exchanges and TCP flows that can be MDM traffic, each fact with its frame.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

use super::contacts::Contact;
use super::dns::{Rcode, RrType};
use super::quality::{CaptureQuality, PeerVisibility};
use super::tls::{AlertDescription, AlertLevel, CipherSuite, TlsVersion};
use crate::model::report::KeysInVain;
use crate::model::time::Timestamp;
use crate::model::warning::Warning;

/// The marks of traffic that is worth keeping; from the log and from the options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interest {
    /// Host names in lower case, without a trailing dot.
    pub hosts: BTreeSet<String>,
    /// Literal addresses from URLs and from `Connect to host [host/address]` texts.
    pub addresses: BTreeSet<IpAddr>,
    /// Those of them that are asked for as such: what goes there is meant, whatever name it bears.
    pub literal_addresses: BTreeSet<IpAddr>,
    /// Proxies by address.
    pub proxies: BTreeSet<SocketAddr>,
    /// Host names of proxies, in lower case.
    pub proxy_hosts: BTreeSet<String>,
    /// Server ports besides 443 and 8443 that `--port` or the log's URLs name.
    pub ports: BTreeSet<u16>,
    /// How many other captures are read in the same run: all share the room for connections and queries.
    pub beside: usize,
}

/// All that the files of one capture show.
#[derive(Clone, Debug, Default)]
pub struct CaptureFacts {
    /// One entry for each file, in order of time.
    pub parts: Vec<CapturePartFacts>,
    /// What each file could see, in the same order.
    pub quality: Vec<CaptureQuality>,
    /// What was captured from and to the addresses of `dns` and `flows`, whoever was at the other end.
    pub peers: BTreeMap<IpAddr, PeerVisibility>,
    /// DNS exchanges about names that matter, in order of their first query.
    pub dns: Vec<DnsExchange>,
    /// Flows that can matter, in order of their first frame.
    pub flows: Vec<TcpFlow>,
    /// The servers that clients connected to most, whether they matter or not, the busiest first.
    pub contacts: Vec<Contact>,
    /// Warnings about what could not be read.
    pub warnings: Vec<Warning>,
}

/// One capture file.
#[derive(Clone, Debug)]
pub struct CapturePartFacts {
    /// Index of the input.
    pub input: usize,
    /// Number of frames.
    pub frames: u64,
    /// Times of the earliest and the latest frame.
    pub span: Option<(Timestamp, Timestamp)>,
}

/// The place and the time at which something was seen on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FrameRef {
    /// Time of the frame.
    pub time: Timestamp,
    /// Index of the input.
    pub input: usize,
    /// Frame number from 1, as Wireshark shows it.
    pub frame: u64,
}

/// Who of the two sent something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The one that opened the connection: the ISE node.
    Client,
    /// The MDM server, or the proxy in front of it.
    Server,
}

/// A question to one resolver with its retries and its answer; A and AAAA are two exchanges.
#[derive(Clone, Debug)]
pub struct DnsExchange {
    /// Who asked.
    pub client: SocketAddr,
    /// Who was asked.
    pub resolver: SocketAddr,
    /// Over TCP instead of UDP.
    pub tcp: bool,
    /// The name asked for, in lower case, without the trailing dot.
    pub name: String,
    /// The type of record that was asked for.
    pub qtype: RrType,
    /// The query and its retransmissions to this resolver; empty when only the answer was captured.
    pub queries: Vec<FrameRef>,
    /// The first answer that ends the exchange (with retries, the last one that the client waited for).
    pub answer: Option<DnsAnswer>,
    /// Another answer to the same query that excludes it: one of the two may be forged.
    pub contradicting: Option<DnsAnswer>,
    /// An ICMP error that quotes the query: the resolver is not there.
    pub icmp: Option<IcmpError>,
}

/// A resolver's answer.
#[derive(Clone, Debug)]
pub struct DnsAnswer {
    /// The frame.
    pub at: FrameRef,
    /// The response code, with the upper bits of EDNS where they were captured.
    pub rcode: Rcode,
    /// TC bit: the client must ask again over TCP.
    pub truncated: bool,
    /// Addresses, after following CNAMEs.
    pub addresses: Vec<IpAddr>,
    /// The chain of CNAMEs, in order.
    pub cnames: Vec<String>,
    /// The capture cut the packet before the end of the answer section.
    pub cut: bool,
}

impl DnsAnswer {
    /// Returns whether two answers to one query exclude each other: the name has addresses or it has none, for one reason.
    pub fn excludes(&self, other: &Self) -> bool {
        let whole = !self.truncated && !other.truncated && !self.cut && !other.cut;
        whole && (self.rcode != other.rcode || self.addresses.is_empty() != other.addresses.is_empty())
    }
}

/// A TCP connection, or the attempt at one.
#[derive(Clone, Debug)]
pub struct TcpFlow {
    /// `tcp.stream` of Wireshark in the file of the first frame; `None` when counting them all would cost too much.
    pub stream: Option<u64>,
    /// Who opened it.
    pub client: SocketAddr,
    /// To whom.
    pub server: SocketAddr,
    /// SYN or SYN-ACK was seen; else the roles are guessed from ports and content, and the start is missing.
    pub start_seen: bool,
    /// First frame.
    pub first: FrameRef,
    /// Last frame.
    pub last: FrameRef,
    /// SYNs of the client: the first, and each retransmission (duplicates of the capture itself taken out).
    pub syns: Vec<FrameRef>,
    /// The first SYN-ACK.
    pub syn_ack: Option<FrameRef>,
    /// An ACK of the server that answers a SYN and acknowledges something else: it believes in an older connection from the
    /// client's port (RFC 5961, section 4).
    pub challenge_ack: Option<FrameRef>,
    /// FIN and RST, the first of each kind from each side, in order of time.
    pub closes: Vec<Close>,
    /// ICMP errors that quote packets of the client to the server.
    pub icmp: Vec<IcmpError>,
    /// Payload from client to server.
    pub to_server: DirectionFacts,
    /// Payload from server to client.
    pub to_client: DirectionFacts,
    /// What of it was captured.
    pub visibility: FlowVisibility,
    /// CONNECT to a proxy, with what it answered.
    pub connect: Option<ProxyConnect>,
    /// The TLS session, direct or inside the tunnel.
    pub tls: Option<TlsSession>,
    /// HTTP requests with their answers, in the clear or decrypted.
    pub http: Vec<HttpExchange>,
}

/// What of a connection was captured: silence proves something only where an answer would have been.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlowVisibility {
    /// Packets of the client that were captured; those that the capture holds twice count once.
    pub from_client: u64,
    /// Packets of the server that were captured, counted likewise.
    pub from_server: u64,
    /// Packets that the capture holds a second time.
    pub duplicates: u64,
    /// Packets whose payload the snap length cut.
    pub cut: u64,
    /// RSTs and ICMP errors that no stack would believe, by their numbers or since the connection went on.
    pub disbelieved: u64,
    /// Neither SYN nor SYN-ACK was captured: the connection is older than the capture, or both were lost.
    pub begins_before: bool,
    /// The SYN-ACK was captured, and the SYN that it answers was not.
    pub syn_missing: bool,
    /// The SYN was captured, and the connection went on although the SYN-ACK was not: the client acknowledged it.
    pub syn_ack_missing: bool,
}

impl FlowVisibility {
    /// Returns whether packets of both sides were captured.
    pub const fn both_sides(&self) -> bool {
        self.from_client > 0 && self.from_server > 0
    }
}

/// The payload of one direction, each byte counted once.
#[derive(Clone, Copy, Debug, Default)]
pub struct DirectionFacts {
    /// Bytes of payload, retransmissions not counted twice; by sequence numbers, so that cut packets count whole.
    pub bytes: u64,
    /// The sequence number of its SYN, when that was captured (RFC 9293, section 3.4.1).
    pub initial_sequence: Option<u32>,
    /// Bytes that the capture lost.
    pub missing: u64,
    /// Those of them that the other side acknowledged, so that they were sent and arrived.
    pub missing_acknowledged: u64,
    /// Segments that brought nothing new.
    pub retransmissions: u64,
    /// First frame with payload.
    pub first_data: Option<FrameRef>,
    /// Last frame with new payload.
    pub last_data: Option<FrameRef>,
    /// The last frame in which the other side acknowledged payload of this direction.
    pub last_acked: Option<FrameRef>,
}

/// The end of a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Close {
    /// The frame.
    pub at: FrameRef,
    /// Who sent it.
    pub by: Side,
    /// RST, else FIN.
    pub reset: bool,
}

/// An ICMP or ICMPv6 error that quotes one of our packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IcmpError {
    /// The frame.
    pub at: FrameRef,
    /// Who sent it.
    pub from: IpAddr,
    /// ICMPv6 instead of ICMP.
    pub v6: bool,
    /// Type.
    pub icmp_type: u8,
    /// Code.
    pub code: u8,
}

impl IcmpError {
    /// Returns whether it says that there is no way to the destination: not source quench (RFC 6633), nor that a packet is too
    /// big, on which a stack tries again with smaller ones.
    pub const fn is_unreachable(&self) -> bool {
        match (self.v6, self.icmp_type) {
            (false, 3) => self.code != 4,
            (false, 11 | 12) | (true, 1 | 3 | 4) => true,
            _ => false,
        }
    }
}

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
    pub by: Side,
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
