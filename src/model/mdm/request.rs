//! What a node asks an MDM server for, known by the path of the URL, by the host, and by what the log calls the query (Cisco
//! ISE's MDM API, versions 1 to 3; Microsoft's NAC services; Meraki's).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::device_criterion::Asked;
use super::domains::is_login_host;
use super::path_words::{PathWord, PathWords};
use super::target::split_target;

/// What a request asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestKind {
    /// What the server is: Test Connection and heartbeats.
    #[default]
    ServerInfo,
    /// One device, when an endpoint authenticates.
    DeviceQuery,
    /// The devices that do not comply, on the polling interval.
    CompliancePoll,
    /// Something to be done to a device: a wipe, a lock, a message.
    DeviceAction,
    /// A token of an identity provider.
    Token,
    /// Where the MDM service is, as Microsoft Graph tells it.
    Discovery,
    /// Anything else.
    Other,
}

impl RequestKind {
    /// Every kind, in the order in which reports list them.
    pub const ALL: [Self; 7] = [
        Self::ServerInfo,
        Self::DeviceQuery,
        Self::CompliancePoll,
        Self::DeviceAction,
        Self::Token,
        Self::Discovery,
        Self::Other,
    ];

    /// Returns the word in the report and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ServerInfo => "server_info",
            Self::DeviceQuery => "device_query",
            Self::CompliancePoll => "compliance_poll",
            Self::DeviceAction => "device_action",
            Self::Token => "token",
            Self::Discovery => "discovery",
            Self::Other => "other",
        }
    }

    /// Returns what it is called in a sentence.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::ServerInfo => "ServerInfo",
            Self::DeviceQuery => "device query",
            Self::CompliancePoll => "compliance poll",
            Self::DeviceAction => "device action",
            Self::Token => "token request",
            Self::Discovery => "discovery",
            Self::Other => "other request",
        }
    }

    /// Reads host and target (path with query, or a whole URL) of a request; `None` where they tell nothing, as in a URL that
    /// was cut off.
    pub fn of_target(host: Option<&str>, target: &str) -> Option<Self> {
        let (path, query) = split_target(target);
        let host = host.unwrap_or_default().to_ascii_lowercase();
        let words = PathWords::of(path);
        if words.has(PathWord::OAuth) && words.has(PathWord::Token) || is_login_host(&host) {
            return Some(Self::Token);
        }
        if words.has(PathWord::ServerInfo) {
            return Some(Self::ServerInfo);
        }
        if words.has(PathWord::Action) {
            return Some(Self::DeviceAction);
        }
        if words.has(PathWord::ServicePrincipals) {
            return Some(Self::Discovery);
        }
        if let Some(asked) = Asked::of_parts(path, query) {
            return Some(if asked.is_poll() { Self::CompliancePoll } else { Self::DeviceQuery });
        }
        if words.has(PathWord::Device) {
            return Some(Self::DeviceQuery);
        }
        host.starts_with("graph.").then_some(Self::Discovery)
    }

    /// Reads what the log calls the query, such as `heartbeatQuery`; `None` for words that are not known.
    pub fn of_query_type(words: &str) -> Option<Self> {
        const SERVER: [&str; 3] = ["heartbeat", "serverinfo", "mdminfo"];
        const DEVICE: [&str; 8] = ["device", "mac", "serial", "udid", "imei", "guid", "user", "endpoint"];
        let words = words.to_ascii_lowercase();
        let has = |known: &[&str]| known.iter().any(|word| words.contains(word));
        if has(&SERVER) {
            Some(Self::ServerInfo)
        } else if has(&["compl"]) {
            Some(Self::CompliancePoll)
        } else if has(&["token"]) {
            Some(Self::Token)
        } else if has(&DEVICE) {
            Some(Self::DeviceQuery)
        } else {
            None
        }
    }
}

impl std::fmt::Display for RequestKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for RequestKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.into_iter().map(Self::as_str).collect();
            format!("`{text}` is not a kind of request; there are {}", names.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(url: &str) -> Option<RequestKind> {
        let host = url.split("://").nth(1).and_then(|rest| rest.split(['/', ':']).next());
        RequestKind::of_target(host, url)
    }

    #[test]
    fn the_paths_of_all_versions_tell_the_kind() {
        use RequestKind::{CompliancePoll, DeviceAction, DeviceQuery, Discovery, ServerInfo, Token};
        for (url, expected) in [
            ("https://h.example.com:443/ciscoise/mdminfo", ServerInfo),
            ("https://h.example.com:443/x/7/ciscoise/mdminfo/?ise_api_version=3", ServerInfo),
            (
                "https://h.example.com/ciscoise/v3/devices/?paging=0&querycriteria=macaddress&value=02AA&filter=all",
                DeviceQuery,
            ),
            ("https://h.example.com/ciscoise/devices/0/macaddress/02:AA:BB:CC:DD:EE/all", DeviceQuery),
            ("https://h.example.com/ciscoise/devices/0/compliance/false/all", CompliancePoll),
            (
                "https://h.example.com/ciscoise/v3/devices/?paging=0&querycriteria=compliance&value=false&filter=all",
                CompliancePoll,
            ),
            ("https://h.example.com/ciscoise/v3/batchdevices/", DeviceQuery),
            ("https://h.example.com/ciscoise/v3/action/actionType=pin_lock", DeviceAction),
            ("https://h.example.com/ciscoise/v3/sendmessage", DeviceAction),
            ("https://login.microsoftonline.com/t/oauth2/v2.0/token", Token),
            ("https://login.microsoftonline.us/t/oauth2/token", Token),
            ("https://graph.microsoft.com//v1.0/servicePrincipals/appId=0000000a/endpoints", Discovery),
            (
                "https://fef.msua01.manage.microsoft.com/StatelessNacService/ciscodeviceinfo/mdm/api/devices/?querycriteria=guid&value=1",
                DeviceQuery,
            ),
            (
                "https://fef.msua01.manage.microsoft.com/ComplianceRetrievalService/ciscoise/mdminfo/?ise_api_version=3",
                ServerInfo,
            ),
            (
                "https://n1.meraki.com/ise/mdm/api/devices/?paging=0&querycriteria=macaddress&value=02AA&filter=all",
                DeviceQuery,
            ),
        ] {
            assert_eq!(kind(url), Some(expected), "{url}");
        }
        assert_eq!(kind("https://h.example.com/"), None);
    }

    #[test]
    fn what_the_log_calls_a_query_is_known_or_not() {
        assert_eq!(RequestKind::of_query_type(" heartbeatQuery"), Some(RequestKind::ServerInfo));
        assert_eq!(RequestKind::of_query_type("macAddressQuery"), Some(RequestKind::DeviceQuery));
        assert_eq!(RequestKind::of_query_type("complianceQuery"), Some(RequestKind::CompliancePoll));
        assert_eq!(RequestKind::of_query_type("somethingNew"), None);
    }
}
