//! What is known of the attempt that a text speaks of, and how it is written into the text.

use std::collections::BTreeSet;

use super::remedy::{Only, Remedy};
use crate::model::authority::with_port;
use crate::model::mdm::{RequestKind, Vendor, vendor_of_server};
use crate::model::outcome::OutcomeName;
use crate::model::report::{Attempt, Dns, Flow, Node, Proxy, Server, Source};
use crate::model::url::Url;

/// How many addresses or names are written out before the rest is only counted.
const LIST: usize = 4;

/// What is known of an attempt; what is not known stays at its default, and the texts then speak in general.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// The MDM server.
    pub server: Option<&'a Server>,
    /// The proxy in use.
    pub proxy: Option<&'a Proxy>,
    /// The connection of the last try.
    pub flow: Option<&'a Flow>,
    /// Connections of the attempt besides it.
    pub other_flows: &'a [Flow],
    /// The DNS exchanges.
    pub dns: &'a [Dns],
    /// Who saw the attempt.
    pub sources: &'a [Source],
    /// Status of the last try.
    pub http_status: Option<u16>,
    /// How long the attempt took, in milliseconds.
    pub duration_ms: Option<f64>,
    /// The log's own words of the failure.
    pub reason: Option<&'a str>,
    /// What the node asked for, where that is known.
    pub kind: Option<RequestKind>,
    /// What the server says of itself: vendor and product.
    pub product: Option<&'a str>,
    /// The node that asked.
    pub node: Option<&'a Node>,
}

impl<'a> Context<'a> {
    /// Takes all that an attempt tells; of which node it is, the caller knows.
    pub fn of(attempt: &'a Attempt) -> Self {
        Self {
            server: Some(&attempt.server),
            proxy: attempt.proxy.as_ref(),
            flow: attempt.flow.as_deref(),
            other_flows: &attempt.other_flows,
            dns: &attempt.dns,
            sources: &attempt.sources,
            http_status: attempt.http_status,
            duration_ms: attempt.duration_ms,
            reason: attempt.reason.as_deref(),
            kind: kind(attempt),
            product: attempt.api.vendor.as_deref().or(attempt.api.product.as_deref()),
            node: None,
        }
    }

    /// Returns whether the capture shows something of the attempt.
    pub(super) fn on_the_wire(&self) -> bool {
        self.flow.is_some() || !self.dns.is_empty() || self.sources.contains(&Source::Capture)
    }

    /// Returns whether keys of the TLS session were given, whatever they open.
    fn has_keys(&self) -> bool {
        let tls = self.flow.and_then(|flow| flow.tls.as_ref());
        tls.is_some_and(|tls| tls.decrypted || tls.keys_in_vain.is_some())
    }

    /// Returns whose server it is, as far as its name, its path, its own words and those of the log tell.
    pub(super) fn vendor(&self) -> Option<Vendor> {
        let server = self.server?;
        vendor_of_server(server.host.as_deref(), server.url.as_deref(), self.product)
            .or_else(|| self.reason.is_some_and(speaks_of_wmi).then_some(Vendor::ConfigurationManager))
    }

    /// Returns whether a policy service node asked, as it does when an endpoint authenticates and on the polling interval.
    fn is_query(&self) -> bool {
        use RequestKind::{CompliancePoll, DeviceAction, DeviceQuery};
        matches!(self.kind, Some(DeviceQuery | CompliancePoll | DeviceAction))
    }

