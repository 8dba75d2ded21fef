use super::*;
use crate::model::time::SECOND;
use crate::sample;

fn rendered(report: &Report, style: TextStyle) -> String {
    let mut out = Vec::new();
    Text(style, Times::Utc).render(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_report_reads_like_this() {
    insta::assert_snapshot!(rendered(&sample::report(), TextStyle { width: 80, ..TextStyle::default() }));
}

/// Returns the table alone.
fn table(report: &Report, width: usize) -> String {
    let text = rendered(report, TextStyle { width, ..TextStyle::default() });
    let table = text.lines().skip_while(|line| !line.contains("ttempts ")).skip_while(|line| !line.starts_with('#'));
    table.take_while(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_table_reads_like_this_at_each_width() {
    for width in [60, 80, 100, 140, 200] {
        insta::assert_snapshot!(format!("table-{width}"), table(&sample::report(), width));
    }
}

#[test]
fn no_token_of_the_table_is_broken() {
    let mut report = sample::report();
    report.attempts[5].started_at = report.attempts[5].started_at.map(|time| time.plus_nanos(86_400 * SECOND));
    let legend = Legend::of(&report);
    for width in [60, 70, 80, 90, 100, 120, 140, 200] {
        let table = table(&report, width);
        assert!(table.lines().all(|line| line.chars().count() <= width), "{width}:\n{table}");
        for attempt in &report.attempts {
            assert!(table.contains(attempt.outcome.name().as_str()), "{width}");
            for evidence in &attempt.evidence {
                let place = legend.evidence(evidence);
                let (_, number) = place.split_once([':', '#']).unwrap();
                let whole = |line: &str| line.split([':', '#', ',', ' ']).any(|token| token == number);
                assert!(table.lines().any(whole), "{width}: {place} in\n{table}");
            }
        }
    }
}

#[test]
fn thousands_of_queries_take_a_line_an_hour() {
    let report = sample::queries(20_000, 2_000);
    let text = rendered(&report, TextStyle::default());
    assert!(text.lines().count() < 200, "{}", text.lines().count());
    assert!(text.contains("device query") && text.contains("/min") && text.contains("more: --all"), "{text}");
    let all = rendered(&report, TextStyle { all: true, ..TextStyle::default() });
    assert!(all.lines().count() > 20_000 && !all.contains("--all"));
}

#[test]
fn a_verbose_report_shows_each_attempt_step_by_step() {
    let mut report = sample::report();
    report.attempts.drain(2..);
    report.incidents.clear();
    report.warnings.clear();
    insta::assert_snapshot!(rendered(&report, TextStyle { width: 130, verbose: true, ..TextStyle::default() }));
}

#[test]
fn colours_are_there_when_welcome_and_only_then() {
    let report = sample::report();
    assert!(!rendered(&report, TextStyle::default()).contains('\x1b'));
    assert!(rendered(&report, TextStyle { color: true, ..TextStyle::default() }).contains("\x1b[1m\x1b[31mhttp_404"));
}

#[test]
fn nothing_foreign_acts_on_the_terminal() {
    let report = sample::hostile("\x1b]0;pwned\x07\u{9b}2J\r\n\u{202e}x");
    let text = rendered(&report, TextStyle { verbose: true, ..TextStyle::default() });
    assert!(!text.contains(|c: char| c != '\n' && crate::model::visible::is_hidden(c)), "{text:?}");
    assert!(text.contains("\\u{1b}]0;pwned\\u{7}"));
}

#[test]
fn a_report_without_attempts_says_so() {
    let mut report = sample::report();
    report.attempts.clear();
    report.incidents.clear();
    assert!(rendered(&report, TextStyle::default()).contains("No attempt was found."));
}
