//! What each kind of request is, who makes it, and by what it is known: for `mdmlog explain` and `docs/outcomes.md`.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::explain_format::ExplainFormat;
use crate::model::mdm::RequestKind;
use crate::model::wrap::wrapped;

/// All that is to be said of a kind.
struct KindText {
    /// Who asks for what, in a sentence or two.
    meaning: &'static str,
    /// By what it is known.
    known_by: &'static str,
}

/// Returns the texts of a kind, the one place for all of it: a new kind does not compile before it has them.
const fn about(kind: RequestKind) -> KindText {
    match kind {
        RequestKind::ServerInfo => KindText {
            meaning: "The primary administration node asks the server what it is, when an administrator presses Test Connection and with heartbeats.",
            known_by: "A path with `mdminfo` or `ServerInfo`, or `QueryType is heartbeatQuery`.",
        },
        RequestKind::DeviceQuery => KindText {
            meaning: "A policy service node asks for one device when an endpoint authenticates. `query` says by what: a MAC address, GUID, serial number, user.",
            known_by: "A path with `/devices/`, and `querycriteria=` other than `compliance` or the criterion in the path.",
        },
        RequestKind::CompliancePoll => KindText {
            meaning: "A policy service node asks for the devices that do not comply, on the Polling Interval (240 minutes by default).",
            known_by: "`querycriteria=compliance&value=false`, or the same in the path.",
        },
        RequestKind::DeviceAction => KindText {
            meaning: "The node has something done to a device: a wipe, a lock, a message.",
            known_by: "`actionType=`, `/action/` or `sendmessage` in the path.",
        },
        RequestKind::Token => KindText {
            meaning: "With Microsoft Intune, the node asks Entra ID for a token before it may ask anything else.",
            known_by: "`/oauth2/token`, `/oauth2/v2.0/token`, or a host that hands out Microsoft's tokens.",
        },
        RequestKind::Discovery => KindText {
            meaning: "With Microsoft Intune, the node asks Microsoft Graph where the tenant's service is.",
            known_by: "`/servicePrincipals` in the path, or a host of Microsoft Graph.",
        },
        RequestKind::Other => KindText {
            meaning: "A request that is none of the others.",
            known_by: "A path, a host and a QueryType that tell nothing.",
        },
    }
}

/// Returns the kinds in lines for a terminal.
pub(super) fn listed(width: usize) -> String {
    let column = RequestKind::ALL.into_iter().map(|kind| kind.as_str().len()).max().unwrap_or_default();
    let line = |kind: RequestKind| {
        let line = format!("  {:<column$}  {}", kind.as_str(), about(kind).meaning);
        wrapped(&line, width, column + 4) + "\n"
    };
    RequestKind::ALL.into_iter().map(line).collect()
}

/// Returns the section of `docs/outcomes.md`.
pub(super) fn section() -> String {
    let mut out = "\n## Kinds of request\n\n| kind | what it is | known by |\n|---|---|---|\n".to_owned();
    for kind in RequestKind::ALL {
        let KindText { meaning, known_by } = about(kind);
        let _ = writeln!(out, "| `{kind}` | {meaning} | {known_by} |");
    }
    out
}

/// Returns what one kind is; in text, in lines of at most `width` columns.
pub fn explain_kind(kind: RequestKind, format: ExplainFormat, width: usize) -> String {
    let KindText { meaning, known_by } = about(kind);
    match format {
        ExplainFormat::Json => {
            let value: Value =
                json!({"kind": kind, "title": kind.describe(), "meaning": meaning, "known_by": known_by});
            serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"
        }
        ExplainFormat::Markdown => format!("# `{kind}`: {}\n\n{meaning}\n\nKnown by: {known_by}\n", kind.describe()),
        ExplainFormat::Text => {
            let (meaning, known_by) = (format!("  {meaning}"), format!("  {known_by}"));
            let (meaning, known_by) = (wrapped(&meaning, width, 2), wrapped(&known_by, width, 2));
            format!(
                "{kind}: {}\n\n{meaning}\n\nKnown by\n{known_by}\n\n`--kind {kind}` keeps such attempts.\n",
                kind.describe()
            )
        }
    }
}
