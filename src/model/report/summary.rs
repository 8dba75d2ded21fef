//! How many attempts there are of what.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::mdm::RequestKind;
use crate::model::outcome::OutcomeName;

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
