//! Joins the two sides: the clock between each log and each capture, and which packets belong to which attempt.
//!
//! [`join`] is the story: what the wire shows is put into sessions, the clocks are estimated from what both sides saw, one
//! global assignment gives each request its place, and what is left on either side stands for itself.

mod absorb;
mod assignment;
mod attempt;
pub mod calendar;
mod clock;
mod clocks;
mod cost;
mod fit;
mod gather;
mod known;
mod leftover;
mod matching;
mod missing;
mod pair;
mod said;
mod slot;
mod view;
mod wire;

pub use attempt::{JoinedAttempt, JoinedTry, PairClock, Reading, WireTry};
pub use gather::{Joined, join};
pub use known::Known;
pub use wire::{Ending, HostSource, Lookup, LookupResult, Request, Session};
