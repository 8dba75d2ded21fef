//! What lies at a path: sniffing by content, archives, decryption, memory maps.
//!
//! [`find`] takes the paths that a person gave and says what of it an analysis can use, by a table of kinds that it is
//! handed. Files and uncompressed members are slices of a memory map; what is packed is unpacked into memory or a temporary
//! file. Nothing is ever written under a member's name.
//!
//! The paths are walked (`folders`) to nodes, which are opened level by level (`open`), those of a level beside each other:
//! what is of use is kept, all is listed (`gathering`), and what can be opened further is a node of the next level.

use std::path::PathBuf;

use rayon::prelude::*;

use crate::progress::{Progress, Stage};

mod ahead;
mod archive;
mod budget;
mod context;
mod describe_unknown;
mod duplicates;
mod findings;
mod fingerprint;
mod folders;
mod found;
mod gathering;
mod groups;
mod identity;
mod item;
mod keeping;
mod limits;
mod location;
#[allow(unsafe_code, reason = "maps of files, and a handler for the signal of a file that shrinks under one")]
mod map;
mod member_kind;
mod metered;
mod names;
mod open;
mod openable;
mod overwrite;
mod passing;
mod passphrase;
mod sniff;
mod source;
mod spool;
mod supplied;
mod temporary;
#[cfg(test)]
mod tests;
mod whole_file;

pub use ahead::{AheadFacts, PieceReader, ReadAhead};
pub use found::Found;
pub use groups::{Groups, groups};
pub use item::{InputError, Item, Member};
pub use keeping::Keeping;
pub use limits::Limits;
pub use member_kind::MemberKind;
pub use overwrite::Existing;
pub use passphrase::{Ask, Passphrase, PassphraseSource};
pub use source::{Recognise, SourceKind, SourceKinds};
pub use supplied::{Supplied, SuppliedFile};
pub use whole_file::whole_file;

use budget::Budget;
use context::OpeningContext;
use findings::Findings;
use openable::{NodeContent, Openable};

/// Options of the search.
#[derive(Clone, Debug, Default)]
pub struct InputOptions {
    /// The passphrase of encrypted bundles.
    pub passphrase: PassphraseSource,
    /// Bounds on what unpacking may cost.
    pub limits: Limits,
    /// Files that lie in no file system.
    pub supplied: Supplied,
    /// What is kept of the files.
    pub keeping: Keeping,
}

/// Finds the files of these kinds at the paths; `-` is standard input.
pub fn find(paths: &[PathBuf], kinds: SourceKinds, options: &InputOptions, progress: &Progress) -> Found {
    let mut context = OpeningContext {
        kinds,
        budget: Budget::new(options.limits, temporary::folder().as_deref()),
        store: spool::Store::new(options.limits.memory),
        supplied: &options.supplied,
        passphrases: passphrase::Passphrases::new(&options.passphrase),
        progress,
        keeping: options.keeping,
    };
    let (mut all, errors) = folders::collect(paths, &mut context);
    let mut level = std::mem::take(&mut all.nodes);
    while !level.is_empty() {
        progress.begin(Stage::Finding, level.iter().map(Openable::size).sum());
        let mut next = Vec::new();
        for findings in open_level(level, &context) {
            next.extend(all.absorb(findings));
        }
        level = next;
    }
    let roots: Vec<_> = paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    Found::new(all, errors, &roots)
}

/// Opens the nodes, beside each other as far as that makes no difference.
fn open_level(nodes: Vec<Openable>, context: &OpeningContext<'_>) -> Vec<Findings> {
    let is_pipe = |node: &Openable| matches!(node.content, NodeContent::Pipe(_));
    let (pipes, nodes): (Vec<_>, Vec<_>) = nodes.into_iter().partition(is_pipe);
    let mut findings: Vec<_> = pipes.iter().map(|node| open::open(node, context)).collect();
    let mut opened: Vec<_> = context.budget.whatever_the_order(
        || nodes.par_iter().map(|node| open::open(node, context)).collect(),
        || nodes.iter().map(|node| open::open(node, context)).collect(),
    );
    findings.append(&mut opened);
    findings
}
