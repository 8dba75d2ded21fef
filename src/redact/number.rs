//! Numbers that tell nothing: small ones, those in a place that says what they count, times, versions. Any other may be someone's:
//! a telephone number, a serial, an address in decimal.

/// Most digits of a number that may stand anywhere: a status, a size, an octet.
pub(super) const ANYWHERE: usize = 3;
/// What a number behind it counts, names or measures.
const NOUNS: [&str; 34] = [
    "after", "attempt", "byte", "bytes", "code", "column", "cp", "exceeds", "exit", "expected", "frame", "id",
    "incident", "is", "length", "line", "lines", "mss", "mtu", "packet", "port", "position", "record", "records",
    "releases", "row", "size", "stream", "timeout", "ttl", "type", "version", "window", "eq",
];
/// What a number in front of it is a number of.
const UNITS: [&str; 66] = [
    "answers",
    "attempts",
    "bits",
    "b",
    "bytes",
    "connections",
    "d",
    "days",
    "devices",
    "endpoints",
    "errors",
    "failures",
    "files",
    "frames",
    "gib",
    "h",
    "hours",
    "incidents",
    "kb",
    "kib",
    "lines",
    "logs",
    "mb",
    "members",
    "mib",
    "milliseconds",
    "min",
    "minutes",
    "ms",
    "nd",
    "ns",
    "octets",
    "of",
    "packets",
    "queries",
    "rd",
    "records",
    "requests",
    "retransmissions",
    "s",
    "seconds",
    "sessions",
    "st",
    "synacks",
    "syns",
    "th",
    "threads",
    "times",
    "tries",
    "us",
    "x",
    "z",
    "bit",
    "more",
    "other",
    "others",
    "names",
    "others",
    "percent",
    "servers",
    "different",
    "utc",
    "gmt",
    "µs",
    "at",
    "am",
];

/// Returns whether a number, which may have points and signs in it, may stand where it does. `before` and `after` are the words
/// around it in lower case; `attached` is the character right in front of it.
pub(super) fn tells_nothing(number: &str, before: &str, after: &str, attached: Option<char>) -> bool {
    let (digits, unit) = number.split_at(number.rfind(|c: char| c.is_ascii_digit()).map_or(0, |last| last + 1));
    if digits.contains(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-' | ',')) {
        return false;
    }
    if !unit.is_empty() && !UNITS.contains(&unit.to_lowercase().as_str()) {
        return false;
    }
    let groups: Vec<&str> = digits.split(['.', '-', ',']).collect();
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    if is_date(digits) {
        return true;
    }
    let in_place = !unit.is_empty()
        || UNITS.contains(&after)
        || NOUNS.contains(&before)
        || matches!(attached, Some(':' | '#'))
        || is_year(digits);
    match groups.as_slice() {
        [_] => count <= ANYWHERE || in_place && count <= 12,
        [whole, _] if digits.contains('.') => {
            // `7.3` and `0.125`, and a duration with its unit.
            count <= 2 * ANYWHERE && whole.len() <= 4 || in_place && count <= 15
        }
        [a, b] => (a.len() <= ANYWHERE && b.len() <= ANYWHERE && count < 6) || in_place && count < 12,
        [_, _, _] if digits.contains('.') && !digits.contains('-') => count < 7,
        // A version of ISE has a build that no octet can be.
        [_, _, _, build] if !digits.contains('-') => count < 9 && build.parse().is_ok_and(|build: u32| build > 255),
        _ => false,
    }
}

/// Returns whether it is a date, as in `2023-08-15`, and in `2023-08-15T10` of a time that goes on.
fn is_date(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    matches!(groups.as_slice(), [year, month, day] if is_year(year) && is_two(month) && is_two(day))
}

fn is_two(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && matches!(text.parse(), Ok(1970_u32..=2099))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_their_places_stay() {
        for (number, before, after, attached) in [
            ("404", "", "", None),
            ("26011", "", "ms", None),
            ("30000ms", "", "", None),
            ("47386", "port", "", None),
            ("8443", "", "", Some(':')),
            ("7.3", "over", "s", None),
            ("10.48.1", "jss", "", None),
            ("3.3.0.430", "", "", None),
            ("2023-08-15", "", "", None),
            ("2022", "", "", None),
            ("12345", "frame", "", None),
        ] {
            assert!(tells_nothing(number, before, after, attached), "{number}");
        }
        for number in [
            "99887766",
            "12345",
            "490154203237599",
            "10-99-88-77",
            "010.099.088.077",
            "174282829",
            "555-0199",
            "4499",
            "12a",
        ] {
            assert!(!tells_nothing(number, "", "", None), "{number}");
        }
    }

    #[test]
    fn numbers_of_a_size_or_form_that_nothing_common_has_go() {
        let stays = |number: &str| tells_nothing(number, "", "", None);
        for number in ["1234.5", "123.456", "12-34", "123-12", "10.480.1", "10.10.1.430"] {
            assert!(stays(number), "{number}");
        }
        for number in [
            "1234.567",
            "12345.6",
            "1-1234",
            "1234-1",
            "123-123",
            "10.480.12",
            "1-2.3",
            "1,2,3",
            "10.10.10.430",
            "3.3.0.43",
            "3.3.0-430",
            "192.168.10.255",
            "3.3.0.255",
            "2023-123-15",
            "2023-1-15",
            "2023-11-1a",
        ] {
            assert!(!stays(number), "{number}");
        }
        // What says what is counted makes room for more, and not for any.
        let counted = |number: &str| tells_nothing(number, "", "ms", None);
        for number in ["123456789012", "12345.678", "123456789.012345", "12345-678901"] {
            assert!(counted(number), "{number}");
        }
        for number in ["1234567890123", "1234567890.123456", "123456-789012", "1-2.3"] {
            assert!(!counted(number), "{number}");
        }
    }
}
