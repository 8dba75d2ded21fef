//! The report: the contract with the programs that read it. Field names are fixed; new ones may be added beside them.

mod attempt;
mod clock;
mod confidence;
mod diagnosis;
mod dns;
mod evidence;
mod flow;
mod incident;
mod input;
mod next_collection;
mod node;
mod server_state;
mod summary;
mod tls;
mod vantage;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::attempt::{Api, Attempt, Likely, Proxy, Server, Try};
pub use self::clock::{Clock, OffsetSource, ZoneChange};
pub use self::confidence::Confidence;
pub use self::diagnosis::Diagnosis;
pub use self::dns::Dns;
pub use self::evidence::{Endpoint, Evidence, Source, Step};
pub use self::flow::{Flow, Icmp};
pub use self::incident::{Change, Incident, IncidentServer};
pub use self::input::{Directions, Input, InputKind, InputRole, Quality};
pub use self::next_collection::{LogLevel, NextCollection};
pub use self::node::{DnsTrouble, FailureMinute, Node};
pub use self::server_state::{ServerHealth, ServerState};
pub use self::summary::{KindCount, Summary};
pub use self::tls::{Alert, Certificate, KeysInVain, Tls};
pub use self::vantage::{Saw, Vantage};
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

fn is_false(flag: &bool) -> bool {
    !*flag
}
