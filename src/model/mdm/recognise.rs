//! Whose MDM server it is, by what is known of it.

use super::domains::vendor_of;
use super::vendor::Vendor;

/// Parts of a path, in lower case, that the API of one vendor alone has.
const PATHS: &[(&str, Vendor)] = &[
    ("/networkintegrationendpoint", Vendor::Jamf),
    ("/complianceretrievalservice", Vendor::Intune),
    ("/statelessnacservice", Vendor::Intune),
    ("/ise/mdm/api", Vendor::Meraki),
    ("/oauth2/", Vendor::Intune),
    ("/serviceprincipals/", Vendor::Intune),
    ("/airwatch", Vendor::WorkspaceOne),
    ("/deviceservices", Vendor::WorkspaceOne),
    ("/ciscoisemdm", Vendor::Ivanti),
    ("/mobicontrol", Vendor::Soti),
];

/// Parts of host names that companies give to servers of their own, with whose product that is.
const HOST_WORDS: &[(&str, Vendor)] = &[
    ("jamf", Vendor::Jamf),
    ("jss", Vendor::Jamf),
    ("casper", Vendor::Jamf),
    ("intune", Vendor::Intune),
    ("meraki", Vendor::Meraki),
    ("airwatch", Vendor::WorkspaceOne),
    ("workspaceone", Vendor::WorkspaceOne),
    ("mobileiron", Vendor::Ivanti),
    ("ivanti", Vendor::Ivanti),
    ("maas360", Vendor::MaaS360),
    ("xenmobile", Vendor::Citrix),
    ("citrix", Vendor::Citrix),
    ("soti", Vendor::Soti),
    ("mobicontrol", Vendor::Soti),
    ("sccm", Vendor::ConfigurationManager),
    ("configmgr", Vendor::ConfigurationManager),
    ("mecm", Vendor::ConfigurationManager),
];

/// What a server says of itself in `vendor` and `product_name`, in lower case.
const PRODUCT_WORDS: &[(&str, Vendor)] = &[
    ("jamf", Vendor::Jamf),
    ("intune", Vendor::Intune),
    ("microsoft", Vendor::Intune),
    ("meraki", Vendor::Meraki),
    ("airwatch", Vendor::WorkspaceOne),
    ("workspace one", Vendor::WorkspaceOne),
    ("omnissa", Vendor::WorkspaceOne),
    ("mobileiron", Vendor::Ivanti),
    ("ivanti", Vendor::Ivanti),
    ("maas360", Vendor::MaaS360),
    ("fiberlink", Vendor::MaaS360),
    ("citrix", Vendor::Citrix),
    ("xenmobile", Vendor::Citrix),
    ("soti", Vendor::Soti),
    ("mobicontrol", Vendor::Soti),
];

/// Returns whose server it is, as far as the vendor's domains, what it says of itself, the path, and the words of its host name
/// tell, in this order; `None` when nothing does.
pub fn vendor_of_server(host: Option<&str>, url: Option<&str>, product: Option<&str>) -> Option<Vendor> {
    let lower = |text: Option<&str>| text.unwrap_or_default().to_ascii_lowercase();
    let (host_words, url, product) = (lower(host), lower(url), lower(product));
    let path = url.find("://").and_then(|at| url.get(at + 3..)).unwrap_or(&url);
    let path = path.find('/').and_then(|at| path.get(at..)).unwrap_or_default();
    let in_words = |text: &str, table: &[(&str, Vendor)]| {
        table.iter().find(|(word, _)| !text.is_empty() && text.contains(word)).map(|(_, vendor)| *vendor)
    };
    let labels = |table: &[(&str, Vendor)]| {
        let is_label = |word: &str| host_words.split(['.', '-', '_']).any(|label| label.starts_with(word));
        table.iter().find(|(word, _)| is_label(word)).map(|(_, vendor)| *vendor)
    };
    host.and_then(vendor_of)
        .or_else(|| in_words(&product, PRODUCT_WORDS))
        .or_else(|| in_words(path, PATHS))
        .or_else(|| labels(HOST_WORDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_says_more_than_a_path() {
        let of = |host, url| vendor_of_server(Some(host), url, None);
        assert_eq!(of("Tenant.JamfCloud.com", None), Some(Vendor::Jamf));
        assert_eq!(of("fef.amsua0502.manage.microsoft.com", None), Some(Vendor::Intune));
        assert_eq!(
            of("mdm.example.com", Some("https://mdm.example.com/networkIntegrationEndpoint/7/x")),
            Some(Vendor::Jamf)
        );
        assert_eq!(of("graph.microsoft.us", Some("https://x/networkIntegrationEndpoint/7")), Some(Vendor::Intune));
    }

    #[test]
    fn names_that_companies_give_tell_the_product() {
        let of = |host| vendor_of_server(Some(host), None, None);
        assert_eq!(of("airwatch.example.com"), Some(Vendor::WorkspaceOne));
        assert_eq!(of("core-mobileiron01.example.com"), Some(Vendor::Ivanti));
        assert_eq!(of("sccm01.corp.example.com"), Some(Vendor::ConfigurationManager));
        assert_eq!(of("mdm.example.com"), None);
        assert_eq!(of("notajamf.example.com"), None);
    }

    #[test]
    fn what_a_server_says_of_itself_counts() {
        assert_eq!(vendor_of_server(Some("mdm.example.com"), None, Some("JAMF Software")), Some(Vendor::Jamf));
    }
}
