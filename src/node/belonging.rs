//! Which files are of the same node. Nothing in a delivery says so but where the files lie and, at times, a host's name.
//!
//! A node has one log of a name, so logs of the same name in two folders are of two nodes, and where their paths part, each
//! node's own folder begins. What lies in no node's folder may be of any: it is believed to be of the one whose folders bear its
//! host's name, and else stands for itself.

use std::collections::BTreeSet;

use crate::model::member_path::{base, folder, parts};

/// The folder that all files of a node lie in, as the path up to it; empty where one delivery is one node's.
pub(super) type NodeRoot = String;

/// The nodes' own folders, as the logs show them.
#[derive(Debug, Default)]
pub(super) struct Roots(BTreeSet<NodeRoot>);

impl Roots {
    /// Finds the folders of logs, each of which is given by the path of one of its files.
    pub(super) fn of(logs: &[&str]) -> Self {
        let mut sorted: Vec<(&str, Vec<&str>)> = logs.iter().map(|path| (log_name(path), folders(path))).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut roots = BTreeSet::new();
        for pair in sorted.windows(2) {
            let [(name, here), (other_name, there)] = pair else { continue };
            if name != other_name {
                continue;
            }
            let shared = here.iter().zip(there).take_while(|(one, other)| one == other).count();
            for path in [here, there] {
                roots.insert(path.iter().take(shared + 1).copied().collect());
            }
        }
        Self(roots)
    }

    /// Returns the folder of the node that a file is of; empty where the file lies in none.
    pub(super) fn root_of(&self, path: &str) -> NodeRoot {
        let mut root = String::new();
        let mut so_far = String::new();
        if self.0.is_empty() {
            return root;
        }
        for part in folders(path) {
            so_far.push_str(part);
            if self.0.contains(&so_far) {
                root.clone_from(&so_far);
            }
        }
        root
    }

    /// Returns the one node whose folder bears this host's name.
    pub(super) fn named(&self, host: &str) -> Option<NodeRoot> {
        let bears = |root: &&NodeRoot| parts(root).any(|(name, _)| bears(name, host));
        let mut named = self.0.iter().filter(bears);
        named.next().filter(|_| named.next().is_none()).cloned()
    }

    /// Returns whether there is more than one node.
    pub(super) fn are_several(&self) -> bool {
        self.0.len() > 1
    }
}

/// Returns whether a name has a host's name in it, with nothing beside it that could be more of a name.
fn bears(name: &str, host: &str) -> bool {
    let (name, host) = (name.to_ascii_lowercase(), host.to_ascii_lowercase());
    let host = host.split('.').next().unwrap_or(&host);
    let apart = |rest: Option<char>| rest.is_none_or(|beside| !beside.is_ascii_alphanumeric());
    !host.is_empty()
        && name.match_indices(host).any(|(at, found)| {
            let before = name.get(..at).and_then(|before| before.chars().next_back());
            apart(before) && apart(name.get(at + found.len()..).and_then(|rest| rest.chars().next()))
        })
}

/// Returns how many folders two files have in common.
pub(super) fn in_common(one: &str, other: &str) -> usize {
    folders(one).iter().zip(folders(other)).take_while(|(one, other)| *one == other).count()
}

/// Returns the folders and archives on the way to a file, each with its separator.
fn folders(path: &str) -> Vec<&str> {
    folder(path).split_inclusive(['/', '\\', '!']).collect()
}

/// Returns the name of a log without what a rotation adds.
fn log_name(path: &str) -> &str {
    let name = base(path);
    name.find(".log").and_then(|at| name.get(..at + ".log".len())).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_log_has_all_files_of_the_delivery() {
        let roots = Roots::of(&["b.tar!support/logs/ise-psc.log"]);
        assert_eq!(roots.root_of("b.tar!support/logs/localStore/iseLocalStore.log"), "");
        assert_eq!(roots.root_of("b.tar!support/logs/ise-psc.log"), "");
    }

    #[test]
    fn logs_of_other_names_beside_it_are_of_the_same_node() {
        let logs = ["b.tar!support/logs/ise-psc.log", "b.tar!support/guest/guest.log"];
        let roots = Roots::of(&logs);
        assert_eq!(roots.root_of(logs[0]), roots.root_of(logs[1]));
    }

    #[test]
    fn where_the_paths_of_two_logs_part_their_nodes_begin() {
        let roots =
            Roots::of(&["b.tar!pan1/support/ise-psc.log", "b.tar!psn1/support/ise-psc.log", "b.tar!pan1/guest.log"]);
        assert_eq!(roots.root_of("b.tar!pan1/support/localStore/iseLocalStore.log"), "b.tar!pan1/");
        assert_eq!(roots.root_of("b.tar!psn1/TCPDump.pcap"), "b.tar!psn1/");
        assert_eq!(roots.root_of("b.tar!pan1/guest.log"), "b.tar!pan1/");
        assert_eq!(roots.root_of("b.tar!showtech.out"), "");
        assert!(roots.are_several());
    }

    #[test]
    fn archives_side_by_side_are_nodes() {
        let roots = Roots::of(&["in/pan.tar.gz!support/ise-psc.log", "in/psn.tar.gz!support/ise-psc.log"]);
        assert_eq!(roots.root_of("in/psn.tar.gz!support/showtech/showtech.out"), "in/psn.tar.gz!");
    }

    #[test]
    fn a_hosts_name_tells_whose_a_file_is_that_lies_apart() {
        let roots = Roots::of(&["in/ise-pan1/ise-psc.log", "in/ise-pan10/ise-psc.log"]);
        assert_eq!(roots.named("ise-pan1.example.com").as_deref(), Some("in/ise-pan1/"));
        assert_eq!(roots.named("ISE-PAN10").as_deref(), Some("in/ise-pan10/"));
        assert_eq!(roots.named("ise"), None);
        assert_eq!(roots.named("other"), None);
    }

    #[test]
    fn a_log_above_another_is_of_another_node() {
        let roots = Roots::of(&["ise-psc.log", "psn/ise-psc.log"]);
        assert_eq!(roots.root_of("psn/localStore/iseLocalStore.log"), "psn/");
        assert_eq!(roots.root_of("localStore/iseLocalStore.log"), "");
    }
}
