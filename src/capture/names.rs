//! Names of interest: those that the log and the options name, those under the clouds of MDM vendors, and the targets of
//! their CNAMEs.

use std::net::IpAddr;

use super::Interest;
use crate::model::fast_map::FastSet;
use crate::model::mdm::is_mdm_name;

/// Names that are kept at most besides those of the log and the options.
const MAX_LEARNED: usize = 1 << 16;

/// Which names make traffic worth keeping.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    hosts: FastSet<String>,
    proxies: FastSet<String>,
    /// Targets of CNAMEs, to be looked for in questions.
    learned: FastSet<String>,
}

impl Names {
    pub(crate) fn new(interest: &Interest) -> Self {
        Self {
            hosts: interest.hosts.iter().cloned().collect(),
            proxies: interest.proxy_hosts.iter().cloned().collect(),
            learned: FastSet::default(),
        }
    }

    /// Returns whether this is the name of an MDM server: of interest, or under a vendor's cloud.
    pub(crate) fn is_server(&self, name: &str) -> bool {
        self.hosts.contains(name) || is_mdm_name(name)
    }

    /// Returns whether this is the name of a proxy of interest.
    pub(crate) fn is_proxy(&self, name: &str) -> bool {
        let known = |name: &str| self.proxies.contains(name);
        known(name) || name.match_indices('.').any(|(dot, _)| name.get(..dot).is_some_and(known))
    }

    /// Returns whether a question about this name matters. A resolver that tries search domains asks for the name with something
    /// behind it.
    pub(crate) fn is_asked(&self, name: &str) -> bool {
        let known = |name: &str| self.is_server(name) || self.proxies.contains(name) || self.learned.contains(name);
        known(name) || name.match_indices('.').any(|(dot, _)| name.get(..dot).is_some_and(known))
    }

    /// Adds a name that an answer points to; returns whether it is new.
    pub(crate) fn learn(&mut self, name: &str) -> bool {
        !self.is_asked(name) && self.learned.len() < MAX_LEARNED && self.learned.insert(name.to_owned())
    }
}

/// Returns whether a host of a request is of interest, by name or as a literal address.
pub(crate) fn is_target(host: &str, names: &Names, interest: &Interest) -> bool {
    match host.parse::<IpAddr>() {
        Ok(address) => interest.addresses.contains(&address),
        Err(_) => names.is_server(host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_domain_behind_a_name_does_not_hide_it() {
        let interest = Interest { hosts: ["mdm.example.com".to_owned()].into(), ..Interest::default() };
        let mut names = Names::new(&interest);
        assert!(names.is_asked("mdm.example.com") && names.is_asked("mdm.example.com.corp.example.net"));
        assert!(names.is_asked("a.jamfcloud.com.corp.example.net"));
        assert!(!names.is_asked("example.com") && !names.is_asked("xmdm.example.com"));
        assert!(!names.is_asked("edge.example.org"));
        assert!(names.learn("edge.example.org") && !names.learn("edge.example.org"));
        assert!(names.is_asked("edge.example.org") && !names.is_server("edge.example.org"));
    }
}
