//! What each outcome means, how it is proved, where it comes from and what to do: the one source of these texts for
//! `mdmlog explain`, for the diagnoses in reports and for `docs/outcomes.md`.
//!
//! The advice follows Cisco's "Integrate ISE 3.3 with JAMF as MDM Server" (document 220802) and "Integrate UEM and MDM Servers
//! With Cisco ISE" (the UEM guide), and beyond them what the vendors document. The texts are templates: [`Blank`] lists what
//! may stand between braces.

mod advice;
mod changes;
mod context;
mod diagnosis;
mod entry;
mod explain;
mod of_node;
mod remedy;
mod texts;

use std::str::FromStr;

pub(crate) use context::listed;
pub use context::{Blank, Context, fill};
pub use diagnosis::{diagnosis, incident_diagnosis};
pub use entry::Entry;
pub use explain::{ExplainFormat, explain, list};
pub use remedy::{Only, Remedy, place};

use crate::model::outcome::OutcomeName;

/// Every entry, in the order of the table of outcomes; each outcome's own entry comes before those of its details.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    texts::ALL.iter().copied().flatten()
}

/// The entry of an outcome and its detail; the outcome's own one when the detail has none.
pub fn entry(outcome: OutcomeName, detail: Option<&str>) -> &'static Entry {
    find(outcome, detail).unwrap_or_else(|| texts::general(outcome))
}

/// The entry with exactly this detail, or of the class of statuses that it belongs to.
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

/// What a person asked to have explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// The outcome.
    pub outcome: OutcomeName,
    /// The kind of it.
    pub detail: Option<String>,
}

/// Reads `syn_timeout`, `dns_failure/nxdomain`, `http_error/503`, and a detail alone when one outcome has it.
impl FromStr for Topic {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = text.trim().to_ascii_lowercase().replace('-', "_");
        if let Ok(outcome) = wanted.parse() {
            return Ok(Self { outcome, detail: None });
        }
        if let Some((name, detail)) = wanted.split_once('/') {
            let outcome: OutcomeName = name.parse()?;
            if find(outcome, Some(detail)).is_some() {
                return Ok(Self { outcome, detail: Some(detail.to_owned()) });
            }
            let details: Vec<_> = entries().filter(|e| e.outcome == outcome).filter_map(|e| e.detail).collect();
            return Err(if details.is_empty() {
                format!("`{outcome}` has no details; ask for `{outcome}`")
            } else {
                format!("`{detail}` is not a detail of `{outcome}`; it has {}", details.join(", "))
            });
        }
        let mut with_detail = entries().filter(|e| e.detail == Some(&wanted));
        match (with_detail.next(), with_detail.next()) {
            (Some(one), None) => Ok(Self { outcome: one.outcome, detail: Some(wanted) }),
            (Some(one), Some(_)) => Err(format!("several outcomes have `{wanted}`; ask for `{}`, say", one.name())),
            (None, _) => Err(match nearest(&wanted) {
                Some(name) => format!("`{text}` is not an outcome; did you mean `{name}`?"),
                None => format!("`{text}` is not an outcome; `mdmlog explain` lists them"),
            }),
        }
    }
}

/// The outcome or detail whose name is nearest to what was typed, when it is near at all.
fn nearest(typed: &str) -> Option<String> {
    // Longer than any name by far; keeps the comparison cheap.
    if typed.len() > 64 {
        return None;
    }
    entries()
        .flat_map(|e| [Some(e.name()), e.detail.map(str::to_owned)])
        .flatten()
        .map(|name| (strsim::levenshtein(typed, &name), name))
        .filter(|(distance, name)| *distance <= name.len().div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests;
