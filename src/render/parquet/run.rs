//! The analysis that rows come from, which tells them apart in a table of many.

use std::io;

use sha2::{Digest as _, Sha256};

use crate::model::report::Report;
use crate::render::{Rendering as _, json};

/// What the rows of many reports are told apart by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Names the report: the same for the same report on the same bundle, so that what was analysed twice is no riddle.
    pub(super) id: String,
    pub(super) bundle: Option<String>,
}

impl Run {
    /// Names the run of this report on what was named so; without a name where it must not be told.
    ///
    /// # Errors
    ///
    /// None but those of writing the report as JSON, which goes to memory.
    pub fn new(report: &Report, bundle: Option<String>) -> io::Result<Self> {
        let mut hash = Hashed(Sha256::new());
        hash.0.update(bundle.as_deref().unwrap_or_default());
        hash.0.update([0]);
        json::Json.render(report, &mut hash)?;
        let digest = hash.0.finalize();
        Ok(Self { id: hex::encode(digest.get(..16).unwrap_or_default()), bundle })
    }
}

/// What is written here is hashed and gone: a report need not be held in memory twice.
struct Hashed(Sha256);

impl io::Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
