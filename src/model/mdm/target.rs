//! The targets of requests, as far as they tell of the MDM API.

/// Returns whether the target of a request is one of the MDM API's; what stands in its query, such as another URL, says nothing.
pub fn is_api_target(target: &str) -> bool {
    let (path, _) = split_target(target);
    ["/ciscoise", "/MDM/", "/ise/mdm/api"].iter().any(|part| path.contains(part))
}

/// Splits a target or a whole URL into path and query (RFC 3986, section 3).
pub(super) fn split_target(target: &str) -> (&str, &str) {
    let rest = match target.find("://") {
        Some(at) if !target.get(..at).unwrap_or_default().contains(['/', '?', '#']) => {
            let authority = target.get(at + 3..).unwrap_or_default();
            authority.find(['/', '?']).and_then(|end| authority.get(end..)).unwrap_or_default()
        }
        _ => target,
    };
    let rest = rest.split('#').next().unwrap_or_default();
    rest.split_once('?').unwrap_or((rest, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_inside_a_query_is_no_target_of_the_api() {
        assert!(is_api_target("/x/ciscoise/mdminfo") && is_api_target("https://h/ciscoise/mdminfo?x=1"));
        assert!(!is_api_target("/search?next=https://mdm.example.com/ciscoise/mdminfo"));
    }
}
