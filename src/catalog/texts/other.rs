//! Failures that the log tells and that have no outcome of their own.

use crate::catalog::entry::Entry;
use crate::catalog::remedy::{always, at, otherwise};
use crate::model::mdm::Vendor;
use crate::model::outcome::OutcomeName;

pub(super) const FAILURE: [Entry; 6] = [
    Entry {
        outcome: OutcomeName::OtherFailure,
        detail: None,
        title: "It failed for a reason that no rule recognizes",
        meaning: "The log calls the request an error and gives a reason in words that no rule recognizes. The \
                  report quotes them.",
        proof: &["Log: an ERROR record of the request, or `errorOccurred: true`, with a reason of its own."],
        causes: &["The words of the log, which the report quotes as `reason`, say what happened."],
        remedy: &[
            at(
                Vendor::ConfigurationManager,
                "check domain, user name and password of the account that ISE uses, that it may use DCOM and read the site's WMI namespace remotely, and that WMI (RPC, TCP \
                 135 and the dynamic ports) is open from the node (Cisco, \"How to Integrate Cisco ISE with Microsoft SCCM\").",
            ),
            always(
                "Read the words that the report quotes, and the record at the line that it cites; search Cisco's and the vendor's documentation for them.",
            ),
            always(
                "In ISE, Operations > Troubleshoot > Debug Wizard > Debug Log Configuration: set external-mdm to TRACE on {node}, {repeat}, \
             and read the stack trace below the error.",
            ),
        ],
    },
    Entry::of_detail(
        OutcomeName::OtherFailure,
        "connection_pool",
        "The node's own connection pool is exhausted",
        "The request never left the node: all connections of its HTTP client were in use, or the client had been shut down.",
        &["Log: `Timeout waiting for connection from pool` or `Connection pool shut down`."],
        &[
            "The MDM server answers so slowly that requests pile up on the node.",
            "More endpoints authenticate at once than the node can query for.",
            "The MDM settings were changed or the service restarted while requests were in progress.",
        ],
        &[
            always(
                "In the report, look at the attempts before this one: slow or missing answers from {server} fill the pool.",
            ),
            always(
                "In ISE, Administration > Network Resources > External MDM: lengthen the Compliance Cache Expiration Time, so that each endpoint is asked for less often.",
            ),
            always(
                "{cli}, run `application stop ise` and `application start ise` in a maintenance window, if the errors continue after the server answers again.",
            ),
        ],
    ),
    Entry::of_detail(
        OutcomeName::OtherFailure,
        "redirect",
        "The redirects never end",
        "The server redirected ISE from one URL to another, in a loop or more times than the client follows.",
        &["Log: `Circular redirect`, `Maximum redirects exceeded`, or `RedirectException`."],
        &[
            "The path leads to a web page that requires a login, not to the API.",
            "The server redirects between two names or between HTTP and HTTPS.",
            "A captive portal or web filter is in the path.",
        ],
        &[
            always("Open {url} from a machine near the node and see where it leads."),
            always(
                "In ISE, Administration > Network Resources > External MDM: enter the Hostname, Port and Instance Name of the MDM API itself.",
            ),
            always("On the server or load balancer of {server}, fix the redirect loop."),
        ],
    ),
    Entry::of_detail(
        OutcomeName::OtherFailure,
        "unexpected_answer",
        "Status 200, but not an answer of the MDM API",
        "The server answered with status 200, but what it sent is not an answer of the MDM API: a web page, or nothing that ISE can read.",
        &[
            "Log: response code 200 and a body that is not `<ise_api>`, or an error while the answer was parsed.",
            "Wire: status 200 with a page of HTML, in plain HTTP or in a session that TLS secrets open.",
        ],
        &[
            "The Instance Name or the port leads to the server's web interface, not to its API.",
            "A login page, a captive portal, a web filter or a maintenance page answers in place of the API.",
            "The server does not speak the API version that ISE asks for.",
        ],
        &[
            always("Open {url} in a browser near the node: it shows what ISE received."),
            always(
                "In ISE, Administration > Network Resources > External MDM: check Hostname, Port and Instance Name.",
            ),
            always("In the network, exempt the node from captive portals and web filters on its path to {server}."),
        ],
    ),
    Entry::of_detail(
        OutcomeName::OtherFailure,
        "token_refused",
        "The identity provider refused to issue a token",
        "ISE needs a token before it may query the MDM server, and the identity provider refused to issue one. The code in its answer says why.",
        &[
            "Log: `AADSTS` with a number, `invalid_client`, `unauthorized_client` or the like in the answer to a token request.",
        ],
        &[
            "AADSTS700027: the certificate ISE signs with is not registered with the app, or has been renewed since then.",
            "AADSTS7000215, AADSTS7000222: the client secret is wrong or has expired.",
            "AADSTS50012, AADSTS700024: the signed assertion is outside its validity period, so the node's clock is wrong.",
            "AADSTS700016, AADSTS90002: the app or the tenant does not exist, or the wrong one is set.",
        ],
        &[
            otherwise(
                "In Entra ID, App registrations > the app of ISE > Certificates & secrets: upload the admin certificate that the node uses now.",
            ),
            otherwise("{cli}, `show clock` and `show ntp`: check that the node's time is right."),
            always(
                "In ISE, Administration > Network Resources > External MDM: compare Client ID, token URL (tenant) and Auto Discovery URL with the app registration in Entra ID.",
            ),
            always(
                "In Entra ID, Sign-in logs > Service principal sign-ins: find the request at the time of the attempt; it shows the app and the reason.",
            ),
        ],
    ),
    Entry::of_detail(
        OutcomeName::OtherFailure,
        "local",
        "The node itself could not start the connection",
        "The request never left the node: its operating system had no address or port for it, or did not allow it.",
        &[
            "Log: `Cannot assign requested address`, `Permission denied`, `No buffer space available`, `Too many open files`.",
        ],
        &[
            "All local ports are in use: too many connections in a short time.",
            "A security policy of the node blocks the connection.",
            "The interface that ISE should use is down or has no address.",
        ],
        &[
            always(
                "{cli}, `show interface` and `show ip route`: check that the node has an address and a route to {server}.",
            ),
            always("{cli}, `show ports` and `show tech-support`: look for connections that were never closed."),
            always(
                "If it recurs, open a case with Cisco TAC: an administrator cannot change the node's operating system.",
            ),
        ],
    ),
];
