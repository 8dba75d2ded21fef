//! Which inputs are parts of one log or of one capture.
//!
//! Cautious: what has another name or lies in another folder belongs to another node or another capture point. The one
//! exception are rotated parts of a log that were put into an archive beside it.

use std::collections::BTreeMap;

use super::item::Item;
use super::names::{capture_parts, log_parts};
use crate::model::member_path::{archive, base, folder};
use crate::model::report::InputRole;

/// Indices of items, by what they are parts of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// The logs: each entry is one node's, in the order of the items.
    pub logs: Vec<Vec<usize>>,
    /// The captures: each entry is one capture, in the order of the items.
    pub captures: Vec<Vec<usize>>,
    /// The key logs.
    pub keylogs: Vec<usize>,
    /// What tells of a node.
    pub nodes: Vec<usize>,
}

/// Puts the parts of one log, and of one capture, together. Groups come in the order of their first items.
pub fn groups(items: &[Item]) -> Groups {
    let mut logs = Grouping::default();
    let mut captures = Grouping::default();
    let mut keylogs = Vec::new();
    let mut nodes = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let (folder, name) = (folder(&item.path), base(&item.path));
        match item.kind.role() {
            InputRole::Log => logs.add(folder, log_parts(name).0, index),
            InputRole::Capture => {
                // The same name in another format is most likely the same packets, converted.
                let (stem, format) = capture_parts(name).unwrap_or((name, ""));
                captures.add(folder, &format!("{stem}.{format}.{:?}", item.kind), index);
            }
            InputRole::Secrets => keylogs.push(index),
            InputRole::Node => nodes.push(index),
        }
    }
    logs.join_archived_parts(items);
    Groups { logs: logs.groups, captures: captures.groups, keylogs, nodes }
}

#[derive(Default)]
struct Grouping {
    groups: Vec<Vec<usize>>,
    by_name: BTreeMap<(String, String), usize>,
}

impl Grouping {
    fn add(&mut self, folder: &str, name: &str, index: usize) {
        let next = self.groups.len();
        let group = *self.by_name.entry((folder.to_owned(), name.to_owned())).or_insert(next);
        match self.groups.get_mut(group) {
            Some(group) => group.push(index),
            None => self.groups.push(vec![index]),
        }
    }

    /// Puts `logs.zip!ise-psc.log.1` to the `ise-psc.log` beside the archive, when the archive holds no current part
    /// of its own; the same goes for `ise-psc.log.1.zip!ise-psc.log`, whose archive has the name of a rotated part.
    fn join_archived_parts(&mut self, items: &[Item]) {
        for ((place, name), &group) in &self.by_name {
            let Some(archive) = archive(place) else { continue };
            let Some(&beside) = self.by_name.get(&(folder(archive).to_owned(), name.clone())) else { continue };
            let all_rotated = self.groups.get(group).is_some_and(|group| {
                group.iter().all(|&index| items.get(index).is_some_and(|item| log_parts(base(&item.path)).1))
            });
            let archive_name = base(archive);
            let archive_name = [".zip", ".tar.gz", ".tgz", ".tar", ".7z"]
                .iter()
                .find_map(|ending| archive_name.strip_suffix(ending))
                .unwrap_or(archive_name);
            if all_rotated || log_parts(archive_name) == (name, true) {
                let parts = self.groups.get_mut(group).map(std::mem::take).unwrap_or_default();
                if let Some(group) = self.groups.get_mut(beside) {
                    group.extend(parts);
                    group.sort_unstable();
                }
            }
        }
        self.groups.retain(|group| !group.is_empty());
        self.groups.sort_unstable();
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::model::report::InputKind;

    fn grouped(paths: &[(&str, InputKind)]) -> Groups {
        let item =
            |&(path, kind): &(&str, InputKind)| Item { path: path.to_owned(), kind, data: Bytes::new(), ahead: None };
        groups(&paths.iter().map(item).collect::<Vec<_>>())
    }

    fn logs(paths: &[&str]) -> Vec<Vec<usize>> {
        grouped(&paths.iter().map(|path| (*path, InputKind::IsePscLog)).collect::<Vec<_>>()).logs
    }

    fn captures(paths: &[&str]) -> Vec<Vec<usize>> {
        grouped(&paths.iter().map(|path| (*path, InputKind::Pcap)).collect::<Vec<_>>()).captures
    }

    #[test]
    fn rotated_parts_in_one_folder_are_one_log() {
        let paths =
            ["b.tar!support/ise-psc.log", "b.tar!support/ise-psc.log.2023-08-15-1.gz", "b.tar!support/ise-psc.log.1"];
        assert_eq!(logs(&paths), [[0, 1, 2]]);
    }

    #[test]
    fn other_folders_archives_and_names_are_other_nodes() {
        assert_eq!(logs(&["a/ise-psc.log", "b/ise-psc.log.1"]), [[0], [1]]);
        assert_eq!(logs(&["a.tar!ise-psc.log", "b.tar!ise-psc.log"]), [[0], [1]]);
        assert_eq!(logs(&["ise-psc.log", "node2-psc.log"]), [[0], [1]]);
    }

    #[test]
    fn rotated_parts_in_an_archive_beside_their_log_belong_to_it() {
        assert_eq!(logs(&["x/ise-psc.log", "x/old.zip!ise-psc.log.1", "x/old.zip!ise-psc.log.2.gz"]), [[0, 1, 2]]);
        assert_eq!(logs(&["x/ise-psc.log", "x/ise-psc.log.2023-08-15.zip!ise-psc.log"]), [[0, 1]]);
        assert_eq!(
            logs(&["x/ise-psc.log", "x/node2.zip!ise-psc.log", "x/node2.zip!ise-psc.log.1"]),
            [vec![0], vec![1, 2]]
        );
        assert_eq!(logs(&["b.tar!s/ise-psc.log", "b.tar!s/old.zip!ise-psc.log.1"]), [[0, 1]]);
    }

    #[test]
    fn files_of_one_rotated_capture_are_one_capture() {
        assert_eq!(captures(&["x.pcap", "x.pcap1", "x.pcap2", "y.pcap"]), [vec![0, 1, 2], vec![3]]);
        assert_eq!(captures(&["x_00001_20230815102107.pcap", "x_00002_20230815112107.pcap"]), [[0, 1]]);
        assert_eq!(captures(&["client1.pcap", "client2.pcap"]), [[0], [1]]);
        assert_eq!(captures(&["a/x.pcap", "b/x.pcap"]), [[0], [1]]);
    }

    #[test]
    fn a_converted_capture_is_not_joined_with_its_original() {
        let found =
            grouped(&[("x.pcap", InputKind::Pcap), ("x.pcapng", InputKind::Pcapng), ("k.log", InputKind::KeyLog)]);
        assert_eq!(found, Groups { logs: vec![], captures: vec![vec![0], vec![1]], keylogs: vec![2], nodes: vec![] });
    }
}
