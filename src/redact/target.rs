//! Pseudonyms within URLs, paths and queries: what every ISE asks for stays, so that a redacted URL still tells the kind of
//! request and by what a device was asked for.

use crate::model::mdm::DeviceCriterion;
use crate::model::url::Url;

use super::pseudonyms::Pseudonyms;

/// Path segments that belong to the API of ISE or of a vendor (compared without case), in alphabetic order.
const PUBLIC_SEGMENTS: [&str; 36] = [
    "0",
    "action",
    "all",
    "api",
    "batchdevices",
    "cisco",
    "ciscodeviceinfo",
    "ciscoise",
    "compliance",
    "complianceretrievalservice",
    "deviceidentifier",
    "devices",
    "endpoints",
    "enroll",
    "false",
    "guid",
    "guidhn",
    "id",
    "imei",
    "ise",
    "macaddress",
    "mdm",
    "mdminfo",
    "meid",
    "networkintegrationendpoint",
    "oauth2",
    "sendmessage",
    "serialnumber",
    "serverinfo",
    "serviceprincipals",
    "statelessnacservice",
    "token",
    "true",
    "udid",
    "username",
    "v1.0",
];
/// Parameters whose values are words of the API or small numbers.
const PUBLIC_PARAMETERS: [&str; 6] =
    ["api-version", "filter", "ise_api_version", "paging", "querycriteria", "timespan"];
/// Longest value of such a parameter.
const PUBLIC_VALUE: usize = 16;
/// Parameters that hold what a device is asked for by.
const IDENTIFIERS: [&str; 2] = ["deviceidentifier", "value"];

impl Pseudonyms {
    /// Returns a URL of which scheme and port stay, and of path and query what every ISE asks for.
    pub(super) fn url(&self, url: &str) -> String {
        let Url { scheme, authority, target } = Url::split(url);
        let mut out = String::with_capacity(url.len());
        if let Some(scheme) = scheme {
            out.push_str(if scheme.eq_ignore_ascii_case("http") { "http://" } else { "https://" });
        }
        // Credentials should not be here; if they are, they go without a trace.
        out.push_str(&self.with_port(authority));
        out.push_str(&self.path(target));
        out
    }

    /// Returns path and query of a URL with pseudonyms.
    pub(super) fn path(&self, path: &str) -> String {
        let path = path.split('#').next().unwrap_or_default();
        let asked = DeviceCriterion::of_target(path);
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, None),
        };
        let segment = |segment: &str| self.segment(segment, asked.as_ref());
        let mut out = path.split('/').map(segment).collect::<Vec<_>>().join("/");
        if let Some(query) = query {
            out.push('?');
            let criteria = asked.as_ref().map(|asked| asked.criteria.as_str());
            out.push_str(&query.split('&').map(|part| self.parameter(part, criteria)).collect::<Vec<_>>().join("&"));
        }
        out
    }

    /// Returns what a device query asks for: the same wherever it stands.
    pub(super) fn query_value(&self, criteria: &str, value: &str) -> String {
        if criteria == "username" { self.user(value) } else { self.identifier(value) }
    }

    fn segment(&self, segment: &str, asked: Option<&DeviceCriterion>) -> String {
        if segment.is_empty() || is_public(segment) {
            return segment.to_owned();
        }
        match asked.filter(|asked| asked.value == decoded(segment)) {
            Some(DeviceCriterion { criteria, value }) => self.query_value(criteria, value),
            None => self.stand_in("p", segment),
        }
    }

    fn parameter(&self, parameter: &str, criteria: Option<&str>) -> String {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let lower = name.to_ascii_lowercase();
        if PUBLIC_PARAMETERS.contains(&lower.as_str()) && is_word(value) {
            return parameter.to_owned();
        }
        if IDENTIFIERS.contains(&lower.as_str()) {
            // Of the query for devices that do not comply, the value is no one's.
            let value = decoded(value);
            let shown = match value.as_str() {
                "true" | "false" | "" => value,
                value => self.query_value(criteria.unwrap_or_default(), value),
            };
            return format!("{name}={shown}");
        }
        match (lower.as_str(), value.splitn(3, '.').collect::<Vec<_>>().as_slice()) {
            ("querystring", [criteria, operator, value]) if is_word(criteria) && is_word(operator) => {
                let criteria_lower = criteria.to_ascii_lowercase();
                format!("{name}={criteria}.{operator}.{}", self.query_value(&criteria_lower, value))
            }
            _ => self.stand_in("q", parameter),
        }
    }
}

