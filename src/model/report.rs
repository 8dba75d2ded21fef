//! The report: the contract with the programs that read it. Field names are fixed; new ones may be added beside them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::SocketAddr;

pub use crate::model::input_kind::{InputKind, InputRole};
use crate::model::mdm::{DeviceCriterion, RequestKind};
use crate::model::outcome::OutcomeName;
use crate::model::time::Timestamp;
use crate::model::warning::Warning;

/// Version of the contract. The minor number grows when a field is added, the major one when a field changes its
/// meaning or goes.
pub const SCHEMA_VERSION: &str = "1.1";

/// Everything that one run found.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Version of the contract, such as `1.1`.
    pub schema_version: String,
    /// The program that wrote the report.
    pub tool: Tool,
    /// Whether names are pseudonyms, so that nobody can hold the report against its inputs word by word; left out where they are not.
    #[serde(default, skip_serializing_if = "is_false")]
    pub redacted: bool,
    /// The logs, captures and other files that were used, in the order in which they were found.
    pub inputs: Vec<Input>,
    /// The clocks of the log and the capture with the most matched attempts; null where either is missing.
    pub clock: Option<Clock>,
    /// One entry for each pair of log and capture.
    pub clocks: Vec<Clock>,
    /// Counts.
    pub summary: Summary,
    /// The attempts, in order of time.
    pub attempts: Vec<Attempt>,
    /// Runs of the same failure of the same server.
    pub incidents: Vec<Incident>,
    /// The servers, each as it stood at the end of what was given.
    #[serde(default)]
    pub servers: Vec<ServerState>,
    /// What the inputs say of the nodes that wrote them.
    #[serde(default)]
    pub nodes: Vec<Node>,
    /// What a reader must know about the inputs.
    pub warnings: Vec<Warning>,
}

/// Name and version of the program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `mdmlog`.
    pub name: String,
    /// Version of the program.
    pub version: String,
}

/// A file that was read, or a member of an archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Input {
    /// Path as given; a member's name follows an exclamation mark: `bundle.tar!support/ise-psc.log`.
    pub path: String,
    /// What it is.
    pub kind: InputKind,
    /// Size in bytes, after decompression.
    pub bytes: u64,
    /// Log records or packets.
    pub records: Option<u64>,
    /// Time of the first record, in UTC.
    pub first_time: Option<Timestamp>,
    /// Time of the last record, in UTC.
    pub last_time: Option<Timestamp>,
    /// Messages of the warnings about this input.
    pub warnings: Vec<String>,
    /// Of a log: the offset of its clock from UTC at its first record, such as `+02:00`.
    #[serde(default)]
    pub utc_offset: Option<String>,
    /// Of a log: where that offset comes from.
    #[serde(default)]
    pub utc_offset_source: Option<OffsetSource>,
    /// Of a log: later offsets of its clock, when its zone changed inside it (DST).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zone_changes: Vec<ZoneChange>,
    /// Index into `nodes` of the node that wrote it.
    #[serde(default)]
    pub node: Option<usize>,
    /// Of a capture: what it could see.
    #[serde(default)]
    pub quality: Option<Quality>,
    /// SHA-256 of the file or member as it was read, in hexadecimal; null for one of more than 256 MiB unless all were wanted.
    #[serde(default)]
    pub sha256: Option<String>,
}

/// What a capture could see, and what that weakens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quality {
    /// Which directions of the conversations were captured.
    pub directions: Directions,
    /// Packets that were lost while capturing, as the capture itself counts them; null when it does not.
    pub dropped_packets: Option<u64>,
    /// Bytes that the other side acknowledged and that were never captured.
    pub missing_bytes: u64,
    /// Packets that a snap length cut.
    pub cut_packets: u64,
    /// Packets that were captured twice.
    pub duplicate_packets: u64,
    /// Packets whose time lies before that of the packet in front of them.
    pub out_of_order_packets: u64,
    /// The capture filter, when the capture names it.
    pub capture_filter: Option<String>,
    /// Protocols of which the capture has no packet at all, such as `DNS` and `ICMP`.
    pub unseen_protocols: Vec<String>,
    /// Packets that were not read, by what they are.
    pub unread: BTreeMap<String, u64>,
    /// What verdicts these weaken, in sentences; empty when nothing does.
    pub weakens: Vec<String>,
}

