//! What several renderings say in the same words: headline, clock, places of evidence.

use std::collections::BTreeMap;

use crate::model::attempts::Attempts;
pub(crate) use crate::model::count::counted;
pub(super) use crate::model::count::number;
use crate::model::member_path;
use crate::model::report::{
    Attempt, Certificate, Clock, Endpoint, Evidence, Incident, Input, InputRole, OffsetSource, Report, Source, Step,
};
use crate::model::time::Timestamp;
use crate::model::visible::visible;

impl Report {
    /// Returns the incident of each attempt that belongs to one, by the attempt's id.
    pub(super) fn incidents_by_attempt(&self) -> BTreeMap<usize, &Incident> {
        self.incidents.iter().flat_map(|incident| incident.attempts.iter().map(move |id| (*id, incident))).collect()
    }

    /// Returns how the clocks of log and capture stand to each other, a line for each pair. `name` names an input.
    pub(super) fn clock_lines(&self, name: impl Fn(usize) -> String) -> Vec<String> {
        let clocks: &[Clock] = if self.clocks.is_empty() { self.clock.as_slice() } else { &self.clocks };
        if clocks.is_empty() {
            let has = |role: InputRole| self.inputs.iter().any(|input| input.kind.role() == role);
            return match (has(InputRole::Log), has(InputRole::Capture)) {
                (true, false) => vec!["no capture to compare the log's clock with".to_owned()],
                (false, true) => vec!["no log; times are the capture's, in UTC".to_owned()],
                _ => vec![],
            };
        }
        let many = clocks.len() > 1;
        let names = |inputs: &[usize]| inputs.iter().map(|input| name(*input)).collect::<Vec<_>>().join(", ");
        clocks
            .iter()
            .map(|clock| {
                let of = if many {
                    format!("{} and {}: ", names(&clock.log_inputs), names(&clock.capture_inputs))
                } else {
                    String::new()
                };
                of + &clock_line(clock)
            })
            .collect()
    }

    /// Returns the name of an input without its folders; where two inputs share a name, with those that tell them apart.
    pub(super) fn input_name(&self, index: usize) -> String {
        let Some(input) = self.inputs.get(index) else { return format!("input {index}") };
        let name = file_name(input);
        let shared = self.inputs.iter().filter(|other| file_name(other) == name).count() > 1;
        let path = || input.path.strip_prefix(self.common_folder()).unwrap_or(&input.path);
        visible(if shared { path() } else { name }).into_owned()
    }

    /// Returns the paths of the inputs without the folders that all of them lie in: those are of whoever ran the program.
    pub(super) fn shown_paths(&self) -> Vec<&str> {
        let common = self.common_folder();
        self.inputs.iter().map(|input| input.path.strip_prefix(common).unwrap_or(&input.path)).collect()
    }

    /// Returns the folders that all inputs lie in, up to the last slash.
    fn common_folder(&self) -> &str {
        let folders = self.inputs.iter().map(|input| {
            let file = input.path.get(..input.path.len() - member_path::within(&input.path).len()).unwrap_or_default();
            member_path::folder(file)
        });
        folders.reduce(shared_folder).unwrap_or_default()
    }

    /// Returns `ise-psc.log:812`, `TCPDump.pcap#20`.
    pub(super) fn place(&self, input: usize, line: Option<u64>, frame: Option<u64>) -> String {
        let name = self.input_name(input);
        match (line, frame) {
            (Some(line), _) => format!("{name}:{line}"),
            (None, Some(frame)) => format!("{name}#{frame}"),
            (None, None) => name,
        }
    }

    /// Returns the place of a piece of evidence.
    pub(super) fn evidence_place(&self, evidence: &Evidence) -> String {
        self.place(evidence.input, evidence.line, evidence.frame)
    }

    /// Returns the place of a step.
    pub(super) fn step_place(&self, step: &Step) -> String {
        self.place(step.input, step.line, step.frame)
    }

    /// Returns the places of an attempt's evidence, those in one file together: `ise-psc.log:812,816`.
    pub(super) fn places(&self, attempt: &Attempt) -> Vec<String> {
        let mut by_input: Vec<(usize, Source, Vec<String>)> = Vec::new();
        for evidence in &attempt.evidence {
            let Some(number) = evidence.line.or(evidence.frame) else { continue };
            let number = number.to_string();
            match by_input.iter_mut().find(|(input, ..)| *input == evidence.input) {
                Some((.., numbers)) if numbers.contains(&number) => {}
                Some((.., numbers)) => numbers.push(number),
                None => by_input.push((evidence.input, evidence.source, vec![number])),
            }
        }
        by_input
            .into_iter()
            .map(|(input, source, numbers)| {
                let mark = if source == Source::Log { ':' } else { '#' };
                format!("{}{mark}{}", self.input_name(input), numbers.join(", "))
            })
            .collect()
    }