fn is_public(segment: &str) -> bool {
    let lower = segment.to_ascii_lowercase();
    let action = lower.strip_prefix("actiontype=").is_some_and(is_word);
    let version = lower.strip_prefix('v').is_some_and(|rest| {
        !rest.is_empty() && rest.len() < 4 && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    });
    action || version || PUBLIC_SEGMENTS.binary_search(&lower.as_str()).is_ok()
}

/// Returns whether a value may be a word of the API: short, and without what addresses and numbers have.
fn is_word(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    value.len() <= PUBLIC_VALUE
        && digits < 4
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::mdm::RequestKind;
    use crate::redact::pseudonyms::Shape;

    fn names() -> Pseudonyms {
        Pseudonyms::new(b"key".to_vec(), Shape::Telling)
    }

    #[test]
    fn the_segments_can_be_searched() {
        assert!(PUBLIC_SEGMENTS.is_sorted());
    }

    #[test]
    fn a_redacted_url_still_tells_kind_and_criterion() {
        let names = names();
        for (url, criteria, value) in [
            (
                "https://h.example.com/t/ciscoise/v3/devices/?paging=0&querycriteria=macaddress&value=02AABBCCDDEE&filter=all",
                "macaddress",
                "02AABBCCDDEE",
            ),
            (
                "https://h.example.com/ciscoise/devices/0/macaddress/02:AA:BB:CC:DD:EE/all",
                "macaddress",
                "02:AA:BB:CC:DD:EE",
            ),
            (
                "https://h.example.com/v3/devices/?querycriteria=macaddress&value=02%3AAA%3abb%3aCC%3ADD%3AEE",
                "macaddress",
                "02:AA:bb:CC:DD:EE",
            ),
            ("https://h.example.com/v3/devices/?querystring=macaddress.eq.02aabbccddee", "macaddress", "02aabbccddee"),
            ("https://h.example.com/v3/devices/?querycriteria=username&value=jane.doe", "username", "jane.doe"),
            (
                "https://h.example.com/v3/devices/?querycriteria=guid&value=5A4B3C2D-1E0F-4A5B-8C7D-9E8F7A6B5C4D",
                "guid",
                "5A4B3C2D-1E0F-4A5B-8C7D-9E8F7A6B5C4D",
            ),
        ] {
            let redacted = names.url(url);
            let found = DeviceCriterion::of_target(&redacted).unwrap();
            assert_eq!(
                (found.criteria.as_str(), found.value),
                (criteria, names.query_value(criteria, value)),
                "{redacted}"
            );
            assert_eq!(RequestKind::of_target(None, &redacted), Some(RequestKind::DeviceQuery), "{redacted}");
            assert!(!redacted.contains(value) && !redacted.to_lowercase().contains("aabb"), "{redacted}");
        }
        let mac = names.query_value("macaddress", "02AABBCCDDEE");
        for spelling in ["02:aa:bb:cc:dd:ee", "02-AA-BB-CC-DD-EE", "02aa.bbcc.ddee"] {
            assert_eq!(names.query_value("macaddress", spelling), mac);
        }
    }

    #[test]
    fn a_poll_and_an_action_stay_what_they_are() {
        let names = names();
        let poll = names.path("/ciscoise/v3/devices/?paging=0&querycriteria=compliance&value=false&filter=all");
        assert_eq!(poll, "/ciscoise/v3/devices/?paging=0&querycriteria=compliance&value=false&filter=all");
        let action = names.path("/tenant7/ciscoise/v3/action/actionType=pin_lock");
        assert!(action.starts_with("/p-") && action.ends_with("/ciscoise/v3/action/actionType=pin_lock"), "{action}");
    }

    #[test]
    fn what_may_be_someones_is_no_word_of_the_api() {
        let names = names();
        for (target, original) in [
            ("/x?filter=jane.doe@example.com", "jane"),
            ("/x?paging=1234567", "1234567"),
            ("/x?paging=4711", "4711"),
            ("/x?token=abc", "abc"),
            ("/x?querystring=99887766.eq.true", "99887766"),
            ("/x?querystring=macaddress.99887766.true", "99887766"),
            ("/ciscoise/actionType=192.0.2.10", "192.0.2.10"),
            // Tenants that begin like a version of the API.
            ("/vip/devices", "vip"),
            ("/v4711/devices", "4711"),
        ] {
            let redacted = names.path(target);
            assert!(redacted.contains("/p-") || redacted.contains("q-"), "{redacted}");
            assert!(!redacted.contains(original), "{redacted}");
        }
        assert_eq!(names.path("/ciscoise/v2.5/devices"), "/ciscoise/v2.5/devices");
    }
}
