//! Tells an answer of the MDM API from other response bodies. Bodies may hold anything, so no more than the name of the
//! outermost element is kept.

use super::facts::ResponseBody;

/// The outermost element of an answer of the MDM API.
const ROOT: &[u8] = b"<ise_api";
/// What stands in front of it.
const DECLARATION: &[u8] = b"<?xml";
/// Longest name of an element that is quoted.
const MAX_NAME: usize = 24;

/// Returns whether a body is an answer of the MDM API, and how it begins; `None` when there is no body.
pub(super) fn read(body: &[u8]) -> Option<(ResponseBody, String)> {
    let body = body.trim_ascii();
    let mut rest = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    if rest.is_empty() || rest.eq_ignore_ascii_case(b"null") {
        return None;
    }
    let declared = shared(rest, DECLARATION);
    if declared {
        rest = memchr::memmem::find(rest, b"?>").and_then(|end| rest.get(end + 2..)).unwrap_or_default().trim_ascii();
    }
    let cut_off = declared && rest.is_empty();
    let kind = if cut_off || shared(rest, ROOT) && !is_empty_element(rest) {
        ResponseBody::IseApi
    } else {
        ResponseBody::Other
    };
    let name = rest.iter().take(MAX_NAME).take_while(|byte| byte.is_ascii_alphanumeric() || b"<!_".contains(byte));
    let name: String = name.map(|byte| char::from(*byte)).collect();
    Some((kind, if name.is_empty() { format!("({} bytes)", body.len()) } else { format!("{name} ...") }))
}

/// Returns whether one begins with the other, in upper or lower case.
fn shared(text: &[u8], known: &[u8]) -> bool {
    let length = text.len().min(known.len());
    length > 0 && text.iter().zip(known).all(|(byte, known)| byte.eq_ignore_ascii_case(known))
}

/// `<ise_api/>` and `<ise_api></ise_api>`.
fn is_empty_element(text: &[u8]) -> bool {
    let Some((tag, content)) = memchr::memchr(b'>', text).and_then(|end| text.split_at_checked(end + 1)) else {
        return false;
    };
    let content = content.trim_ascii();
    tag.ends_with(b"/>") || content.len() >= ROOT.len() && shared(content, b"</ise_api>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_the_api_is_known_as_far_as_it_goes() {
        let xml = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ise_api><name>mdminfo</name><password>s3cret</password></ise_api>";
        for end in 1..xml.len() {
            let body = read(&xml[..end]);
            assert_eq!(body.map(|(kind, _)| kind), Some(ResponseBody::IseApi), "{end}");
        }
        assert_eq!(read(xml), Some((ResponseBody::IseApi, "<ise_api ...".to_owned())));
    }

    #[test]
    fn other_bodies_are_other_and_not_quoted() {
        let other = |quote: &str| Some((ResponseBody::Other, quote.to_owned()));
        assert_eq!(read(b"<html><form action='/login?token=s3cret'>"), other("<html ..."));
        assert_eq!(read(b"<!DOCTYPE html>"), other("<!DOCTYPE ..."));
        assert_eq!(read(b"{\"token\":\"s3cret\"}"), other("(18 bytes)"));
        assert_eq!(read(b"<ise_api/>"), other("<ise_api ..."));
        assert_eq!(read(b"<?xml version='1.0'?><ise_api></ise_api>"), other("<ise_api ..."));
        assert_eq!(read(b" \r\n"), None);
    }
}
