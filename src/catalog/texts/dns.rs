//! The name of the server did not resolve.

use crate::catalog::entry::Entry;
use crate::catalog::remedy::{Remedy, always};
use crate::model::outcome::OutcomeName;

/// What the log has to say of all of them.
const LOG: &str =
    "Log: `UnknownHostException` or `Name or service not known`. The log does not say why; the capture does.";
const SPELLING: Remedy = always(
    "In ISE, Administration > Network Resources > External MDM: check the spelling of Hostname / IP Address ({host}).",
);
const NAME_SERVERS: Remedy =
    always("{cli}, `ip name-server` sets other DNS servers; ISE's services restart afterwards.");

pub(super) const FAILURE: [Entry; 6] = [
    Entry {
        outcome: OutcomeName::DnsFailure,
        detail: None,
        title: "The name did not resolve",
        meaning: "The node could not find an address for the MDM server's name, so it never tried to connect.",
        proof: &[
            LOG,
            "Wire: the queries for the host's name, what the resolvers answered or that they did not, and no connection after them.",
        ],
        causes: &[
            "The Hostname in ISE is mistyped.",
            "The node's DNS servers do not resolve names on the internet, or cannot be reached.",
            "The name no longer exists in the DNS.",
        ],
        remedy: &[
            SPELLING,
            always("{cli}, `nslookup {host}`; `show running-config` lists the name servers."),
            always(
                "In the network, allow the node's DNS servers to resolve external names, or set DNS servers on the node that do.",
            ),
            always(
                "As a test, enter the address in place of the name; cloud tenants need the name for TLS, so this is no permanent fix for them.",
            ),
        ],
    },
    Entry::of_detail(
        OutcomeName::DnsFailure,
        "nxdomain",
        "The name does not exist (NXDOMAIN)",
        "The DNS server answered that there is no such name.",
        &[
            LOG,
            "Wire: RCODE 3 for the host's own name, for both address families, with no connection after it. NXDOMAIN for the \
               name with a search domain appended proves nothing.",
        ],
        &[
            "The Hostname in ISE is mistyped, or names a tenant that no longer exists or was renamed.",
            "The DNS server only knows the company's own names, or a zone of its own hides the public one (split DNS).",
        ],
        &[
            SPELLING,
            always(
                "Ask a public resolver for {host}. If it knows the name, {resolver} must forward such names or hold the record; if it \
                 does not, the name is wrong or the tenant no longer exists.",
            ),
            always("{cli}, `nslookup {host}` must give an address before ISE can connect."),
        ],
    ),
    Entry::of_detail(
        OutcomeName::DnsFailure,
        "servfail",
        "The DNS server failed (SERVFAIL)",
        "The DNS server answered that it could not resolve the name.",
        &[LOG, "Wire: RCODE 2 from the last resolver asked, with no connection after it."],
        &[
            "The DNS server cannot reach its forwarders or the servers of the zone.",
            "DNSSEC validation of the zone fails.",
            "The zone's own name servers are failing.",
        ],
        &[
            always("On {resolver}, check the forwarders, the path to the internet, and the log for {host}."),
            always(
                "Resolve {host} through another DNS server: if that works, the fault lies with {resolver}; if not, with the zone.",
            ),
            NAME_SERVERS,
        ],
    ),
    Entry::of_detail(
        OutcomeName::DnsFailure,
        "refused",
        "The DNS server refused (REFUSED)",
        "The DNS server answers, but refuses to resolve this name for this client.",
        &[LOG, "Wire: RCODE 5 from the last resolver asked, with no connection after it."],
        &[
            "The DNS server does not offer recursion to the node's address (access list).",
            "The node uses a server that only answers for its own zones.",
            "A DNS filter refuses the name.",
        ],
        &[
            always("On {resolver}, allow recursion for the node's address and look for a filter that refuses {host}."),
            always(
                "{cli}, check with `show running-config` that {resolver} is a resolver meant for this node, and if not, set another with `ip name-server`; \
                 ISE's services restart afterwards.",
            ),
        ],
    ),
    Entry::of_detail(
        OutcomeName::DnsFailure,
        "no_data",
        "The name has no address (NODATA)",
        "The name exists in the DNS, but has neither an IPv4 nor an IPv6 address.",
        &[
            LOG,
            "Wire: RCODE 0 without an address in the answers, for every address family that was asked for (RFC 2308, section 2.2).",
        ],
        &[
            "The Hostname in ISE is a parent or sibling of the right name (the domain instead of the tenant).",
            "The records were removed, or a CNAME leads to a name without an address.",
            "Split DNS: the internal zone has the name without an address.",
        ],
        &[
            SPELLING,
            always("Ask a public resolver for A and AAAA of {host} and compare with {resolver}."),
            always("Have the owner of the zone add the address, or fix the CNAME."),
        ],
    ),
    Entry::of_detail(
        OutcomeName::DnsFailure,
        "no_answer",
        "No DNS server answered",
        "The node sent queries for the name, repeated them, and got no answer.",
        &[
            LOG,
            "Wire: the queries for the host's name with their retransmissions and no answer from any resolver, or ICMP errors to them.",
        ],
        &[
            "The DNS server is down, or its address in ISE is wrong.",
            "A firewall drops DNS (port 53, UDP and TCP) between the node and the DNS server, or the answers.",
            "The DNS server drops queries from clients that it does not know.",
        ],
        &[
            always("{cli}, `ping {resolver}` and `nslookup {host}`; `show running-config` lists the name servers."),
            always(
                "In the network, allow UDP and TCP port 53 from the node to {resolver} and the answers back; check the firewall's log at the time of the attempt.",
            ),
            always("On {resolver}, check that the service is running and accepts queries from the node's address."),
            NAME_SERVERS,
        ],
    ),
];
