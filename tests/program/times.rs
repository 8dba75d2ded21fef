//! `--times`: what is shown by the appliance's clock is what the appliance's log shows.

use crate::cases::Case;
use crate::support::{mdmlog, root, run};

/// The rows of the table of attempts, by number: what stands in the column of times.
fn times(text: &str) -> Vec<(usize, String)> {
    let table = text.lines().skip_while(|line| !line.starts_with("#  ") && !line.starts_with("# ")).skip(2);
    let rows = table.take_while(|line| !line.is_empty()).filter_map(|line| {
        let mut words = line.split_whitespace();
        let id = words.next().filter(|_| !line.starts_with(' '))?.parse().ok()?;
        let word = words.next()?.to_owned();
        // A day stands before the time where there are several.
        Some((id, if word.contains(':') { word } else { words.next()?.to_owned() }))
    });
    rows.collect()
}

#[test]
fn the_appliances_clock_is_what_its_log_shows() {
    for name in ["five-outcomes", "zone-of-the-bundle", "two-nodes", "log-only", "heartbeats", "late-success"] {
        let case = Case::new(name);
        let text = case.analyze(&["--format", "text", "--all", "--times", "appliance", "-q"]).with_status(0).stdout;
        let report = case.report(&["-q"]);
        let rows = times(&text);
        let attempts = report["attempts"].as_array().unwrap();
        assert_eq!(rows.len(), attempts.len(), "{name}:\n{text}");
        for ((id, time), attempt) in rows.iter().zip(attempts) {
            let logged = attempt["sources"].as_array().unwrap().contains(&"log".into());
            let first = &attempt["evidence"][0];
            if !logged || first["source"] != "log" || first["time"] != attempt["started_at"] {
                continue;
            }
            let given = case.truth["arguments"].as_array().unwrap().iter().map(|argument| argument.as_str().unwrap());
            let number = id.to_string();
            let mut command = mdmlog(["extract", "-q", "-n", &number].into_iter().chain(given));
            let records = run(command.current_dir(&case.folder)).with_status(0).stdout;
            let stamp = time.get(.."00:00:00.000".len()).unwrap().replace('.', ",");
            assert!(records.contains(&stamp), "{name} #{id}: {stamp} is not in\n{records}");
        }
    }
}

#[test]
fn an_assumed_zone_is_marked_at_every_time_that_rests_on_it() {
    let bundle = root().join("testdata/cases/log-only/bundle.tar");
    let shown = |format: &str, times: &str| {
        let arguments = ["analyze", "-q", "--format", format, "--times", times];
        run(mdmlog(arguments).arg(&bundle)).with_status(0).stdout
    };
    for format in ["text", "markdown", "html"] {
        let utc = shown(format, "utc");
        assert!(utc.contains("?") && utc.contains("marks a time that rests on an assumption"), "{format}:\n{utc}");
        let appliance = shown(format, "appliance");
        assert!(appliance.contains("by the appliance's clock, whose zone is not known"), "{format}:\n{appliance}");
        assert!(!appliance.contains("rests on an assumption"), "{format}:\n{appliance}");
    }
    let rows = times(&shown("text", "utc"));
    assert!(!rows.is_empty() && rows.iter().all(|(_, time)| time.ends_with('?')), "{rows:?}");
    // Programs have it as a field.
    for (format, field) in [
        ("csv", ",assumed"),
        ("ndjson", "\"log_utc_offset_source\":\"assumed\""),
        ("ecs", "\"log_utc_offset_source\":\"assumed\""),
    ] {
        assert!(shown(format, "both").contains(field), "{format}");
    }
}

#[test]
fn a_capture_alone_stays_in_utc_and_says_so() {
    let case = Case::new("capture-only");
    for format in ["text", "markdown", "html"] {
        let shown = case.analyze(&["-q", "--format", format, "--times", "appliance"]).with_status(0).stdout;
        assert!(shown.contains("in UTC: there is no log that shows the appliance's clock"), "{format}:\n{shown}");
    }
}
