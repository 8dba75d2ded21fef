//! Joins the two sides: the clock between each log and each capture, and which packets belong to which attempt.
//!
//! `join` is the story: what the wire shows is put into sessions, the clocks are estimated from what both sides saw, one
//! global assignment gives each request its place, and what is left on either side stands for itself.

mod attach_retries;
mod attempt;
mod capture_only;
mod capture_view;
pub mod clock;
mod compatibility;
mod cost;
mod interval;
mod join;
mod log_request;
#[cfg(test)]
mod made_up;
mod matched;
mod matching;
mod missing;
mod retry;
mod vantage;
mod wire_request;

pub use attempt::{ClockReading, JoinedAttempt, JoinedTry, PairClock};
pub use join::{Joined, join};
