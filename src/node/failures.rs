//! What a node's own records say of MDM servers that could not be asked: how often, and how many endpoints were hurt, minute by
//! minute.

use std::collections::{BTreeMap, HashSet};

use crate::model::time::{SECOND, Timestamp};

const MINUTE: i64 = 60 * SECOND;
/// Minutes and servers that are counted; a week of trouble has ten thousand.
const MAX_MINUTES: usize = 20_000;
/// Endpoints that are told apart.
const MAX_ENDPOINTS: usize = 200_000;

/// What a record says of an MDM server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FailureKind {
    /// 89003: the node failed to connect.
    Connection,
    /// 89004: the API's version does not fit.
    ApiVersion,
    /// 89005: the answer was an error.
    Response,
    /// An authentication met a server that could not be asked.
    Endpoint,
}

/// The counts of one minute and one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MdmFailureMinute {
    /// The server as the node calls it.
    pub server: Option<String>,
    /// The beginning of the minute.
    pub at: Timestamp,
    /// Records of code 89003.
    pub connection: u64,
    /// Records of code 89004.
    pub api_version: u64,
    /// Records of code 89005.
    pub response: u64,
    /// Different endpoints that records of this minute name.
    pub endpoints: u64,
    /// The first line that counts.
    pub line: u64,
}

/// Counts by minute and server.
#[derive(Debug, Default)]
pub struct Failures {
    minutes: BTreeMap<(i64, Option<String>), MdmFailureMinute>,
    endpoints: HashSet<(i64, Option<String>, String)>,
}

impl Failures {
    pub(super) fn add(
        &mut self,
        kind: FailureKind,
        at: Timestamp,
        server: Option<String>,
        endpoint: Option<String>,
        line: u64,
    ) {
        let begin = at.nanos().div_euclid(MINUTE) * MINUTE;
        let key = (begin, server.clone());
        if self.minutes.len() >= MAX_MINUTES && !self.minutes.contains_key(&key) {
            return;
        }
        let minute = self.minutes.entry(key).or_insert_with(|| MdmFailureMinute {
            server: server.clone(),
            at: Timestamp::from_nanos(begin),
            connection: 0,
            api_version: 0,
            response: 0,
            endpoints: 0,
            line,
        });
        match kind {
            FailureKind::Connection => minute.connection += 1,
            FailureKind::ApiVersion => minute.api_version += 1,
            FailureKind::Response => minute.response += 1,
            FailureKind::Endpoint => {}
        }
        if let Some(endpoint) = endpoint.filter(|_| self.endpoints.len() < MAX_ENDPOINTS)
            && self.endpoints.insert((begin, server, endpoint.to_ascii_lowercase()))
        {
            minute.endpoints += 1;
        }
    }

    /// Returns the counts in order of time.
    pub fn minutes(&self) -> Vec<MdmFailureMinute> {
        self.minutes.values().cloned().collect()
    }
}
