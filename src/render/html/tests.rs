use super::*;
use crate::model::report::Attempt;
use crate::sample;

fn rendered(report: &Report) -> String {
    let mut out = Vec::new();
    Html.render(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The page without style and script.
fn content(report: &Report) -> String {
    let page = rendered(report);
    assert_eq!((page.matches(STYLE).count(), page.matches(SCRIPT).count()), (1, 1));
    page.replace(STYLE, "").replace(SCRIPT, "")
}

/// The tags of a page: name and attributes with their values.
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
            assert!(!STYLE.contains(text) && !SCRIPT.contains(text));
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
    let page = rendered(&sample::report());
    for (element, text) in [("style", STYLE), ("script", SCRIPT)] {
        let hash = STANDARD.encode(Sha256::digest(text));
        assert!(policy().contains(&format!("{element}-src 'sha256-{hash}'")));
        assert!(page.contains(&format!("<{element}>{text}</{element}>")));
        assert!(!text.contains("</"));
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

#[test]
fn thousands_of_attempts_stay_within_bounds() {
    let page = content(&many(12_000));
    assert_eq!(page.matches("<details").count(), 12_000);
    assert!(page.matches("<circle").count() <= 13 * 240);
    assert_eq!(page.matches("<table class=\"ladder\"").count(), attempt::WHOLE);
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
