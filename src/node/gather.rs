//! Puts what the files say together, node by node, and says which clock each log is read by.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::agent_log::DnsTroubleMinute;
use super::belonging::{NodeRoot, Roots, in_common};
use super::clock::{StatedClock, clock_of};
use super::failures::MdmFailureMinute;
use super::file::{NodeFile, NodeFilePart};
use super::showtech::ShowTech;
use super::told::{Content, Told};

/// What the files say of one node; `None` where they say nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeFacts {
    /// Its host name.
    pub hostname: Option<String>,
    /// What the answers of its `show` commands say.
    pub shown: ShowTech,
    /// What its records say of MDM servers, in order of time, each with its input.
    pub failures: Vec<(usize, MdmFailureMinute)>,
    /// Which trouble with DNS its Active Directory agent met, in order of time, each with its input.
    pub dns_trouble: Vec<(usize, DnsTroubleMinute)>,
    /// The inputs that say it.
    pub inputs: Vec<usize>,
}

/// The nodes of a delivery.
#[derive(Debug, Default)]
pub struct Nodes {
    /// What is known of each, in the order of their first inputs.
    pub nodes: Vec<NodeFacts>,
    /// Index of the node of each log.
    pub of_log: Vec<Option<usize>>,
    /// The clock that other files state for each log.
    pub clocks: Vec<Option<StatedClock>>,
    /// What each file holds.
    pub parts: Vec<NodeFilePart>,
    roots: Roots,
    of_root: BTreeMap<NodeRoot, usize>,
}

impl Nodes {
    /// Returns the node in whose folder a file lies; `None` where one folder is not told from another.
    pub fn at(&self, path: &str) -> Option<usize> {
        self.of_root.get(&self.roots.root_of(path)).copied().filter(|_| self.roots.are_several())
    }
}

/// Reads the files and puts them to the logs, each of which is given by its inputs' paths.
pub fn gather(files: &[NodeFile<'_>], logs: &[Vec<(usize, &str)>]) -> Nodes {
    let told: Vec<Told<'_>> = files.par_iter().map(Told::of).collect();
    let log_paths: Vec<&str> = logs.iter().map(|log| log.first().map(|(_, path)| *path).unwrap_or_default()).collect();
    let roots = Roots::of(&log_paths);
    let mut deliveries: BTreeMap<NodeRoot, Delivery<'_, '_>> = BTreeMap::new();
    for (index, path) in log_paths.iter().enumerate() {
        deliveries.entry(roots.root_of(path)).or_default().logs.push((index, path));
    }
    for told in &told {
        let own = roots.root_of(told.file.path);
        let lies_apart = own.is_empty() && deliveries.get(&own).is_none_or(|delivery| delivery.logs.is_empty());
        let named = told.any_name().filter(|_| lies_apart).and_then(|host| roots.named(&host));
        deliveries.entry(named.unwrap_or(own)).or_default().files.push(told);
    }
    let mut nodes = Nodes {
        of_log: vec![None; logs.len()],
        clocks: vec![None; logs.len()],
        parts: told.iter().map(Told::part).collect(),
        ..Nodes::default()
    };
    let mut found: Vec<(usize, NodeFacts, Option<NodeRoot>, Vec<usize>)> = Vec::new();
    for (root, delivery) in deliveries {
        let (own, others) = delivery.split();
        for &(log, path) in &delivery.logs {
            if let Some(clock) = nodes.clocks.get_mut(log) {
                *clock = clock_of(path, &own);
            }
        }
        let of_logs: Vec<usize> = delivery.logs.iter().map(|(log, _)| *log).collect();
        if !own.is_empty() || (roots.are_several() && !of_logs.is_empty()) {
            let of_logs_first = of_logs.iter().filter_map(|log| Some(logs.get(*log)?.first()?.0)).min();
            let first = own.iter().map(|told| told.file.input).chain(of_logs_first).min().unwrap_or_default();
            found.push((first, facts(&own), Some(root), of_logs));
        }
        for other in others {
            found.push((other.file.input, facts(&[other]), None, Vec::new()));
        }
    }
    found.sort_by_key(|(first, ..)| *first);
    for (index, (_, facts, root, of_logs)) in found.into_iter().enumerate() {
        nodes.nodes.push(facts);
        for log in of_logs {
            if let Some(of_log) = nodes.of_log.get_mut(log) {
                *of_log = Some(index);
            }
        }
        nodes.of_root.extend(root.map(|root| (root, index)));
    }
    nodes.roots = roots;
    nodes
}

/// What lies in one node's folder.
#[derive(Default)]
struct Delivery<'l, 't> {
    logs: Vec<(usize, &'l str)>,
    files: Vec<&'t Told<'t>>,
}

impl<'t> Delivery<'_, 't> {
    /// Tells the files of the node from those that bear another node's name: of several names, the node's is that of the file
    /// nearest to its log.
    fn split(&self) -> (Vec<&'t Told<'t>>, Vec<&'t Told<'t>>) {
        let near = |told: &Told<'_>| {
            self.logs.iter().map(|(_, path)| in_common(path, told.file.path)).max().unwrap_or_default()
        };
        let named: Vec<(usize, String)> =
            self.files.iter().filter_map(|told| Some((near(told), told.hostname()?))).collect();
        let nearest = named.iter().map(|(near, _)| *near).max();
        let mut own = named.iter().filter(|(near, _)| Some(*near) == nearest).map(|(_, host)| host);
        let first = own.next();
        // Two names at the same place say nothing of whose the log is.
        let own = first.filter(|first| own.all(|other| other == *first));
        self.files.iter().copied().partition(|told| told.hostname().is_none_or(|host| Some(&host) == own))
    }
}

