//! Nothing proves how it ended.

use crate::catalog::entry::Entry;
use crate::catalog::remedy::{Remedy, always, without_keys};
use crate::model::outcome::OutcomeName;

const TRACE: Remedy = always(
    "In ISE, Operations > Troubleshoot > Debug Wizard > Debug Log Configuration: set external-mdm to TRACE on {node}, start a capture there \
     (Diagnostic Tools > TCP Dump), {repeat}, and send ise-psc.log and the capture from the same minutes.",
);

pub(super) const UNKNOWN: [Entry; 3] = [
    Entry {
        outcome: OutcomeName::Unknown,
        detail: None,
        title: "Nothing proves how it ended",
        meaning: "There was an attempt, but neither log nor capture shows how it ended. This is no verdict on the MDM server.",
        proof: &[
            "Log: records of the attempt without a result.",
            "Wire: traffic of the attempt without a readable result.",
        ],
        causes: &[
            "The log or the capture does not cover the whole attempt.",
            "The component external-mdm was not at TRACE.",
        ],
        remedy: &[TRACE],
    },
    Entry {
        outcome: OutcomeName::Unknown,
        detail: Some("encrypted"),
        title: "Encrypted, with no log to show the status",
        meaning: "The connection and TLS worked and data went both ways, so network, DNS and TLS are fine. Whether the answer was 200, 401 or 404 is hidden by the encryption.",
        proof: &[
            "Log: no records of this attempt.",
            "Wire: application data in both directions, and no secrets to decrypt it.",
        ],
        causes: &[
            "The log does not cover the time of the capture, or the component external-mdm was not at TRACE.",
            "The log is from a different node than the capture.",
        ],
        remedy: &[TRACE, without_keys("If the session's TLS secrets are available, pass them with `--keylog FILE`.")],
    },
    Entry {
        outcome: OutcomeName::Unknown,
        detail: Some("incomplete"),
        title: "The evidence is incomplete",
        meaning: "The log or the capture begins after, or ends before, the part of the attempt that would show the result.",
        proof: &[
            "Log: the attempt's first or last records are missing.",
            "Wire: the capture ends before an answer, begins in the middle of the connection, or lost packets.",
        ],
        causes: &[
            "The capture was stopped, or the log collected, before the attempt was over.",
            "The log was rotated and only one part was sent.",
            "The component external-mdm was not at TRACE for all of the attempt.",
        ],
        remedy: &[
            TRACE,
            always(
                "Wait for the error to appear in ISE before you stop the capture; a connection that times out takes minutes.",
            ),
        ],
    },
];
