//! The proxy refused, or could not be reached.

use crate::catalog::entry::Entry;
use crate::catalog::remedy::always;
use crate::model::outcome::OutcomeName;

pub(super) const ERROR: [Entry; 6] = [
    Entry {
        outcome: OutcomeName::ProxyError,
        detail: None,
        title: "The proxy did not let the connection through",
        meaning: "ISE uses a proxy for the MDM server, and the proxy refused the tunnel or could not be reached. The MDM server was never contacted.",
        proof: &[
            "Log: a `Proxy Config in request` record, and an error about CONNECT or about the connection to the proxy.",
            "Wire: the proxy's answer to CONNECT other than 2xx, or no connection to the proxy.",
        ],
        causes: &[
            "The proxy does not allow the node, the server or the port.",
            "The proxy's address or port in ISE is wrong, or the proxy is down.",
        ],
        remedy: &[
            always("Check the log of {proxy} at the time of the attempt."),
            always(
                "In ISE, Administration > System > Settings > Proxy: check address, port and credentials of the proxy, and whether {host} should bypass it.",
            ),
        ],
    },
    Entry::of_detail(
        OutcomeName::ProxyError,
        "407",
        "The proxy requires credentials (407)",
        "The proxy answered CONNECT with 407: it requires a user name and password, and ISE sent none or the wrong ones.",
        &[
            "Log: `407` or `Proxy Authentication Required`.",
            "Wire: status 407 in answer to CONNECT; its `Proxy-Authenticate` header names the schemes that it accepts.",
        ],
        &[
            "No credentials are set for the proxy in ISE, or they are wrong or have expired.",
            "The proxy only accepts NTLM or Kerberos; ISE documents Basic authentication for proxies and no NTLM.",
        ],
        &[
            always(
                "In ISE, Administration > System > Settings > Proxy: select `Password required` and enter the user name and password for the proxy.",
            ),
            always(
                "On {proxy}, allow Basic authentication for the node, or exempt the node's address from authentication.",
            ),
            always(
                "In ISE, Administration > System > Settings > Proxy: if the node can reach {server} without the proxy, add {host} to the hosts that bypass it.",
            ),
        ],
    ),
    Entry::of_detail(
        OutcomeName::ProxyError,
        "403",
        "The proxy forbids the connection (403)",
        "The proxy answered CONNECT with 403: its rules do not allow the node to reach this server or port.",
        &["Log: `403`; the same words as for a 403 of the MDM server.", "Wire: status 403 in answer to CONNECT."],
        &[
            "The server is not on the proxy's allow list, or in a blocked category.",
            "The proxy does not allow CONNECT to this port.",
            "The proxy does not know the node.",
        ],
        &[
            always(
                "On {proxy}, allow CONNECT from the node to {server}; the proxy's log names the rule that refused it.",
            ),
            always(
                "In ISE, Administration > System > Settings > Proxy: if the node can reach {server} without the proxy, add {host} to the hosts that bypass it.",
            ),
        ],
    ),
    Entry::of_detail(
        OutcomeName::ProxyError,
        "5xx",
        "The proxy could not reach the server (5xx)",
        "The proxy accepted the request but could not resolve the MDM server's name or could not connect to it.",
        &["Log: the status (`502`, `503`, `504`) in the error.", "Wire: that status in answer to CONNECT."],
        &[
            "The proxy cannot resolve the server's name.",
            "A firewall behind the proxy drops or rejects the port.",
            "The server is down, or refuses the proxy.",
            "The proxy itself is overloaded.",
        ],
        &[
            always(
                "On {proxy}, check its log at the time of the attempt, and that it resolves {host} and can connect to its port {port}.",
            ),
            always("In the network, look for a firewall between the proxy and {server}."),
            always(
                "In ISE, Administration > Network Resources > External MDM: check the spelling of Hostname ({host}) and the Port.",
            ),
        ],
    ),
    Entry::of_detail(
        OutcomeName::ProxyError,
        "unreachable",
        "The proxy cannot be reached",
        "The node could not connect to the proxy: no answer, no route, or its name does not resolve.",
        &[
            "Log: `Connect to PROXY failed: connect timed out` or `No route to host`, with the proxy's name or address.",
            "Wire: SYNs to the proxy without an answer, or ICMP errors to them.",
        ],
        &[
            "The proxy is down, or has moved.",
            "A firewall drops the connection from the node to the proxy.",
            "The proxy's address or port in ISE is wrong.",
        ],
        &[
            always("In ISE, Administration > System > Settings > Proxy: check address and port ({proxy})."),
            always("Check that {proxy} is up; `traceroute` in the node's CLI shows the path to it."),
            always(
                "In the network, allow the node to reach {proxy}; check the firewall's log at the time of the attempt.",
            ),
        ],
    ),
    Entry::of_detail(
        OutcomeName::ProxyError,
        "refused",
        "The proxy's port is closed",
        "The proxy's host answered the connection request with RST: nothing listens on that port, or a firewall rejects it.",
        &["Log: `Connection refused` while connecting to the proxy.", "Wire: RST in answer to the SYN to the proxy."],
        &[
            "The port of the proxy in ISE is wrong.",
            "The proxy service is stopped.",
            "A firewall rejects the connection with RST.",
        ],
        &[
            always("In ISE, Administration > System > Settings > Proxy: check address and port ({proxy})."),
            always(
                "On the proxy, check that the service is running and listening on that port for the node's network.",
            ),
        ],
    ),
];
