//! Failures that the log tells and that have no outcome of their own.

use crate::catalog::Entry;
use crate::model::outcome::OutcomeName;

const fn detail(
    detail: &'static str,
    title: &'static str,
    meaning: &'static str,
    proof: &'static [&'static str],
    causes: &'static [&'static str],
    remedy: &'static [&'static str],
) -> Entry {
    Entry { outcome: OutcomeName::OtherFailure, detail: Some(detail), title, meaning, proof, causes, remedy }
}

pub(super) const FAILURE: [Entry; 6] = [
    Entry {
        outcome: OutcomeName::OtherFailure,
        detail: None,
        title: "It failed, in words that no rule knows",
        meaning: "The log calls the request an error, and what it says of the reason is none of the words that are known. The \
                  report quotes them.",
        proof: &["Log: an ERROR record of the request, or `errorOccurred: true`, with words of its own."],
        causes: &["The words of the log, which the report quotes as `reason`, say what it was."],
        remedy: &[
            "Read the words that the report quotes, and the record at the line that it cites; search Cisco's and the vendor's documentation for them.",
            "In ISE, Operations > Troubleshoot > Debug Wizard > Debug Log Configuration: set external-mdm to TRACE on this node, repeat the attempt, \
             and read the stack trace below the error.",
        ],
    },
    detail(
        "connection_pool",
        "The node's own pool of connections is used up",
        "The request never left the node: all connections of its HTTP client were in use, or the client had been shut down.",
        &["Log: `Timeout waiting for connection from pool` or `Connection pool shut down`."],
        &[
            "The MDM server answers so slowly that requests pile up on the node.",
            "More endpoints authenticate at a time than the node can ask for.",
            "The MDM settings were changed or the service restarted while requests were under way.",
        ],
        &[
            "In the report, look at the attempts before this one: slow or silent answers of {server} fill the pool.",
            "In ISE, Administration > Network Resources > External MDM: lengthen the Compliance Cache Expiration Time, so that each endpoint is asked for less often.",
            "In ISE's CLI, `application stop ise` and `application start ise` on this node at a quiet hour, if the errors go on after the server answers again.",
        ],
    ),
    detail(
        "redirect",
        "Redirects lead nowhere",
        "The server sent ISE from one URL to another, in a circle or more often than the client follows.",
        &["Log: `Circular redirect`, `Maximum redirects exceeded`, or `RedirectException`."],
        &[
            "The path leads to a web page that wants a login, and not to the API.",
            "The server redirects between two names or between HTTP and HTTPS.",
            "A captive portal or web filter is in the way.",
        ],
        &[
            "Open {url} from a machine near the node and see where it leads.",
            "In ISE, Administration > Network Resources > External MDM: enter the Hostname, Port and Instance Name of the MDM API itself.",
            "On the server or load balancer of {server}, end the circle of redirects.",
        ],
    ),
    detail(
        "unexpected_answer",
        "200, but no answer of the MDM API",
        "The server answered with status 200, and what it sent is not what the MDM API answers: a web page, or nothing that ISE can read.",
        &[
            "Log: response code 200 and a body that is no `<ise_api>`, or an error while the answer was parsed.",
            "Wire: status 200 with a page of HTML, in plain HTTP or in a session that TLS secrets open.",
        ],
        &[
            "The Instance Name or the port leads to the server's web interface and not to its API.",
            "A login page, a captive portal, a web filter or a maintenance page answers in place of the API.",
            "The API version that ISE asks for is not the one that the server speaks.",
        ],
        &[
            "Open {url} in a browser near the node: what comes is what ISE got.",
            "In ISE, Administration > Network Resources > External MDM: check Hostname, Port and Instance Name.",
            "In the network, exempt the node from captive portals and web filters on its way to {server}.",
        ],
    ),
    detail(
        "token_refused",
        "The identity provider gave no token",
        "Before ISE may ask the MDM server it needs a token, and the identity provider refused it. The code in its words says why.",
        &[
            "Log: `AADSTS` with a number, `invalid_client`, `unauthorized_client` or the like in the answer to a token request.",
        ],
        &[
            "AADSTS700027: the certificate with which ISE signs is not registered with the app, or was renewed since.",
            "AADSTS7000215, AADSTS7000222: the client secret is wrong or has expired.",
            "AADSTS50012, AADSTS700024: the signed assertion lies outside its time, so the node's clock is wrong.",
            "AADSTS700016, AADSTS90002: the application or the tenant does not exist, or is another one.",
        ],
        &[
            "In Entra ID, App registrations > the app of ISE > Certificates & secrets: upload the node's present admin certificate.",
            "In ISE's CLI, `show clock` and `show ntp`: check that the node's time is right.",
            "In ISE, Administration > Network Resources > External MDM: compare Client ID and Auto Discovery URL (tenant) with the app registration.",
        ],
    ),
    detail(
        "local",
        "The node itself did not let the connection begin",
        "The request never left the node: its operating system had no address or port for it, or did not permit it.",
        &[
            "Log: `Cannot assign requested address`, `Permission denied`, `No buffer space available`, `Too many open files`.",
        ],
        &[
            "All local ports are in use: too many connections in a short time.",
            "A security policy of the node forbids the connection.",
            "The interface that ISE is to use is down or has no address.",
        ],
        &[
            "In ISE's CLI, `show interface` and `show ip route`: check that the node has an address and a way to {server}.",
            "In ISE's CLI, `show ports` and `show tech-support`: look for connections that are not closed.",
            "Open a case with Cisco TAC when it comes back: an administrator cannot change the node's operating system.",
        ],
    ),
];
