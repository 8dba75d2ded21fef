//! Times as people type them after `--since` and `--until`.

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use mdmlog::time::Timestamp;

/// Returns the moment from which attempts are kept; a date is its first moment.
pub fn since(text: &str) -> Result<Timestamp, String> {
    read(text, |date| Some(date.to_datetime(jiff::civil::Time::midnight())))
}

/// Returns the moment up to which attempts are kept; a date is its last moment, so that the day is in.
pub fn until(text: &str) -> Result<Timestamp, String> {
    read(text, |date| date.tomorrow().ok()?.to_datetime(jiff::civil::Time::midnight()).checked_sub(1.nanosecond()).ok())
}

fn read(text: &str, of_date: impl Fn(Date) -> Option<DateTime>) -> Result<Timestamp, String> {
    let text = text.trim();
    // The log has a comma before the milliseconds, and times are copied from there.
    let spelled = text.replace(',', ".");
    let time = if let Ok(time) = spelled.parse::<jiff::Timestamp>() {
        Some(time)
    } else if is_date(&spelled) {
        spelled.parse().ok().and_then(of_date).and_then(in_utc)
    } else {
        spelled.parse().ok().and_then(in_utc)
    };
    time.and_then(|time| i64::try_from(time.as_nanosecond()).ok()).map(Timestamp::from_nanos).ok_or_else(|| {
        format!(
            "`{text}` is not a time; expected a date such as `2023-08-15`, a date and time such as `2023-08-15 10:21`, \
             or one with its offset such as `2023-08-15T10:21:07-06:00`"
        )
    })
}

fn is_date(text: &str) -> bool {
    !text.contains([':', 'T', 't', ' '])
}

fn in_utc(time: DateTime) -> Option<jiff::Timestamp> {
    TimeZone::UTC.to_timestamp(time).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_in_utc_unless_it_says_otherwise() {
        let shown = |text: &str| since(text).unwrap().to_string();
        assert_eq!(shown("2023-08-15"), "2023-08-15T00:00:00.000Z");
        assert_eq!(shown("2023-08-15 10:21"), "2023-08-15T10:21:00.000Z");
        assert_eq!(shown("2023-08-15T10:21:07"), "2023-08-15T10:21:07.000Z");
        assert_eq!(shown("2023-08-15 10:21:07,123"), "2023-08-15T10:21:07.123Z");
        assert_eq!(shown("2023-08-15T10:21:07Z"), "2023-08-15T10:21:07.000Z");
        assert_eq!(shown("2023-08-15T10:21:07-06:00"), "2023-08-15T16:21:07.000Z");
        assert_eq!(shown("2023-08-15 10:21:07+05:45"), "2023-08-15T04:36:07.000Z");
    }

    #[test]
    fn a_date_ends_with_its_day() {
        assert_eq!(until("2023-08-15").unwrap().to_string(), "2023-08-15T23:59:59.999999999Z");
        assert_eq!(until("2023-08-15 10:21").unwrap().to_string(), "2023-08-15T10:21:00.000Z");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for wrong in ["", "yesterday", "-2h", "10:21", "2023-02-30", "2023-08-15T25:00", "9999-12-31", "15.08.2023"] {
            assert!(since(wrong).is_err(), "{wrong}");
        }
    }
}
