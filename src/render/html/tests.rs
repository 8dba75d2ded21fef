use std::io::Read as _;

use super::*;
use crate::model::report::Attempt;
use crate::sample;

fn rendered(report: &Report) -> String {
    let mut out = Vec::new();
    Html(Times::Utc).render(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Returns the page without style and script.
fn content(report: &Report) -> String {
    let page = rendered(report);
    assert_eq!(
        (page.matches(STYLE).count(), page.matches(SCRIPT).count() + page.matches(LARGE_SCRIPT).count()),
        (1, 1)
    );
    page.replace(STYLE, "").replace(SCRIPT, "").replace(LARGE_SCRIPT, "")
}

/// Returns the tags of a page: name and attributes with their values.
fn tags(page: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        // Values are always in double quotes, in which a tag does not end.
        let mut quoted = false;
        let end = rest.find(|c| {
            quoted ^= c == '"';
            c == '>' && !quoted
        });
        let end = end.expect("a tag ends");
        let (tag, behind) = (&rest[..end], &rest[end + 1..]);
        rest = behind;
        let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let mut read = Vec::new();
        while !attributes.trim().is_empty() {
            let at = attributes.find(['=', ' ']).unwrap_or(attributes.len());
            let (name, value) = attributes.split_at(at);
            match value.strip_prefix("=\"") {
                Some(value) => {
                    let (value, behind) = value.split_once('"').expect("a value ends");
                    read.push((name.to_owned(), value.to_owned()));
                    attributes = behind.trim_start();
                }
                None => {
                    read.push((name.to_owned(), String::new()));
                    attributes = value.trim_start();
                }
            }
        }
        tags.push((name.to_owned(), read));
    }
    tags
}

#[test]
fn a_page_looks_like_this() {
    let mut report = sample::report();
    report.attempts.truncate(3);
    report.incidents.truncate(1);
    insta::assert_snapshot!(content(&report).replace("><", ">\n<"));
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    for report in [sample::report(), sample::hostile("https://evil.example/x\" src=\"https://evil.example/y")] {
        let page = rendered(&report);
        for (tag, attributes) in tags(&content(&report)) {
            assert!(
                !["img", "link", "iframe", "object", "embed", "base", "image", "use"].contains(&tag.as_str()),
                "{tag}"
            );
            for (name, value) in attributes {
                assert!(!["src", "srcset", "action", "style", "xlink:href", "ping"].contains(&name.as_str()), "{name}");
                assert!(!name.starts_with("on"), "{name}");
                assert!(name != "href" || value.starts_with('#'), "{value}");
            }
        }
        for text in ["url(", "@import", "fetch(", "XMLHttpRequest", "import("] {
            assert!(!STYLE.contains(text) && !SCRIPT.contains(text) && !LARGE_SCRIPT.contains(text));
        }
        assert!(page.contains("default-src 'none'"));
    }
}

#[test]
fn nothing_foreign_is_markup() {
    let before: Vec<String> = tags(&content(&sample::report())).into_iter().map(|(tag, _)| tag).collect();
    for payload in [
        "</title><script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'><svg/onload=alert(1)>",
        "`<b>`</code>",
        "--><!--",
        "</script></style></details></template>",
    ] {
        let report = sample::hostile(payload);
        let after = tags(&content(&report));
        // What is made of words that became foreign may be missing; nothing is there that was not before.
        for (tag, attributes) in &after {
            assert!(before.contains(tag) || tag == "/a" || tag == "a", "{payload}: {tag}");
            assert!(attributes.iter().all(|(name, _)| !name.starts_with("on") && name != "src"), "{payload}");
        }
        assert_eq!(after.iter().filter(|(tag, _)| tag == "script").count(), 1, "{payload}");
    }
}

#[test]
fn hidden_characters_are_spelled_out() {
    let page = content(&sample::hostile("a\u{202e}b\u{0}c\u{1b}[31m"));
    assert!(!page.contains(|c: char| c != '\n' && crate::model::visible::is_hidden(c)));
    assert!(page.contains("a\\u{202e}b\\u{0}c\\u{1b}[31m"));
}

#[test]
fn every_link_leads_somewhere_and_every_id_is_there_once() {
    let page = content(&sample::report());
    let tags = tags(&page);
    let attributes = |wanted: &str| -> Vec<String> {
        let all = tags.iter().flat_map(|(_, attributes)| attributes);
        all.filter(|(name, _)| name == wanted).map(|(_, value)| value.clone()).collect()
    };
    let mut ids = attributes("id");
    for link in attributes("href") {
        assert!(ids.contains(&link[1..].to_owned()), "{link}");
    }
    for label in attributes("aria-labelledby") {
        assert!(ids.contains(&label), "{label}");
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[test]
fn elements_are_closed_in_the_order_in_which_they_were_opened() {
    for report in [sample::report(), sample::hostile("</details>")] {
        let mut open: Vec<String> = Vec::new();
        for (tag, _) in tags(&content(&report)).into_iter().skip(1) {
            match tag.strip_prefix('/') {
                Some(tag) => assert_eq!(open.pop().as_deref(), Some(tag)),
                None if ["meta", "input"].contains(&tag.as_str()) => {}
                None => open.push(tag),
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }
}

#[test]
fn the_policy_names_this_style_and_this_script() {
    for (report, script) in [(sample::report(), SCRIPT), (sample::queries(400, 40), LARGE_SCRIPT)] {
        let page = rendered(&report);
        for (element, text) in [("style", STYLE), ("script", script)] {
            let hash = STANDARD.encode(Sha256::digest(text));
            // Maud writes quotes of its own kind, so that the policy stands in the page as it is.
            assert!(page.contains(&format!("{element}-src 'sha256-{hash}'")));
            assert!(page.contains(&format!("<{element}>{text}</{element}>")));
            assert!(!text.contains("</"));
        }
    }
}

fn many(count: usize) -> Report {
    let mut report = sample::report();
    let model: Vec<Attempt> = report.attempts.clone();
    let minute = 60 * crate::model::time::SECOND;
    report.attempts = (0..count)
        .map(|index| {
            let mut attempt = model[index % model.len()].clone();
            attempt.id = index + 1;
            attempt.started_at = attempt.started_at.map(|time| time.plus_nanos(minute * (index / model.len()) as i64));
            attempt
        })
        .collect();
    report.incidents.clear();
    report
}

/// Returns what the script of a large page draws from.
fn data(page: &str) -> serde_json::Value {
    let (_, rest) = page.split_once("<div id=\"data\" hidden>").unwrap();
    let packed = STANDARD.decode(rest.split('<').next().unwrap()).unwrap();
    let mut text = String::new();
    flate2::read::DeflateDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn thousands_of_attempts_stay_within_bounds() {
    let report = many(10_000);
    let page = rendered(&report);
    assert!(page.len() < 2_000_000, "{}", page.len());
    assert!(page.matches("<circle").count() <= 13 * 240);
    assert!(page.matches("<details").count() <= 120);
    let data = data(&page);
    let rows = data["rows"].as_array().unwrap();
    assert_eq!(rows.iter().map(|row| row[2].as_u64().unwrap()).sum::<u64>(), 10_000);
    assert!(data["cards"].as_object().unwrap().len() > 100);
    for row in rows {
        for (index, list) in [(4, "verdicts"), (5, "servers"), (6, "kinds"), (8, "sures"), (10, "texts")] {
            assert!(row[index].as_u64().unwrap() < data[list].as_array().unwrap().len() as u64);
        }
    }
}

#[test]
fn queries_that_went_well_are_a_row_an_hour_and_failures_rows_of_their_own() {
    let report = sample::queries(20_000, 400);
    let page = rendered(&report);
    let data = data(&page);
    let rows = data["rows"].as_array().unwrap();
    let failed =
        rows.iter().filter(|row| data["verdicts"][row[4].as_u64().unwrap() as usize]["failed"] == true).count();
    assert_eq!(failed, 50);
    assert!(rows.len() < 50 + 60, "{}", rows.len());
    for id in ["400", "20000"] {
        assert!(data["cards"][id].as_str().unwrap().contains("Evidence"), "{id}");
    }
    assert!(page.contains("device query") && page.len() < 500_000, "{}", page.len());
}

#[test]
fn nothing_foreign_is_markup_in_a_large_page() {
    let payload = "</div></script><img src=x onerror=alert(1)>";
    let model = sample::hostile(payload);
    let mut report = sample::queries(400, 40);
    for (attempt, hostile) in report.attempts.iter_mut().zip(model.attempts.iter().cycle()) {
        let (id, started_at) = (attempt.id, attempt.started_at);
        *attempt = hostile.clone();
        (attempt.id, attempt.started_at) = (id, started_at);
    }
    let page = content(&report);
    let tags = tags(&page);
    assert!(
        tags.iter().all(|(tag, attributes)| tag != "img" && attributes.iter().all(|(name, _)| !name.starts_with("on")))
    );
    for card in data(&rendered(&report))["cards"].as_object().unwrap().values() {
        assert!(!card.as_str().unwrap().contains("<img") && !card.as_str().unwrap().contains("</script"));
    }
}

#[test]
fn a_report_without_attempts_or_times_says_so() {
    let mut report = sample::report();
    report.attempts.clear();
    report.incidents.clear();
    report.inputs.clear();
    report.clock = None;
    report.clocks.clear();
    let page = content(&report);
    assert!(page.contains("No attempt was found.") && page.contains("Nothing in what was given has a time."));
}
