//! TLS was not established.

use crate::catalog::entry::Entry;
use crate::catalog::remedy::always;
use crate::model::outcome::OutcomeName;

pub(super) const FAILURE: [Entry; 13] = [
    Entry {
        outcome: OutcomeName::TlsFailure,
        detail: None,
        title: "The TLS handshake failed",
        meaning: "The connection was established, but the TLS handshake failed.",
        proof: &[
            "Log: an SSL exception, such as `SSLHandshakeException` or `Received fatal alert`.",
            "Wire: a TLS alert during the handshake, and who sent it; or silence after the ClientHello.",
        ],
        causes: &[
            "ISE does not trust the server's certificate.",
            "The two sides have no TLS version or cipher in common.",
            "A device on the path inspects TLS.",
        ],
        remedy: &[
            always(
                "In the capture, see who sent the alert: the node rejects the server's certificate, the server rejects the node's offer.",
            ),
            always(
                "In ISE, Administration > System > Certificates > Trusted Certificates: check that it lists the CA that issued the server's certificate.",
            ),
            always("In the network, check whether a device inspects TLS between the node and {server}."),
        ],
    },
    Entry::of_detail(
        OutcomeName::TlsFailure,
        "untrusted_certificate",
        "ISE does not trust the server's certificate",
        "The server presented a certificate whose issuer is not among the trusted certificates of ISE, so ISE ended the handshake.",
        &[
            "Log: `PKIX path building failed`, `unable to find valid certification path`, or words about an unknown or untrusted CA.",
            "Wire: alert `unknown_ca`, `certificate_unknown` or `bad_certificate` from the node after the server's certificate, which is valid in time and for the \
             name. The capture shows the issuer (not in TLS 1.3).",
        ],
        &[
            "The root or intermediate CA of the server is missing from ISE's Trusted Certificates, disabled there, or not trusted for this use.",
            "The server now has a certificate from another CA.",
            "A proxy or firewall inspects TLS and presents a certificate of its own.",
            "The server does not send its intermediate certificate.",
            "The server has a self-signed certificate.",
        ],
        &[
            always(
                "Look at the issuer ({issuer}): if it is a company or a security product rather than the CA that the server normally uses, a device inspects TLS: \
             exempt {host} from inspection, or trust its CA deliberately.",
            ),
            always(
                "In ISE, Administration > System > Certificates > Trusted Certificates: import the root and intermediate certificates of the CA \
             that issued the server's certificate, with `Trust for authentication within ISE` and `Trust for authentication of Cisco Services`.",
            ),
            always("On the server, configure the whole chain with all intermediate certificates."),
            always("After the import, {repeat}."),
        ],
    ),
    Entry::of_detail(
        OutcomeName::TlsFailure,
        "hostname_mismatch",
        "The certificate is for another name",
        "The server's certificate does not carry the name (or address) that ISE connects to, so ISE ended the handshake.",
        &[
            "Log: `Certificate for <HOST> doesn't match`, `No subject alternative names`, `No name matching`.",
            "Wire: the host is not among the names of the certificate, and the node ends the handshake after it.",
        ],
        &[
            "ISE is set to an alias or an address, and the certificate carries another name.",
            "DNS leads to another server, or a load balancer serves its default certificate.",
            "A device on the path presents its own certificate.",
            "The certificate was renewed and lacks the name.",
        ],
        &[
            always(
                "In ISE, Administration > Network Resources > External MDM: set Hostname / IP Address to a name that the certificate carries ({names}).",
            ),
            always("On the server, install a certificate with {host} among its subject alternative names."),
            always("{cli}, `nslookup {host}`: check that {addresses} is the right server."),
        ],
    ),
    Entry::of_detail(
        OutcomeName::TlsFailure,
        "expired_certificate",
        "The certificate is not valid at this time",
        "The server's certificate, or another in its chain, had expired or was not yet valid at the time of the attempt, by the clock of the node.",
        &[
            "Log: `validity check failed`, `NotAfter`, `CertificateExpiredException`, `CertificateNotYetValidException`.",
            "Wire: alert `certificate_expired` or `certificate_unknown` from the node, and the validity of the certificate does not cover the time of the capture.",
        ],
        &[
            "The server's certificate was not renewed, or was renewed and not installed on all servers.",
            "An intermediate certificate in the chain has expired.",
            "The node's clock is wrong.",
        ],
        &[
            always(
                "On the server, renew the certificate (valid {validity}) and its intermediate certificates, and restart the services that use them.",
            ),
            always("{cli}, `show clock` and `show ntp`: check that the node's time is right."),
            always(
                "In ISE, if the new certificate comes from another CA, import that CA's certificates into Trusted Certificates.",
            ),
        ],
    ),
    Entry::of_detail(
        OutcomeName::TlsFailure,
        "protocol_version",
        "No TLS version in common",
        "One side offers only TLS versions that the other does not accept.",
        &[
            "Log: `Received fatal alert: protocol_version`, `No appropriate protocol`.",
            "Wire: alert `protocol_version`, or a ServerHello with a version that the node did not offer.",
        ],
        &[
            "The server is old, or limited to TLS 1.0 or 1.1, which ISE has turned off.",
            "The server accepts TLS 1.3 only; ISE 3.3 documents TLS 1.3 for its administration portal only.",
            "A device on the path only speaks older versions.",
        ],
        &[
            always("On the server or load balancer of {server}, allow TLS 1.2."),
            always(
                "In ISE, Administration > System > Settings > Security Settings: see which TLS versions are allowed; enable older ones only for as long as it takes to fix the server.",
            ),
            always("In the network, check whether a device on the path inspects TLS."),
        ],
    ),
    Entry::of_detail(
        OutcomeName::TlsFailure,
        "handshake_failure",
        "TLS could not agree on parameters",
        "The handshake was refused without a clearer reason, most often because no cipher suite is common to both sides or a client certificate is missing.",
        &[
            "Log: `Received fatal alert: handshake_failure`, or an SSL exception without further detail.",
            "Wire: alert `handshake_failure`, `insufficient_security`, `internal_error`, `unrecognized_name` and the like, and who sent it.",
        ],
        &[
            "No cipher suite, curve or signature algorithm in common.",
            "The server wants a client certificate.",
            "The server does not know the name in the SNI (a tenant that is gone, or a wrong name).",
        ],
        &[
            always(
                "In ISE, Administration > System > Settings > Security Settings: compare the ciphers with those that {server} accepts.",
            ),
            always(
                "On the server or load balancer, check for a required client certificate and for the name {host} in its configuration.",
            ),
            always("In the capture, compare the cipher suites of the ClientHello with what the server supports."),
        ],
    ),
    Entry::of_detail(
        OutcomeName::TlsFailure,
        "handshake_timeout",
        "Silence during the TLS handshake",
        "The TCP connection was established, but the other side did not answer the ClientHello before ISE gave up.",
        &[
            "Log: `Read timed out` while connecting (`ConnectTimeoutException ... Read timed out`), or in the handshake.",
            "Wire: the ClientHello, often retransmitted or acknowledged, and no handshake data from the server after it.",
        ],
        &[
            "A firewall allows the TCP handshake and drops what follows (application control, inspection).",
            "A load balancer accepts the connection and has no healthy server behind it.",
            "Large packets are lost on the path (MTU): the certificate never arrives.",
            "What listens on the port does not speak TLS and is waiting.",
        ],
        &[
            always(
                "In the network, check the logs of firewalls with application control or inspection on the path to {server} at the time of the attempt.",
            ),
            always("On the server or load balancer, check that a healthy server is behind port {port}."),
            always(
                "In the capture, see whether the server acknowledged the ClientHello: if it did, the server is silent; if not, packets are lost on the path (MTU, filter).",
            ),
        ],
    ),
    Entry::of_detail(
        OutcomeName::TlsFailure,
        "revoked_certificate",
        "The server's certificate is revoked",
        "The issuer of the server's certificate says that it is revoked, so ISE ended the handshake.",
        &[
            "Log: `Certificate has been revoked`, `CertificateRevokedException`.",
            "Wire: alert `certificate_revoked` from the node after the server's certificate.",
        ],
        &[
            "The certificate was revoked, but the server still presents it.",
            "Another certificate in the chain was revoked.",
        ],
        &[
            always("On the server, install a new certificate; a revoked one cannot be reused."),
            always("Ask the issuer ({issuer}) when and why it was revoked."),
        ],
    ),
    Entry::of_detail(
        OutcomeName::TlsFailure,
        "revocation_unknown",
        "ISE could not check whether the certificate is revoked",
        "ISE is set to check revocation but could get neither an OCSP response nor the CRL, so it ended the handshake.",
        &[
            "Log: `Could not determine revocation status`, `Unable to determine revocation status due to network error`, or words about OCSP or a CRL.",
            "Wire: no answer from the OCSP or CRL server, or no connection to it.",
        ],
        &[
            "The node cannot reach the OCSP or CRL server that the certificate names, most often plain HTTP on port 80.",
            "The OCSP responder or the CRL is out of date.",
        ],
        &[
            always(
                "In the network, allow the node to reach the OCSP and CRL servers that the certificate names (port 80), through the proxy if there is one.",
            ),
            always(
                "In ISE, Administration > System > Certificates > Trusted Certificates: check the certificate validation settings of the issuer ({issuer}): OCSP service, CRL, and \
             whether a certificate of unknown status is rejected.",
            ),
        ],
    ),
    Entry::of_detail(
        OutcomeName::TlsFailure,
        "weak_certificate",
        "The certificate is too weak or not meant for this use",
        "ISE rejects an algorithm, a key size or the key usage in the server's certificate chain.",
        &[
            "Log: `Algorithm constraints check failed`, `KeyUsage does not allow`, `Extended key usage does not permit`.",
            "Wire: alert `unsupported_certificate` or `certificate_unknown` from the node after the server's certificate.",
        ],
        &[
            "The certificate or another in its chain is signed with MD5 or SHA-1, or has a short RSA key.",
            "The certificate was not issued for server authentication.",
        ],
        &[
            always(
                "On the server, install a certificate with a key of at least 2048 bits, SHA-256 and the usage `serverAuth`; the same goes for the chain.",
            ),
            always(
                "In ISE, Administration > System > Settings > Security Settings: see which algorithms are turned off.",
            ),
        ],
    ),
    Entry::of_detail(
        OutcomeName::TlsFailure,
        "unrecognized_name",
        "The server does not know the name it was asked for",
        "The server, or the load balancer in front of it, rejected the name that ISE sent in the ClientHello (SNI).",
        &[
            "Log: `Received fatal alert: unrecognized_name`, `handshake alert: unrecognized_name`.",
            "Wire: alert `unrecognized_name` from the server.",
        ],
        &[
            "The tenant no longer exists, or was renamed.",
            "ISE is set to an alias that the server is not configured for.",
            "DNS leads to another server.",
        ],
        &[
            always("On the server or load balancer, add {host} to the names that it serves."),
            always(
                "In ISE, Administration > Network Resources > External MDM: compare Hostname / IP Address with the name of the tenant.",
            ),
            always("{cli}, `nslookup {host}`: check that {addresses} is the right server."),
        ],
    ),
    Entry::of_detail(
        OutcomeName::TlsFailure,
        "client_certificate",
        "The server wants a client certificate",
        "The server asked for a client certificate, and ISE sent none, or one that the server does not accept.",
        &[
            "Log: `Received fatal alert: certificate_required` or `bad_certificate`.",
            "Wire: a CertificateRequest, and alert `certificate_required`, `bad_certificate` or `handshake_failure` from the server.",
        ],
        &[
            "The server, or a gateway in front of it, is set to mutual TLS.",
            "The node's certificate was renewed, or the server does not know its issuer.",
        ],
        &[
            always(
                "On the server or gateway of {server}, stop requiring a client certificate for the MDM API, or trust the issuer of the node's certificate.",
            ),
            always(
                "In ISE, Administration > System > Certificates: see which certificate the node presents and when it expires.",
            ),
        ],
    ),
    Entry::of_detail(
        OutcomeName::TlsFailure,
        "not_tls",
        "What listens on the port does not speak TLS",
        "The other side answered ISE's ClientHello in clear text: it is not a TLS server.",
        &[
            "Log: `Unsupported or unrecognized SSL message`, `plaintext connection?`.",
            "Wire: HTTP or other clear text in answer to the ClientHello.",
        ],
        &[
            "The port is that of plain HTTP, or of another service.",
            "A proxy or captive portal answers in clear text in place of the server.",
        ],
        &[
            always(
                "In ISE, Administration > Network Resources > External MDM: check the Port; what answers on port {port} of {host} does not speak TLS.",
            ),
            always("In the network, check whether a proxy or captive portal answers for {server}."),
        ],
    ),
];
