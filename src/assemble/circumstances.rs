//! What an attempt was made with: the address that ISE is set to, the way there, and who answered. Two of them side by side show what
//! was other.

use std::collections::BTreeSet;

use crate::model::authority::with_port;
use crate::model::report::{Attempt, Change};
use crate::model::url::Url;

/// What is known of it; `None` for what the attempt does not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Circumstances {
    /// Scheme, host and port.
    url: Option<String>,
    path: Option<String>,
    api_version: Option<String>,
    /// Whether a proxy was in use, which every attempt tells, and which.
    proxy: Option<String>,
    addresses: Option<String>,
    resolver: Option<String>,
    certificate: Option<String>,
    tls_version: Option<String>,
}

impl Circumstances {
    /// Reads them off an attempt.
    pub(crate) fn of(attempt: &Attempt) -> Self {
        let address = Address::of(attempt);
        let tls = attempt.flow.as_ref().and_then(|flow| flow.tls.as_ref());
        let api_version = address.as_ref().and_then(|address| address.api_version.clone());
        let (url, path) = address.map(|address| (address.origin, address.path)).unzip();
        Self {
            url,
            path,
            api_version: api_version.or_else(|| attempt.api.version.clone()),
            proxy: proxy(attempt),
            addresses: listed(attempt.server.addresses.iter().map(String::as_str)),
            resolver: listed(attempt.dns.iter().map(|dns| dns.resolver.as_str())),
            certificate: tls
                .and_then(|tls| tls.certificate.as_ref())
                .map(|certificate| format!("{} (SHA-256 {})", certificate.subject, certificate.sha256)),
            tls_version: tls.and_then(|tls| tls.version.clone()),
        }
    }

    /// Returns what is known at the end of several attempts: what the last one tells, and what it does not, by the one before it.
    pub(crate) fn at_the_end<'a>(attempts: impl DoubleEndedIterator<Item = &'a Attempt>) -> Option<Self> {
        let mut backwards = attempts.rev().map(Self::of);
        let mut known = backwards.next()?;
        for earlier in backwards {
            let Self { url, path, api_version, proxy: _, addresses, resolver, certificate, tls_version } = earlier;
            for (place, value) in [
                (&mut known.url, url),
                (&mut known.path, path),
                (&mut known.api_version, api_version),
                (&mut known.addresses, addresses),
                (&mut known.resolver, resolver),
                (&mut known.certificate, certificate),
                (&mut known.tls_version, tls_version),
            ] {
                if place.is_none() {
                    *place = value;
                }
            }
        }
        Some(known)
    }

    /// Returns what is other in the later ones, as far as both tell.
    pub(crate) fn changes_to(&self, later: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut compare = |what: &str, before: &Option<String>, after: &Option<String>| {
            let told = before.is_some() && after.is_some() || what == "proxy";
            if told && before != after {
                changes.push(Change { what: what.to_owned(), before: before.clone(), after: after.clone() });
            }
        };
        compare("url", &self.url, &later.url);
        compare("path", &self.path, &later.path);
        compare("api_version", &self.api_version, &later.api_version);
        compare("proxy", &self.proxy, &later.proxy);
        compare("addresses", &self.addresses, &later.addresses);
        compare("resolver", &self.resolver, &later.resolver);
        compare("certificate", &self.certificate, &later.certificate);
        compare("tls_version", &self.tls_version, &later.tls_version);
        changes
    }
}

/// Returns each of them once, in an order that does not depend on when it was seen; `None` when there are none.
fn listed<'t>(texts: impl Iterator<Item = &'t str>) -> Option<String> {
    let set: BTreeSet<&str> = texts.collect();
    (!set.is_empty()).then(|| set.into_iter().collect::<Vec<_>>().join(", "))
}

fn proxy(attempt: &Attempt) -> Option<String> {
    let proxy = attempt.proxy.as_ref()?;
    Some(proxy.address.as_deref().map_or_else(|| "a proxy".to_owned(), |address| with_port(address, proxy.port)))
}

/// A URL in parts: the retry with another API version is no change of the URL.
struct Address {
    origin: String,
    path: String,
    api_version: Option<String>,
}

impl Address {
    fn of(attempt: &Attempt) -> Option<Self> {
        // What the first try asked for: later ones are ISE's own reaction.
        let first = attempt.tries.iter().find_map(|attempted| attempted.url.as_deref());
        let url = first.or(attempt.server.url.as_deref())?;
        let parts = Url::split(url);
        let origin = url.strip_suffix(parts.target)?;
        let api_version = parts.parameter("ise_api_version").map(str::to_owned);
        Some(Self { origin: origin.to_owned(), path: parts.path().to_owned(), api_version })
    }
}
