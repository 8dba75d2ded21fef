//! Pseudonyms of the names in certificates.

use std::net::IpAddr;

use super::pseudonyms::Pseudonyms;

impl Pseudonyms {
    /// Returns `CN=name-1a2b3c4d,O=name-5e6f7a8b` (RFC 4514): the attributes' types stay.
    pub(super) fn distinguished_name(&self, name: &str) -> String {
        let part = |(separator, part): (Option<char>, &str)| {
            let mut out = String::new();
            out.extend(separator);
            match part.split_once('=') {
                Some((attribute, value)) => {
                    out.push_str(attribute);
                    out.push('=');
                    out.push_str(&self.attribute(value.trim()));
                }
                None => out.push_str(&self.attribute(part.trim())),
            }
            out
        };
        attributes(name).map(part).collect()
    }

    /// Returns the pseudonym of an attribute's value: a host's where it looks like one, so that it is the same as in the list of names.
    pub(super) fn attribute(&self, value: &str) -> String {
        let host = value.contains('.') && !value.contains(|c: char| c.is_whitespace() || c == ',');
        match value {
            "" => String::new(),
            value if host || value.parse::<IpAddr>().is_ok() => self.endpoint(value),
            value => self.stand_in("name", value),
        }
    }
}

/// Returns the attributes of a distinguished name, each with the separator in front of it. A backslash takes a separator's meaning
/// away.
pub(super) fn attributes(name: &str) -> impl Iterator<Item = (Option<char>, &str)> {
    let mut rest = Some((None, name));
    std::iter::from_fn(move || {
        let (separator, text) = rest.take()?;
        let mut escaped = false;
        let end = text.char_indices().find(|(_, c)| {
            let ends = !escaped && matches!(c, ',' | '+' | ';');
            escaped = !escaped && *c == '\\';
            ends
        });
        let part = match end {
            Some((at, c)) => {
                let (part, after) = text.split_at(at);
                rest = Some((Some(c), after.get(c.len_utf8()..).unwrap_or_default()));
                part
            }
            None => text,
        };
        Some((separator, part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::redact::pseudonyms::Shape;

    #[test]
    fn types_and_separators_stay_and_hosts_have_the_pseudonym_that_they_have_elsewhere() {
        let names = Pseudonyms::new(b"key".to_vec(), Shape::Telling);
        let name = |value: &str| names.stand_in("name", value);
        let redacted = names.distinguished_name("CN=mdm.example.com,O=Example\\, Inc.+OU=192.0.2.7;L=, plain");
        let wanted = format!(
            "CN={},O={}+OU={};L=,{}",
            names.endpoint("mdm.example.com"),
            name("Example\\, Inc."),
            names.endpoint("192.0.2.7"),
            name("plain"),
        );
        assert_eq!(redacted, wanted);
        // A backslash that is written as one takes nothing away from the comma behind it.
        let redacted = names.distinguished_name("O=a\\\\,CN=Example v2.0");
        assert_eq!(redacted, format!("O={},CN={}", name("a\\\\"), name("Example v2.0")));
        assert_eq!(names.attribute("2001:db8::7"), names.endpoint("2001:db8::7"));
    }
}
