//! The wire's account of a request: what it stands for, how sure that is, and in which words.

use crate::capture::{Close, FlowSide};
use crate::model::doubt::Doubt;
use crate::model::outcome::Outcome;

/// The wire's account of a request.
#[derive(Clone, Debug)]
pub struct WireEvidence {
    /// What it stands for; `Unknown` when the wire shows it and can't tell.
    pub outcome: Outcome,
    /// Why that is no proof; empty when nothing else can be meant.
    pub doubts: Vec<Doubt>,
    /// Status, when it could be read.
    pub status: Option<u16>,
    /// What it shows, to follow `the capture shows`.
    pub words: String,
}

impl WireEvidence {
    /// Returns whether nothing else can be meant.
    pub fn is_certain(&self) -> bool {
        self.doubts.is_empty()
    }
}

pub(super) fn doubt_unless(certain: bool) -> Vec<Doubt> {
    if certain { Vec::new() } else { vec![Doubt::MayMeanElse] }
}

/// Returns the word in the report.
pub const fn side(side: FlowSide) -> &'static str {
    match side {
        FlowSide::Client => "client",
        FlowSide::Server => "server",
    }
}

pub(super) fn close_words(close: &Close) -> String {
    format!("{} from the {}", if close.reset { "RST" } else { "FIN" }, side(close.by))
}
