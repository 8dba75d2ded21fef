//! The server answered.

use crate::catalog::entry::Entry;
use crate::catalog::remedy::{always, at, otherwise, queries};
use crate::model::mdm::Vendor;
use crate::model::outcome::OutcomeName;

pub(super) const SUCCESS: Entry = Entry {
    outcome: OutcomeName::Success,
    detail: None,
    title: "The MDM server answered as it should",
    meaning: "The MDM server answered the query with status 200 and an API answer that ISE could read.",
    proof: &[
        "Log: `MDM Server Response Code: 200` with an `<ise_api>` body, or a returned answer with `errorOccurred: false`.",
        "Wire: status 200 in plain HTTP, or in a session that TLS secrets decrypt. An encrypted exchange alone proves no success.",
    ],
    causes: &[],
    remedy: &[always("Nothing to do.")],
};

pub(super) const UNAUTHORIZED: Entry = Entry {
    outcome: OutcomeName::Http401,
    detail: None,
    title: "The MDM server rejected ISE's credentials (401)",
    meaning: "Name resolution, network and TLS work and the MDM server was reached, but it rejected the user name and \
              password that ISE sent, or this method of authentication. ISE retries with the next API version, with the same result.",
    proof: &[
        "Log: `Connection Failed: 401` in the error of MdmRESTClient or MdmClient, or `MDM Server Response Code: 401`.",
        "Wire: status 401 in plain HTTP, or in a session that TLS secrets decrypt. Encrypted, it looks like any other answer.",
    ],
    causes: &[
        "Jamf Pro does not accept Basic authentication for its API. Cisco's \"Integrate ISE 3.3 with JAMF as MDM Server\": not \
         enabled by default from 10.35 on. Jamf: off in new instances since 10.42, and no longer supported by the Classic API since 11.5.",
        "The user name or password in ISE is wrong, or the password was changed or has expired.",
        "The account does not exist on this MDM server, or is disabled or locked.",
        "The account lacks the privileges that the integration needs.",
        "A gateway in front of the server asks for credentials of its own.",
    ],
    remedy: &[
        otherwise(
            "In the MDM server's console, check that the account ISE uses exists, is neither disabled nor locked, may use the API, and that \
             its password has not expired.",
        ),
        at(
            Vendor::Jamf,
            "Settings > System > User accounts and groups > Password Policy: check that `Allow Basic authentication in \
             addition to Bearer Token authentication` is selected.",
        ),
        at(
            Vendor::Jamf,
            "Settings > System > User accounts and groups: check that the integration's account exists, is enabled, \
             and has the privileges it needs (Cisco's \"Integrate ISE 3.3 with JAMF as MDM Server\" uses an account with full access).",
        ),
        at(
            Vendor::Intune,
            "check the app registration in Entra ID: client ID, API permissions with admin consent, and that the certificate of the \
             ISE node is registered there and has not expired.",
        ),
        at(
            Vendor::Meraki,
            "Organization > MDM, ISE settings: compare the user name and password shown there with those in ISE (Meraki, \"Device posture tracking \
             with Cisco ISE and Meraki Systems Manager\").",
        ),
        at(
            Vendor::WorkspaceOne,
            "Groups & Settings > All Settings > System > Advanced > API > REST API: check that API access and, under Authentication, Basic are enabled \
             for the organization group of the integration's account.",
        ),
        at(
            Vendor::WorkspaceOne,
            "Accounts > Administrators > List View: check that the account is a basic administrator, is active, and that its password has not expired.",
        ),
        at(
            Vendor::Ivanti,
            "Users: check that ISE uses an API user with the role `Cisco ISE Operations` (Ivanti, \"Adding an API user for Cisco ISE operations\"), and reset \
             its password if in doubt.",
        ),
        at(
            Vendor::MaaS360,
            "check that the administrator ISE uses is active, may call the web services, and that its password has not expired.",
        ),
        at(
            Vendor::Citrix,
            "check that the administrator ISE uses is active and that its role allows access to the API.",
        ),
        at(Vendor::Soti, "check that the account ISE uses is active and that its role allows access to the API."),
        at(
            Vendor::ConfigurationManager,
            "check domain, user name and password of the account that ISE uses, and its rights for remote WMI.",
        ),
        always(
            "In ISE, Administration > Network Resources > External MDM: enter user name and password again, then {repeat}.",
        ),
        at(
            Vendor::Jamf,
            "look up which release it is. Cisco's \"Integrate UEM and MDM Servers With Cisco ISE\" says \"Cisco ISE can be integrated with Jamf Pro 10.42.0 or later\"; \
             an earlier edition says \"Cisco ISE 3.0 or earlier releases cannot be integrated with Jamf Pro 10.42.0 or later\". From 11.5 on, the Classic API no longer \
             accepts Basic authentication: if everything else is right, ask Jamf which authentication the network integration of this release accepts.",
        ),
    ],
};

