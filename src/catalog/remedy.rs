//! A thing to do, and when it is of use: advice for one vendor's console is noise at another's, and what a policy service node
//! needs is not what Test Connection needs.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use crate::model::mdm::Vendor;

/// A thing to do. Its text may hold [`Blank`](super::Blank)s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// When it is of use.
    pub only: Only,
    /// What to do; of a vendor's remedy, what follows [`place`].
    text: &'static str,
}

/// When a remedy is of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Only {
    /// Always.
    Always,
    /// Where nothing more specific is said: the vendor has no remedy of its own, and no fact of the attempt brings advice.
    Otherwise,
    /// With servers of this vendor.
    Vendor(Vendor),
    /// For an attempt whose TLS session no keys were given for.
    WithoutKeys,
    /// For requests of policy service nodes: device queries, compliance polls, device actions.
    Queries,
}

/// Returns a remedy for every attempt.
pub(super) const fn always(text: &'static str) -> Remedy {
    Remedy { only: Only::Always, text }
}

/// Returns a remedy where nothing more specific is said.
pub(super) const fn otherwise(text: &'static str) -> Remedy {
    Remedy { only: Only::Otherwise, text }
}

/// Returns a remedy with servers of one vendor; its text goes on after [`place`].
pub(super) const fn at(vendor: Vendor, text: &'static str) -> Remedy {
    Remedy { only: Only::Vendor(vendor), text }
}

/// Returns a remedy where no keys of the TLS session were given.
pub(super) const fn without_keys(text: &'static str) -> Remedy {
    Remedy { only: Only::WithoutKeys, text }
}

/// Returns a remedy for requests of policy service nodes.
pub(super) const fn queries(text: &'static str) -> Remedy {
    Remedy { only: Only::Queries, text }
}

/// Returns how a remedy begins that is to be carried out with a vendor's product.
pub const fn place(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Jamf => "In Jamf Pro",
        Vendor::Intune => "With Microsoft Intune",
        Vendor::Meraki => "In the Meraki dashboard",
        Vendor::WorkspaceOne => "In Workspace ONE UEM",
        Vendor::Ivanti => "In Ivanti (MobileIron)",
        Vendor::MaaS360 => "In the MaaS360 portal",
        Vendor::Citrix => "In Citrix Endpoint Management",
        Vendor::Soti => "In SOTI MobiControl",
        Vendor::ConfigurationManager => "On the Configuration Manager site server",
    }
}

impl Remedy {
    /// Returns the whole text, blanks open.
    pub fn text(&self) -> Cow<'static, str> {
        match self.only {
            Only::Vendor(vendor) => format!("{}, {}", place(vendor), self.text).into(),
            _ => self.text.into(),
        }
    }
}

impl Serialize for Remedy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}
