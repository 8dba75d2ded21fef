//! What a person may ask to have explained, or to hear of by the exit status: an outcome, by its name or in other words.

use std::str::FromStr;

use super::{entries, find};
use crate::model::mdm::RequestKind;
use crate::model::outcome::{Outcome, OutcomeName};

/// What people say in place of the names, in lower case.
const OTHER_WORDS: &[(&str, OutcomeName)] = &[
    ("certificate", OutcomeName::TlsFailure),
    ("dns", OutcomeName::DnsFailure),
    ("icmp", OutcomeName::Unreachable),
    ("not_found", OutcomeName::Http404),
    ("ok", OutcomeName::Success),
    ("proxy", OutcomeName::ProxyError),
    ("reset", OutcomeName::ConnectionReset),
    ("ssl", OutcomeName::TlsFailure),
    ("syn", OutcomeName::SynTimeout),
    ("tls", OutcomeName::TlsFailure),
    ("unauthorized", OutcomeName::Http401),
];

/// What a person asked to have explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// The outcome.
    pub outcome: OutcomeName,
    /// The kind of it.
    pub detail: Option<String>,
}

/// What `mdmlog explain` explains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Explained {
    /// An outcome.
    Outcome(Topic),
    /// A kind of request.
    Kind(RequestKind),
}

impl FromStr for Explained {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = text.trim().to_ascii_lowercase().replace('-', "_");
        match wanted.parse() {
            Ok(kind) => Ok(Self::Kind(kind)),
            Err(_) => text.parse().map(Self::Outcome),
        }
    }
}

/// Reads `syn_timeout`, `dns_failure/nxdomain`, `http_error/503`, a detail alone when one outcome has it, and what people say
/// instead: `404`, `dns`.
impl FromStr for Topic {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = text.trim().to_ascii_lowercase().replace('-', "_");
        if let Ok(outcome) = wanted.parse() {
            return Ok(Self { outcome, detail: None });
        }
        if let Some(said) = in_other_words(&wanted) {
            return Ok(said);
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

/// Reads a status of HTTP, and words that mean an outcome without being its name.
fn in_other_words(wanted: &str) -> Option<Topic> {
    if let Some((_, outcome)) = OTHER_WORDS.iter().find(|(word, _)| *word == wanted) {
        return Some(Topic { outcome: *outcome, detail: None });
    }
    let status: u16 = wanted.parse().ok().filter(|status| (200..600).contains(status))?;
    if status == 407 {
        // It is a proxy that asks for credentials so.
        return Some(Topic { outcome: OutcomeName::ProxyError, detail: Some(wanted.to_owned()) });
    }
    let outcome = Outcome::of_status(status)?;
    Some(Topic { outcome: outcome.name(), detail: outcome.detail().map(Into::into) })
}

/// Returns the outcome or detail whose name is nearest to what was typed, when it is near at all.
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
