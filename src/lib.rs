//! Says of every attempt of a Cisco ISE node to reach its MDM server what happened, and proves it with log lines and
//! packet frames.
//!
//! Data flows one way: [`input`] finds the logs and captures, [`log`] and [`capture`] read them, `correlate` joins
//! the two, `classify` gives the verdicts, and [`report`] is what comes out.

#![deny(unsafe_code)]
#![warn(missing_docs)]

mod analysis;
mod assemble;
pub mod capture;
pub mod catalog;
pub mod classify;
pub mod correlate;
mod extract;
mod hidden;
pub mod input;
mod inspect;
pub mod log;
pub mod options;
pub mod outcome;
pub mod progress;
pub mod report;
mod scrub;
mod slice;
pub mod time;
pub mod warning;
mod waves;

pub use analysis::{Error, analyze};
pub use extract::{Extract, Record, extract};
pub use inspect::{Inspected, Inspection, InspectionWarning, Span, inspect};
pub use options::Options;
pub use report::Report;
pub use slice::{Slice, SliceFrame, slice};
