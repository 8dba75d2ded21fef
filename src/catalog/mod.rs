//! What each outcome means, how it is proved, where it comes from and what to do: the one source of these texts for
//! `mdmlog explain`, for the diagnoses in reports and for `docs/outcomes.md`.
//!
//! The advice follows Cisco's "Integrate ISE 3.3 with JAMF as MDM Server" (document 220802) and "Integrate UEM and MDM Servers
//! With Cisco ISE", and beyond them what the vendors document. The texts are templates: [`Blank`] lists what
//! may stand between braces.

mod advice;
mod changes;
mod context;
mod diagnosis;
mod entry;
mod explain;
mod explain_format;
mod fill;
mod kinds;
mod of_node;
mod remedy;
mod texts;
mod topic;
mod weakness;

pub(crate) use context::listed;
pub use context::{Blank, Context};
pub use diagnosis::{diagnosis, incident_diagnosis};
pub use entry::Entry;
pub use explain::{explain, list};
pub use explain_format::ExplainFormat;
pub use fill::fill;
pub use kinds::explain_kind;
pub use remedy::{Only, Remedy, place};
pub use topic::{Explained, Topic};

use crate::model::outcome::OutcomeName;

/// Returns every entry, in the order of the table of outcomes; each outcome's own entry comes before those of its details.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    texts::ALL.iter().copied().flatten()
}

/// Returns the entry of an outcome and its detail; the outcome's own one when the detail has none.
pub fn entry(outcome: OutcomeName, detail: Option<&str>) -> &'static Entry {
    find(outcome, detail).unwrap_or_else(|| texts::general(outcome))
}

/// Returns the entry with exactly this detail, or of the class of statuses that it belongs to.
fn find(outcome: OutcomeName, detail: Option<&str>) -> Option<&'static Entry> {
    let class = detail.and_then(class_of_statuses);
    let of = |wanted: Option<&str>| entries().find(|e| e.outcome == outcome && e.detail == wanted);
    of(detail).or_else(|| class.and_then(|class| of(Some(&class))))
}

/// Returns the text with its first letter in upper case.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Returns `4xx` for the status `404`.
fn class_of_statuses(detail: &str) -> Option<String> {
    let status = detail.len() == 3 && detail.bytes().all(|byte| byte.is_ascii_digit());
    detail.chars().next().filter(|_| status).map(|class| format!("{class}xx"))
}

#[cfg(test)]
mod tests;
