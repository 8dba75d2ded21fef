//! URLs as texts write them (RFC 3986, section 3), borrowed and without judgement: what reads them decides what a part
//! that is missing or cut off means.

use super::authority::Authority;

/// A URL in its parts, as they are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Url<'a> {
    /// What stands before `://`; `None` where that is missing.
    pub(crate) scheme: Option<&'a str>,
    /// User, host and port.
    pub(crate) authority: &'a str,
    /// Path, query and fragment; empty where the text ends with the authority.
    pub(crate) target: &'a str,
}

impl<'a> Url<'a> {
    /// Takes a URL apart. A text without scheme begins with the authority.
    pub(crate) fn split(text: &'a str) -> Self {
        // What stands in a path or a query is another URL's.
        let split = text.split_once("://").filter(|(scheme, _)| !scheme.contains(['/', '?', '#']));
        let (scheme, rest) = split.map_or((None, text), |(scheme, rest)| (Some(scheme), rest));
        let (authority, target) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        Self { scheme, authority, target }
    }

    /// Returns host and port.
    pub(crate) fn server(&self) -> Authority<'a> {
        Authority::split(self.authority)
    }

    /// Returns the path, without query and fragment.
    pub(crate) fn path(&self) -> &'a str {
        self.target.split(['?', '#']).next().unwrap_or_default()
    }

    /// Returns what stands behind the question mark, without the fragment.
    pub(crate) fn query(&self) -> Option<&'a str> {
        let (_, query) = self.target.split('#').next()?.split_once('?')?;
        Some(query)
    }

    /// Returns the value of the query's first parameter of this name, as it is written.
    pub(crate) fn parameter(&self, name: &str) -> Option<&'a str> {
        let mut parameters = self.query()?.split('&').filter_map(|parameter| parameter.split_once('='));
        parameters.find_map(|(found, value)| (found == name).then_some(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_apart() {
        let url = Url::split("https://u:p@h.example.com:8443/a/b?x=1&ise_api_version=3#end");
        assert_eq!((url.scheme, url.authority), (Some("https"), "u:p@h.example.com:8443"));
        assert_eq!((url.server().host, url.server().port), ("h.example.com", Some("8443")));
        assert_eq!((url.path(), url.query()), ("/a/b", Some("x=1&ise_api_version=3")));
        assert_eq!((url.parameter("ise_api_version"), url.parameter("y")), (Some("3"), None));
    }

    #[test]
    fn what_a_url_lacks_is_empty() {
        assert_eq!(Url::split("h:443"), Url { scheme: None, authority: "h:443", target: "" });
        assert_eq!((Url::split("https://h?a=b").path(), Url::split("https://h?a=b").query()), ("", Some("a=b")));
        assert_eq!(Url::split("https://h/a#b?c=d").query(), None);
        let redirect = Url::split("/x/info?redirect=http://portal.example.org/a");
        assert_eq!((redirect.scheme, redirect.authority, redirect.path()), (None, "", "/x/info"));
        assert_eq!(Url::split(""), Url::default());
    }
}
