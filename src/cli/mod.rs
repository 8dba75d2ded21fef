//! The command line. What was typed ([`args`]) is kept apart from what it means ([`job`]), and both from the work, which
//! the library does; each command is a file of its own.

pub mod analyze;
mod args;
pub mod completions;
pub mod diff;
pub mod explain;
pub mod extract;
mod fail_on;
mod failure;
mod help;
pub mod inspect;
pub mod interrupt;
mod job;
pub mod man;
pub mod mcp;
mod moment;
mod output;
mod passphrase;
mod progress;
mod reads;
pub mod redact;
pub mod schema;
mod session;
mod size;
pub mod slice;
pub mod stderr;
mod tables;
mod terminal;
mod unfinished;
pub mod verify;

pub use args::{Args, Command};
pub use failure::{Failure, Status};
