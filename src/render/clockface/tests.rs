use super::*;
use crate::model::report::{Source, ZoneChange};
use crate::sample;

#[test]
fn the_appliances_clock_shows_what_its_log_shows() {
    let report = sample::report();
    let at = report.attempts[0].started_at.unwrap();
    let shown = |times| {
        let overview = Overview::whole(&report);
        let clocks = Clockface::of(&overview, times);
        (clocks.attempt(&report.attempts[0]).readable(at), clocks.name())
    };
    assert_eq!(shown(Times::Utc), ("2023-08-15 16:21:07.123".into(), "UTC".into()));
    // The log is 812 ms ahead.
    assert_eq!(shown(Times::Appliance), ("2023-08-15 10:21:07.935".into(), "UTC-06:00, the appliance's clock".into()));
    assert_eq!(shown(Times::Both).0, "2023-08-15 10:21:07.935 (16:21:07.123Z)");
}

#[test]
fn a_span_names_its_clock_once() {
    let report = sample::report();
    let (first, last) = (report.attempts[0].started_at.unwrap(), report.attempts[2].started_at.unwrap());
    let overview = Overview::whole(&report);
    let span = |times| Clockface::of(&overview, times).span(first, last);
    assert_eq!(span(Times::Utc), "2023-08-15 16:21:07 to 16:29:07 UTC");
    assert_eq!(span(Times::Appliance), "2023-08-15 10:21:07 to 10:29:07 UTC-06:00");
    assert_eq!(span(Times::Both), "2023-08-15 10:21:07 to 10:29:07 UTC-06:00 (16:21:07 to 16:29:07Z)");
}

/// Returns the sample as the log alone tells it, its zone not known.
fn assumed() -> Report {
    let mut report = sample::report();
    (report.clock, report.clocks) = (None, Vec::new());
    report.inputs.truncate(1);
    report.inputs[0].utc_offset = Some("+00:00".into());
    report.inputs[0].utc_offset_source = Some(OffsetSource::Assumed);
    report.attempts.iter_mut().for_each(|attempt| attempt.sources = vec![Source::Log]);
    report
}

#[test]
fn what_rests_on_an_assumed_zone_is_marked_and_what_the_log_itself_shows_is_not() {
    let report = assumed();
    let at = report.attempts[0].started_at.unwrap();
    let shown = |times| {
        let overview = Overview::whole(&report);
        let clocks = Clockface::of(&overview, times);
        (clocks.attempt(&report.attempts[0]).time(at), clocks.legend(|_| "log".into()))
    };
    let (time, legend) = shown(Times::Utc);
    assert_eq!(time, "16:21:07.123?");
    assert!(legend.unwrap().contains("the zone of log is not known"));
    let (time, legend) = shown(Times::Appliance);
    assert_eq!((time.as_str(), legend.unwrap().contains('?')), ("16:21:07.123", false));
    assert_eq!(shown(Times::Both).0, "16:21:07.123 (16:21:07.123?Z)");
    assert_eq!(Clockface::of(&Overview::whole(&report), Times::Utc).span(at, at), "2023-08-15 16:21:07? UTC");
}

#[test]
fn a_capture_alone_stays_in_utc_and_says_so() {
    let mut report = sample::report();
    (report.clock, report.clocks) = (None, Vec::new());
    report.inputs.remove(0);
    for attempt in &mut report.attempts {
        attempt.evidence.retain(|evidence| evidence.source == Source::Capture);
        attempt.sources = vec![Source::Capture];
    }
    let overview = Overview::whole(&report);
    let clocks = Clockface::of(&overview, Times::Both);
    let at = report.attempts[0].started_at.unwrap();
    assert_eq!((clocks.moment(at), clocks.name()), ("16:21:07".into(), "UTC".into()));
    assert!(clocks.legend(|_| String::new()).unwrap().starts_with("in UTC"));
}

#[test]
fn nodes_in_several_zones_have_their_own_clocks_and_each_time_names_its_zone() {
    let mut report = sample::report();
    let mut other = report.inputs[0].clone();
    (other.utc_offset, other.utc_offset_source) = (Some("+05:45".into()), Some(OffsetSource::Bundle));
    report.inputs.push(other);
    for evidence in report.attempts[1].evidence.iter_mut().filter(|evidence| evidence.source == Source::Log) {
        evidence.input = 2;
    }
    let overview = Overview::whole(&report);
    let clocks = Clockface::of(&overview, Times::Appliance);
    let time = |index: usize| {
        let attempt = &report.attempts[index];
        clocks.attempt(attempt).time(attempt.started_at.unwrap())
    };
    assert_eq!((time(0).as_str(), time(1).as_str()), ("10:21:07.935-06:00", "22:10:07.123+05:45"));
    assert_eq!(clocks.moment(report.attempts[1].started_at.unwrap()), "22:10:07+05:45");
    let legend = clocks.legend(|input| format!("log{input}")).unwrap();
    assert_eq!(legend, "by the clock of each node: log0 UTC-06:00; log2 UTC+05:45");
}

#[test]
fn a_change_of_the_zone_is_followed() {
    let mut report = sample::report();
    let from = report.attempts[1].started_at.unwrap();
    report.clocks[0].zone_changes = vec![ZoneChange { from, log_utc_offset: "-07:00".into() }];
    let overview = Overview::whole(&report);
    let clocks = Clockface::of(&overview, Times::Appliance);
    let first = report.attempts[0].started_at.unwrap();
    assert_eq!(clocks.span(first, from), "2023-08-15 10:21:07 UTC-06:00 to 09:25:07 UTC-07:00");
}