    /// Returns what stands for a blank, when it is known.
    pub(super) fn value(&self, blank: Blank) -> Option<String> {
        let server = self.server;
        let certificate = || self.flow?.tls.as_ref()?.certificate.as_ref();
        match blank {
            Blank::Server => {
                let server = server?;
                Some(with_port(server.host.as_deref()?, server.port))
            }
            Blank::Host => server?.host.clone(),
            Blank::Port => server?.port.map(|port| port.to_string()),
            Blank::Addresses => listed(server?.addresses.iter().map(String::as_str), 0),
            Blank::Resolver => {
                let mut seen = BTreeSet::new();
                listed(self.dns.iter().map(|dns| dns.resolver.as_str()).filter(|resolver| seen.insert(*resolver)), 0)
            }
            Blank::Proxy => {
                let proxy = self.proxy?;
                Some(with_port(proxy.address.as_deref()?, proxy.port))
            }
            Blank::Url => server?.url.clone(),
            Blank::Instance => instance(server?.url.as_deref()?).map(str::to_owned),
            Blank::IcmpFrom => Some(self.flow?.icmp.as_ref()?.from.clone()),
            Blank::Issuer => certificate().map(|certificate| certificate.issuer.clone()),
            Blank::Names => {
                let certificate = certificate()?;
                listed(certificate.names.iter().map(String::as_str), certificate.more_names)
            }
            Blank::Validity => {
                let certificate = certificate()?;
                Some(format!("from {} to {}", date(certificate.not_before), date(certificate.not_after)))
            }
            Blank::Cli => self.is_query().then(|| "In the CLI of the policy service node".to_owned()),
            Blank::Node => match self.kind? {
                RequestKind::ServerInfo => Some("the primary administration node".to_owned()),
                _ => self.is_query().then(|| "the policy service node that asked".to_owned()),
            },
            Blank::Repeat => match self.kind? {
                RequestKind::ServerInfo => Some("press Test Connection".to_owned()),
                RequestKind::DeviceQuery => Some("let an endpoint authenticate again".to_owned()),
                RequestKind::CompliancePoll => {
                    Some("wait for the next poll (the Polling Interval is 240 minutes by default)".to_owned())
                }
                RequestKind::DeviceAction => Some("repeat the action on the endpoint".to_owned()),
                RequestKind::Token | RequestKind::Discovery | RequestKind::Other => None,
            },
        }
    }

    /// Returns what stands for a blank: what is known, else words that fit any attempt.
    pub(super) fn words(&self, blank: Blank) -> String {
        self.value(blank).unwrap_or_else(|| blank.in_general().to_owned())
    }

    /// Returns whether a remedy is of use: for this server and this kind of request, and with what is known. `specific`
    /// says that something more specific than general advice is said as well.
    pub(super) fn suits(&self, outcome: OutcomeName, remedy: &Remedy, specific: bool) -> bool {
        let wanted = match remedy.only {
            Only::Always => true,
            Only::Otherwise => !specific,
            Only::Queries => self.is_query(),
            Only::WithoutKeys => !self.has_keys(),
            // A server of a name that tells nothing may be a Jamf Pro of the company's own; others are known by their names.
            Only::Vendor(vendor) => self.vendor().unwrap_or(Vendor::Jamf) == vendor,
        };
        let text = remedy.text();
        let has = |blank: Blank| text.contains(&format!("{{{}}}", blank.name()));
        let needed = || Blank::ALL.into_iter().filter(|blank| blank.is_needed(outcome) && has(*blank));
        wanted && (!text.contains('{') || needed().all(|blank| self.value(blank).is_some()))
    }
}

/// Returns what an attempt asked for. Of a capture alone that shows no request nothing tells, whatever the field's default
/// says.
fn kind(attempt: &Attempt) -> Option<RequestKind> {
    let told = attempt.kind != RequestKind::default()
        || attempt.server.url.is_some()
        || attempt.sources.contains(&Source::Log);
    told.then_some(attempt.kind)
}

/// Returns whether the log's words are those of a query over WMI, which ISE asks Configuration Manager alone.
fn speaks_of_wmi(reason: &str) -> bool {
    let lower = reason.to_ascii_lowercase();
    ["wmi", "sccm", "dcom", "domain-username-password", "rpc server"].iter().any(|word| lower.contains(word))
}

/// What a text leaves open; written as its name in braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blank {
    /// `{server}`: host and port.
    Server,
    /// `{host}`: the server's name, or its address where ISE is set to it.
    Host,
    /// `{port}`: the server's port.
    Port,
    /// `{addresses}`: the server's addresses.
    Addresses,
    /// `{resolver}`: the DNS servers that were asked.
    Resolver,
    /// `{proxy}`: address and port of the proxy.
    Proxy,
    /// `{url}`: what was asked for.
    Url,
    /// `{instance}`: the Instance Name that ISE is set to, as the URL shows it.
    Instance,
    /// `{icmp_from}`: who sent the ICMP error.
    IcmpFrom,
    /// `{issuer}`: issuer of the server's certificate.
    Issuer,
    /// `{names}`: names in the server's certificate.
    Names,
    /// `{validity}`: validity of the server's certificate.
    Validity,
    /// `{cli}`: in whose command line, at the beginning of a sentence.
    Cli,
    /// `{node}`: the node that asked.
    Node,
    /// `{repeat}`: how to make it ask again, as an imperative.
    Repeat,
}