/// Which directions a capture has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Directions {
    /// Nothing tells, since there is no conversation.
    #[default]
    Unknown,
    /// Questions and answers.
    Both,
    /// What one side sends, and never what comes back.
    One,
}

/// What the inputs say of one node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Node {
    /// Its host name.
    pub hostname: Option<String>,
    /// Version of ISE, such as `3.3.0.430`.
    pub version: Option<String>,
    /// Patches that are installed; null when nothing tells.
    pub patches: Option<Vec<String>>,
    /// Its time zone as it names it.
    pub time_zone: Option<String>,
    /// Whether its clock was synchronised by NTP.
    pub ntp_synchronized: Option<bool>,
    /// The DNS servers that it is set to.
    pub name_servers: Option<Vec<String>>,
    /// The proxy that it is set to.
    pub proxy: Option<String>,
    /// Which trouble with MDM servers its own records tell, minute by minute, whatever the level of the MDM component was.
    #[serde(default)]
    pub mdm_failures: Vec<FailureMinute>,
    /// Which trouble with DNS its Active Directory agent met, minute by minute: it asks the same resolver.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dns_trouble: Vec<DnsTrouble>,
}

/// What a node's Active Directory agent says of DNS within one minute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DnsTrouble {
    /// When the minute began, on the node's clock and without a zone, since the agent's log says none.
    pub local_time: String,
    /// Index of the input.
    pub input: usize,
    /// The first line that tells, from 1.
    pub line: u64,
    /// How many lines tell.
    pub records: u64,
}

/// What a node's own records say of an MDM server within one minute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FailureMinute {
    /// When the minute began.
    pub at: Timestamp,
    /// The server as ISE is set to call it.
    pub server: Option<String>,
    /// Index of the input.
    pub input: usize,
    /// The first line that counts, from 1.
    pub line: u64,
    /// Records of code 89003: the node failed to connect to the server.
    pub connection_failures: u64,
    /// Records of code 89004: the version of the API does not fit.
    pub version_mismatches: u64,
    /// Records of code 89005: the answer was an error.
    pub response_errors: u64,
    /// How many different endpoints these records, and authentications that met the server unreachable, name.
    pub endpoints: u64,
}

/// A server as it stood at the end of what was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ServerState {
    /// Host name or address; null when no attempt names one.
    pub host: Option<String>,
    /// Port.
    pub port: Option<u16>,
    /// Whether the last attempt that tells went well.
    pub state: ServerHealth,
    /// Attempts that it was asked in.
    pub attempts: usize,
    /// Id of the last attempt that went well.
    pub last_success: Option<usize>,
    /// When that began.
    pub last_success_at: Option<Timestamp>,
    /// Id of the last attempt that failed.
    pub last_failure: Option<usize>,
    /// When that began.
    pub last_failure_at: Option<Timestamp>,
    /// Id of the incident that nothing has ended yet.
    pub open_incident: Option<usize>,
    /// Share of the attempts with a known end that went well, between 0 and 1; null when there is none.
    pub availability: Option<f64>,
    /// Time from the beginning of an attempt that went well to its answer: the median, in milliseconds.
    pub median_answer_ms: Option<f64>,
    /// The same: 95 of a hundred took no longer.
    pub p95_answer_ms: Option<f64>,
}

/// Whether a server could be used at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServerHealth {
    /// The last attempt that tells went well.
    Up,
    /// The last attempt that tells failed.
    Down,
    /// No attempt tells.
    Unknown,
}

impl ServerHealth {
    /// The word in the report.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Unknown => "unknown",
        }
    }
}

/// How a log's clock stands to a capture's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Clock {
    /// Indices of the inputs that make up the log.
    pub log_inputs: Vec<usize>,
    /// Indices of the inputs that make up the capture.
    pub capture_inputs: Vec<usize>,
    /// The appliance's zone as an offset, such as `-06:00`.
    pub log_utc_offset: String,
    /// Where the zone comes from.
    pub log_utc_offset_source: OffsetSource,
    /// The log's clock minus the capture's, the zone taken off, in milliseconds; null when nothing tells.
    pub log_minus_capture_ms: Option<f64>,
    /// Between which values cause and effect prove that to lie, in milliseconds: a request is logged before its first packet, a
    /// result after the packet that told it. Null when they leave nothing.
    #[serde(default)]
    pub log_minus_capture_ms_range: Option<[f64; 2]>,
    /// Attempts seen on both sides.
    pub matched_attempts: usize,
    /// How sure the zone and the skew are.
    pub confidence: Confidence,
    /// Later offsets of the log's clock when its zone changed inside the log (DST).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zone_changes: Vec<ZoneChange>,
}

