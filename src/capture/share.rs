//! How much of a capture is kept: connections and queries are counted over all captures of a run, which share alike, so that
//! dozens of captures take no more memory than one.

/// Connections of all captures together that are kept for the report.
const ALL_FLOWS: usize = 1 << 18;
/// Connections of one capture, however much the others leave.
const MOST_FLOWS: usize = 1 << 17;
/// DNS exchanges of all captures together; names of interest are asked for thousands of times a day at most.
const ALL_EXCHANGES: usize = 400_000;
/// Exchanges of one capture.
const MOST_EXCHANGES: usize = 100_000;
/// What each capture may keep, however many there are.
const LEAST: usize = 1 << 10;

/// Returns how many connections are kept of a capture beside so many others.
pub(super) fn flows(beside: usize) -> usize {
    (ALL_FLOWS / beside.saturating_add(1)).clamp(LEAST, MOST_FLOWS)
}

/// Returns how many DNS exchanges are kept of a capture beside so many others.
pub(super) fn exchanges(beside: usize) -> usize {
    (ALL_EXCHANGES / beside.saturating_add(1)).clamp(LEAST, MOST_EXCHANGES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dozens_of_captures_keep_no_more_than_a_few() {
        assert_eq!((flows(0), flows(1), exchanges(0)), (MOST_FLOWS, MOST_FLOWS, MOST_EXCHANGES));
        for captures in [2, 24, 256] {
            assert!(captures * flows(captures - 1) <= ALL_FLOWS, "{captures}");
            assert!(captures * exchanges(captures - 1) <= ALL_EXCHANGES, "{captures}");
        }
        assert_eq!(flows(usize::MAX), LEAST);
    }
}