pub(super) const NOT_FOUND: Entry = Entry {
    outcome: OutcomeName::Http404,
    detail: None,
    title: "The MDM server does not know the path (404)",
    meaning: "The MDM server was reached and TLS works, but what ISE asked for does not exist there: the Instance \
              Name in ISE is wrong, or the instance is gone.",
    proof: &[
        "Log: `Connection Failed: 404` in the error of MdmRESTClient or MdmClient, or `MDM Server Response Code: 404`.",
        "Wire: status 404 in plain HTTP, or in a session that TLS secrets decrypt. Encrypted, it looks like any other answer.",
    ],
    causes: &[
        "The Instance Name in ISE is mistyped or incomplete. For Jamf Pro it is everything that follows the host in the URL that Jamf Pro shows, \
         `/networkIntegrationEndpoint/ID`.",
        "The integration was deleted on the MDM server, or created again and has another ID.",
        "The host belongs to another tenant or server than the one with the integration.",
        "A gateway or load balancer answers in place of the MDM server.",
    ],
    remedy: &[
        otherwise(
            "In the MDM server's console or documentation, look up the URL that it gives for Cisco ISE, and whether the integration still exists.",
        ),
        at(
            Vendor::Jamf,
            "Settings > Network > Network integration: open the integration for Cisco ISE and copy its network integration \
             URL; create a new one if it is gone.",
        ),
        at(
            Vendor::Intune,
            "check that the Auto Discovery URL in ISE is https://graph.microsoft.com (or that of the national cloud), and that the tenant in the token URL is the right one.",
        ),
        at(
            Vendor::Meraki,
            "Organization > MDM, ISE settings: compare the Setup URL shown there with Hostname, Port and Instance Name in ISE.",
        ),
        at(
            Vendor::WorkspaceOne,
            "Groups & Settings > All Settings > System > Advanced > Site URLs: compare the REST API URL with Hostname and Instance Name in ISE.",
        ),
        at(
            Vendor::Ivanti,
            "check which host serves the Cisco ISE API for this tenant or Core server, and that the Instance Name in ISE is that of the tenant.",
        ),
        always(
            "In ISE, Administration > Network Resources > External MDM: compare Hostname, Port and Instance Name with that URL.",
        ),
        always(
            "ISE asked for {url}, so its Instance Name is {instance}: check whether the MDM server has that instance.",
        ),
        queries(
            "If Test Connection succeeds and device queries get 404, the device may simply not be enrolled: some servers answer 404 for a device that they do not know.",
        ),
        always("After the change, {repeat}."),
    ],
};

