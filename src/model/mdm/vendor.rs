//! Whose MDM server it is, which decides what advice is of use.

/// A vendor of MDM servers that Cisco ISE integrates with (Cisco, "Integrate UEM and MDM Servers With Cisco ISE").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Vendor {
    /// Jamf Pro, Jamf School.
    Jamf,
    /// Microsoft Intune with Entra ID and Microsoft Graph, in all national clouds.
    Intune,
    /// Cisco Meraki Systems Manager.
    Meraki,
    /// Omnissa (VMware) Workspace ONE, formerly AirWatch.
    WorkspaceOne,
    /// Ivanti Neurons for MDM and Endpoint Manager Mobile, formerly MobileIron.
    Ivanti,
    /// IBM MaaS360.
    MaaS360,
    /// Citrix Endpoint Management.
    Citrix,
    /// SOTI MobiControl.
    Soti,
    /// Microsoft Configuration Manager, asked over WMI.
    ConfigurationManager,
}
