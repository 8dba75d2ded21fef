//! Zones, skews, and what makes them hard to find.

use mdmlog::Options;
use mdmlog::report::{Clock, Confidence, OffsetSource, Report};
use mdmlog::warning::WarningCode;

use super::world::{SERVER, Told, World, verdicts};

const HOST: &str = "mdm.example.com";
const TIMEOUT: &str = "Connect to mdm.example.com:443 [mdm.example.com/203.0.113.1] failed: Connect timed out";

/// Successes at these times, in seconds.
fn successes(zone: i64, skew: i64, times: &[i64]) -> World {
    let mut world = World { skew, ..World::in_zone(zone) };
    for (index, at) in times.iter().enumerate() {
        world.success(at * 1000 + (index as i64 * 37) % 90, 40_000 + index as u16, "admin-http-pool1", HOST);
    }
    world
}

#[track_caller]
fn clock(report: &Report) -> &Clock {
    report.clock.as_ref().expect("a clock")
}

#[track_caller]
fn assert_clock(report: &Report, offset: &str, skew: i64) {
    let clock = clock(report);
    assert_eq!(clock.log_utc_offset, offset, "{clock:?}");
    let found = clock.log_minus_capture_ms.expect("a skew");
    assert!((found - skew as f64).abs() <= 50.0, "skew {found}, expected {skew}");
}

#[test]
fn every_zone_is_found_from_two_attempts() {
    for (minutes, offset) in [
        (-570, "-09:30"),
        (-360, "-06:00"),
        (0, "+00:00"),
        (345, "+05:45"),
        (765, "+12:45"),
        (825, "+13:45"),
        (840, "+14:00"),
        (-720, "-12:00"),
    ] {
        let report = successes(minutes, 0, &[1, 8]).report();
        assert_clock(&report, offset, 0);
        assert_eq!(clock(&report).log_utc_offset_source, OffsetSource::Estimated);
        assert_eq!(clock(&report).matched_attempts, 2);
    }
}

#[test]
fn two_attempts_are_not_called_certain() {
    assert!(clock(&successes(60, 0, &[1, 8]).report()).confidence < Confidence::High);
    assert_eq!(clock(&successes(60, 0, &[1, 8, 21, 47]).report()).confidence, Confidence::High);
}

#[test]
fn the_tries_of_one_attempt_are_not_called_certain_and_those_of_two_are() {
    let confidence = |attempts: i64| {
        let mut world = World::in_zone(60);
        for number in 0..attempts {
            let at = 1000 + number * 17_300;
            world.lookup(at + 2, HOST, 0, &[SERVER]);
            world.exchange(
                at + 4,
                40_000 + number as u16,
                SERVER,
                HOST,
                &[(at + 20, at + 60), (at + 72, at + 110), (at + 122, at + 190)],
            );
            let tries = [(at + 62, Told::Status(404)), (at + 112, Told::Status(404)), (at + 192, Told::Status(200))];
            world.told("admin-http-pool1", HOST, at, &tries);
        }
        let report = world.report();
        assert_eq!(clock(&report).matched_attempts as i64, attempts);
        clock(&report).confidence
    };
    assert_eq!([confidence(1), confidence(2)], [Confidence::Medium, Confidence::High]);
}

#[test]
fn skews_of_milliseconds_and_of_minutes_are_found() {
    for skew in [-250_000, -42_000, -1850, -90, 12, 700, 2100, 61_000, 300_000] {
        assert_clock(&successes(330, skew, &[1, 8, 21, 47]).report(), "+05:30", skew);
    }
}

#[test]
fn most_attempts_may_be_on_one_side_only() {
    let mut world = successes(-300, 1500, &[1, 8, 21, 47, 81, 120, 163, 211, 270, 333]);
    // Two are on the wire; the capture covers all of the time.
    world.packets.retain(|packet| (20_000_000..50_000_000).contains(&packet.at));
    world.lookup(500, "other.example.com", 0, &[]);
    world.lookup(400_000, "other.example.com", 0, &[]);
    assert_clock(&world.report(), "-05:00", 1500);
    let mut world = successes(-300, 1500, &[1, 8, 21, 47, 81, 120, 163, 211, 270, 333]);
    // Two are in the log, which goes on.
    world.records.retain(|(at, _)| (20_000..50_000).contains(at));
    world.noise(0);
    world.noise(400_000);
    assert_clock(&world.report(), "-05:00", 1500);
}

#[test]
fn a_shift_by_one_period_does_not_win() {
    // Every four hours the same failure: any whole number of periods off makes a zone of its own.
    let mut world = World { skew: 400, ..World::in_zone(120) };
    for index in 0..6_i64 {
        let at = index * 4 * 3_600_000 + [3, 41, 17, 80, 5, 62][index as usize];
        world.lookup(at + 2, HOST, 0, &["203.0.113.1"]);
        world.syns(40_000 + index as u16, "203.0.113.1", &[at + 4, at + 1004, at + 3004]);
        world.told("admin-http-pool1", HOST, at, &[(at + 8004 + index * 3, Told::Failure(TIMEOUT))]);
    }
    world.lookup(30 * 3_600_000, "other.example.com", 0, &[]);
    world.noise(-10_000);
    world.noise(30 * 3_600_000);
    let report = world.report();
    assert_clock(&report, "+02:00", 400);
    assert_eq!(clock(&report).matched_attempts, 6);
}

