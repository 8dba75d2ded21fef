//! A file that was read, and whose it is by what it says.

use super::agent_log::{AgentLog, read_agent_log};
use super::file::{NodeFile, NodeFilePart};
use super::local_store::{LocalStore, read_local_store};
use super::showtech::{ShowTech, read_showtech};
use super::system_log::{SystemLog, read_system_log};
use crate::model::member_path::base;
use crate::model::report::InputKind;

/// What the name of a file begins with whose node's name follows.
const NAMED: &str = "ise_show_tech_";

/// A file that was read.
pub(super) struct Told<'a> {
    pub(super) file: NodeFile<'a>,
    pub(super) what: Content,
}

/// What it says.
pub(super) enum Content {
    Store(LocalStore),
    Shown(ShowTech),
    Agent(AgentLog),
    System(SystemLog),
}

impl<'a> Told<'a> {
    /// Reads a file.
    pub(super) fn of(file: &NodeFile<'a>) -> Self {
        let what = match file.kind {
            InputKind::IseLocalStore => Content::Store(read_local_store(file.bytes)),
            InputKind::AdAgentLog => Content::Agent(read_agent_log(file.bytes)),
            InputKind::SystemLog => Content::System(read_system_log(file.bytes)),
            InputKind::ShowTech => Content::Shown(read_showtech(file.bytes)),
            // These tell of attempts, and none of them is a file of a node.
            InputKind::IsePscLog | InputKind::Pcap | InputKind::Pcapng | InputKind::KeyLog => {
                Content::Shown(ShowTech::default())
            }
        };
        Self { file: *file, what }
    }

    /// Returns the name that the configuration of its node says, or the name of the file, in lower case.
    pub(super) fn hostname(&self) -> Option<String> {
        let Content::Shown(shown) = &self.what else { return None };
        let by_file = || {
            let name = base(self.file.path).strip_prefix(NAMED)?.split('_').next()?;
            Some(name).filter(|name| !name.is_empty() && !name.contains('.'))
        };
        shown.hostname.as_deref().or_else(by_file).map(str::to_ascii_lowercase)
    }

    /// Returns the same, and else the name that its lines bear.
    pub(super) fn any_name(&self) -> Option<String> {
        match &self.what {
            Content::System(system) => system.hostname.as_deref().map(str::to_ascii_lowercase),
            _ => self.hostname(),
        }
    }

    /// Returns what it holds, for a list of inputs. Of a log that states no zone, the times are not known.
    pub(super) fn part(&self) -> NodeFilePart {
        let (records, span) = match &self.what {
            Content::Store(store) => (store.records, store.span()),
            Content::Shown(shown) => (shown.lines, None),
            Content::Agent(agent) => (agent.records, None),
            Content::System(system) => (system.records, None),
        };
        NodeFilePart { input: self.file.input, records, span }
    }
}
