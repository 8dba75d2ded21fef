//! A table of kinds for the tests: this stage knows no format of the stages behind it, and needs none.

use crate::input::source::{Recognise, SourceKind, SourceKinds};
use crate::model::report::InputKind;

pub(super) const KINDS: SourceKinds = &[
    SourceKind::new(InputKind::Pcap, Recognise::Magic(|head| head.starts_with(&0xa1b2_c3d4_u32.to_le_bytes()))),
    SourceKind::new(InputKind::Pcapng, Recognise::Magic(|head| head.starts_with(b"\x0a\x0d\x0d\x0a"))),
    SourceKind::new(InputKind::KeyLog, Recognise::Text(|head| head.starts_with(b"CLIENT_RANDOM "))),
    SourceKind::new(
        InputKind::IsePscLog,
        Recognise::Text(|head| memchr::memmem::find(head, b"[[]] cisco.cpm.").is_some()),
    ),
];
