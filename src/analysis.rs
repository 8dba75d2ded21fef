//! The front door: inputs and options in, a report out.

use std::path::PathBuf;

use crate::options::Options;
use crate::report::{Report, SCHEMA_VERSION, Summary, Tool};

/// Why there is no report at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A path that is not there.
    #[error("cannot read `{0}`: no such file or directory")]
    Missing(PathBuf),
}

/// Analyses what lies at the paths.
pub fn analyze(inputs: &[PathBuf], options: &Options) -> Result<Report, Error> {
    let _ = options;
    if let Some(missing) = inputs.iter().find(|path| path.as_os_str() != "-" && !path.exists()) {
        return Err(Error::Missing(missing.clone()));
    }
    Ok(Report {
        schema_version: SCHEMA_VERSION.to_owned(),
        tool: Tool { name: "mdmlog".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        inputs: Vec::new(),
        clock: None,
        clocks: Vec::new(),
        summary: Summary::default(),
        attempts: Vec::new(),
        incidents: Vec::new(),
        warnings: Vec::new(),
    })
}
