//! The vocabulary of Cisco ISE's MDM API: what a node asks for, whose server it asks, and under which names vendors run their
//! clouds. Every stage that speaks of these takes the words from here.

mod device_criterion;
pub(crate) mod domains;
mod path_words;
mod recognise;
mod request;
mod target;
mod vendor;

pub use device_criterion::DeviceCriterion;
pub use domains::{is_login_host, is_mdm_name};
pub use recognise::vendor_of_server;
pub use request::RequestKind;
pub use target::is_api_target;
pub use vendor::Vendor;
