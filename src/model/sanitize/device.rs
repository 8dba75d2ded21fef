//! A busy node asks for one device after the other, by URLs that differ in the device's MAC address alone. What was looked through
//! for one of them and found without credentials need not be looked through for the next: to do so takes as long as all else that
//! is read of a request.

use std::cell::RefCell;

/// The parameter whose value is the device.
const VALUE: &[u8] = b"&value=";
/// Digits of a MAC address; runs of so few are no token, whatever they are.
const DIGITS: usize = 12;
/// Longer URLs are no device queries.
const LONGEST: usize = 1024;

thread_local! {
    /// What stands before and behind the device in the URL that was last found to be without credentials.
    static HARMLESS: RefCell<(Vec<u8>, Vec<u8>)> = const { RefCell::new((Vec::new(), Vec::new())) };
}

/// Returns the URL when it is harmless since the one before it was.
pub(super) fn known(url: &[u8]) -> Option<&str> {
    let (before, behind) = around(url)?;
    let is_known = HARMLESS.with_borrow(|(front, end)| front == before && end == behind);
    str::from_utf8(url).ok().filter(|_| is_known)
}

/// Learns of a URL what was left of it.
pub(super) fn learn(url: &[u8], clean: &str) {
    let Some((before, behind)) = around(url).filter(|_| url == clean.as_bytes()) else { return };
    HARMLESS.with_borrow_mut(|(front, end)| {
        front.clear();
        front.extend_from_slice(before);
        end.clear();
        end.extend_from_slice(behind);
    });
}

/// Splits the URL of a device query around the MAC address.
fn around(url: &[u8]) -> Option<(&[u8], &[u8])> {
    let url = url.get(..LONGEST).is_none().then_some(url)?;
    let value = memchr::memmem::find(url, VALUE)? + VALUE.len();
    let (before, rest) = url.split_at_checked(value)?;
    let (device, behind) = rest.split_at_checked(DIGITS)?;
    let ends = behind.first().is_none_or(|byte| *byte == b'&');
    (ends && device.iter().all(u8::is_ascii_hexdigit)).then_some((before, behind))
}

#[cfg(test)]
mod tests {
    use crate::model::sanitize::target;

    #[test]
    fn the_next_device_is_kept_and_the_next_credential_is_not() {
        let url = |user: &str, device: &str, end: &str| {
            format!("https://{user}h.example.com/ciscoise/v3/devices/?querycriteria=macaddress&value={device}{end}")
        };
        for device in ["02AABBCCDDEE", "FEEDC0FFEE00", "0123456789ab"] {
            let harmless = url("", device, "&filter=all");
            assert_eq!(target(harmless.as_bytes()), harmless);
            assert_eq!(target(url("user:s3cret@", device, "&filter=all").as_bytes()), harmless);
            let told = target(url("", device, "&filter=all&password=s3cret").as_bytes());
            assert!(!told.contains("s3cret"), "{told}");
        }
        let longer = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
        assert!(!target(url("", longer, "&filter=all").as_bytes()).contains("dozjgNry"));
    }
}
