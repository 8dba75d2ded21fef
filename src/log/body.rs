//! Tells an answer of the MDM API from other response bodies. Bodies may hold anything, so no more than the name of the
//! outermost element is kept.

use super::facts::ResponseBody;
use crate::model::byte_order_mark::without_mark;

/// The outermost element of an answer of the MDM API.
const ROOT: &[u8] = b"<ise_api";
/// What stands in front of it.
const DECLARATION: &[u8] = b"<?xml";
/// Longest name of an element that is quoted.
const MAX_NAME: usize = 24;

/// Longest part of a body in which its outermost element is looked for.
const MAX_BEGINNING: usize = 4096;

/// A response body, as far as it matters.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LoggedBody {
    pub(super) looks: ResponseBody,
    /// How it begins, fit to be quoted.
    pub(super) beginning: String,
    /// Whether it ends where its outermost element does.
    pub(super) is_closed: bool,
    /// Bytes, as far as the record has them.
    pub(super) length: usize,
}

/// Reads a body that begins in a record's first line and goes on in those below; `None` when there is no body.
pub(super) fn read(begun: &[u8], more: &[u8]) -> Option<LoggedBody> {
    let (begun, more) = (begun.trim_ascii(), more.trim_ascii());
    let start = |text: &'_ [u8]| text.get(..MAX_BEGINNING).unwrap_or(text).to_vec();
    let joined = if more.is_empty() { start(begun) } else { [start(begun), start(more)].join(&b'\n') };
    let body = joined.trim_ascii();
    let mut rest = without_mark(body).trim_ascii();
    if rest.is_empty() || rest.eq_ignore_ascii_case(b"null") {
        return None;
    }
    let declared = shared(rest, DECLARATION);
    if declared {
        rest = memchr::memmem::find(rest, b"?>").and_then(|end| rest.get(end + 2..)).unwrap_or_default().trim_ascii();
    }
    let cut_off = declared && rest.is_empty();
    let looks = if cut_off || shared(rest, ROOT) && !is_empty_element(rest) {
        ResponseBody::IseApi
    } else if rest.starts_with(b"{") || rest.starts_with(b"[") {
        ResponseBody::Json
    } else {
        ResponseBody::Other
    };
    let name = rest.iter().take(MAX_NAME).take_while(|byte| byte.is_ascii_alphanumeric() || b"<!_".contains(byte));
    let name: String = name.map(|byte| char::from(*byte)).collect();
    let end = if more.is_empty() { begun } else { more };
    let is_closed = match name.strip_prefix('<') {
        Some(name) => {
            let end = end.strip_suffix(b">").map(<[u8]>::trim_ascii).unwrap_or_default();
            let element = end.get(end.len().saturating_sub(name.len() + 2)..).unwrap_or_default();
            end.ends_with(b"/") || element.starts_with(b"</") && element.ends_with(name.as_bytes())
        }
        None => looks == ResponseBody::Json && (end.ends_with(b"}") || end.ends_with(b"]")),
    };
    let length = begun.len() + more.len();
    let beginning = if name.is_empty() { format!("({length} bytes)") } else { format!("{name} ...") };
    Some(LoggedBody { looks, beginning, is_closed, length })
}

/// Returns whether one begins with the other, in upper or lower case.
fn shared(text: &[u8], known: &[u8]) -> bool {
    let length = text.len().min(known.len());
    length > 0 && text.iter().zip(known).all(|(byte, known)| byte.eq_ignore_ascii_case(known))
}

/// Returns whether the text is `<ise_api/>` or `<ise_api></ise_api>`.
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

    fn seen(body: &[u8]) -> Option<(ResponseBody, String, bool)> {
        read(body, b"").map(|body| (body.looks, body.beginning, body.is_closed))
    }

    #[test]
    fn an_answer_of_the_api_is_known_as_far_as_it_goes() {
        let xml = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ise_api><name>mdminfo</name><password>s3cret</password></ise_api>";
        for end in 1..xml.len() {
            assert_eq!(seen(&xml[..end]).map(|body| body.0), Some(ResponseBody::IseApi), "{end}");
        }
        assert_eq!(seen(xml), Some((ResponseBody::IseApi, "<ise_api ...".to_owned(), true)));
        assert_eq!(seen(&xml[..xml.len() - 3]).map(|body| body.2), Some(false));
    }

    #[test]
    fn a_body_may_begin_in_one_line_and_end_in_another() {
        let body = read(b"<?xml version='1.0'?>", b"<ise_api>\r\n<name>x</name>\n</ise_api>\r\n").unwrap();
        assert_eq!((body.looks, body.is_closed), (ResponseBody::IseApi, true));
        assert!(!read(b"<html>denied", b"").unwrap().is_closed);
        assert!(!read(b"denied", b"<p>x</p>").unwrap().is_closed);
    }

    #[test]
    fn other_bodies_are_other_and_not_quoted() {
        let other = |quote: &str, closed| Some((ResponseBody::Other, quote.to_owned(), closed));
        assert_eq!(seen(b"<html><form action='/login?token=s3cret'>"), other("<html ...", false));
        assert_eq!(seen(b"<!DOCTYPE html>"), other("<!DOCTYPE ...", false));
        assert_eq!(seen(b"{\"token\":\"s3cret\"}"), Some((ResponseBody::Json, "(18 bytes)".to_owned(), true)));
        assert_eq!(seen(b"<ise_api/>"), other("<ise_api ...", true));
        assert_eq!(seen(b"<?xml version='1.0'?><ise_api></ise_api>"), other("<ise_api ...", true));
        assert_eq!(seen(b" \r\n"), None);
    }
}
