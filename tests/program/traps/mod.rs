//! What happens in real networks and must not mislead the analysis, out of logs and packets that the tests make up.

mod clients;
mod clocks;

mod endings;
mod forgery;
mod log;
mod missing;
mod names;
mod network;
mod others;
mod pairing;
mod repeats;
mod story;
mod targets;
mod tries;
mod vantages;
mod waiting;
pub mod wire;
pub mod world;
