//! Short names of the inputs, told once at the top, so that a table can cite many places: `log:271`, `cap#199`.

use std::collections::BTreeMap;

use crate::model::report::{Attempt, Evidence, InputRole, Report, Step};

/// Numbers of one input that are cited for an attempt before the rest is only counted.
const CITED: usize = 12;

/// The short names, by the index of the input.
pub(super) struct Legend(Vec<String>);

impl Legend {
    /// Names each input by what it is, and by a number where there are several.
    pub(super) fn of(report: &Report) -> Self {
        let word = |role: InputRole| match role {
            InputRole::Log => "log",
            InputRole::Capture => "cap",
            InputRole::Secrets => "keys",
            InputRole::Node => "node",
        };
        let words: Vec<&'static str> = report.inputs.iter().map(|input| word(input.kind.role())).collect();
        let mut counts: BTreeMap<&'static str, (usize, usize)> = BTreeMap::new();
        words.iter().for_each(|word| counts.entry(*word).or_default().0 += 1);
        let name = |word: &&'static str| {
            let (all, so_far) = counts.entry(*word).or_default();
            *so_far += 1;
            if *all == 1 { (*word).to_owned() } else { format!("{word}{so_far}") }
        };
        Self(words.iter().map(name).collect())
    }

    /// Returns the name of an input.
    pub(super) fn name(&self, input: usize) -> &str {
        self.0.get(input).map_or("input", String::as_str)
    }

    fn place(&self, input: usize, line: Option<u64>, frame: Option<u64>) -> String {
        let name = self.name(input);
        match (line, frame) {
            (Some(line), _) => format!("{name}:{line}"),
            (None, Some(frame)) => format!("{name}#{frame}"),
            (None, None) => name.to_owned(),
        }
    }

    /// Returns the place of a piece of evidence.
    pub(super) fn evidence(&self, evidence: &Evidence) -> String {
        self.place(evidence.input, evidence.line, evidence.frame)
    }

    /// Returns the place of a step.
    pub(super) fn step(&self, step: &Step) -> String {
        self.place(step.input, step.line, step.frame)
    }

    /// Returns the places of an attempt's evidence in lines of at most `width` columns. No number is broken, and each line begins
    /// with the name of its input.
    pub(super) fn places(&self, attempt: &Attempt, width: usize) -> Vec<String> {
        let mut by_input: Vec<(String, Vec<String>)> = Vec::new();
        for evidence in &attempt.evidence {
            let (mark, number) = match (evidence.line, evidence.frame) {
                (Some(line), _) => (':', line),
                (None, Some(frame)) => ('#', frame),
                (None, None) => continue,
            };
            let (name, number) = (format!("{}{mark}", self.name(evidence.input)), number.to_string());
            match by_input.iter_mut().find(|(other, _)| *other == name) {
                Some((_, numbers)) if numbers.contains(&number) => {}
                Some((_, numbers)) => numbers.push(number),
                None => by_input.push((name, vec![number])),
            }
        }
        by_input.iter().flat_map(|(name, numbers)| lines(name, numbers, width)).collect()
    }
}

fn lines(name: &str, numbers: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for number in numbers.iter().take(CITED) {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + number.len() <= width => {
                line.push(',');
                line.push_str(number);
            }
            _ => lines.push(format!("{name}{number}")),
        }
    }
    if numbers.len() > CITED {
        lines.push(format!("{name}+{}", numbers.len() - CITED));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn each_line_names_its_input_and_no_number_is_broken() {
        let numbers: Vec<String> = (1195..1209).map(|number| number.to_string()).collect();
        assert_eq!(
            lines("cap#", &numbers, 14),
            [
                "cap#1195,1196",
                "cap#1197,1198",
                "cap#1199,1200",
                "cap#1201,1202",
                "cap#1203,1204",
                "cap#1205,1206",
                "cap#+2"
            ]
        );
        assert_eq!(lines("log:", &numbers[..2], 3), ["log:1195", "log:1196"]);
    }

    #[test]
    fn inputs_of_a_kind_are_numbered_where_there_are_several() {
        let mut report = sample::report();
        assert_eq!((Legend::of(&report).name(0), Legend::of(&report).name(1)), ("log", "cap"));
        let log = report.inputs[0].clone();
        report.inputs.push(log);
        let legend = Legend::of(&report);
        assert_eq!((legend.name(0), legend.name(1), legend.name(2)), ("log1", "cap", "log2"));
    }
}
