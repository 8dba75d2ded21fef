//! What the inputs say of the nodes that wrote them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::time::Timestamp;

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
    /// How far its clock was ahead of what NTP tells, in milliseconds; negative behind it.
    #[serde(default)]
    pub ntp_offset_ms: Option<i64>,
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