pub(super) const ERROR: [Entry; 5] = [
    Entry {
        outcome: OutcomeName::HttpError,
        detail: None,
        title: "The MDM server answered with an error",
        meaning: "The MDM server, or a gateway in front of it, answered the query with an HTTP status other than 200, 401 and 404.",
        proof: &[
            "Log: `MDM Server Response Code: N` or `Connection Failed: N`, with N the status.",
            "Wire: the status in plain HTTP, or in a session that TLS secrets decrypt.",
        ],
        causes: &[
            "The server or a gateway in front of it rejects the request or is failing; the status says which.",
            "Host, port or Instance Name point to something other than the MDM API.",
        ],
        remedy: &[
            always(
                "Look up the status in the log of the MDM server, or of the gateway in front of it, at the time of the attempt.",
            ),
            always(
                "In ISE, Administration > Network Resources > External MDM: check Hostname, Port and Instance Name.",
            ),
        ],
    },
    Entry {
        outcome: OutcomeName::HttpError,
        detail: Some("3xx"),
        title: "The MDM server redirects ISE elsewhere (3xx)",
        meaning: "The answer was a redirect to another URL instead of an answer of the API.",
        proof: &[
            "Log: a response code from 300 to 399.",
            "Wire: the status and its `Location` in plain HTTP, or in a session that TLS secrets decrypt.",
        ],
        causes: &[
            "The server has moved to another name or port, and ISE still has the old one.",
            "The path leads to a web page, which redirects to a login form, and not to the API.",
            "A captive portal or web filter is in the path.",
        ],
        remedy: &[
            always("Open {url} from a machine near the node and see where it leads."),
            always(
                "In ISE, Administration > Network Resources > External MDM: enter the Hostname, Port and Instance Name of the MDM API itself.",
            ),
            always("In the network, exempt the node from captive portals and web filters on its path to {server}."),
        ],
    },
    Entry {
        outcome: OutcomeName::HttpError,
        detail: Some("403"),
        title: "The MDM server forbids the request (403)",
        meaning: "The server was reached and refuses the request itself; other credentials may not help.",
        proof: &[
            "Log: response code 403 or `Connection Failed: 403`. Through a proxy the same words may stand for the proxy's answer to \
             CONNECT, which is `proxy_error/403`; the capture tells the two apart.",
            "Wire: status 403 in plain HTTP, or in a session that TLS secrets decrypt, after the tunnel was established.",
        ],
        causes: &[
            "The account may log in but may not use the integration.",
            "The server only admits certain source addresses, and the node, its NAT or its proxy is not among them.",
            "A web application firewall in front of the server blocks the request.",
        ],
        remedy: &[
            otherwise("In the MDM server's console, check the role and privileges of the account that ISE uses."),
            at(
                Vendor::Jamf,
                "Settings > System > User accounts and groups: check the privileges of the integration's account.",
            ),
            at(
                Vendor::Intune,
                "check the API permissions of the app registration in Entra ID, and that an administrator has consented to them.",
            ),
            at(
                Vendor::Meraki,
                "Organization > MDM, ISE settings: check that the integration is still set up and that ISE uses the user name shown there.",
            ),
            at(
                Vendor::WorkspaceOne,
                "Accounts > Administrators: check that the role of the integration's account includes the REST API permissions for devices.",
            ),
            at(
                Vendor::Ivanti,
                "Users: give the API user that ISE uses the role `Cisco ISE Operations` (Ivanti, \"Adding an API user for Cisco ISE operations\").",
            ),
            at(Vendor::MaaS360, "check that the role of the administrator ISE uses allows the web services."),
            at(Vendor::Citrix, "check that the role of the administrator ISE uses allows access to the API."),
            at(
                Vendor::Soti,
                "check that the role of the account ISE uses allows access to the API and to the devices asked for.",
            ),
            at(Vendor::ConfigurationManager, "check that the account ISE uses may read the site's WMI namespace."),
            always(
                "Ask the operator of {server} whether an allow list or a web application firewall rejected the address that the node's requests come from.",
            ),
        ],
    },
    Entry {
        outcome: OutcomeName::HttpError,
        detail: Some("429"),
        title: "The MDM server limits the rate of requests (429)",
        meaning: "The server limits the rate of requests and rejected this one.",
        proof: &[
            "Log: response code 429 or `Connection Failed: 429`.",
            "Wire: status 429 in plain HTTP, or in a session that TLS secrets decrypt.",
        ],
        causes: &["The nodes, or other programs that use the same account, send more requests than the server allows."],
        remedy: &[
            always(
                "In ISE, Administration > Network Resources > External MDM: lengthen the Compliance Cache Expiration Time, so that each endpoint is asked for less often, and the Polling Interval.",
            ),
            always("Ask the operator of {server} what its limits are and which client exceeded them."),
            always("Wait, then {repeat}."),
        ],
    },
    Entry {
        outcome: OutcomeName::HttpError,
        detail: Some("5xx"),
        title: "The MDM server or its gateway failed (5xx)",
        meaning: "The request reached the server's side and failed there: the node, its network and its settings are not at fault.",
        proof: &[
            "Log: a response code from 500 to 599, or `Connection Failed: 5xx`.",
            "Wire: the status in plain HTTP, or in a session that TLS secrets decrypt.",
        ],
        causes: &[
            "502, 503, 504: the gateway or load balancer is up but the application behind it is not: an outage, an upgrade, overload.",
            "500: the application failed on this request.",
        ],
        remedy: &[
            always(
                "Check the status page of the MDM service, or the health of the server, at the time of the attempt.",
            ),
            always("Ask the operator of {server} for its log at that time."),
            always("Nothing needs to be changed in ISE; once the server has recovered, {repeat}."),
        ],
    },
];