    /// Returns the zone that the times of an attempt were read with, where a log tells them, and where that comes from.
    pub(super) fn zone_of(&self, attempt: &Attempt) -> Option<(&str, OffsetSource)> {
        let evidence = attempt.evidence.iter().find(|evidence| evidence.source == Source::Log)?;
        let input = self.inputs.get(evidence.input)?;
        if let Some((offset, source)) = input.utc_offset.as_deref().zip(input.utc_offset_source) {
            let later =
                input.zone_changes.iter().rfind(|change| attempt.started_at.is_some_and(|at| change.from <= at));
            return Some((later.map_or(offset, |change| &change.log_utc_offset), source));
        }
        let clock = self.clocks.iter().chain(&self.clock).find(|clock| clock.log_inputs.contains(&evidence.input))?;
        Some((&clock.log_utc_offset, clock.log_utc_offset_source))
    }

    /// Returns the host name of the node that made an attempt, where its inputs tell.
    pub(super) fn node_of(&self, attempt: &Attempt) -> Option<&str> {
        let inputs = attempt.evidence.iter().filter_map(|evidence| self.inputs.get(evidence.input));
        inputs.filter_map(|input| self.nodes.get(input.node?)).find_map(|node| node.hostname.as_deref())
    }

    /// Returns the first time that any of these attempts or an input shows.
    pub(super) fn first_time(&self, attempts: &dyn Attempts) -> Option<Timestamp> {
        let attempts = (0..attempts.count()).filter_map(|place| attempts.span(place).0);
        // A node's own records may begin weeks before what the report is about.
        let inputs = self.inputs.iter().filter(|input| input.kind.role() != InputRole::Node);
        attempts.chain(inputs.filter_map(|input| input.first_time)).min()
    }
}

/// Returns the folders that two paths of folders begin with.
fn shared_folder<'p>(one: &'p str, other: &'p str) -> &'p str {
    let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    member_path::folder(one.get(..one.floor_char_boundary(same)).unwrap_or_default())
}

fn file_name(input: &Input) -> &str {
    Some(member_path::base(&input.path)).filter(|name| !name.is_empty()).unwrap_or(&input.path)
}

fn clock_line(clock: &Clock) -> String {
    let source = match clock.log_utc_offset_source {
        OffsetSource::Option => "as given",
        OffsetSource::Bundle => "as another file of the node states it",
        OffsetSource::Estimated => "estimated",
        OffsetSource::Assumed => "assumed",
    };
    let skew = match clock.log_minus_capture_ms {
        Some(ms) if ms.abs() < 0.5 => "in step with the capture".to_owned(),
        Some(ms) if ms > 0.0 => format!("{} ahead of the capture", milliseconds(ms)),
        Some(ms) => format!("{} behind the capture", milliseconds(-ms)),
        None => "skew against the capture not known".to_owned(),
    };
    let mut line = format!(
        "log at UTC{} ({source}), {skew}; {} seen on both sides, confidence {}",
        clock.log_utc_offset,
        counted(clock.matched_attempts, "attempt"),
        clock.confidence.as_str()
    );
    for change in &clock.zone_changes {
        line.push_str(&format!("; UTC{} from {}", change.log_utc_offset, readable(change.from)));
    }
    line
}

/// Returns `host:port`, hidden characters spelled out, or a word for an unknown server.
pub(crate) fn server(host: Option<&str>, port: Option<u16>) -> String {
    let Some(host) = host else { return "unknown server".to_owned() };
    let host = visible(host);
    match port {
        Some(port) if host.contains(':') && !host.starts_with('[') => format!("[{host}]:{port}"),
        Some(port) => format!("{host}:{port}"),
        None => host.into_owned(),
    }
}

/// Writes milliseconds in the unit that suits them.
pub(super) fn milliseconds(ms: f64) -> String {
    match ms.abs() {
        a if a < 10.0 => format!("{ms:.1} ms"),
        a if a < 1000.0 => format!("{ms:.0} ms"),
        a if a < 60_000.0 => format!("{:.2} s", ms / 1000.0),
        _ => {
            let minutes = (ms / 60_000.0).trunc();
            format!("{minutes} min {:02.0} s", (ms / 1000.0 - minutes * 60.0).abs())
        }
    }
}

/// Returns day and time of day in UTC, to the millisecond.
pub(super) fn date_and_time(time: Timestamp) -> (String, String) {
    let text = time.to_string();
    match text.trim_end_matches('Z').split_once('T') {
        Some((day, time)) => (day.to_owned(), time.chars().take("00:00:00.000".len()).collect()),
        None => (text, String::new()),
    }
}

