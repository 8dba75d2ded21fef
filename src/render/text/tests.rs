use super::*;
use crate::sample;

fn rendered(report: &Report, style: TextStyle) -> String {
    let mut out = Vec::new();
    Text(style).render(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_wide_report_reads_like_this() {
    insta::assert_snapshot!(rendered(&sample::report(), TextStyle { width: 130, ..TextStyle::default() }));
}

#[test]
fn a_narrow_report_reads_like_this() {
    insta::assert_snapshot!(rendered(&sample::report(), TextStyle { width: 80, ..TextStyle::default() }));
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
fn the_table_fits_the_width() {
    for width in [80, 100, 120, 160] {
        let text = rendered(&sample::report(), TextStyle { width, ..TextStyle::default() });
        let table =
            text.lines().skip_while(|line| !line.starts_with("Attempts")).take_while(|line| !line.starts_with("Notes"));
        for line in table {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
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