#[test]
fn a_shift_by_one_period_does_not_win_when_the_capture_is_short() {
    let mut world = World { skew: -300, ..World::in_zone(-240) };
    for index in 0..8_i64 {
        let at = index * 60_000 + [3, 41, 17, 80, 5, 62, 33, 71][index as usize];
        world.lookup(at + 2, HOST, 0, &[SERVER]);
        let answered = at + 60 + [0, 13, 29, 7, 41, 3, 19, 33][index as usize];
        world.exchange(at + 4, 40_000 + index as u16, SERVER, HOST, &[(at + 20, answered)]);
        world.told("admin-http-pool1", HOST, at, &[(answered + 2, Told::Status(401))]);
    }
    world.packets.retain(|packet| (110_000_000..310_000_000).contains(&packet.at));
    assert_clock(&world.report(), "-04:00", -300);
}

#[test]
fn daylight_saving_time_ends_inside_the_log() {
    let mut world = successes(-360, 250, &[1, 600, 1300, 2500, 3700, 4400, 5600, 7100]);
    world.later_zone = Some((3_000_000, -420));
    for minute in 0..120 {
        world.noise(minute * 60_000);
    }
    let report = world.report();
    assert_clock(&report, "-06:00", 250);
    assert_eq!(verdicts(&report), ["success high"; 8]);
    assert_eq!(clock(&report).matched_attempts, 8);
    assert_eq!(clock(&report).zone_changes.len(), 1);
    assert_eq!(clock(&report).zone_changes[0].log_utc_offset, "-07:00");
    // The first record behind it, on the capture's clock.
    let moment = report.attempts[0].started_at.unwrap().millis_since(clock(&report).zone_changes[0].from);
    assert!((moment + 2_999_000.0).abs() <= 50.0, "{moment}");
}

#[test]
fn daylight_saving_time_begins_inside_the_log() {
    let mut world = successes(60, 0, &[1, 600, 1300, 2500, 3700, 4400, 5600, 7100]);
    world.later_zone = Some((3_000_000, 120));
    for minute in 0..120 {
        world.noise(minute * 60_000);
    }
    let report = world.report();
    assert_clock(&report, "+01:00", 0);
    assert_eq!(clock(&report).matched_attempts, 8);
    assert_eq!(clock(&report).zone_changes[0].log_utc_offset, "+02:00");
}

#[test]
fn an_hour_of_silence_is_no_change_of_the_zone() {
    let mut world = successes(60, 0, &[1, 600, 1300, 2500, 6700, 7400, 8600, 10_100]);
    for minute in (0..45).chain(105..170) {
        world.noise(minute * 60_000);
    }
    let report = world.report();
    assert_clock(&report, "+01:00", 0);
    assert_eq!((clock(&report).matched_attempts, clock(&report).zone_changes.len()), (8, 0));
}

#[test]
fn a_zone_that_is_given_is_not_estimated() {
    let options = Options { log_zone: Some("America/Denver".parse().unwrap()), ..Options::default() };
    let report = successes(-420, 1200, &[1, 8, 21]).report_with(&options);
    assert_clock(&report, "-07:00", 1200);
    assert_eq!(clock(&report).log_utc_offset_source, OffsetSource::Option);
}

#[test]
fn where_nothing_is_on_both_sides_the_clock_is_not_known() {
    let mut world = successes(60, 0, &[1, 8]);
    world.packets.clear();
    world.lookup(1000, "other.example.com", 0, &[]);
    let report = world.report();
    let clock = clock(&report);
    assert_eq!((clock.log_minus_capture_ms, clock.confidence), (None, Confidence::Low));
    assert_eq!(clock.log_utc_offset_source, OffsetSource::Assumed);
    assert!(report.warnings.iter().any(|warning| warning.code == mdmlog::warning::WarningCode::ZoneAssumed));
}

#[test]
fn one_side_alone_has_no_clock() {
    let world = successes(60, 0, &[1, 8]);
    assert!(world.log_only().clock.is_none());
    assert!(world.capture_only().clock.is_none());
}

#[test]
fn shifting_both_clocks_shifts_the_times_and_nothing_else() {
    let plain = successes(60, 20, &[1, 8, 21]);
    let mut later = plain.clone();
    let shift = 86_400_000 * 40;
    later.packets.iter_mut().for_each(|packet| packet.at += shift * 1000);
    later.records.iter_mut().for_each(|(at, _)| *at += shift);
    let (plain, later) = (plain.report(), later.report());
    assert_eq!(verdicts(&plain), verdicts(&later));
    assert_eq!(clock(&plain).log_utc_offset, clock(&later).log_utc_offset);
    for (before, after) in plain.attempts.iter().zip(&later.attempts) {
        let moved = after.started_at.unwrap().millis_since(before.started_at.unwrap());
        assert!((moved - shift as f64).abs() < 1.0, "moved by {moved}");
        assert_eq!(before.duration_ms, after.duration_ms);
    }
}

#[test]
fn a_zone_that_joins_nothing_is_remarked_on_with_the_one_that_would() {
    let remarks = |zone: &str, world: &World| {
        let options = Options { log_zone: Some(zone.parse().unwrap()), ..Options::default() };
        let report = world.report_with(&options);
        let warnings = report.warnings.into_iter().filter(|warning| warning.code == WarningCode::ZoneDisagrees);
        warnings.map(|warning| warning.message).collect::<Vec<_>>()
    };
    let world = successes(120, 300, &[1, 8, 21, 47]);
    assert_eq!(remarks("+02:00", &world), [""; 0]);
    let remark = remarks("-07:00", &world);
    assert!(remark.len() == 1 && remark[0].contains("UTC+02:00 would join 4 of them"), "{remark:?}");
    // One attempt alone may be another's packets.
    assert_eq!(remarks("-07:00", &successes(120, 300, &[1])), [""; 0]);
    // Where nothing would, the zone may well be right.
    let mut apart = world;
    apart.packets.clear();
    apart.lookup(1000, "other.example.com", 0, &[]);
    assert_eq!(remarks("-07:00", &apart), [""; 0]);
}
