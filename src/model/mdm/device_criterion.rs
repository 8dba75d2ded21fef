//! Which device a node asks for, in each of the spellings that the versions of the API have for it.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::target::split_target;

/// The criterion of the query for devices that do not comply.
const COMPLIANCE: &str = "compliance";
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
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
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
        let asked = Asked::of_parts(path, query).filter(|asked| !asked.is_poll())?;
        Some(Self { criteria: asked.criteria.to_ascii_lowercase(), value: asked.value.into_owned() })
    }
}

/// A criterion as it is spelled in a target.
pub(super) struct Asked<'a> {
    criteria: Cow<'a, str>,
    value: Cow<'a, str>,
}

impl<'a> Asked<'a> {
    /// Reads `querycriteria=macaddress&value=V`, `querystring=macaddress.eq.V`, `/devices/0/macaddress/V/all`.
    pub(super) fn of_parts(path: &'a str, query: &'a str) -> Option<Self> {
        let (mut by_name, mut value, mut identifier, mut expression) = (None, None, None, None);
        for (name, text) in query.split('&').filter_map(|part| part.split_once('=')) {
            let named = [
                ("querycriteria", &mut by_name),
                ("value", &mut value),
                ("deviceidentifier", &mut identifier),
                ("querystring", &mut expression),
            ];
            if let Some((_, place)) = named.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known)) {
                place.get_or_insert(text);
            }
        }
        if let Some(criteria) = by_name.map(percent_decoded).filter(|criteria| !criteria.is_empty()) {
            return Some(Self { criteria, value: value.or(identifier).map(percent_decoded).unwrap_or_default() });
        }
        if let Some(expression) = expression.map(percent_decoded) {
            let mut parts = expression.splitn(3, '.');
            let (criteria, _, value) = (parts.next()?, parts.next()?, parts.next()?);
            return Some(Self { criteria: criteria.to_owned().into(), value: value.to_owned().into() });
        }
        let mut segments = path.split('/').skip_while(|segment| !segment.eq_ignore_ascii_case("devices")).skip(1);
        let known = |segment: &&str| CRITERIA.iter().any(|name| segment.eq_ignore_ascii_case(name));
        let criteria = segments.find(known)?.into();
        let value = segments.next().filter(|value| !value.is_empty())?;
        Some(Self { criteria, value: percent_decoded(value) })
    }

    /// Returns whether all devices are asked for that do not comply, and no one of them.
    pub(super) fn is_poll(&self) -> bool {
        self.criteria.eq_ignore_ascii_case(COMPLIANCE)
    }
}

fn percent_decoded(text: &str) -> Cow<'_, str> {
    if text.contains('%') { percent_encoding::percent_decode_str(text).decode_utf8_lossy() } else { text.into() }
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