impl Blank {
    /// Every blank.
    pub const ALL: [Self; 15] = [
        Self::Server,
        Self::Host,
        Self::Port,
        Self::Addresses,
        Self::Resolver,
        Self::Proxy,
        Self::Url,
        Self::Instance,
        Self::IcmpFrom,
        Self::Issuer,
        Self::Names,
        Self::Validity,
        Self::Cli,
        Self::Node,
        Self::Repeat,
    ];

    /// Returns the name between the braces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Host => "host",
            Self::Port => "port",
            Self::Addresses => "addresses",
            Self::Resolver => "resolver",
            Self::Proxy => "proxy",
            Self::Url => "url",
            Self::Instance => "instance",
            Self::IcmpFrom => "icmp_from",
            Self::Issuer => "issuer",
            Self::Names => "names",
            Self::Validity => "validity",
            Self::Cli => "cli",
            Self::Node => "node",
            Self::Repeat => "repeat",
        }
    }

    /// Returns the blank of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|blank| blank.name() == name)
    }

    /// Returns words that fit any attempt.
    const fn in_general(self) -> &'static str {
        match self {
            Self::Server => "the MDM server",
            Self::Host => "HOST",
            Self::Port => "443",
            Self::Addresses => "the server's address",
            Self::Resolver => "the DNS server",
            Self::Proxy => "the proxy",
            Self::Url => "https://HOST:443/networkIntegrationEndpoint/ID/ciscoise/...",
            Self::Instance => "/networkIntegrationEndpoint/ID",
            Self::IcmpFrom => "the device",
            Self::Issuer => "the capture or a browser shows it",
            Self::Names => "a browser shows them",
            Self::Validity => "until when, a browser shows",
            Self::Cli => "In ISE's CLI",
            Self::Node => {
                "the node that asked (the primary administration node for Test Connection, a policy service node for device queries)"
            }
            Self::Repeat => "press Test Connection, or let an endpoint authenticate again",
        }
    }

    /// Returns whether advice that speaks of it is of no use without it.
    const fn is_needed(self, outcome: OutcomeName) -> bool {
        match self {
            Self::Proxy => !matches!(outcome, OutcomeName::ProxyError),
            Self::Url | Self::Instance | Self::IcmpFrom => true,
            _ => false,
        }
    }
}

/// Returns the date of a moment, which is what matters of a certificate's validity.
pub(super) fn date(time: crate::model::time::Timestamp) -> String {
    time.to_string().chars().take_while(|c| *c != 'T').collect()
}

/// Lists the first few with commas between them and the number of the others, with those that are not among the items;
/// `None` for none.
pub(crate) fn listed<'a>(items: impl Iterator<Item = &'a str>, others: usize) -> Option<String> {
    let items: Vec<&str> = items.collect();
    let shown = items.get(..LIST).unwrap_or(&items);
    let more = items.len() - shown.len() + others;
    match (shown, more) {
        ([], _) => None,
        (shown, 0) => Some(shown.join(", ")),
        (shown, more) => Some(format!("{} and {more} more", shown.join(", "))),
    }
}

/// Returns what stands between the authority of a URL and the part that ISE adds to it.
fn instance(url: &str) -> Option<&str> {
    let path = Url::split(url).path();
    let end = ["/ciscoise", "/MDM/"].into_iter().filter_map(|added| path.find(added)).min()?;
    path.get(..end).filter(|instance| !instance.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_shows_the_first_and_counts_the_others() {
        let words = |count, others| listed(["a", "b", "c", "d", "e"].into_iter().take(count), others);
        assert_eq!(words(0, 0), None);
        assert_eq!(words(4, 0).as_deref(), Some("a, b, c, d"));
        assert_eq!(words(5, 0).as_deref(), Some("a, b, c, d and 1 more"));
        assert_eq!(words(2, 7).as_deref(), Some("a, b and 7 more"));
    }
}
