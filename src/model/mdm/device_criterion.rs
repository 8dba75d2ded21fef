//! Which device a node asks for, in each of the spellings that the versions of the API have for it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::target::split_target;

/// The criterion of the query for devices that do not comply.
pub(super) const COMPLIANCE: &str = "compliance";
/// The criteria of the MDM API, as they also stand in paths of its first version.
const CRITERIA: [&str; 10] = [
    "macaddress",
    "guidhn",
    "guid",
    COMPLIANCE,
    "username",
    "udid",
    "imei",
    "meid",
    "serialnumber",
    "deviceidentifier",
];

/// Which device is asked for, and by what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeviceCriterion {
    /// What is compared: `macaddress`, `guid`, `udid`, ...
    pub criteria: String,
    /// With which value.
    pub value: String,
}

impl DeviceCriterion {
    /// Reads the criterion of a device query out of a target or URL; `None` for everything else, polls included.
    pub fn of_target(target: &str) -> Option<Self> {
        let (path, query) = split_target(target);
        Self::of_parts(path, query).filter(|found| found.criteria != COMPLIANCE)
    }

    /// Reads `querycriteria=macaddress&value=V`, `querystring=macaddress.eq.V`, `/devices/0/macaddress/V/all`.
    pub(super) fn of_parts(path: &str, query: &str) -> Option<Self> {
        let parameter = |wanted: &str| {
            query
                .split('&')
                .filter_map(|part| part.split_once('='))
                .find_map(|(name, value)| name.eq_ignore_ascii_case(wanted).then(|| percent_decoded(value)))
        };
        if let Some(criteria) = parameter("querycriteria").filter(|criteria| !criteria.is_empty()) {
            let value = parameter("value").or_else(|| parameter("deviceidentifier")).unwrap_or_default();
            return Some(Self { criteria: criteria.to_ascii_lowercase(), value });
        }
        if let Some(expression) = parameter("querystring") {
            let mut parts = expression.splitn(3, '.');
            let (criteria, _, value) = (parts.next()?, parts.next()?, parts.next()?);
            return Some(Self { criteria: criteria.to_ascii_lowercase(), value: value.to_owned() });
        }
        let mut segments = path.split('/').skip_while(|segment| !segment.eq_ignore_ascii_case("devices")).skip(1);
        let known = |segment: &&str| CRITERIA.iter().any(|name| segment.eq_ignore_ascii_case(name));
        let criteria = segments.find(known)?;
        let value = segments.next().filter(|value| !value.is_empty())?;
        Some(Self { criteria: criteria.to_ascii_lowercase(), value: percent_decoded(value) })
    }
}

fn percent_decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_criterion_is_read_in_each_of_its_spellings() {
        let of = |target: &str| DeviceCriterion::of_target(target).map(|found| (found.criteria, found.value));
        let found = |criteria: &str, value: &str| Some((criteria.to_owned(), value.to_owned()));
        assert_eq!(
            of("/v3/devices/?paging=0&querycriteria=macaddress&value=02%3AAA&filter=all"),
            found("macaddress", "02:AA")
        );
        assert_eq!(of("https://h/devices/0/MACADDRESS/02AA/all"), found("macaddress", "02AA"));
        assert_eq!(of("/devices/?querystring=macaddress.eq.0011"), found("macaddress", "0011"));
        assert_eq!(of("/devices/?querycriteria=compliance&value=false"), None);
        assert_eq!(of("/ciscoise/mdminfo/?ise_api_version=3"), None);
    }
}
