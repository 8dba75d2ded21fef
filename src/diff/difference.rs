//! What lies between two reports: the contract with the programs that read a difference.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::outcome::Outcome;
use crate::model::report::{Diagnosis, IncidentServer, Tool};
use crate::model::time::Timestamp;

/// What is other in a later report than in an earlier one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// Version of the contract, the same as that of the report.
    pub schema_version: String,
    /// The program that compared.
    pub tool: Tool,
    /// The earlier report.
    pub before: Side,
    /// The later report.
    pub after: Side,
    /// How many incidents are in which state.
    pub summary: StateCounts,
    /// What became of each incident: first what fails, then what is over.
    pub incidents: Vec<ComparedIncident>,
    /// What changed around them, server by server and node by node, as far as both reports tell.
    pub changes: Vec<ChangeOf>,
    /// What a reader must know, such as that the reports may be the wrong way round.
    pub warnings: Vec<String>,
}

/// One of the two reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Side {
    /// Start of the first attempt.
    pub first_at: Option<Timestamp>,
    /// Start of the last attempt.
    pub last_at: Option<Timestamp>,
    /// How many attempts.
    pub attempts: usize,
    /// How many of them failed.
    pub failures: usize,
    /// Whether names are pseudonyms.
    pub redacted: bool,
}

/// What became of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IncidentState {
    /// It is in the later report alone, or came back after it was over.
    New,
    /// It was open, and is open still.
    Unchanged,
    /// The server fails in another way now.
    Replaced,
    /// No later attempt with the server tells whether it is over.
    NotTried,
    /// A later attempt with the server went well.
    Resolved,
}

impl IncidentState {
    /// All states, first what fails.
    pub const ALL: [Self; 5] = [Self::New, Self::Unchanged, Self::Replaced, Self::NotTried, Self::Resolved];

    /// Returns the word in the output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Unchanged => "unchanged",
            Self::Replaced => "replaced",
            Self::NotTried => "not_tried",
            Self::Resolved => "resolved",
        }
    }

    /// Returns whether something fails as far as the later report tells.
    pub const fn fails(self) -> bool {
        matches!(self, Self::New | Self::Unchanged | Self::Replaced)
    }
}

/// How many incidents are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "the names are those of the states")]
pub struct StateCounts {
    pub new: usize,
    pub unchanged: usize,
    pub replaced: usize,
    pub not_tried: usize,
    pub resolved: usize,
}

impl StateCounts {
    pub(super) fn add(&mut self, state: IncidentState) {
        let count = match state {
            IncidentState::New => &mut self.new,
            IncidentState::Unchanged => &mut self.unchanged,
            IncidentState::Replaced => &mut self.replaced,
            IncidentState::NotTried => &mut self.not_tried,
            IncidentState::Resolved => &mut self.resolved,
        };
        *count += 1;
    }
}

/// The runs of one failure of one server in both reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ComparedIncident {
    /// What became of it.
    pub state: IncidentState,
    /// What both reports know it by: server, outcome and detail.
    pub fingerprint: String,
    /// What a ticketing system finds its ticket by: host and outcome.
    pub ticket_key: String,
    /// What the attempts came to.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The server.
    pub server: IncidentServer,
    /// Start of the first attempt in either report.
    pub first_at: Option<Timestamp>,
    /// Start of the last attempt in either report.
    pub last_at: Option<Timestamp>,
    /// Ids of the incidents in the earlier report.
    pub before: Vec<usize>,
    /// Ids of the incidents in the later report.
    pub after: Vec<usize>,
    /// Id of the attempt in the later report that went well.
    pub resolved_by: Option<usize>,
    /// When that began.
    pub resolved_at: Option<Timestamp>,
    /// Outcomes, with their details, in which the server fails now, where it fails in another way.
    pub replaced_by: Vec<String>,
    /// What it means and what to do, by the later report where it has it.
    pub diagnosis: Diagnosis,
}

/// Something that is other around the attempts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangeOf {
    /// Whose it is.
    pub of: Subject,
    /// Host and port of the server, or host name of the node; null for a node without a name.
    pub name: Option<String>,
    /// Of a server `url`, `path`, `api_version`, `proxy`, `addresses`, `resolver`, `certificate` or `tls_version`; of a node `version`,
    /// `patches`, `time_zone`, `ntp_synchronized`, `name_servers` or `proxy`.
    pub what: String,
    /// In the earlier report.
    pub before: Option<String>,
    /// In the later report.
    pub after: Option<String>,
}

/// Whose something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// An MDM server's, or of the way to it.
    Server,
    /// A node's.
    Node,
}
