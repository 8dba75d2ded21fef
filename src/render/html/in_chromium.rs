//! The page in a browser that knows all of its rules: headless Chromium, without a network. A start of it takes seconds,
//! so that these tests wait for `scripts/html-in-chromium`. What Chromium shows is left in `target/html-in-chromium` to
//! be looked at.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;
use crate::sample;

/// Returns the program; without it there is nothing to test with.
fn chromium() -> &'static str {
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success()))
        .expect("CHROMIUM IS MISSING: apt-get install chromium")
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/html-in-chromium");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn page(name: &str, report: &Report) -> PathBuf {
    let path = folder().join(name);
    let mut out = Vec::new();
    Html(Times::Utc).render(report, &mut out).unwrap();
    std::fs::write(&path, out).unwrap();
    path
}

/// Returns what Chromium writes to standard output; its console must stay silent.
fn run(chromium: &str, options: &[&str], page: &Path, address: &str) -> String {
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--host-resolver-rules=MAP * ~NOTFOUND",
        ])
        .args(["--enable-logging=stderr", "--hide-scrollbars"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(options)
        .arg(format!("file://{}{address}", page.display()))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let console: Vec<_> = errors.lines().filter(|line| line.contains("CONSOLE")).collect();
    assert!(console.is_empty(), "{console:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Returns the opening tags of the attempts.
fn attempts(page: &str) -> Vec<&str> {
    let tags = page.match_indices("<details class=\"attempt\"").map(|(at, _)| &page[at..]);
    tags.map(|tag| tag.split_inclusive('>').next().unwrap()).collect()
}

#[test]
#[ignore = "needs Chromium: scripts/html-in-chromium"]
fn the_script_filters_and_opens_what_a_link_leads_to() {
    let chromium = chromium();
    let page = page("scripted.html", &sample::report());
    let dom = |address: &str| run(chromium, &["--dump-dom", "--virtual-time-budget=5000"], &page, address);

    let plain = dom("");
    assert!(plain.contains("<form id=\"filters\" role=\"search\" aria-label=\"Attempts\">"), "the script did not run");
    assert_eq!(attempts(&plain).len(), 11);
    assert!(attempts(&plain).iter().all(|tag| !tag.contains(" hidden") && !tag.contains(" open")));

    let linked = dom("#attempt-3");
    let open: Vec<_> = attempts(&linked).iter().map(|tag| tag.contains(" open=")).collect();
    assert_eq!(open.iter().position(|open| *open), Some(2));
    assert_eq!(open.iter().filter(|open| **open).count(), 1);

    for (address, shown) in [
        ("?outcome=syn_timeout", 2),
        ("?outcome=failed", 8),
        ("?text=NXDomain", 1),
        ("?text=syn_timeout+nxdomain", 0),
        ("?server=tenannt.jamfcloud.com%3A443", 1),
        // A link shows its attempt whatever is filtered.
        ("?outcome=syn_timeout#attempt-1", 11),
    ] {
        let page = dom(address);
        assert_eq!(attempts(&page).iter().filter(|tag| !tag.contains(" hidden")).count(), shown, "{address}");
    }
}

#[test]
#[ignore = "needs Chromium: scripts/html-in-chromium"]
fn the_script_of_a_large_page_draws_what_is_asked_for() {
    let chromium = chromium();
    let page = page("large.html", &sample::queries(20_000, 400));
    let budget = "--virtual-time-budget=10000";
    let dom = |address: &str| run(chromium, &["--dump-dom", budget, "--window-size=1280,800"], &page, address);
    let list =
        |page: &str| page.split_once("<div id=\"list\">").unwrap().1.split_once("<p id=\"more\"").unwrap().0.to_owned();

    // A hundred rows are more than a screen and what is drawn ahead of it; the last row wants all before it.
    let plain = list(&dom(""));
    assert_eq!(plain.matches("<summary>").count(), 100, "{plain}");
    let whole = list(&dom("#attempt-20000"));
    assert_eq!(whole.matches("<summary>").count(), 50 + 56, "{whole}");
    let failed = list(&dom("?outcome=failed"));
    assert_eq!(failed.matches("<summary>").count(), 50, "{failed}");
    let linked = list(&dom("?outcome=success#attempt-400"));
    let open = linked.split("<details ").find(|attempt| attempt.contains("id=\"attempt-400\"")).unwrap();
    assert!(open.contains("open=") && open.contains("Evidence") && open.contains("Step by step"), "{open}");
    // What has no row of its own is in a run.
    let within = list(&dom("#attempt-7"));
    assert!(within.contains("id=\"attempt-1\"") && within.contains("open="), "{within}");
}

#[test]
#[ignore = "needs Chromium: scripts/html-in-chromium"]
fn a_browser_finds_nothing_to_run_in_foreign_text() {
    let chromium = chromium();
    let payload =
        "\"></option></title></style><script>document.title='run'</script><img src=x onerror=\"document.title='run'\">";
    let page = page("hostile.html", &sample::hostile(payload));
    // The console would tell of what the policy had to stop.
    let dom = run(chromium, &["--dump-dom", "--virtual-time-budget=5000"], &page, "#attempt-2");
    assert!(!dom.contains("<img") && !dom.contains("<title>run"));
    assert_eq!(dom.matches("<script>").count(), 1);
}

#[test]
#[ignore = "needs Chromium: scripts/html-in-chromium"]
fn the_page_is_pictured_and_printed() {
    let chromium = chromium();
    let whole = page("whole.html", &sample::report());
    // A picture is taken of the top of a page, so that open attempts need a page of their own; it has no script.
    let mut few = sample::report();
    few.attempts.retain(|attempt| [1, 2, 7].contains(&attempt.id));
    few.incidents.clear();
    let open = page("open.html", &few);
    let text = std::fs::read_to_string(&open).unwrap();
    let text = text.replace(&format!("<script>{SCRIPT}</script>"), "").replace("<details ", "<details open ");
    std::fs::write(&open, text).unwrap();
    let dark = "--blink-settings=preferredColorScheme=0";
    let shots: [(&str, &Path, &[&str]); 6] = [
        ("light", &whole, &["--window-size=1280,5200"]),
        ("dark", &whole, &["--window-size=1280,5200", dark]),
        ("narrow", &whole, &["--window-size=500,7000"]),
        ("open-light", &open, &["--window-size=1280,3200"]),
        ("open-dark", &open, &["--window-size=1280,3200", dark]),
        ("open-narrow", &open, &["--window-size=500,4200"]),
    ];
    for (name, page, options) in shots {
        let path = folder().join(format!("{name}.png"));
        let screenshot = format!("--screenshot={}", path.display());
        run(chromium, &[options, &[screenshot.as_str()]].concat(), page, "");
        assert!(std::fs::read(&path).unwrap().starts_with(b"\x89PNG"), "{name}");
    }
    for (name, page) in [("printed", &whole), ("open-printed", &open)] {
        let path = folder().join(format!("{name}.pdf"));
        let print = format!("--print-to-pdf={}", path.display());
        run(chromium, &[print.as_str(), "--no-pdf-header-footer"], page, "");
        assert!(std::fs::read(&path).unwrap().starts_with(b"%PDF"), "{name}");
    }
}

#[test]
#[ignore = "needs Chromium: scripts/html-in-chromium"]
fn a_large_page_prints_its_summary_and_open_incidents_on_four_pages_at_most() {
    let mut report = sample::queries(10_000, 40);
    // Six that are open, of servers of their own, with all that there is to do.
    let mut open: Vec<_> = report.incidents.iter().cycle().take(6).cloned().collect();
    for (index, incident) in open.iter_mut().enumerate() {
        incident.id = index + 1;
        incident.ticket_key = format!("{index:016x}");
        incident.resolved_by = None;
        incident.attempts = (1..10_000).skip(index).step_by(6).collect();
    }
    report.incidents = open;
    let page = page("large-printed.html", &report);
    let path = folder().join("large-printed.pdf");
    let print = format!("--print-to-pdf={}", path.display());
    run(chromium(), &[print.as_str(), "--no-pdf-header-footer"], &page, "");
    let printed = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
    let pages = printed.lines().filter(|line| line.contains("/Type /Page") && !line.contains("/Type /Pages")).count();
    assert!((2..=4).contains(&pages), "{pages}");
}
