//! Says of every attempt of a Cisco ISE node to reach its MDM server what happened, and proves it with log lines and
//! packet frames.
//!
//! Data flows one way: [`input`] finds the files, [`log`], [`capture`] and [`node`] read them, `evidence` says what each
//! side claims, `correlate` joins the two, `classify` gives the verdicts, `assemble` makes the [`report`] of them, and
//! [`render`] writes it.

#![cfg_attr(not(test), deny(clippy::string_slice))]

mod analysis;
mod assemble;
pub mod capture;
pub mod catalog;
pub mod classify;
pub mod correlate;
mod digests;
#[cfg(test)]
mod direction;
pub mod evidence;
mod extract;
pub mod input;
mod inspect;
pub mod log;
pub mod model;
pub mod node;
pub mod options;
mod ordered_parallel;
pub mod progress;
mod reading;
pub mod redact;
pub mod render;
#[cfg(test)]
mod sample;
mod slice;
pub mod sources;

pub use analysis::{Error, analyze};
pub use extract::{Extract, Record, extract};
pub use inspect::{Inspected, Inspection, InspectionWarning, Span, inspect};
pub use model::report::Report;
pub use model::{outcome, report, time, warning};
pub use options::Options;
pub use slice::{Slice, SliceFrame, slice};
