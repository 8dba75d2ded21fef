//! The tools as a client is told of them. The list goes into the context of a model, so that it is short.

use serde_json::{Value, json};

/// Returns the list of tools.
pub(super) fn list() -> Value {
    let paths = json!({"type": "array", "items": {"type": "string"}, "minItems": 1,
        "description": "Bundle, or log and captures, below the server's folders"});
    let zone =
        json!({"type": "string", "description": "The node's zone, as Europe/Paris or +02:00, where it is known"});
    let host = json!({"type": "array", "items": {"type": "string"}, "description": "More names of the MDM server"});
    let number = json!({"type": "integer", "minimum": 1, "description": "The attempt's id in `analyze` with the same arguments"});
    let of_attempt = json!({"paths": paths, "number": number, "log_timezone": zone, "host": host});
    let page = json!({"type": "integer", "minimum": 0, "description": "Where the page begins"});
    json!({"tools": [
        tool("inspect", "List what lies in a bundle and what an analysis uses.", json!({"paths": paths, "offset": page}), &["paths"]),
        tool(
            "analyze",
            "Say of every attempt of the node to reach its MDM server what happened: state of the servers, incidents with what \
             to do, attempts page by page.",
            json!({"paths": paths, "log_timezone": zone, "host": host, "offset": page,
                "outcome": {"type": "string", "description": "Keep attempts with it: an outcome, or `failed`"}}),
            &["paths"],
        ),
        tool("attempt", "All that is known of an attempt, after the schema of the report.", of_attempt.clone(), &["paths", "number"]),
        tool("evidence", "The log records and frames that prove an attempt's outcome.", of_attempt.clone(), &["paths", "number"]),
        tool("slice", "The packets of an attempt as pcapng, in base64.", of_attempt, &["paths", "number"]),
        tool(
            "explain",
            "What an outcome means, how it is proved, what to do.",
            json!({"outcome": {"type": "string", "description": "Such as syn_timeout, dns_failure/nxdomain, 401"}}),
            &["outcome"],
        ),
    ]})
}

fn tool(name: &str, description: &str, properties: Value, required: &[&str]) -> Value {
    json!({
        "name": name,
        "description": description,
        "inputSchema": {"type": "object", "properties": properties, "required": required, "additionalProperties": false},
        "annotations": {"readOnlyHint": true, "openWorldHint": false},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_short() {
        let list = list().to_string();
        assert!(list.len() <= 4096, "{} bytes", list.len());
    }
}
