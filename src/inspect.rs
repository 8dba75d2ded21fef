//! What lies at the paths, without a verdict: for those who want to know what a bundle holds, and what of it an analysis
//! would use.

use std::path::PathBuf;

use serde::Serialize;

use crate::capture::Interest;
use crate::capture::secrets::Secrets;
use crate::catalog::listed;
use crate::input::{Keeping, Member, MemberKind};
use crate::model::report::InputKind;
use crate::model::time::{LocalTime, Timestamp};
use crate::model::warning::Warning;
use crate::model::warning::WarningCode;
use crate::node::Nodes;
use crate::options::Options;
use crate::reading::Reading;

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub struct Inspection {
    /// Every file and every member of an archive that was looked at.
    pub members: Vec<Inspected>,
    /// What could not be read.
    pub warnings: Vec<InspectionWarning>,
}

/// One file or member.
#[derive(Clone, Debug, Serialize)]
pub struct Inspected {
    /// Path as the report shows it: a member's name follows an exclamation mark.
    pub path: String,
    /// What it is, by its content.
    pub kind: MemberKind,
    /// What it was unpacked from, outermost first, where that has no path of its own.
    pub wrapping: Vec<MemberKind>,
    /// Size in bytes, unpacked.
    pub bytes: Option<u64>,
    /// Whether an analysis uses it, or something in it.
    pub used: bool,
    /// Log records or packets.
    pub records: Option<u64>,
    /// Times of the first and the last record.
    #[serde(flatten)]
    pub span: Span,
    /// Why it is not used, what a node's own file is used for, and what else there is to say.
    pub note: Option<String>,
}

/// The time that records cover. A log says no zone, so its times are readings of the appliance's clock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Span {
    /// Time of the first frame, in UTC.
    pub first_time: Option<Timestamp>,
    /// Time of the last frame, in UTC.
    pub last_time: Option<Timestamp>,
    /// Time of the first record on the appliance's clock, without a zone.
    pub first_local_time: Option<String>,
    /// Time of the last record on the appliance's clock, without a zone.
    pub last_local_time: Option<String>,
}

/// What could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InspectionWarning {
    /// Where, when it is about one path.
    pub path: Option<String>,
    /// A stable word for programs.
    pub code: WarningCode,
    /// A sentence for people.
    pub message: String,
}

/// What the records of an item come to.
#[derive(Clone, Default)]
struct RecordCount {
    records: Option<u64>,
    span: Span,
    /// What an analysis uses it for, where its kind does not say so.
    purpose: Option<String>,
}

/// Looks at what lies at the paths; `-` is standard input.
pub fn inspect(inputs: &[PathBuf], options: &Options) -> Inspection {
    let reading = Reading::find(inputs, options, Keeping::Facts { hash_up_to: 0 });
    let mut warnings = Vec::new();
    let counts = count(&reading, &mut warnings);
    let found = &reading.found;
    warnings.extend(found.check_unchanged());
    let item_path = |index: usize| found.items.get(index).map(|item| item.path.clone());
    let warnings = found.warnings.iter().chain(&warnings).map(|warning| InspectionWarning {
        path: warning.input.and_then(item_path),
        code: warning.code.clone(),
        message: warning.message.clone(),
    });
    let errors = found.errors.iter().map(|error| InspectionWarning {
        path: Some(error.path.clone()),
        code: error.code.clone(),
        message: error.message.clone(),
    });
    Inspection {
        warnings: errors.chain(warnings).collect(),
        members: found.listing.iter().map(|member| inspected(member, &counts)).collect(),
    }
}

fn inspected(member: &Member, counts: &[RecordCount]) -> Inspected {
    let RecordCount { records, span, purpose } =
        member.item.and_then(|item| counts.get(item)).cloned().unwrap_or_default();
    Inspected {
        path: member.path.clone(),
        kind: member.kind,
        wrapping: member.wrapping.clone(),
        bytes: member.bytes,
        used: member.used,
        records,
        span,
        note: member.note.clone().or(purpose),
    }
}

