//! The connection was not established, or broke.

use crate::catalog::entry::Entry;
use crate::catalog::remedy::{always, queries};
use crate::model::outcome::OutcomeName;

pub(super) const SYN_TIMEOUT: Entry = Entry {
    outcome: OutcomeName::SynTimeout,
    detail: None,
    title: "No answer to the connection request",
    meaning: "The node sent SYN after SYN and nothing came back: there is no route to the server, or a device on the path silently drops \
              the packets.",
    proof: &[
        "Log: `Connect timed out`, `Connection timed out`. `A connection timeout occurred` alone may also be a read timeout.",
        "Wire: SYN and its retransmissions without SYN-ACK, RST or ICMP error, to every address that was tried. A SYN that was \
         lost once and then answered is no timeout.",
    ],
    causes: &[
        "A firewall between the node and the server silently drops the port (443).",
        "The node can only reach the internet through a proxy, and none is set in ISE.",
        "There is no route to the server's network, or none back.",
        "DNS gave an address that is stale or not the server's.",
        "The server is down.",
    ],
    remedy: &[
        always(
            "In the network, find the device that drops TCP port {port} from the node to {addresses}; check its log at the time of the \
         attempt. Cloud servers change addresses, so rules by name hold longer.",
        ),
        queries(
            "In the network, allow every policy service node to reach {server}, not only the primary administration node: device queries come from the node that authenticates the endpoint.",
        ),
        always(
            "In ISE, Administration > System > Settings > Proxy: if the node can only reach the internet through a proxy, set it there.",
        ),
        always(
            "{cli}, `nslookup {host}`: check that the address is the server's own; `traceroute {host}` and `show ip route` show the path.",
        ),
        always(
            "Capture on both sides of the firewall (in ISE: Operations > Troubleshoot > Diagnostic Tools > TCP Dump) to see where \
         the SYN is lost.",
        ),
    ],
};

pub(super) const REFUSED: Entry = Entry {
    outcome: OutcomeName::ConnectionRefused,
    detail: None,
    title: "The connection was refused",
    meaning: "Something answered the connection request with RST: the host is up, or a firewall answers for it, and nothing \
              listens on the port.",
    proof: &["Log: `Connection refused`.", "Wire: RST in answer to the SYN, from the server's address."],
    causes: &[
        "The Port in ISE is not the one that the MDM server listens on.",
        "The MDM service is stopped or restarting.",
        "DNS gave the address of another machine.",
        "A firewall rejects the port with RST.",
    ],
    remedy: &[
        always("In ISE, Administration > Network Resources > External MDM: check the Port (443 for cloud services)."),
        always("On the server, check that the MDM service is running and listening on port {port}."),
        always("{cli}, `nslookup {host}`: check that {addresses} belongs to the server."),
        always(
            "In the network, look for a firewall rule that rejects TCP port {port} from the node. The TTL of the RST in a capture, compared with \
         that of other packets from the server, tells who sent it.",
        ),
    ],
};

const UNREACHABLE_WIRE: &str =
    "Wire: an ICMP or ICMPv6 error that quotes the SYN; its sender and code tell who rejected it and why.";

pub(super) const UNREACHABLE: [Entry; 4] = [
    Entry {
        outcome: OutcomeName::Unreachable,
        detail: None,
        title: "The network has no route to the server",
        meaning: "A router, a firewall or the node itself said that the server cannot be reached.",
        proof: &["Log: `No route to host`, `Network is unreachable`, `Host unreachable`.", UNREACHABLE_WIRE],
        causes: &[
            "A route is missing or wrong.",
            "The server, or the last link to it, is down.",
            "A firewall rejects the connection.",
        ],
        remedy: &[
            always(
                "{cli}, `show ip route` and `traceroute {host}`: check the default gateway and the path to {addresses}.",
            ),
            always(
                "In the network, check {icmp_from}, which reported the error: its routes and its filters for {addresses}.",
            ),
            always(
                "If the node can only reach the internet through a proxy, set it in ISE, Administration > System > Settings > Proxy.",
            ),
        ],
    },
    Entry {
        outcome: OutcomeName::Unreachable,
        detail: Some("host"),
        title: "The host is unreachable",
        meaning: "The path ends just short of the server: the last router, or the node itself on its own network, gets no reply from the \
                  address on the link.",
        proof: &[
            "Log: `No route to host`, `Host unreachable`. Java says the same for other codes, so the log alone may not prove this one.",
            "Wire: ICMP type 3 code 1, or ICMPv6 type 1 code 3, that quotes the SYN.",
        ],
        causes: &[
            "The server is down, or its address has changed.",
            "The address is stale or wrong in DNS or in ISE.",
            "The server's link or its VLAN is down.",
        ],
        remedy: &[
            always("Check that the server is up and still has the address {addresses}."),
            always(
                "In the network, check {icmp_from}, which reported it: its ARP or neighbour entry for the server and the link to it.",
            ),
            always("{cli}, `nslookup {host}`: check that DNS gives the right address."),
        ],
    },
    Entry {
        outcome: OutcomeName::Unreachable,
        detail: Some("network"),
        title: "There is no route to the network",
        meaning: "A router, or the node itself, has no route to the server's network.",
        proof: &[
            "Log: `Network is unreachable`.",
            "Wire: ICMP type 3 code 0, or ICMPv6 type 1 code 0, that quotes the SYN.",
        ],
        causes: &[
            "The node has no default gateway, or the router has no route to the internet.",
            "The name resolves to an IPv6 address and the network has no IPv6.",
            "A tunnel or WAN link is down, and its routes with it.",
        ],
        remedy: &[
            always("{cli}, `show ip route`: check the default gateway, and `traceroute {host}`."),
            always("In the network, check the routes of {icmp_from}, which reported it, towards {addresses}."),
            always(
                "If the address is IPv6 and the network has none, fix the IPv6 setup or have the name resolve to IPv4.",
            ),
            always(
                "If the node can only reach the internet through a proxy, set it in ISE, Administration > System > Settings > Proxy.",
            ),
        ],
    },
    Entry {
        outcome: OutcomeName::Unreachable,
        detail: Some("admin_prohibited"),
        title: "A filter prohibits the connection",
        meaning: "A router or firewall rejected the connection by its rules and said so.",
        proof: &[
            "Log: `No route to host`; the log does not tell it from other codes.",
            "Wire: ICMP type 3 code 9, 10 or 13, or ICMPv6 type 1 code 1, 5 or 6, that quotes the SYN.",
        ],
        causes: &[
            "An access list or firewall rule does not allow the node to reach the server on this port.",
            "The rule allows only an older address of the server.",
        ],
        remedy: &[
            always(
                "In the network, allow TCP port {port} from the node to {server} on {icmp_from}, which rejected it; its log names the rule.",
            ),
            always(
                "Cloud servers change addresses ({addresses} at the time of the attempt), so rules by name hold longer.",
            ),
            always(
                "If the node is meant to go through a proxy instead, set it in ISE, Administration > System > Settings > Proxy.",
            ),
        ],
    },
];