/// The log's zone changed, as DST does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ZoneChange {
    /// From when on, in UTC.
    pub from: Timestamp,
    /// The offset from then on.
    pub log_utc_offset: String,
}

/// Where the zone comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OffsetSource {
    /// `--log-timezone`.
    Option,
    /// Another file of the same node states it.
    Bundle,
    /// From the attempts seen on both sides.
    Estimated,
    /// Nothing tells; UTC is assumed.
    Assumed,
}

impl OffsetSource {
    /// The word in the report.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Option => "option",
            Self::Bundle => "bundle",
            Self::Estimated => "estimated",
            Self::Assumed => "assumed",
        }
    }
}

/// How sure a statement is. The rules are in `docs/outcomes.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Confidence {
    Low,
    Medium,
    High,
}

impl Confidence {
    /// The word in the report.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Counts over all attempts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// How many attempts.
    pub attempts: usize,
    /// How many by outcome; outcomes without attempts are left out.
    pub by_outcome: BTreeMap<OutcomeName, usize>,
    /// How many incidents.
    pub incidents: usize,
    /// How many by kind of request; kinds without attempts are left out.
    #[serde(default)]
    pub by_kind: BTreeMap<RequestKind, KindCount>,
}

/// Counts over the attempts of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KindCount {
    /// How many attempts.
    pub attempts: usize,
    /// How many of them failed.
    pub failures: usize,
}

/// One attempt of the node to reach its MDM server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attempt {
    /// Number from 1, in order of time.
    pub id: usize,
    /// What the node asked for.
    #[serde(default)]
    pub kind: RequestKind,
    /// Which device a device query asked for; null for everything else.
    #[serde(default)]
    pub query: Option<DeviceCriterion>,
    /// What it came to.
    pub outcome: OutcomeName,
    /// The kind of that outcome, where proved.
    pub detail: Option<String>,
    /// How sure that is.
    pub confidence: Confidence,
    /// Why it is not `high`, in sentences; empty when it is.
    #[serde(default)]
    pub confidence_reasons: Vec<String>,
    /// Number of the rule in `docs/outcomes.md` that made the verdict; 0 in reports of version 1.0.
    #[serde(default)]
    pub rule: u8,
    /// A sentence that says who disagrees, when log and wire do.
    pub conflict: Option<String>,
    /// The log's own words of the failure, without stack trace.
    #[serde(default)]
    pub reason: Option<String>,
    /// What an encrypted answer most likely was; a hint that makes no outcome.
    #[serde(default)]
    pub likely: Option<Likely>,
    /// When the request began.
    pub started_at: Option<Timestamp>,
    /// When its result was known.
    pub ended_at: Option<Timestamp>,
    /// From the one to the other, in milliseconds.
    pub duration_ms: Option<f64>,
    /// Who saw it: `log`, `capture` or both.
    pub sources: Vec<Source>,
    /// Why no packet is there for an attempt of the log, or no record for one of the capture.
    pub missing_source: Option<String>,
    /// The MDM server.
    pub server: Server,
    /// The proxy, when one was in use.
    pub proxy: Option<Proxy>,
    /// ISE's thread.
    pub thread: Option<String>,
    /// What the MDM API says of itself.
    pub api: Api,
    /// The requests of the attempt, in order.
    pub tries: Vec<Try>,
    /// Status of the last try.
    pub http_status: Option<u16>,
    /// The TCP connection of the last try.
    pub flow: Option<Flow>,
    /// Connections of the attempt besides `flow`: earlier tries, other addresses.
    pub other_flows: Vec<Flow>,
    /// The DNS exchanges, in order.
    pub dns: Vec<Dns>,
    /// The records and frames that prove the outcome, in order of time.
    pub evidence: Vec<Evidence>,
    /// What was seen, step by step, for a ladder diagram.
    pub steps: Vec<Step>,
    /// What it means and what to do.
    pub diagnosis: Diagnosis,
    /// Of several captures that look at the same path: what each saw of it; null with one.
    #[serde(default)]
    pub vantages: Option<Vec<Vantage>>,
    /// What would decide it; null when nothing is to decide.
    #[serde(default)]
    pub next_collection: Option<NextCollection>,
}

