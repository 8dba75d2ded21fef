//! Advice that follows from what the node's own files say: a clock that nothing keeps, a resolver that the node is not set to, a
//! proxy that was passed by, a release that a vendor no longer supports.

use super::advice::aadsts;
use super::context::{Context, listed};
use crate::model::authority::split_port;
use crate::model::mdm::Vendor;
use crate::model::outcome::{Outcome, TlsDetail};
use crate::model::report::Node;

/// Codes of Entra ID that speak of time.
const OF_TIME: [u32; 2] = [50_012, 700_024];
/// A clock that is off by less, in milliseconds, makes neither tokens nor certificates invalid.
const ASTRAY: u64 = 60_000;
/// Releases of ISE that Intune's second NAC service needs, each with the first patch (Cisco, "Integrate UEM and MDM Servers With Cisco ISE"); later ones need none.
const FOR_INTUNE: [((u32, u32), u32); 2] = [((3, 1), 8), ((3, 2), 4)];

/// The last release of ISE that did not go with Jamf Pro 10.42 and later (an earlier edition of Cisco's UEM guide).
const LAST_WITHOUT_JAMF: (u32, u32) = (3, 0);

/// Returns what the node's own files advise for an attempt that failed, first things first.
pub(super) fn of_node(outcome: Outcome, context: &Context<'_>) -> Vec<String> {
    let Some(node) = context.node else { return Vec::new() };
    [
        clock(outcome, context, node),
        release(context, node),
        release_for_jamf(outcome, context, node),
        resolver(outcome, context, node),
        proxy(outcome, context, node),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Advises where the failure is about time, and NTP does not keep the node's clock.
fn clock(outcome: Outcome, context: &Context<'_>, node: &Node) -> Option<String> {
    let code = context.reason.and_then(aadsts).filter(|code| OF_TIME.contains(code));
    let expired = outcome == Outcome::TlsFailure(Some(TlsDetail::ExpiredCertificate));
    let about = match code {
        Some(code) => format!("AADSTS{code}"),
        None if expired => "the validity of the certificate".to_owned(),
        None => return None,
    };
    let loose = (node.ntp_synchronized == Some(false)).then(|| "not synchronized".to_owned());
    let astray = node.ntp_offset_ms.filter(|ms| ms.unsigned_abs() >= ASTRAY).map(astray);
    (loose.is_some() || astray.is_some()).then(|| {
        let is = loose.into_iter().chain(astray).collect::<Vec<_>>().join(" and ");
        format!(
            "Correct the node's clock first: `show ntp` in the bundle says that it is {is}, and {about} depends on the time. In the \
             node's CLI, `show ntp` and `show clock`: configure NTP servers that answer, and repeat the attempt once the clock is synchronized."
        )
    })
}

/// Writes `7 min 11 s ahead of its NTP servers`.
fn astray(ms: i64) -> String {
    let seconds = ms.unsigned_abs() / 1000;
    let way = if ms < 0 { "behind" } else { "ahead of" };
    format!("{} min {:02} s {way} its NTP servers", seconds / 60, seconds % 60)
}

/// Advises where Intune is asked by a release that its service no longer knows.
fn release(context: &Context<'_>, node: &Node) -> Option<String> {
    if context.vendor() != Some(Vendor::Intune) {
        return None;
    }
    let release = numbers(node.version.as_deref()?)?;
    let patches = node.patches.as_deref()?;
    let patch = patches.iter().filter_map(|patch| patch.parse::<u32>().ok()).max();
    let enough = match FOR_INTUNE.iter().find(|(with_patch, _)| *with_patch == release) {
        Some((_, first)) => patch.is_some_and(|patch| patch >= *first),
        None => FOR_INTUNE.iter().all(|(with_patch, _)| release > *with_patch),
    };
    let (major, minor) = release;
    let patch = patch.map_or_else(|| " without a patch".to_owned(), |patch| format!(" patch {patch}"));
    (!enough).then(|| {
        format!(
            "Upgrade ISE to 3.1 patch 8, 3.2 patch 4 or later, which Intune has required since 2024-03-24 (Cisco, \"Integrate UEM and MDM Servers With Cisco ISE\"): according to `show version` in \
             the bundle, this node runs {major}.{minor}{patch}."
        )
    })
}

/// Says that Jamf Pro refused a release that its own later releases may not go with; which release Jamf Pro is, the node does not
/// know.
fn release_for_jamf(outcome: Outcome, context: &Context<'_>, node: &Node) -> Option<String> {
    let refused = matches!(outcome, Outcome::Http401 | Outcome::Http404 | Outcome::HttpError(_));
    if context.vendor() != Some(Vendor::Jamf) || !refused {
        return None;
    }
    let release = numbers(node.version.as_deref()?)?;
    let (major, minor) = release;
    (release <= LAST_WITHOUT_JAMF).then(|| {
        format!(
            "Look up Jamf Pro's release before anything else: this node has ISE {major}.{minor}, says its `show version` in the bundle, and an \
             earlier edition of Cisco's UEM guide says \"Cisco ISE 3.0 or earlier releases cannot be integrated with Jamf Pro 10.42.0 or \
             later\" (the present one: \"Cisco ISE can be integrated with Jamf Pro 10.42.0 or later\"). With such a Jamf Pro, upgrade ISE to 3.1 \
             or later."
        )
    })
}

/// Returns the first two numbers of a version.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(str::parse::<u32>);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// Advises where a name did not resolve, and a server was asked that the node is not set to.
fn resolver(outcome: Outcome, context: &Context<'_>, node: &Node) -> Option<String> {
    let servers = node.name_servers.as_deref().filter(|servers| !servers.is_empty())?;
    if !matches!(outcome, Outcome::DnsFailure(_)) {
        return None;
    }
    let mut strange: Vec<&str> = context.dns.iter().map(|dns| dns.resolver.as_str()).collect();
    strange.retain(|asked| !servers.iter().any(|server| server == asked));
    strange.dedup();
    let strange = listed(strange.into_iter(), 0)?;
    let servers = listed(servers.iter().map(String::as_str), 0)?;
    Some(format!(
        "Compare the DNS servers: {strange} was asked, but the node's configuration in the bundle names {servers}. If they have been changed since, \
         restart ISE's services so that they take effect; otherwise the capture is from another node."
    ))
}

/// Advises where the server was not to be reached, and the node has a proxy that was not used.
fn proxy(outcome: Outcome, context: &Context<'_>, node: &Node) -> Option<String> {
    let proxy = node.proxy.as_deref()?;
    let of_the_way = matches!(
        outcome,
        Outcome::SynTimeout | Outcome::ConnectionRefused | Outcome::Unreachable(_) | Outcome::ConnectionReset(_)
    );
    let direct = context.flow.filter(|_| context.proxy.is_none() && of_the_way)?;
    let host = split_port(proxy).map_or(proxy, |(host, _)| host);
    (direct.server.ip().to_string() != host).then(|| {
        format!(
            "In ISE, Administration > System > Settings > Proxy: according to the bundle, the node uses the proxy {proxy}, but it connected to {} directly. Remove \
             the MDM server from the hosts that bypass the proxy, or allow the direct connection.",
            direct.server
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::outcome::DnsDetail;
    use crate::model::report::{Dns, Server};

    fn server(host: &str) -> Server {
        Server { host: Some(host.to_owned()), port: Some(443), url: None, addresses: vec![] }
    }

    fn node() -> Node {
        Node {
            version: Some("3.2.0.542".to_owned()),
            patches: Some(vec!["2".to_owned()]),
            ntp_synchronized: Some(false),
            name_servers: Some(vec!["192.0.2.153".to_owned()]),
            ..Node::default()
        }
    }

    #[test]
    fn a_clock_that_nothing_keeps_is_named_where_the_failure_is_about_time() {
        let (node, server) = (node(), server("login.example.com"));
        let said = |reason, outcome| {
            let context = Context { node: Some(&node), server: Some(&server), reason, ..Context::default() };
            of_node(outcome, &context).iter().any(|line| line.contains("`show ntp`"))
        };
        assert!(said(Some("AADSTS700024: Client assertion is not within its valid time range"), Outcome::Http401));
        assert!(said(None, Outcome::TlsFailure(Some(TlsDetail::ExpiredCertificate))));
        assert!(!said(Some("AADSTS7000215: Invalid client secret"), Outcome::Http401));
        assert!(!said(None, Outcome::ReadTimeout));
        let told = |ntp_synchronized, ms| {
            let node = Node { ntp_synchronized, ntp_offset_ms: Some(ms), ..Node::default() };
            let context = Context { node: Some(&node), server: Some(&server), ..Context::default() };
            of_node(Outcome::TlsFailure(Some(TlsDetail::ExpiredCertificate)), &context).concat()
        };
        assert!(
            told(Some(true), 431_000).contains("says that it is 7 min 11 s ahead of its NTP servers, and the validity")
        );
        assert!(told(Some(false), -61_000).contains("is not synchronized and 1 min 01 s behind its NTP servers"));
        assert!(told(Some(true), 59_000).is_empty() && told(None, -3).is_empty());
    }

    #[test]
    fn releases_that_intune_does_not_know_are_to_be_upgraded() {
        let server = server("fef.msua06.manage.microsoft.com");
        for (version, patch, told) in [
            ("3.2.0.542", Some("2"), true),
            ("3.2.0.542", Some("4"), false),
            ("3.1.0.518", None, true),
            ("3.1.0.518", Some("10"), false),
            ("3.0.0.458", Some("9"), true),
            ("3.3.0.430", None, false),
        ] {
            let patches = Some(patch.into_iter().map(str::to_owned).collect());
            let node = Node { version: Some(version.to_owned()), patches, ..Node::default() };
            let context = Context { node: Some(&node), server: Some(&server), ..Context::default() };
            assert_eq!(!of_node(Outcome::Http404, &context).is_empty(), told, "{version} {patch:?}");
        }
    }

    #[test]
    fn releases_that_jamf_may_not_go_with_are_looked_up_where_jamf_refused() {
        let advised = |host: &str, version: &str, outcome: Outcome| {
            let (server, node) = (server(host), Node { version: Some(version.to_owned()), ..Node::default() });
            let context = Context { node: Some(&node), server: Some(&server), ..Context::default() };
            of_node(outcome, &context).iter().any(|line| line.contains("Jamf Pro 10.42.0"))
        };
        assert!(advised("tenant.jamfcloud.com", "2.7.0.356", Outcome::Http401));
        assert!(advised("tenant.jamfcloud.com", "3.0.0.458", Outcome::Http404));
        assert!(!advised("tenant.jamfcloud.com", "3.1.0.518", Outcome::Http401));
        assert!(!advised("tenant.jamfcloud.com", "2.7.0.356", Outcome::SynTimeout));
        assert!(!advised("mdm.example.com", "2.7.0.356", Outcome::Http401));
    }

    #[test]
    fn a_resolver_that_the_node_is_not_set_to_is_pointed_out() {
        let (node, server) = (node(), server("mdm.example.com"));
        let asked = |resolver: &str, outcome| {
            let dns = [Dns {
                input: 0,
                name: "mdm.example.com".to_owned(),
                qtype: "A".to_owned(),
                resolver: resolver.to_owned(),
                rcode: None,
                answers: vec![],
                cnames: vec![],
                queries: 1,
                latency_ms: None,
                first_frame: 1,
                answer_frame: None,
            }];
            let context = Context { node: Some(&node), server: Some(&server), dns: &dns, ..Context::default() };
            of_node(outcome, &context)
        };
        let lines = asked("192.0.2.53", Outcome::DnsFailure(Some(DnsDetail::NoAnswer)));
        assert!(lines[0].contains("192.0.2.53 was asked") && lines[0].contains("names 192.0.2.153"), "{lines:?}");
        assert!(asked("192.0.2.153", Outcome::DnsFailure(Some(DnsDetail::NoAnswer))).is_empty());
        assert!(asked("192.0.2.53", Outcome::SynTimeout).is_empty());
    }
}
