//! The program, run as a user runs it. One binary for all themes, since linking is what takes time.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "a test says by a panic that it failed"
)]

mod analyze;
mod blind;
mod bombs;
mod bundle;
mod cases;
mod cli;
mod contract;
mod corpus;
mod damage;
mod diff;
mod docs;
mod ecs;
mod explain;
mod formats;
mod frames;
mod habits;
mod hostile;
mod inspect;
mod keys;
#[cfg(target_os = "linux")]
mod linear;
mod lnav;
mod mcp;
mod next_collection;
mod node;
mod nothing;
mod overwrite;
mod package;
mod passing;
mod pseudonyms;
mod readme;
mod refused;
mod report;
mod safe_bundle;
mod secrets;
mod support;
mod tables;
mod tickets;
mod times;
mod trail;
mod traps;
mod truth;
mod verify;