/// What an encrypted answer most likely was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Likely {
    /// The status.
    pub http_status: u16,
    /// What it is concluded from, in a sentence.
    pub because: String,
}

/// What one of several captures saw of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Vantage {
    /// Index of the input.
    pub input: usize,
    /// Whose packets it has.
    pub saw: Saw,
}

/// Whose packets a capture has of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Saw {
    /// None.
    Nothing,
    /// The client's alone.
    Request,
    /// The client's, and answers to them.
    Both,
}

/// What to collect so that an attempt like this can be decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NextCollection {
    /// On which node, in words: the primary administration node, the policy service node that wrote the log.
    pub node: String,
    /// Which component of the log is to be at which level, such as `external-mdm` at `TRACE`; null when the log is complete.
    pub component: Option<LogLevel>,
    /// The filter for ISE's TCP Dump; null when no capture is needed.
    pub capture_filter: Option<String>,
    /// When it will happen again, or what to do so that it does.
    pub when: String,
    /// What of it would decide the attempt, in a sentence.
    pub decides: String,
}

/// A component of ISE's log with a level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LogLevel {
    /// Name of the component in the Debug Wizard.
    pub name: String,
    /// The level.
    pub level: String,
}

/// Who saw something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Source {
    Log,
    Capture,
}

impl Source {
    /// The word in the report.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Capture => "capture",
        }
    }
}

/// The MDM server of an attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Server {
    /// Host name, or address when the URL has one.
    pub host: Option<String>,
    /// Port.
    pub port: Option<u16>,
    /// URL of the last try.
    pub url: Option<String>,
    /// Addresses that DNS or the log gave for it, or that were connected to.
    pub addresses: Vec<String>,
}

/// A proxy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Proxy {
    /// Address, or name when only that is known; null when the log only says that there is one.
    pub address: Option<String>,
    /// Port.
    pub port: Option<u16>,
}

/// What the MDM API says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "the names are those of the API")]
pub struct Api {
    pub version: Option<String>,
    pub path: Option<String>,
    pub vendor: Option<String>,
    pub product: Option<String>,
    pub product_version: Option<String>,
}

/// One request of an attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Try {
    /// What it came to.
    pub outcome: OutcomeName,
    /// The kind of that outcome.
    pub detail: Option<String>,
    /// Status, when there was one.
    pub http_status: Option<u16>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When its result was known.
    pub ended_at: Option<Timestamp>,
    /// What was asked for.
    pub url: Option<String>,
    /// `flow.stream` of the connection that carried it.
    pub stream: Option<u64>,
}

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

/// A TLS session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tls {
    /// Version, such as `TLS 1.2`.
    pub version: Option<String>,
    /// Server name.
    pub sni: Option<String>,
    /// Protocol agreed on.
    pub alpn: Option<String>,
    /// Cipher suite, by its IANA name.
    pub cipher: Option<String>,
    /// Abbreviated handshake.
    pub resumed: Option<bool>,
    /// From the ClientHello to the end of the handshake.
    pub handshake_ms: Option<f64>,
    /// The alert that ended it.
    pub alert: Option<Alert>,
    /// The server's certificate.
    pub certificate: Option<Certificate>,
    /// Whether secrets opened the session.
    pub decrypted: bool,
    /// Why secrets that were given for the session opened nothing of it; null when they did, or there are none.
    #[serde(default)]
    pub keys_in_vain: Option<KeysInVain>,
}

/// Why secrets of a session open nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeysInVain {
    /// The cipher suite is none that mdmlog opens.
    CipherSuite,
    /// No record opens with them: they are wrong, or too little was captured.
    NoRecord,
}

impl KeysInVain {
    /// Returns the words for a person, to follow the name of the cipher suite.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::CipherSuite => "which mdmlog cannot open with the keys that were given",
            Self::NoRecord => "which the keys that were given do not open",
        }
    }
}

