//! Where MDM vendors that Cisco ISE integrates with run their clouds. Traffic to these names matters even when no log names
//! the server.

/// Domains in alphabetic order.
pub(super) const CLOUDS: &[&str] = &[
    "airwatchportals.com",    // VMware Workspace ONE
    "awmdm.com",              // VMware Workspace ONE
    "awmdm.jp",               // VMware Workspace ONE
    "endpoint.microsoft.com", // Microsoft Intune
    "fiberlink.com",          // IBM MaaS360
    "graph.microsoft.com",    // Microsoft Intune
    "graph.windows.net",      // Microsoft Intune, until 2023
    "jamfcloud.com",          // Jamf Pro
    "jamfschool.com",         // Jamf School
    "maas360.com",            // IBM MaaS360
    "manage.microsoft.com",   // Microsoft Intune
    "manage.microsoft.us",    // Microsoft Intune
    "mdm.cloud.com",          // Citrix Endpoint Management
    "meraki.com",             // Cisco Meraki Systems Manager
    "mobicontrol.cloud",      // SOTI MobiControl
    "mobicontrolcloud.com",   // SOTI MobiControl
    "mobileiron.com",         // Ivanti Neurons for MDM
    "workspaceone.com",       // VMware Workspace ONE
    "xm.cloud.com",           // Citrix Endpoint Management
    "zuludesk.com",           // Jamf School
];
