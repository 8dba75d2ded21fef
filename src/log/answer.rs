//! Reads what `callMdmServerInfo` returns: lines of `name: value` up to a closing brace.

use super::facts::LogAnswer;
use crate::model::sanitize;

/// The answer has a dozen lines; in an excerpt other text may stand between.
const MAX_LINES: usize = 100;
/// Longest value that is read.
const MAX_VALUE: usize = 4096;

/// Reads the lines below `returning from the method : callMdmServerInfo {`.
pub(super) fn read(lines: &[u8]) -> LogAnswer {
    let mut answer = LogAnswer::default();
    for line in lines.split(|byte| *byte == b'\n').take(MAX_LINES).map(<[u8]>::trim_ascii) {
        if line.starts_with(b"}") {
            break;
        }
        let line = String::from_utf8_lossy(line.get(..MAX_VALUE).unwrap_or(line));
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        let value = (!value.is_empty() && !value.eq_ignore_ascii_case("null")).then(|| sanitize::line(value));
        match name.trim().to_ascii_lowercase().as_str() {
            "apipath" => answer.api_path = value,
            "redirecturl" => answer.redirect_url = value,
            "apiversion" => answer.api_version = value,
            "vendor" => answer.vendor = value,
            "productname" => answer.product_name = value,
            "productversion" => answer.product_version = value,
            "errormsg" => answer.error_message = value,
            "erroroccurred" => answer.error_occurred = value.and_then(|value| value.to_ascii_lowercase().parse().ok()),
            _ => {}
        }
    }
    answer
}

/// Writes the answer in a line.
pub(super) fn quote(answer: &LogAnswer) -> String {
    let mut quote = "returning from the method : callMdmServerInfo".to_owned();
    let occurred = answer.error_occurred.map(|occurred| occurred.to_string());
    let fields = [("errorOccurred", &occurred), ("errorMsg", &answer.error_message), ("apiPath", &answer.api_path)];
    for (name, value) in fields {
        if let Some(value) = value {
            quote.push_str(&format!(", {name}: {value}"));
        }
    }
    quote
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_up_to_the_brace() {
        let answer = read(
            b"  apiPath: /ID/ciscoise/v3\r\n  redirectUrl: https://h.example.com/enroll?token=s3cret\r\n  queryMaxSize: 1000\r\n  \
              apiVersion: 3\r\n  vendor: JAMF Software\r\n  COMMA: ,\r\n  errorMsg: null\r\n  errorOccurred: FALSE\r\n}\r\n  vendor: x\r\n",
        );
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(answer.api_path, text("/ID/ciscoise/v3"));
        assert_eq!(answer.redirect_url, text("https://h.example.com/enroll?token=***"));
        assert_eq!((answer.api_version.clone(), answer.vendor.clone()), (text("3"), text("JAMF Software")));
        assert_eq!((answer.error_message.clone(), answer.error_occurred), (None, Some(false)));
        assert_eq!(
            quote(&answer),
            "returning from the method : callMdmServerInfo, errorOccurred: false, apiPath: /ID/ciscoise/v3"
        );
    }

    #[test]
    fn what_the_log_does_not_reach_is_not_known() {
        let answer = read(b"  apiPath: null\n  errorOccurred: tr");
        assert_eq!(answer, LogAnswer::default());
    }
}
