//! Says of every attempt of a Cisco ISE node to reach its MDM server what happened, and proves it with log lines and
//! packet frames.
//!
//! [`analyze`] makes a [`Report`] of what lies at some paths, and [`render`] writes it in all formats. [`inspect()`], [`slice()`]
//! and [`extract()`] look into the same inputs, [`redact`] puts pseudonyms into a report, and [`catalog`] has what each outcome
//! means and what to do.
//!
//! Data flows one way: `input` finds the files, `log`, `capture` and `node` read them, `evidence` says what each side claims,
//! `correlate` joins the two, `classify` gives the verdicts, `assemble` makes the report of them, and `render` writes it.
//! `docs/architecture.md` has the whole picture.

#![cfg_attr(not(test), deny(clippy::string_slice))]

pub mod catalog;
pub mod options;
pub mod progress;
pub mod redact;
pub mod render;

mod analysis;
mod assemble;
mod classify;
mod diff;
mod digests;
#[cfg(test)]
mod direction;
mod extract;
mod inspect;
mod ordered_parallel;
mod reading;
#[cfg(test)]
mod sample;
mod slice;
mod verify;

// The stages, for benchmarks and fuzz targets. They may change with any version.
#[doc(hidden)]
pub mod capture;
#[doc(hidden)]
pub mod correlate;
#[doc(hidden)]
pub mod evidence;
#[doc(hidden)]
pub mod input;
#[doc(hidden)]
pub mod log;
#[doc(hidden)]
pub mod model;
#[doc(hidden)]
pub mod node;
#[doc(hidden)]
pub mod sources;

pub use analysis::{Error, analyze, analyze_with};
pub use diff::{
    ChangeOf, ComparedIncident, Difference, DifferenceFormat, IncidentState, Side, StateCounts, Subject, diff,
    difference_schema,
};
pub use extract::{Extract, ExtractedRecord, extract};
pub use inspect::{Inspected, Inspection, InspectionWarning, Span, inspect};
pub use model::attempt_choice::AttemptChoice;
pub use model::report::Report;
pub use model::{attempts, outcome, report, time, warning};
pub use options::Options;
pub use slice::{SafeBundle, Slice, SliceFrame, safe_bundle, slice};
pub use verify::{
    BrokenCitation, CitationCounts, CitationState, InputState, ReportError, Verification, VerifiedInput,
    VerifiedReport, read_report, verification_schema, verify,
};
