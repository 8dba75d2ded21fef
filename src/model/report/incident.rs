//! Incidents: what a ticket is opened for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::diagnosis::Diagnosis;
use crate::model::outcome::Outcome;
use crate::model::time::Timestamp;

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
    #[serde(flatten)]
    pub outcome: Outcome,
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
