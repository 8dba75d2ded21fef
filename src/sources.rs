//! The table of the kinds of file that an analysis reads, each with what recognises one. It joins what `model` says of a
//! kind with the stages that read it, and is handed to `input`, which knows neither.

use crate::capture::secrets::looks_like_keylog;
use crate::capture::{looks_like_pcap, looks_like_pcapng};
use crate::input::{Recognise, SourceKind, SourceKinds};
use crate::log::{LOG_PIECES, holds_mdm_records, looks_like_guest_log, looks_like_log};
use crate::model::report::InputKind;
use crate::node::{looks_like_agent_log, looks_like_local_store, looks_like_showtech, looks_like_system_log};

/// All kinds; of two that would recognise the same file, the first has it.
pub const KINDS: SourceKinds = &[
    SourceKind::new(InputKind::Pcap, Recognise::Magic(looks_like_pcap)),
    SourceKind::new(InputKind::Pcapng, Recognise::Magic(looks_like_pcapng)),
    SourceKind::new(InputKind::KeyLog, Recognise::Text(looks_like_keylog)),
    SourceKind {
        kind: InputKind::IsePscLog,
        by: Recognise::Text(|head| looks_like_log(head).is_some()),
        ahead: Some(LOG_PIECES),
    },
    SourceKind::new(InputKind::IsePscLog, Recognise::Whole { begins: looks_like_guest_log, holds: holds_mdm_records }),
    SourceKind::new(InputKind::IseLocalStore, Recognise::Text(looks_like_local_store)),
    SourceKind::new(InputKind::ShowTech, Recognise::Text(looks_like_showtech)),
    SourceKind::new(InputKind::AdAgentLog, Recognise::Text(looks_like_agent_log)),
    SourceKind::new(InputKind::SystemLog, Recognise::Text(looks_like_system_log)),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn recognised(head: &[u8]) -> Option<InputKind> {
        let fits = |source: &&SourceKind| match source.by {
            Recognise::Magic(recognises)
            | Recognise::Text(recognises)
            | Recognise::Whole { begins: recognises, .. } => recognises(head),
        };
        KINDS.iter().find(fits).map(|source| source.kind)
    }

    #[test]
    fn every_kind_of_the_model_can_be_recognised() {
        for kind in InputKind::ALL {
            assert!(KINDS.iter().any(|source| source.kind == kind), "{kind:?}");
        }
    }

    #[test]
    fn files_are_recognised_by_the_stages_that_read_them() {
        let record = "2023-08-15 10:21:07,123 DEBUG  [admin-http-pool16][[]] cisco.cpm.util.X -:::- hello\n";
        assert_eq!(recognised(record.as_bytes()), Some(InputKind::IsePscLog));
        let secret = format!("CLIENT_RANDOM {} {}\n", "ab".repeat(32), "cd".repeat(48));
        assert_eq!(recognised(secret.as_bytes()), Some(InputKind::KeyLog));
        assert_eq!(recognised(&0xa1b2_3c4d_u32.to_le_bytes()), Some(InputKind::Pcap));
        assert_eq!(recognised(b"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a"), Some(InputKind::Pcapng));
        let stored =
            "2026-07-01 00:02:37.362 +02:00 0000012345 5200 NOTICE Passed-Authentication: Authentication succeeded,\n";
        assert_eq!(recognised(stored.as_bytes()), Some(InputKind::IseLocalStore));
        let version = "Cisco Identity Services Engine\n------------------------------\nVersion      : 3.3.0.430\n";
        assert_eq!(recognised(version.as_bytes()), Some(InputKind::ShowTech));
        let agent = b"28/08/2016 17:23:35,VERBOSE,140204120491776,Finding user\n";
        assert_eq!(recognised(agent), Some(InputKind::AdAgentLog));
        let system = b"Aug 15 10:21:07 ise-psn1 ADEOSSHELL[2331]: logged in\n";
        assert_eq!(recognised(system), Some(InputKind::SystemLog));
        assert_eq!(recognised(b"INFO: nothing of interest\n"), None);
    }
}
