//! `mdmlog explain`.

use mdmlog::outcome::OutcomeName;

use crate::support::{mdmlog, run};

#[test]
fn every_outcome_is_listed_and_explained() {
    let list = run(&mut mdmlog(["explain"])).with_status(0).silent();
    for outcome in OutcomeName::ALL {
        assert!(list.stdout.contains(&format!("  {outcome} ")), "{outcome}\n{list}");
        let ran = run(&mut mdmlog(["explain", outcome.as_str()])).with_status(0).silent();
        assert!(ran.stdout.starts_with(outcome.as_str()) && ran.stdout.contains("What to do"), "{ran}");
    }
}

#[test]
fn a_detail_is_found_by_itself() {
    let whole = run(&mut mdmlog(["explain", "dns_failure/nxdomain"])).with_status(0);
    assert_eq!(run(&mut mdmlog(["explain", "nxdomain"])).with_status(0).stdout, whole.stdout);
}

#[test]
fn a_kind_of_request_is_explained_too() {
    let list = run(&mut mdmlog(["explain"])).with_status(0).stdout;
    for kind in mdmlog::model::mdm::RequestKind::ALL {
        assert!(list.contains(&format!("  {kind} ")), "{kind}\n{list}");
        let ran = run(&mut mdmlog(["explain", kind.as_str()])).with_status(0).silent();
        assert!(ran.stdout.starts_with(&format!("{kind}: ")) && ran.stdout.contains("Known by"), "{ran}");
        let ran = run(&mut mdmlog(["explain", kind.as_str(), "--format", "json"])).with_status(0);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&ran.stdout).unwrap()["kind"], kind.as_str());
    }
}

#[test]
fn what_is_no_outcome_gets_a_hint() {
    run(&mut mdmlog(["explain", "sin_timeout"])).with_status(2).saying(&["did you mean `syn_timeout`?"]);
    run(&mut mdmlog(["explain", "weather"])).with_status(2).saying(&["`mdmlog explain` lists them"]);
}

#[test]
fn programs_get_json() {
    let ran = run(&mut mdmlog(["explain", "syn_timeout", "--format", "json"])).with_status(0).silent();
    let entry: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(entry["outcome"], "syn_timeout");
    assert!(entry["remedy"].as_array().is_some_and(|remedy| !remedy.is_empty()), "{ran}");
}

#[test]
fn text_fits_the_width() {
    for width in [60_usize, 80] {
        let ran = run(mdmlog(["explain", "tls_failure"]).env("COLUMNS", width.to_string())).with_status(0);
        let longest = ran.stdout.lines().max_by_key(|line| line.chars().count()).unwrap();
        // What can't be broken, such as a menu path's longest word, may stand out.
        assert!(longest.chars().count() <= width || !longest.trim().contains(' '), "{width}: {longest}");
    }
}