/// Returns all that files of one node say; where two say the same thing otherwise, the first has it.
fn facts(files: &[&Told<'_>]) -> NodeFacts {
    let mut facts = NodeFacts { inputs: files.iter().map(|told| told.file.input).collect(), ..NodeFacts::default() };
    // What its own configuration says is better than what a log shows.
    let (mut logged_name, mut logged_ntp) = (None, None);
    for told in files {
        match &told.what {
            Content::Store(store) => {
                facts.failures.extend(store.failures.minutes().into_iter().map(|minute| (told.file.input, minute)));
            }
            Content::Agent(agent) => {
                facts.dns_trouble.extend(agent.trouble.iter().map(|minute| (told.file.input, *minute)));
            }
            Content::System(system) => {
                logged_name = logged_name.or_else(|| system.hostname.clone());
                logged_ntp = logged_ntp.or(system.ntp_synchronized);
            }
            Content::Shown(shown) => {
                let known = &mut facts.shown;
                let ShowTech {
                    lines: _,
                    hostname: name,
                    version,
                    patches,
                    time_zone,
                    ntp_synchronized,
                    ntp_offset_ms,
                    name_servers,
                    proxy,
                } = shown.clone();
                facts.hostname = facts.hostname.take().or(name).or_else(|| told.hostname());
                known.version = known.version.take().or(version);
                known.patches = known.patches.take().or(patches);
                known.time_zone = known.time_zone.take().or(time_zone);
                known.ntp_synchronized = known.ntp_synchronized.or(ntp_synchronized);
                known.ntp_offset_ms = known.ntp_offset_ms.or(ntp_offset_ms);
                known.name_servers = known.name_servers.take().or(name_servers);
                known.proxy = known.proxy.take().or(proxy);
            }
        }
    }
    facts.hostname = facts.hostname.take().or(logged_name);
    facts.shown.ntp_synchronized = facts.shown.ntp_synchronized.or(logged_ntp);
    facts.failures.sort_by(|(_, a), (_, b)| (a.at, &a.server).cmp(&(b.at, &b.server)));
    facts.dns_trouble.sort_by_key(|(input, minute)| (minute.at, *input));
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::InputKind;
    use crate::model::time::{SECOND, Timestamp};
    use crate::model::wall_clock::WallClock;

    const HOUR: i64 = 3600 * SECOND;

    fn store(offset: &str) -> String {
        format!("2026-07-01 00:02:37.362 {offset} 0000012345 5200 NOTICE Passed-Authentication: ok,\n")
    }

    fn gathered(files: &[(&str, &str)], logs: &[&str]) -> Nodes {
        let kind = |path: &str| if path.contains("Store") { InputKind::IseLocalStore } else { InputKind::ShowTech };
        let files: Vec<NodeFile<'_>> = files
            .iter()
            .enumerate()
            .map(|(input, (path, text))| NodeFile { input, path, kind: kind(path), bytes: text.as_bytes() })
            .collect();
        let logs: Vec<Vec<(usize, &str)>> = logs.iter().enumerate().map(|(n, path)| vec![(100 + n, *path)]).collect();
        gather(&files, &logs)
    }

    fn offset(nodes: &Nodes, log: usize) -> Option<i64> {
        let clock = nodes.clocks[log].as_ref()?;
        Some(clock.clock.offset_at(Timestamp::from_nanos(1_782_900_000 * SECOND)).nanos() / HOUR)
    }

    #[test]
    fn each_node_has_its_own_clock() {
        let (pan, psn) = (store("+02:00"), store("-06:00"));
        let nodes = gathered(
            &[("b!pan/localStore/iseLocalStore.log", &pan), ("b!psn/localStore/iseLocalStore.log", &psn)],
            &["b!pan/ise-psc.log", "b!psn/ise-psc.log", "b!old/ise-psc.log"],
        );
        assert_eq!([0, 1, 2].map(|log| offset(&nodes, log)), [Some(2), Some(-6), None]);
        assert_eq!(nodes.of_log, [Some(0), Some(1), Some(2)]);
        assert_eq!(nodes.at("b!psn/TCPDump.pcap"), Some(1));
        assert_eq!(nodes.at("b!TCPDump.pcap"), None);
    }

    #[test]
    fn a_file_that_may_be_of_any_node_is_of_none() {
        let nodes = gathered(&[("iseLocalStore.log", &store("+02:00"))], &["pan/ise-psc.log", "psn/ise-psc.log"]);
        assert_eq!([0, 1].map(|log| offset(&nodes, log)), [None, None]);
        assert_eq!(nodes.nodes.len(), 3);
    }

    #[test]
    fn an_answer_sent_apart_is_known_by_its_hosts_name() {
        let zone = "Displaying time zone\nEurope/Berlin\n";
        let nodes = gathered(&[("ise_show_tech_psn_2026.txt", zone)], &["pan/ise-psc.log", "psn/ise-psc.log"]);
        assert_eq!([0, 1].map(|log| offset(&nodes, log)), [None, Some(2)]);
        let psn = nodes.of_log[1].unwrap();
        assert_eq!(nodes.nodes[psn].hostname.as_deref(), Some("psn"));
    }

    #[test]
    fn of_several_stores_the_nearest_speaks_for_a_log() {
        let (own, others) = (store("+02:00"), store("-06:00"));
        let nodes = gathered(
            &[("b!a/localStore/iseLocalStore.log", &own), ("b!b/localStore/iseLocalStore.log", &others)],
            &["b!a/ise-psc.log"],
        );
        assert_eq!(offset(&nodes, 0), Some(2));
    }

    #[test]
    fn a_store_is_believed_before_a_zone_that_is_set() {
        let set = "hostname psn\nclock timezone America/Denver\n";
        assert_eq!(offset(&gathered(&[("showtech.out", set)], &["ise-psc.log"]), 0), Some(-6));
        let berlin = store("+02:00");
        let both = gathered(&[("showtech.out", set), ("localStore/iseLocalStore.log", &berlin)], &["ise-psc.log"]);
        assert_eq!(offset(&both, 0), Some(2));
        assert!(matches!(
            both.clocks[0],
            Some(StatedClock { clock: WallClock::Stated(_), input: 1, contradicted_by: Some(0) })
        ));
        let denver = store("-06:00");
        let both = gathered(&[("showtech.out", set), ("localStore/iseLocalStore.log", &denver)], &["ise-psc.log"]);
        assert!(matches!(
            both.clocks[0],
            Some(StatedClock { clock: WallClock::Zone(_), input: 1, contradicted_by: None })
        ));
    }

    #[test]
    fn answers_of_another_node_do_not_count_for_a_log() {
        let nodes = gathered(
            &[("b!a/showtech.out", "hostname a\nip name-server 192.0.2.1\n"), ("b!x/showtech.out", "hostname x\n")],
            &["b!a/ise-psc.log"],
        );
        let names: Vec<_> = nodes.nodes.iter().map(|node| node.hostname.as_deref()).collect();
        assert_eq!((names, nodes.of_log[0]), (vec![Some("a"), Some("x")], Some(0)));
    }
}