pub(super) const RESET: [Entry; 3] = [
    Entry {
        outcome: OutcomeName::ConnectionReset,
        detail: None,
        title: "The connection was cut",
        meaning: "The connection was established and then closed before the answer was complete.",
        proof: &[
            "Log: `Connection reset`, `Remote host terminated the handshake`, `failed to respond`, `Premature end`.",
            "Wire: RST, or a premature FIN, after the connection was established.",
        ],
        causes: &[
            "A firewall or an inspecting device cuts the connection.",
            "The server, or the load balancer in front of it, closes the connection.",
        ],
        remedy: &[
            always(
                "In the capture, see who sent the RST or FIN. Compare its TTL with that of the other packets from the same address: a \
             device on the path that answers for the server has a different one.",
            ),
            always(
                "In the network, check the logs of firewalls and inspecting devices between the node and {server} at the time of the attempt.",
            ),
            always("Ask the operator of {server} for its log at that time."),
        ],
    },
    Entry {
        outcome: OutcomeName::ConnectionReset,
        detail: Some("during_handshake"),
        title: "The connection was cut during the TLS handshake",
        meaning: "The TCP connection was established, then closed during the TLS handshake without an alert that says why.",
        proof: &[
            "Log: `Remote host terminated the handshake`, `Connection reset` in an SSL exception.",
            "Wire: RST or FIN after the TCP handshake and before both sides had sent Finished, without a TLS alert.",
        ],
        causes: &[
            "A firewall reads the server name (SNI) in the ClientHello and cuts connections that it does not allow.",
            "What listens on the port does not speak TLS, or the load balancer has no server behind it.",
            "The server drops clients whose TLS versions or ciphers it does not accept.",
        ],
        remedy: &[
            always(
                "In the network, look for URL filtering or TLS inspection that cuts off {host}, and exempt the node's traffic to it.",
            ),
            always(
                "On the server or load balancer, check that TLS is served on port {port} and that a healthy server is behind it.",
            ),
            always(
                "In ISE, Administration > System > Settings > Security Settings: compare TLS versions and ciphers with what the server accepts.",
            ),
        ],
    },
    Entry {
        outcome: OutcomeName::ConnectionReset,
        detail: Some("after_request"),
        title: "The connection was cut instead of answered",
        meaning: "TLS was established and the request was sent; then the other side closed the connection without a complete answer.",
        proof: &[
            "Log: `Connection reset`, `failed to respond`, `Premature end` after the request.",
            "Wire: RST or FIN after the request and before an answer.",
        ],
        causes: &[
            "The application behind the server crashed or was restarting.",
            "A load balancer or an inspecting firewall gave up on the request.",
            "The server closed a connection that was kept open for too long just as the request went out.",
        ],
        remedy: &[
            always("To see whether it was a passing restart, {repeat}: a failure that happens every time is not."),
            always(
                "Ask the operator of {server} for the log of the application and the load balancer at the time of the attempt.",
            ),
            always("In the network, look for inspection or idle timeouts on the path to {server}."),
        ],
    },
];

pub(super) const READ_TIMEOUT: Entry = Entry {
    outcome: OutcomeName::ReadTimeout,
    detail: None,
    title: "The server did not answer the request in time",
    meaning: "Connection and TLS were established and the request was sent, but the answer did not arrive before ISE gave up.",
    proof: &[
        "Log: `Read timed out` (SocketTimeoutException) after the request.",
        "Wire: the request is on the wire, often acknowledged, and no data comes back before the node closes the connection.",
    ],
    causes: &[
        "The MDM server is overloaded, or is waiting for its database.",
        "A proxy, load balancer or inspecting firewall holds the request or the answer back.",
        "Large packets of the answer are lost on the path (MTU).",
        "The timeout in ISE is too short for this server.",
    ],
    remedy: &[
        always("Ask the operator of {server} how long the request took on the server at the time of the attempt."),
        always(
            "In ISE, Administration > Network Resources > External MDM: check the timeout of the integration (30000 ms is both the default and the maximum).",
        ),
        always(
            "In the network, look for inspection on the path to {server}, and for lost large packets (MTU, blocked ICMP `fragmentation needed`).",
        ),
        always("If {proxy} is in the path, check its log for the same request."),
    ],
};
