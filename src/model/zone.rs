//! The zone of an appliance's clock, as a person names it.

use std::str::FromStr;

use jiff::tz::{Offset, TimeZone};

/// The zone of an appliance's clock: an IANA name such as `America/Denver`, or a fixed offset such as `+02:00`.
#[derive(Clone, Debug, PartialEq)]
pub struct LogZone(pub TimeZone);

impl FromStr for LogZone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if matches!(text, "Z" | "z" | "UTC" | "utc") {
            return Ok(Self(TimeZone::UTC));
        }
        if let Some(offset) = fixed_offset(text) {
            return Ok(Self(TimeZone::fixed(offset)));
        }
        TimeZone::get(text).map(Self).map_err(|_| {
            format!("`{text}` is not a time zone; expected an IANA name such as `Europe/Paris` or an offset such as `+02:00`")
        })
    }
}

/// Reads `+02:00`, `-0530` or `+2`.
fn fixed_offset(text: &str) -> Option<Offset> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i32>().ok()).flatten();
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if hours > 18 || minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_names_or_offsets() {
        let offset = |text: &str| text.parse::<LogZone>().unwrap().0.to_fixed_offset().unwrap().seconds();
        assert_eq!(offset("+02:00"), 7200);
        assert_eq!(offset("-0930"), -34_200);
        assert_eq!(offset("+5:45"), 20_700);
        assert_eq!(offset("Z"), 0);
        assert!("America/Denver".parse::<LogZone>().is_ok());
        for wrong in ["", "+", "+25:00", "+02:60", "Mars/Olympus", "+-2:00", "2023"] {
            assert!(wrong.parse::<LogZone>().is_err(), "{wrong}");
        }
    }
}
