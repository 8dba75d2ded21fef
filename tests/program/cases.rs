//! The cases of testdata: bundles whose truth is known.

use std::path::PathBuf;

use serde_json::Value;

use crate::support::{Ran, mdmlog, root, run};

/// Calls a macro with the name of each case.
macro_rules! for_each_case {
    ($macro:ident) => {
        $macro! {
            big_endian_vlan, capture_only, capture_only_plain, cut_capture, device_queries,
            device_queries_outage, device_queries_pool, directory, dns_failures, dozen_slow_link, dozen_tls12,
            duplicated_packets, encrypted_bundle, five_outcomes, heartbeats, heartbeats_three, http_errors, ipv6,
            key_log, late_success, log_excerpt, log_only, long_syn_timeout, many_addresses,
            odd_answers_plain, one_server_over_time, overlapping_threads, pcapng_cooked,
            pool_stale, proxy_and_direct, proxy_failures, proxy_moods, resolver_first_silent,
            rotated_gz_zip, short_snaplen, snap_96, tar_gz, through_proxy, tls_failures,
            tls13_blind, tls13_log, transport_failures, tunnel13_log, two_nodes,
            two_vantage_points, zone_of_the_bundle
        }
    };
}
pub(crate) use for_each_case;

/// A bundle and what is true of it.
pub struct Case {
    pub name: String,
    pub folder: PathBuf,
    pub truth: Value,
}

impl Case {
    /// The case of this name; underscores stand for hyphens.
    pub fn new(name: &str) -> Self {
        let name = name.replace('_', "-");
        let folder = root().join("testdata/cases").join(&name);
        let truth = std::fs::read(folder.join("truth.json")).unwrap();
        Self { truth: serde_json::from_slice(&truth).unwrap(), name, folder }
    }

    /// All of them.
    pub fn all() -> Vec<Self> {
        macro_rules! names {
            ($($name:ident),*) => { [$(stringify!($name)),*] };
        }
        for_each_case!(names).into_iter().map(Self::new).collect()
    }

    /// Runs `mdmlog analyze` with the arguments that the truth names, and these.
    pub fn analyze(&self, arguments: &[&str]) -> Ran {
        let given = self.truth["arguments"].as_array().unwrap().iter().map(|argument| argument.as_str().unwrap());
        let mut command = mdmlog(std::iter::once("analyze").chain(given).chain(arguments.iter().copied()));
        run(command.current_dir(&self.folder).env("MDMLOG_PASSPHRASE", "correct horse").env("COLUMNS", "100"))
    }

    /// Runs another command with the arguments that the truth names, and these.
    pub fn run(&self, name: &str, arguments: &[&str]) -> Ran {
        let given = self.truth["arguments"].as_array().unwrap().iter().map(|argument| argument.as_str().unwrap());
        let mut command = mdmlog(std::iter::once(name).chain(given).chain(arguments.iter().copied()));
        run(command.current_dir(&self.folder).env("MDMLOG_PASSPHRASE", "correct horse"))
    }

    /// The report.
    #[track_caller]
    pub fn report(&self, arguments: &[&str]) -> Value {
        let ran = self.analyze(&[arguments, &["--format", "json"]].concat()).with_status(0);
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}\n{ran}"))
    }
}

#[test]
fn every_folder_is_a_case() {
    let entries = std::fs::read_dir(root().join("testdata/cases")).unwrap();
    let mut folders: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    folders.sort();
    let names: Vec<_> = Case::all().into_iter().map(|case| case.name).collect();
    assert_eq!(folders, names);
}
