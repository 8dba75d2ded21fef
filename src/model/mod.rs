//! What all stages speak of: outcomes, the report's contract, time, warnings. It lies under every stage and knows none of
//! them.

pub(crate) mod any_case;
pub mod attempt_choice;
pub mod attempts;
pub(crate) mod authority;
pub(crate) mod byte_order_mark;
pub(crate) mod count;
pub(crate) mod doubt;
pub(crate) mod fast_map;
pub(crate) mod input_kind;
pub(crate) mod lack;
pub mod mdm;
pub(crate) mod member_path;
pub mod outcome;
pub(crate) mod quantile;
pub(crate) mod redacted_debug;
pub mod report;
pub(crate) mod sanitize;
pub mod time;
pub(crate) mod url;
pub mod visible;
pub(crate) mod vocabulary;
pub(crate) mod wall_clock;
pub mod warning;
pub(crate) mod wrap;
pub mod zone;
pub mod zone_offset;
