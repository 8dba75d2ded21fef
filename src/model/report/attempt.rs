//! An attempt: what it came to, what was asked of whom, and what each of its requests came to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::confidence::Confidence;
use super::diagnosis::Diagnosis;
use super::dns::Dns;
use super::evidence::{Evidence, Source, Step};
use super::flow::Flow;
use super::next_collection::NextCollection;
use super::vantage::Vantage;
use crate::model::mdm::{DeviceCriterion, RequestKind};
use crate::model::outcome::Outcome;
use crate::model::time::Timestamp;

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
    #[serde(flatten)]
    pub outcome: Outcome,
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
    pub flow: Option<Box<Flow>>,
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

impl Attempt {
    /// Returns all connections, that of the last try first.
    pub fn flows(&self) -> impl Iterator<Item = &Flow> + Clone {
        self.flow.as_deref().into_iter().chain(&self.other_flows)
    }
}

/// What an encrypted answer most likely was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Likely {
    /// The status.
    pub http_status: u16,
    /// What it is concluded from, in a sentence.
    pub because: String,
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
    #[serde(flatten)]
    pub outcome: Outcome,
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
