//! The program, run as a user runs it. One binary for all themes, since linking is what takes time.

mod analyze;
mod cases;
mod cli;
mod contract;
mod docs;
mod explain;
mod formats;
mod frames;
mod habits;
mod inspect;
mod readme;
mod report;
mod support;
mod tables;
mod traps;
mod truth;
