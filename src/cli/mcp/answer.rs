//! Answers of tools: pages of lists, and a bound on all of it, since an answer goes into the context of a model.

use serde_json::{Value, json};

/// Items of a page.
const PAGE: usize = 25;
/// Bytes of an answer.
const LARGEST: usize = 64 << 10;
/// Items that are left at least of a list that is cut.
const FEWEST: usize = 4;

/// Part of a list.
pub(super) struct ListPage<T> {
    pub(super) items: Vec<T>,
    pub(super) about: Value,
}

/// Returns the page that begins at an offset.
pub(super) fn page<T>(all: Vec<T>, offset: usize) -> ListPage<T> {
    let total = all.len();
    let items: Vec<T> = all.into_iter().skip(offset).take(PAGE).collect();
    let next = offset.saturating_add(items.len());
    let next = (next < total).then_some(next);
    ListPage { items, about: json!({"offset": offset, "total": total, "next_offset": next}) }
}

/// Returns the result of a call: the structured content, and the same as text for clients that know no other.
pub(super) fn result(mut content: Value) -> Value {
    bound(&mut content);
    json!({"content": [{"type": "text", "text": content.to_string()}], "structuredContent": content, "isError": false})
}

/// Returns the result of a call that failed. The message may name what lies in a bundle.
pub(super) fn failure(message: &str) -> Value {
    let content = json!({"error": "the call failed", "untrusted": {"message": message}});
    json!({"content": [{"type": "text", "text": content.to_string()}], "structuredContent": content, "isError": true})
}

/// Cuts the longest lists until the answer is small enough, and says so.
fn bound(content: &mut Value) {
    let mut cut = false;
    while content.to_string().len() > LARGEST {
        let Some(longest) = longest(content).filter(|list| list.len() > FEWEST) else { break };
        longest.truncate((longest.len() / 2).max(FEWEST));
        cut = true;
    }
    if let (true, Value::Object(content)) = (cut, content) {
        content.insert("lists_cut".to_owned(), Value::Bool(true));
    }
}

/// Returns the list with the most items.
fn longest(value: &mut Value) -> Option<&mut Vec<Value>> {
    match value {
        Value::Array(items) => {
            let own = items.len();
            let inner = items.iter().map(length).max().unwrap_or_default();
            if own >= inner { Some(items) } else { items.iter_mut().filter_map(longest).max_by_key(|list| list.len()) }
        }
        Value::Object(fields) => fields.values_mut().filter_map(longest).max_by_key(|list| list.len()),
        _ => None,
    }
}

/// Counts the items of the longest list in a value.
fn length(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(length).max().unwrap_or_default().max(items.len()),
        Value::Object(fields) => fields.values().map(length).max().unwrap_or_default(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_where_the_next_begins() {
        let first = page((0..60).collect(), 0);
        assert_eq!((first.items.len(), &first.about["next_offset"]), (PAGE, &json!(25)));
        let last = page((0..60).collect(), 50);
        assert_eq!((last.items.first(), last.items.len(), &last.about["next_offset"]), (Some(&50), 10, &Value::Null));
        assert!(page((0..60).collect(), usize::MAX).items.is_empty());
    }

    #[test]
    fn an_answer_that_is_too_long_loses_the_ends_of_its_lists() {
        let steps: Vec<String> = (0..10_000).map(|number| format!("step {number}")).collect();
        let result = result(json!({"untrusted": {"attempt": {"steps": steps, "id": 3}}}));
        let content = &result["structuredContent"];
        assert!(content.to_string().len() <= LARGEST);
        assert_eq!((&content["lists_cut"], &content["untrusted"]["attempt"]["id"]), (&json!(true), &json!(3)));
        assert_eq!(content["untrusted"]["attempt"]["steps"][0], "step 0");
    }
}
