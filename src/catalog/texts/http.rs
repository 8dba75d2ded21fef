//! The server answered.

use crate::catalog::Entry;
use crate::model::outcome::OutcomeName;

pub(super) const SUCCESS: Entry = Entry {
    outcome: OutcomeName::Success,
    detail: None,
    title: "The MDM server answered as it should",
    meaning: "The MDM server answered the query with status 200 and an answer of its API that ISE could read.",
    proof: &[
        "Log: `MDM Server Response Code: 200` with an `<ise_api>` body, or a returned answer with `errorOccurred: false`.",
        "Wire: status 200 in plain HTTP, or in a session that TLS secrets open. An encrypted exchange alone proves no success.",
    ],
    causes: &[],
    remedy: &["Nothing to do."],
};

pub(super) const UNAUTHORIZED: Entry = Entry {
    outcome: OutcomeName::Http401,
    detail: None,
    title: "The MDM server does not accept the user (401)",
    meaning: "Name resolution, network and TLS work and the MDM server was reached, but it refused the user name and \
              password that ISE sent, or this way of authenticating. ISE tries again with the next API version, with the same result.",
    proof: &[
        "Log: `Connection Failed: 401` in the error of MdmRESTClient or MdmClient, or `MDM Server Response Code: 401`.",
        "Wire: status 401 in plain HTTP, or in a session that TLS secrets open. Encrypted, it looks like any other answer.",
    ],
    causes: &[
        "Jamf Pro does not take Basic authentication for its API. The guide: not allowed by default from 10.35 on. Jamf: off in \
         new instances since 10.42, and no longer supported by the Classic API since 11.5.",
        "The user name or password in ISE is wrong, or the password was changed or has expired.",
        "The account does not exist in this Jamf Pro instance, is disabled or locked.",
        "The account lacks the privileges for the integration.",
        "A gateway in front of the server asks for credentials of its own.",
    ],
    remedy: &[
        "In Jamf Pro, Settings > System > User accounts and groups > Password Policy: check that `Allow Basic authentication in \
         addition to Bearer Token authentication` is selected.",
        "In Jamf Pro, Settings > System > User accounts and groups: check that the user of the integration exists, is enabled, \
         and has the privileges for it (the guide uses an account with full access).",
        "With Microsoft Intune, check the app registration: client ID, API permissions with admin consent, and that it holds the \
         certificate of the ISE node and that the certificate has not expired.",
        "In ISE, Administration > Network Resources > External MDM: enter user name and password again and press Test Connection.",
        "In Jamf Pro 11.5 and later Basic authentication is gone from the Classic API: if all of the above is right, ask Jamf \
         which authentication the network integration of this release takes.",
    ],
};

pub(super) const NOT_FOUND: Entry = Entry {
    outcome: OutcomeName::Http404,
    detail: None,
    title: "The MDM server does not know the path (404)",
    meaning: "The MDM server was reached and TLS works, but the instance that ISE asked for does not exist there: the Instance \
              Name in ISE is wrong, or the instance is gone.",
    proof: &[
        "Log: `Connection Failed: 404` in the error of MdmRESTClient or MdmClient, or `MDM Server Response Code: 404`.",
        "Wire: status 404 in plain HTTP, or in a session that TLS secrets open. Encrypted, it looks like any other answer.",
    ],
    causes: &[
        "The Instance Name in ISE is mistyped or incomplete: it must be all that follows the host in the URL that Jamf Pro shows, \
         `/networkIntegrationEndpoint/ID`.",
        "The network integration was deleted in Jamf Pro, or made anew and has another ID.",
        "The host belongs to another tenant or server than the one with the integration.",
        "A gateway or load balancer answers in place of the MDM server.",
    ],
    remedy: &[
        "In Jamf Pro, Settings > Network > Network integration: open the integration for Cisco ISE and copy its network integration \
         URL; make a new one if it is gone.",
        "In ISE, Administration > Network Resources > External MDM: compare Hostname, Port and Instance Name with that URL.",
        "ISE asked for {url}, so its Instance Name is {instance}: see whether the MDM server has that instance.",
        "In ISE, press Test Connection after the change.",
        "With Microsoft Intune, check the Auto Discovery URL (https://graph.microsoft.com for Microsoft Graph) and the tenant in it.",
    ],
};

