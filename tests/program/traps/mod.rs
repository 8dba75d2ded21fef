//! What happens in real networks and must not mislead the analysis, out of logs and packets that the tests make up.

mod clients;
mod clocks;
mod log;
mod names;
mod network;
mod pairing;
mod story;
pub mod wire;
pub mod world;