/// Reads logs and captures for the number of their records and the time that they cover, by item.
fn count(reading: &Reading<'_>, warnings: &mut Vec<Warning>) -> Vec<RecordCount> {
    let mut counts = vec![RecordCount::default(); reading.found.items.len()];
    let mut put = |input: usize, records: u64, span: Span| {
        if let Some(count) = counts.get_mut(input) {
            *count = RecordCount { records: Some(records), span, purpose: None };
        }
    };
    for facts in reading.logs() {
        facts.parts.iter().for_each(|part| put(part.input, part.records, Span::of_log(part.span)));
        warnings.extend(facts.warnings);
    }
    for facts in reading.captures(&Interest::default(), &Secrets::default()) {
        facts.parts.iter().for_each(|part| put(part.input, part.frames, Span::of_capture(part.span)));
        warnings.extend(facts.warnings);
    }
    let nodes = reading.nodes();
    for part in &nodes.parts {
        put(part.input, part.records, Span::of_capture(part.span));
    }
    for (input, purpose) in purposes(&nodes, reading) {
        counts.get_mut(input).into_iter().for_each(|count| count.purpose = Some(purpose.clone()));
    }
    counts
}

/// Returns what the files that tell of a node are used for.
fn purposes(nodes: &Nodes, reading: &Reading<'_>) -> Vec<(usize, String)> {
    let path = |input: &usize| reading.found.items.get(*input).map(|item| item.path.clone());
    let of_node = |node: usize| {
        let logs = nodes.of_log.iter().zip(&reading.groups.logs).filter(|(of, _)| **of == Some(node));
        let paths: Vec<String> = logs.filter_map(|(_, group)| group.first().and_then(path)).collect();
        listed(paths.iter().map(String::as_str), 0).map(|paths| format!("of the node of {paths}"))
    };
    let mut found = Vec::new();
    for (index, node) in nodes.nodes.iter().enumerate() {
        let of = of_node(index).unwrap_or_else(|| "of a node without a log here".to_owned());
        for &input in &node.inputs {
            let what = match reading.found.items.get(input).map(|item| item.kind) {
                Some(InputKind::IseLocalStore) => "time zone, and trouble with MDM servers,",
                Some(InputKind::AdAgentLog) => "trouble with DNS",
                Some(InputKind::SystemLog) => "name and NTP",
                Some(InputKind::ShowTech) => "version and settings",
                Some(InputKind::IsePscLog | InputKind::Pcap | InputKind::Pcapng | InputKind::KeyLog) | None => continue,
            };
            found.push((input, format!("{what} {of}")));
        }
    }
    // Where there are several nodes, it counts whose a capture is.
    let captures = reading.groups.captures.iter().flatten();
    found.extend(captures.filter_map(|input| {
        let item = reading.found.items.get(*input)?;
        Some((*input, format!("packets {}", of_node(nodes.at(&item.path)?)?)))
    }));
    found
}

impl Span {
    fn of_log(span: Option<(LocalTime, LocalTime)>) -> Self {
        // The same digits, without the letter that would make them UTC.
        let text = |time: LocalTime| Timestamp::from_nanos(time.nanos()).to_string().trim_end_matches('Z').to_owned();
        Self {
            first_local_time: span.map(|(first, _)| text(first)),
            last_local_time: span.map(|(_, last)| text(last)),
            ..Self::default()
        }
    }

    fn of_capture(span: Option<(Timestamp, Timestamp)>) -> Self {
        Self { first_time: span.map(|(first, _)| first), last_time: span.map(|(_, last)| last), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_says_no_zone() {
        let span = Span::of_log(Some((LocalTime::from_nanos(0), LocalTime::from_nanos(1_500_000))));
        assert_eq!(span.first_local_time.as_deref(), Some("1970-01-01T00:00:00.000"));
        assert_eq!(span.last_local_time.as_deref(), Some("1970-01-01T00:00:00.001500"));
        assert_eq!(span.first_time, None);
    }

    #[test]
    fn what_is_of_no_use_is_listed_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("notes.txt"), "nothing works\n").unwrap();
        let inspection = inspect(&[folder.path().to_owned()], &Options::default());
        let [member] = inspection.members.as_slice() else { panic!("{inspection:#?}") };
        assert_eq!((member.kind, member.used, member.records), (MemberKind::Unknown, false, None));
        assert!(member.path.ends_with("notes.txt"), "{inspection:#?}");
    }

    #[test]
    fn a_path_that_is_not_there_is_a_warning_with_its_path() {
        let inspection = inspect(&[PathBuf::from("not/there")], &Options::default());
        assert!(inspection.members.is_empty());
        assert_eq!(inspection.warnings[0].path.as_deref(), Some("not/there"));
    }
}