/// A TLS alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Alert {
    pub from: Endpoint,
    pub level: String,
    pub description: String,
    pub frame: u64,
}

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "the names are those of X.509")]
pub struct Certificate {
    pub subject: String,
    pub issuer: String,
    pub names: Vec<String>,
    /// How many more names it has: a hundred are shown, and the one that is for the host.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_names: usize,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    pub serial: String,
    pub sha256: String,
    pub self_signed: bool,
    /// Whether the host (or SNI) is among the names; null when there is no host to compare.
    pub matches_host: Option<bool>,
    /// Whether it was valid at the time of the handshake.
    pub valid_at_handshake: bool,
}

/// A DNS exchange.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "the names are those of DNS")]
pub struct Dns {
    pub input: usize,
    pub name: String,
    #[serde(rename = "type")]
    pub qtype: String,
    pub resolver: String,
    /// RCODE by its IANA name; null when no answer came.
    pub rcode: Option<String>,
    pub answers: Vec<String>,
    pub cnames: Vec<String>,
    /// The query and its retransmissions.
    pub queries: usize,
    pub latency_ms: Option<f64>,
    pub first_frame: u64,
    pub answer_frame: Option<u64>,
}

/// A record or frame that proves something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Log or capture.
    pub source: Source,
    /// Index of the input.
    pub input: usize,
    /// Line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Frame, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<u64>,
    /// On the capture's clock where there is one.
    pub time: Option<Timestamp>,
    /// What it shows.
    pub what: String,
    /// Shows it in Wireshark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_filter: Option<String>,
}

/// Who takes part in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Endpoint {
    Client,
    Resolver,
    Router,
    Proxy,
    Server,
}

impl Endpoint {
    /// The word in the report.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Resolver => "resolver",
            Self::Router => "router",
            Self::Proxy => "proxy",
            Self::Server => "server",
        }
    }
}

/// One step of an attempt, as a ladder diagram shows it. A log record is a step of the client with itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// When; null in an excerpt without time stamps.
    pub time: Option<Timestamp>,
    /// From whom.
    pub from: Endpoint,
    /// To whom.
    pub to: Endpoint,
    /// What, in a few words: `SYN`, `A tenant.example?`, `ClientHello`.
    pub what: String,
    /// Whether this step is what the verdict rests on.
    pub decisive: bool,
    /// Log or capture.
    pub source: Source,
    /// Index of the input.
    pub input: usize,
    /// Line, for a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Frame, for a packet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<u64>,
}

/// What it means and what to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Diagnosis {
    /// One sentence.
    pub summary: String,
    /// What to do, first things first.
    pub remedy: Vec<String>,
}

/// A run of failed attempts with the same outcome and detail for the same server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Incident {
    /// Number from 1, in order of time.
    pub id: usize,
    /// The same for the same server, outcome and detail, whenever it happens.
    pub fingerprint: String,
    /// The same for the same host and outcome: what a ticketing system finds an open ticket by.
    #[serde(default)]
    pub ticket_key: String,
    /// How many different devices were asked for in it; null when none was.
    #[serde(default)]
    pub endpoints: Option<usize>,
    /// What the attempts came to.
    pub outcome: OutcomeName,
    /// The kind of that outcome.
    pub detail: Option<String>,
    /// The server.
    pub server: IncidentServer,
    /// Start of the first attempt.
    pub first_at: Option<Timestamp>,
    /// Start of the last attempt.
    pub last_at: Option<Timestamp>,
    /// Ids of the attempts.
    pub attempts: Vec<usize>,
    /// Id of the last success with the server before it.
    pub last_success_before: Option<usize>,
    /// Id of the first success with the server after it.
    pub resolved_by: Option<usize>,
    /// What was other in the first failed attempt than in the last success before it.
    pub changes: Vec<Change>,
    /// What it means and what to do.
    pub diagnosis: Diagnosis,
}

/// Server of an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "the names say it")]
pub struct IncidentServer {
    pub host: Option<String>,
    pub port: Option<u16>,
}

/// Something that was other before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// `url`, `path`, `api_version`, `proxy`, `addresses`, `resolver`, `certificate` or `tls_version`.
    pub what: String,
    /// In the last success.
    pub before: Option<String>,
    /// In the first failure.
    pub after: Option<String>,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

fn is_false(flag: &bool) -> bool {
    !*flag
}
