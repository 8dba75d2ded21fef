//! Makes foreign text fit to keep and to show: without the secrets that it may hold, printable, bounded. Every text that leaves
//! the program passes through [`without_secrets`], before anything of it is cut off.

mod device;
mod folded;
mod forms;
mod gap;
mod harmless;
mod names;
mod secrets;
#[cfg(test)]
mod tests;
mod trigger;
mod url;
mod userinfo;
mod words;

pub(crate) use secrets::without_secrets;
pub(crate) use trigger::prepare;
pub(crate) use url::{location, target, text};
pub(crate) use words::{bytes, line, record};
