//! The format for lnav, in lnav.

use std::process::Command;

use crate::support::{Scratch, has_tool, mdmlog, quiet, root, run};

/// lnav with a home of its own, in which the format is installed.
struct Lnav(Scratch);

impl Lnav {
    fn new() -> Self {
        let lnav = Self(Scratch::new());
        let format = root().join("contrib/lnav/ise-psc.json");
        let ran = run(lnav.command().arg("-i").arg(format)).with_status(0);
        assert!(format!("{}{}", ran.stdout, ran.stderr).contains("installed"), "{ran}");
        lnav
    }

    fn command(&self) -> Command {
        let mut command = Command::new("lnav");
        quiet(&mut command).env("HOME", self.0.path()).env_remove("XDG_CONFIG_HOME").current_dir(self.0.path());
        command
    }

    /// The rows of an answer, as CSV without its header.
    fn ask(&self, query: &str) -> Vec<String> {
        let mut command = self.command();
        command.args(["-n", "-c", &format!(";{query}"), "-c", ":write-csv-to -"]).arg("ise-psc.log");
        run(&mut command).with_status(0).silent().stdout.lines().skip(1).map(str::to_owned).collect()
    }
}

#[test]
fn lnav_reads_records_levels_threads_and_bodies() {
    if !has_tool("lnav") {
        return;
    }
    let lnav = Lnav::new();
    let bundle = root().join("testdata/cases/five-outcomes/bundle.tar");
    let mut archive = tar::Archive::new(std::fs::File::open(&bundle).unwrap());
    let mut entries = archive.entries().unwrap().map(Result::unwrap);
    let mut log = entries.find(|entry| entry.path().unwrap().ends_with("ise-psc.log")).unwrap();
    log.unpack(lnav.0.path().join("ise-psc.log")).unwrap();

    let inspected = run(mdmlog(["inspect", "-f", "json"]).arg(&bundle)).stdout;
    let inspected: serde_json::Value = serde_json::from_str(&inspected).unwrap();
    let members = inspected["members"].as_array().unwrap();
    let records = members.iter().find(|member| member["kind"] == "ise_psc_log").unwrap()["records"].to_string();
    assert_eq!(lnav.ask("SELECT count(*) FROM ise_psc_log"), [records]);
    assert_eq!(
        lnav.ask("SELECT DISTINCT log_level FROM ise_psc_log ORDER BY log_level"),
        ["trace", "debug", "info", "error"]
    );
    assert_eq!(
        lnav.ask(
            "SELECT log_time, log_opid, logger, log_body FROM ise_psc_log \
             WHERE log_level = 'error' AND log_body LIKE 'A connection timeout%'"
        ),
        ["2026-11-26 11:01:37.339,admin-http-pool1,cisco.cpm.mdm.api.MdmClient,A connection timeout occurred. Check \
          the connection settings"]
    );
    let bodies = lnav.ask(
        "SELECT replace(log_body, char(10), ' / ') FROM ise_psc_log WHERE log_body LIKE '%Connection Failed to the%'",
    );
    assert!(bodies.iter().any(|body| body.contains(" / Connection Failed to the MDM server host")), "{bodies:#?}");
}

#[test]
fn lnav_reads_every_spelling_of_the_header() {
    if !has_tool("lnav") {
        return;
    }
    let lnav = Lnav::new();
    let headers = ["[t][[]] a.B -:::-", "[t][[x]] a.B --:admin:--", "[a[1]][[]] a.B -admin:192.0.2.1:4f1a-6a4a::-"];
    let log: String =
        headers.iter().map(|header| format!("2023-08-15 10:21:07,123 WARN   {header} text - more\n")).collect();
    lnav.0.file("ise-psc.log", log);
    assert_eq!(
        lnav.ask("SELECT thread, logger, log_level, log_body FROM ise_psc_log"),
        ["t,a.B,warning,text - more", "t,a.B,warning,text - more", "a[1],a.B,warning,text - more"]
    );
}
