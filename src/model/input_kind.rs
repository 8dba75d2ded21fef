//! The kinds of file that an analysis is made of, and all that is to be known of a kind without reading one: its word in the
//! report, its name for people, what its records are called, and what it is good for. How a file of a kind is recognised is
//! told by the table of `sources`, which stands above the stages that read them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    /// A log of ISE's policy service, `ise-psc.log`, whole or an excerpt.
    IsePscLog,
    /// libpcap's format.
    Pcap,
    /// pcapng.
    Pcapng,
    /// TLS secrets in NSS key-log format.
    KeyLog,
    /// What a node logs of authentications and of itself, `iseLocalStore.log`.
    IseLocalStore,
    /// The answers of a node's `show` commands, `showtech.out`.
    ShowTech,
    /// What the agent logs that talks to Active Directory, `ad_agent.log`.
    AdAgentLog,
    /// What the operating system below ISE logs, `ADE.log` and `messages`.
    SystemLog,
}

/// What a file is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InputRole {
    /// It tells of attempts as the node saw them.
    Log,
    /// It has their packets.
    Capture,
    /// It opens TLS sessions of captures.
    Secrets,
    /// It tells of the node itself: its zone, its version, how it is set.
    Node,
}

/// What there is to say of a kind.
struct KindEntry {
    word: &'static str,
    label: &'static str,
    unit: &'static str,
    role: InputRole,
    names: &'static [&'static str],
}

impl InputKind {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::IsePscLog,
        Self::Pcap,
        Self::Pcapng,
        Self::KeyLog,
        Self::IseLocalStore,
        Self::ShowTech,
        Self::AdAgentLog,
        Self::SystemLog,
    ];

    /// Returns the entry, the one place for all of it: a new kind does not compile before it has one.
    const fn about(self) -> KindEntry {
        match self {
            Self::IsePscLog => KindEntry {
                word: "ise_psc_log",
                label: "log of ISE",
                unit: "record",
                role: InputRole::Log,
                names: &["psc.log"],
            },
            Self::Pcap => KindEntry {
                word: "pcap",
                label: "capture (pcap)",
                unit: "packet",
                role: InputRole::Capture,
                names: &[],
            },
            Self::Pcapng => KindEntry {
                word: "pcapng",
                label: "capture (pcapng)",
                unit: "packet",
                role: InputRole::Capture,
                names: &[],
            },
            Self::KeyLog => KindEntry {
                word: "key_log",
                label: "TLS secrets",
                unit: "secret",
                role: InputRole::Secrets,
                names: &["keylog", "sslkey"],
            },
            Self::IseLocalStore => KindEntry {
                word: "ise_local_store",
                label: "local store of ISE",
                unit: "record",
                role: InputRole::Node,
                // An analysis does without it, so one that is not understood is not worth a warning.
                names: &[],
            },
            Self::ShowTech => KindEntry {
                word: "show_tech",
                label: "show tech-support of ISE",
                unit: "line",
                role: InputRole::Node,
                names: &[],
            },
            Self::AdAgentLog => KindEntry {
                word: "ad_agent_log",
                label: "log of ISE's Active Directory agent",
                unit: "record",
                role: InputRole::Node,
                names: &[],
            },
            Self::SystemLog => KindEntry {
                word: "system_log",
                label: "log of the system below ISE",
                unit: "record",
                role: InputRole::Node,
                names: &[],
            },
        }
    }

    /// Returns the word that programs know it by.
    pub const fn as_str(self) -> &'static str {
        self.about().word
    }

    /// Returns what it is called in a sentence.
    pub const fn label(self) -> &'static str {
        self.about().label
    }

    /// Returns what one of its records is called.
    pub const fn unit(self) -> &'static str {
        self.about().unit
    }

    /// Returns what it is good for.
    pub const fn role(self) -> InputRole {
        self.about().role
    }

    /// Returns parts of names, in lower case, behind which someone who sees them expects a file of this kind.
    pub const fn names(self) -> &'static [&'static str] {
        self.about().names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_of_a_kind_is_the_one_in_the_report() {
        for kind in InputKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
