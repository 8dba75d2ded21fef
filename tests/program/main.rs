//! The program, run as a user runs it. One binary for all themes, since linking is what takes time.

mod cli;
mod docs;
mod explain;
mod habits;
mod support;