pub(super) const ERROR: [Entry; 5] = [
    Entry {
        outcome: OutcomeName::HttpError,
        detail: None,
        title: "The MDM server answered with an error",
        meaning: "The MDM server, or a gateway in front of it, answered the query with an HTTP status that is neither 200 nor 401 nor 404.",
        proof: &[
            "Log: `MDM Server Response Code: N` or `Connection Failed: N`, with N the status.",
            "Wire: the status in plain HTTP, or in a session that TLS secrets open.",
        ],
        causes: &[
            "The server or a gateway in front of it refuses the request or is out of order; the status says which.",
            "Host, port or instance name point to something other than the MDM API.",
        ],
        remedy: &[
            "Look the status up in the log of the MDM server, or of the gateway in front of it, at the time of the attempt.",
            "In ISE, Administration > Network Resources > External MDM: check Hostname, Port and Instance Name.",
        ],
    },
    Entry {
        outcome: OutcomeName::HttpError,
        detail: Some("3xx"),
        title: "The MDM server sends ISE elsewhere (3xx)",
        meaning: "The answer was a redirection to another URL instead of an answer of the API.",
        proof: &[
            "Log: a response code from 300 to 399.",
            "Wire: the status and its `Location` in plain HTTP, or in a session that TLS secrets open.",
        ],
        causes: &[
            "The server has moved to another name or port, and ISE still has the old one.",
            "The path leads to a web page, which redirects to a login form, and not to the API.",
            "A captive portal or web filter is in the way.",
        ],
        remedy: &[
            "Open {url} from a machine near the node and see where it leads.",
            "In ISE, Administration > Network Resources > External MDM: enter the Hostname, Port and Instance Name of the MDM API itself.",
            "In the network, exempt the node from captive portals and web filters on its way to {server}.",
        ],
    },
    Entry {
        outcome: OutcomeName::HttpError,
        detail: Some("403"),
        title: "The MDM server forbids the request (403)",
        meaning: "The server was reached and refuses the request itself; other credentials may not be enough.",
        proof: &[
            "Log: response code 403 or `Connection Failed: 403`. Through a proxy the same words may stand for the proxy's answer to \
             CONNECT, which is `proxy_error/403`; the capture tells the two apart.",
            "Wire: status 403 in plain HTTP, or in a session that TLS secrets open, after the tunnel stood.",
        ],
        causes: &[
            "The account may log in, but not use the integration.",
            "The server only admits certain source addresses, and the node, its NAT or its proxy is not among them.",
            "A web application firewall in front of the server blocks the request.",
        ],
        remedy: &[
            "In Jamf Pro, Settings > System > User accounts and groups: check the privileges of the user of the integration.",
            "With Microsoft Intune, check the API permissions of the app registration and that an administrator consented to them.",
            "Ask the operator of {server} whether an allow list or a web application firewall refused the address that the node shows to it.",
        ],
    },
    Entry {
        outcome: OutcomeName::HttpError,
        detail: Some("429"),
        title: "The MDM server asks for fewer requests (429)",
        meaning: "The server limits the rate of requests and has turned this one away.",
        proof: &[
            "Log: response code 429 or `Connection Failed: 429`.",
            "Wire: status 429 in plain HTTP, or in a session that TLS secrets open.",
        ],
        causes: &["The nodes, or other programs with the same account, ask more often than the server allows."],
        remedy: &[
            "Wait and press Test Connection again.",
            "In ISE, Administration > Network Resources > External MDM: lengthen the Polling Interval and the Compliance Cache Expiration Time.",
            "Ask the operator of {server} for its limits and who reached them.",
        ],
    },
    Entry {
        outcome: OutcomeName::HttpError,
        detail: Some("5xx"),
        title: "The MDM server or its gateway is out of order (5xx)",
        meaning: "The request reached the server's side and failed there: the node, its network and its settings did their part.",
        proof: &[
            "Log: a response code from 500 to 599, or `Connection Failed: 5xx`.",
            "Wire: the status in plain HTTP, or in a session that TLS secrets open.",
        ],
        causes: &[
            "502, 503, 504: the gateway or load balancer is up and the application behind it is not: an outage, an upgrade, overload.",
            "500: the application failed on this request.",
        ],
        remedy: &[
            "Check the status page of the MDM service, or the health of the server, at the time of the attempt.",
            "Ask the operator of {server} for its log at that time.",
            "Press Test Connection again later; nothing needs to be changed in ISE for this.",
        ],
    },
];