/// Returns `2023-08-15 16:21:07.123`.
pub(crate) fn readable(time: Timestamp) -> String {
    let (day, time) = date_and_time(time);
    format!("{day} {time}")
}

/// Returns the time from the one to the other, in seconds: `2023-08-15 16:25:07 to 16:29:07 UTC`.
pub(crate) fn span(first: Timestamp, last: Timestamp) -> String {
    let ((day, _), (last_day, last_time)) = (date_and_time(first), date_and_time(last));
    let last = if day == last_day { last_time } else { format!("{last_day} {last_time}") };
    format!("{} to {} UTC", seconds(&readable(first)), seconds(&last))
}

/// Returns a time without its fraction.
pub(super) fn seconds(time: &str) -> &str {
    time.split('.').next().unwrap_or(time)
}

/// Returns what an attempt asked for: `device query, macaddress 02:00:5E:10:00:01`.
pub(super) fn asked_for(attempt: &Attempt) -> String {
    match &attempt.query {
        Some(query) => {
            visible(&format!("{}, {} {}", attempt.kind.describe(), query.criteria, query.value)).into_owned()
        }
        None => attempt.kind.describe().to_owned(),
    }
}

/// Returns what an encrypted answer most likely was, and why.
pub(super) fn likely(attempt: &Attempt) -> Option<String> {
    let likely = attempt.likely.as_ref()?;
    Some(format!("status {}. {}", likely.http_status, visible(&likely.because)))
}

/// Returns what a change was from and to, or that there was nothing.
pub(super) fn change_side(side: Option<&str>) -> String {
    side.map_or_else(|| "none".to_owned(), |side| visible(side).into_owned())
}

impl Attempt {
    /// Returns the certificate of the server.
    pub(crate) fn certificate(&self) -> Option<&Certificate> {
        self.flow.as_ref()?.tls.as_ref()?.certificate.as_ref()
    }

    /// Returns those who take part in the steps, from the client to the server.
    pub(super) fn lanes(&self) -> Vec<Endpoint> {
        [Endpoint::Client, Endpoint::Resolver, Endpoint::Router, Endpoint::Proxy, Endpoint::Server]
            .into_iter()
            .filter(|lane| self.steps.iter().any(|step| step.from == *lane || step.to == *lane))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn folders_that_all_inputs_share_are_not_shown() {
        let mut report = sample::report();
        let mut paths = |paths: [&str; 2]| {
            report.inputs[0].path = paths[0].into();
            report.inputs[1].path = paths[1].into();
            report.shown_paths().join(" ")
        };
        assert_eq!(
            paths(["/home/me/b.tar!s/ise-psc.log", "/home/me/b.tar!x.pcap"]),
            "b.tar!s/ise-psc.log b.tar!x.pcap"
        );
        assert_eq!(paths(["/home/me/a/ise-psc.log", "/home/me/ab/x.pcap"]), "a/ise-psc.log ab/x.pcap");
        assert_eq!(paths(["ise-psc.log", "/tmp/x.pcap"]), "ise-psc.log /tmp/x.pcap");
        assert_eq!(paths(["-", "-"]), "- -");
    }

    #[test]
    fn the_clock_is_told_in_words() {
        assert_eq!(
            sample::report().clock_lines(|input| sample::report().input_name(input)),
            [
                "log at UTC-06:00 (estimated), 812 ms ahead of the capture; 9 attempts seen on both sides, confidence high"
            ]
        );
    }

    #[test]
    fn inputs_that_share_a_name_are_told_apart_by_their_paths() {
        let mut report = sample::report();
        assert_eq!(report.place(0, Some(812), None), "ise-psc.log:812");
        let mut other = report.inputs[0].clone();
        other.path = "other.tar!ise-psc.log".into();
        report.inputs.push(other);
        assert_eq!(report.place(0, Some(812), None), "bundle.tar!support/ise-psc.log:812");
        for input in &mut report.inputs {
            input.path.insert_str(0, "/home/me/");
        }
        assert_eq!(report.place(0, Some(812), None), "bundle.tar!support/ise-psc.log:812");
        assert_eq!(report.place(9, None, Some(1)), "input 9#1");
    }

    #[test]
    fn durations_are_told_in_the_unit_that_suits() {
        assert_eq!(milliseconds(1.25), "1.2 ms");
        assert_eq!(milliseconds(812.0), "812 ms");
        assert_eq!(milliseconds(7050.0), "7.05 s");
        assert_eq!(milliseconds(127_000.0), "2 min 07 s");
    }
}
