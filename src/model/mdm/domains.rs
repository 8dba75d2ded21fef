//! Where the vendors that Cisco ISE integrates with run their clouds, and where Microsoft hands out tokens. Traffic to an MDM
//! cloud matters even when no log names the server.

use std::sync::LazyLock;

use super::vendor::Vendor;

/// What a domain is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// The MDM server itself, or the directory that leads to it.
    Mdm,
    /// Tokens, for this and for everything else: by itself no sign of MDM traffic.
    Login,
}

/// Domains in alphabetic order, with whose they are.
const DOMAINS: &[(&str, Vendor, Use)] = &[
    ("airwatchportals.com", Vendor::WorkspaceOne, Use::Mdm),
    ("awmdm.com", Vendor::WorkspaceOne, Use::Mdm),
    ("awmdm.jp", Vendor::WorkspaceOne, Use::Mdm),
    ("endpoint.microsoft.com", Vendor::Intune, Use::Mdm),
    ("fiberlink.com", Vendor::MaaS360, Use::Mdm),
    ("graph.microsoft.com", Vendor::Intune, Use::Mdm),
    ("graph.microsoft.de", Vendor::Intune, Use::Mdm),
    ("graph.microsoft.us", Vendor::Intune, Use::Mdm),
    ("graph.windows.net", Vendor::Intune, Use::Mdm),
    ("jamfcloud.com", Vendor::Jamf, Use::Mdm),
    ("jamfschool.com", Vendor::Jamf, Use::Mdm),
    ("login.chinacloudapi.cn", Vendor::Intune, Use::Login),
    ("login.microsoftonline.com", Vendor::Intune, Use::Login),
    ("login.microsoftonline.de", Vendor::Intune, Use::Login),
    ("login.microsoftonline.us", Vendor::Intune, Use::Login),
    ("login.partner.microsoftonline.cn", Vendor::Intune, Use::Login),
    ("login.windows.net", Vendor::Intune, Use::Login),
    ("maas360.com", Vendor::MaaS360, Use::Mdm),
    ("manage.microsoft.com", Vendor::Intune, Use::Mdm),
    ("manage.microsoft.us", Vendor::Intune, Use::Mdm),
    ("manage.microsoftonline.cn", Vendor::Intune, Use::Mdm),
    ("mdm.cloud.com", Vendor::Citrix, Use::Mdm),
    ("meraki.ca", Vendor::Meraki, Use::Mdm),
    ("meraki.cn", Vendor::Meraki, Use::Mdm),
    ("meraki.com", Vendor::Meraki, Use::Mdm),
    ("microsoftgraph.chinacloudapi.cn", Vendor::Intune, Use::Mdm),
    ("mobicontrol.cloud", Vendor::Soti, Use::Mdm),
    ("mobicontrolcloud.com", Vendor::Soti, Use::Mdm),
    ("mobileiron.com", Vendor::Ivanti, Use::Mdm),
    ("sts.windows.net", Vendor::Intune, Use::Login),
    ("workspaceone.com", Vendor::WorkspaceOne, Use::Mdm),
    ("xm.cloud.com", Vendor::Citrix, Use::Mdm),
    ("zuludesk.com", Vendor::Jamf, Use::Mdm),
];

/// Labels that name no one: top-level domains without a country, what reverse lookups and services are asked for under.
const PUBLIC_LABELS: &[&str] = &[
    "",
    "*",
    "_gc",
    "_kerberos",
    "_ldap",
    "_msdcs",
    "_sip",
    "_sites",
    "_tcp",
    "_udp",
    "arpa",
    "cloud",
    "com",
    "dc",
    "example",
    "in-addr",
    "ip6",
    "local",
    "localdomain",
    "localhost",
    "mobi",
    "net",
    "org",
    "test",
    "www",
];

/// Returns whether a label, in lower case, is of no one's name: the domains of vendors' clouds tell the product alone.
pub(crate) fn is_public_label(label: &str) -> bool {
    PUBLIC_LABELS.contains(&label) || DOMAINS.iter().any(|(domain, ..)| domain.split('.').any(|part| part == label))
}

/// For each first byte of a domain the lengths that domains have which begin with it, a bit each: a capture names hosts by the
/// hundred thousand, and nearly all are told from the domains by this.
static LENGTHS: LazyLock<[u64; 256]> = LazyLock::new(|| {
    let mut lengths = [0; 256];
    for domain in DOMAINS.iter().map(|(domain, ..)| domain.as_bytes()) {
        if let Some(of_first) = domain.first().and_then(|first| lengths.get_mut(usize::from(*first))) {
            *of_first |= bit(domain.len());
        }
    }
    lengths
});

/// Returns the bit of a length; those that no domain has share one.
fn bit(length: usize) -> u64 {
    1 << length.min(63)
}

/// Returns the entry of the domain that a name, in lower case, is or lies under.
fn domain_of(name: &str) -> Option<(Vendor, Use)> {
    let lengths = &*LENGTHS;
    let mut rest = name;
    loop {
        let of_first = rest.as_bytes().first().and_then(|first| lengths.get(usize::from(*first)));
        if of_first.is_some_and(|lengths| lengths & bit(rest.len()) != 0)
            && let Ok(at) = DOMAINS.binary_search_by_key(&rest, |(domain, ..)| domain)
        {
            return DOMAINS.get(at).map(|(_, vendor, used)| (*vendor, *used));
        }
        rest = rest.get(memchr::memchr(b'.', rest.as_bytes())? + 1..)?;
    }
}

/// Returns the vendor under whose domains a host name lies; upper and lower case mean the same.
pub(super) fn vendor_of(name: &str) -> Option<Vendor> {
    domain_of(&name.trim_end_matches('.').to_ascii_lowercase()).map(|(vendor, _)| vendor)
}

/// Returns whether a name, in lower case, is or lies under an MDM cloud of a vendor.
pub fn is_mdm_name(name: &str) -> bool {
    domain_of(name).is_some_and(|(_, used)| used == Use::Mdm)
}

/// Returns whether a name, in lower case, is one of Microsoft's servers for tokens.
pub fn is_login_host(name: &str) -> bool {
    domain_of(name).is_some_and(|(_, used)| used == Use::Login)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domains_can_be_searched() {
        assert!(DOMAINS.is_sorted_by_key(|(domain, ..)| domain));
        assert!(is_mdm_name("tenant.jamfcloud.com") && is_mdm_name("jamfcloud.com"));
        assert!(
            DOMAINS
                .iter()
                .all(|(domain, ..)| vendor_of(domain).is_some() && vendor_of(&format!("a.b.{domain}")).is_some())
        );
        assert!(!is_mdm_name("notjamfcloud.com") && !is_mdm_name("com") && !is_mdm_name(""));
    }

    #[test]
    fn a_server_for_tokens_is_no_mdm_server() {
        assert!(is_login_host("login.microsoftonline.com") && !is_mdm_name("login.microsoftonline.com"));
        assert!(!is_login_host("graph.microsoft.com") && is_mdm_name("graph.microsoft.com"));
        assert_eq!(vendor_of("Login.MicrosoftOnline.us."), Some(Vendor::Intune));
    }
}
