//! Advice that follows from a fact of the attempt whatever its outcome: a service that is retired, a path that is mistyped, a
//! code of Entra ID. It comes before the remedies of the outcome.

use super::context::Context;

/// What a code of Entra ID means (Microsoft, "Microsoft Entra authentication and authorization error codes"; MSAL.js issue
/// 8339, CLI for Microsoft 365 issue 1621, MSAL.NET issue 4951).
const AADSTS: &[(&[u32], &str)] = &[
    (
        &[700_027],
        "means that the certificate ISE signs with is not registered with the app. In Entra ID, App registrations > the app of ISE > \
         Certificates & secrets: upload the admin certificate that the node uses now; after each renewal in ISE, upload it again.",
    ),
    (
        &[7_000_215],
        "means that the client secret is wrong, often because its ID was entered in place of its value. In Entra ID, App registrations > \
         the app of ISE > Certificates & secrets: create a new secret, or register the node's certificate, which is what ISE signs with.",
    ),
    (
        &[7_000_222],
        "means that the client secret has expired. In Entra ID, App registrations > the app of ISE > Certificates & secrets: create a new \
         one, or register the node's certificate, which is what ISE signs with.",
    ),
    (
        &[50_012, 700_024],
        "means that the signed assertion is outside its validity period, which points to the node's clock. In the node's CLI, `show clock` and \
         `show ntp`: correct the time and keep it synchronized by NTP. If the time is right, check that the certificate is the one registered with the app.",
    ),
    (
        &[700_016],
        "means that the tenant has no app with this client ID. In ISE, Administration > Network Resources > External MDM: compare the Client ID, \
         and the tenant in the token URL, with the app registration in Entra ID.",
    ),
    (
        &[90_002],
        "means that the tenant does not exist. In ISE, Administration > Network Resources > External MDM: compare the tenant in the token URL with \
         the tenant ID in Entra ID, and check that both belong to the same national cloud.",
    ),
];

/// Returns what the facts of an attempt that failed advise, first things first.
pub(super) fn advice(context: &Context<'_>) -> Vec<String> {
    let server = context.server;
    let host = server.and_then(|server| server.host.as_deref()).unwrap_or_default().trim_end_matches('.');
    let url = server.and_then(|server| server.url.as_deref()).unwrap_or_default().to_ascii_lowercase();
    let mut lines = Vec::new();
    if host.eq_ignore_ascii_case("graph.windows.net") {
        lines.push(
            "In ISE, Administration > Network Resources > External MDM: set the Auto Discovery URL to https://graph.microsoft.com. Azure AD Graph \
             (graph.windows.net) was retired on 2023-06-30 (Cisco, \"Integrate UEM and MDM Servers With Cisco ISE\")."
                .to_owned(),
        );
    }
    if url.contains("/statelessnacservice") {
        lines.push(
            "Upgrade ISE to 3.1 patch 8, 3.2 patch 4 or later: this path belongs to Intune's first NAC service, which Microsoft ended on \
             2024-03-24 (Cisco, \"Integrate UEM and MDM Servers With Cisco ISE\")."
                .to_owned(),
        );
    }
    if url.contains("/networkintegrationendpoints") {
        lines.push(
            "In ISE, Administration > Network Resources > External MDM: the Instance Name has `networkIntegrationEndpoints`; the path that Jamf Pro \
             shows is `networkIntegrationEndpoint`, without the s."
                .to_owned(),
        );
    }
    lines.extend(context.reason.and_then(aadsts).map(entra));
    lines
}

/// Returns what a code of Entra ID means, and what to do.
fn entra(code: u32) -> String {
    match AADSTS.iter().find(|(codes, _)| codes.contains(&code)) {
        Some((_, text)) => format!("AADSTS{code} {text}"),
        None => format!(
            "Look up AADSTS{code} in Microsoft's list of Entra authentication error codes: it explains why Entra ID issued no token."
        ),
    }
}

/// Reads the first code of Entra ID in the log's words.
pub(super) fn aadsts(reason: &str) -> Option<u32> {
    reason.split("AADSTS").skip(1).find_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest.get(..end)?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::Server;

    fn of(host: &str, url: &str, reason: Option<&str>) -> Vec<String> {
        let server =
            Server { host: Some(host.to_owned()), port: Some(443), url: Some(url.to_owned()), addresses: vec![] };
        advice(&Context { server: Some(&server), reason, ..Context::default() })
    }

    #[test]
    fn a_retired_service_is_named_before_all_else() {
        let lines =
            of("Graph.Windows.net", "https://graph.windows.net/t/servicePrincipalsByAppId/0/serviceEndpoints", None);
        assert!(lines[0].contains("https://graph.microsoft.com"), "{lines:?}");
        let lines =
            of("fef.example.com", "https://fef.example.com/StatelessNacService/ciscodeviceinfo/mdm/api/devices/", None);
        assert!(lines[0].contains("3.2 patch 4"), "{lines:?}");
        assert!(of("mdm.example.com", "https://mdm.example.com/ciscoise/mdminfo", None).is_empty());
    }

    #[test]
    fn a_path_with_one_letter_too_many_is_pointed_out() {
        let lines =
            of("t.jamfcloud.com", "https://t.jamfcloud.com/networkIntegrationEndpoints/7/ciscoise/mdminfo", None);
        assert!(lines[0].contains("without the s"), "{lines:?}");
    }

    #[test]
    fn a_code_of_entra_id_is_explained() {
        let said =
            |reason| of("login.microsoftonline.com", "https://login.microsoftonline.com/t/oauth2/token", Some(reason));
        assert!(said("AADSTS700027: Client assertion failed")[0].contains("not registered with the app"));
        assert!(said("x AADSTS50012 y")[0].contains("show ntp"));
        assert!(said("AADSTS700024: outside its valid time range")[0].contains("AADSTS700024 means"));
        assert!(said("AADSTS90002: Tenant 'x' not found")[0].contains("tenant does not exist"));
        assert!(said("AADSTS65001: consent")[0].starts_with("Look up AADSTS65001"));
        assert!(said("AADSTS: none").is_empty() && said("AADSTS99999999999999999999").is_empty());
    }
}
