//! Requests and responses as the sizes, directions and times of records show them. Behind the handshake of TLS 1.3 a server
//! may send session tickets, which look like short answers: what comes too early, or looks like its neighbour, is a ticket;
//! what may be either is said to be.

use super::contents::{ClassifiedRecord, RecordContent};
use super::lengths::RecordLengths;
use crate::capture::{FlowSide, FrameRef, Turn};
use crate::model::time::MILLISECOND;

/// Tickets follow the client's Finished at once: what comes later than a round trip and this is an answer.
const PROMPT: i64 = 50 * MILLISECOND;
/// The same where the round trip was not measured.
const PROMPT_AT_MOST: i64 = 300 * MILLISECOND;
/// Records of an answer whose lengths are kept.
const MAX_LENGTHS: usize = 32;

/// Reads turns out of the records of both directions.
pub(super) struct TurnReader {
    pub(super) lengths: RecordLengths,
    /// The end of the client's Finished in TLS 1.3; `None` when it was not seen, or in other versions.
    pub(super) finished: Option<FrameRef>,
    /// Nanoseconds that an answer takes at least.
    pub(super) round_trip: Option<i64>,
}

impl TurnReader {
    /// Reads the turns of records that are in the order in which they were sent.
    pub(super) fn read(&self, records: &[ClassifiedRecord]) -> Vec<Turn> {
        let mut turns: Vec<Turn> = Vec::new();
        // Tickets come before all answers.
        let mut tickets_over = false;
        let mut tickets: Option<usize> = None;
        for (index, record) in records.iter().enumerate() {
            if !matches!(record.content, RecordContent::Data | RecordContent::Protected) {
                continue;
            }
            let length = record.length as u64;
            match (record.side, turns.last_mut()) {
                (FlowSide::Client, Some(turn)) if turn.response.is_none() => {
                    turn.request_bytes += length;
                    turn.request_end = turn.request_end.max(record.end);
                }
                (FlowSide::Client, _) => turns.push(Turn {
                    request: record.at,
                    request_end: record.end,
                    request_bytes: length,
                    response: None,
                    response_bytes: 0,
                    response_lengths: Vec::new(),
                    maybe_ticket: false,
                }),
                // Nobody has asked anything yet: tickets, or the rest of something that was not captured.
                (FlowSide::Server, None) => tickets_over = true,
                (FlowSide::Server, Some(turn)) => {
                    let closed = record.content == RecordContent::Protected && !tickets_over;
                    let kind = if closed { self.kind(records, index, turn, tickets) } else { TurnKind::Answer };
                    match kind {
                        TurnKind::Ticket => {
                            tickets = Some(record.length);
                            continue;
                        }
                        TurnKind::Either => turn.maybe_ticket |= turn.response.is_none(),
                        TurnKind::Answer => turn.maybe_ticket = false,
                    }
                    tickets_over |= kind == TurnKind::Answer;
                    turn.response = Some((turn.response.map_or(record.at, |(first, _)| first), record.end));
                    turn.response_bytes += length;
                    if turn.response_lengths.len() < MAX_LENGTHS {
                        turn.response_lengths.push(record.length);
                    }
                }
            }
        }
        turns
    }

    /// Tells what a record of the server is that stayed closed; `tickets` is the length of those that came before.
    fn kind(&self, records: &[ClassifiedRecord], index: usize, turn: &Turn, tickets: Option<usize>) -> TurnKind {
        let Some(record) = records.get(index).filter(|record| self.lengths.is_ticket(record.length)) else {
            return TurnKind::Answer;
        };
        let since = |earlier: FrameRef| record.at.time.nanos().saturating_sub(earlier.time.nanos());
        if self.round_trip.is_some_and(|round_trip| since(turn.request) < round_trip / 2) {
            return TurnKind::Ticket;
        }
        let alike = |other: Option<&ClassifiedRecord>| {
            other.is_some_and(|other| {
                other.side == FlowSide::Server
                    && other.length == record.length
                    && other.content == RecordContent::Protected
                    && other.at.time.nanos().saturating_sub(record.at.time.nanos()).abs() <= PROMPT
            })
        };
        let like_a_ticket = tickets == Some(record.length)
            || alike(records.get(index + 1))
            || alike(index.checked_sub(1).and_then(|before| records.get(before)));
        let prompt = self.round_trip.map_or(PROMPT_AT_MOST, |round_trip| round_trip.saturating_add(PROMPT));
        let Some(finished) = self.finished else {
            // Tickets may be long gone, or come now.
            return if like_a_ticket { TurnKind::Ticket } else { TurnKind::Either };
        };
        match (like_a_ticket, since(finished) <= prompt) {
            (true, true) => TurnKind::Ticket,
            (true, false) => TurnKind::Either,
            (false, false) => TurnKind::Answer,
            // The tickets of a session are alike, and of two records that are not, one is an answer.
            (false, true) if tickets.is_some() || turn.response.is_some() => TurnKind::Answer,
            (false, true) => TurnKind::Either,
        }
    }
}

/// What a record of the server may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TurnKind {
    Ticket,
    Either,
    Answer,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;

    const ROUND_TRIP: i64 = 20;

    fn at(millis: i64) -> FrameRef {
        FrameRef { time: Timestamp::from_nanos(millis * MILLISECOND), input: 0, frame: millis as u64 + 1000 }
    }

    fn record(side: FlowSide, millis: i64, length: usize) -> ClassifiedRecord {
        ClassifiedRecord { side, content: RecordContent::Protected, length, at: at(millis), end: at(millis) }
    }

    /// Reads a session of TLS 1.3 whose Finished is sent at 0 and a request a millisecond later; the server's records come at these
    /// times with these lengths. Returns the lengths that are taken for the answer, and whether they may be a ticket.
    fn answer(records: &[(i64, usize)]) -> (Vec<usize>, bool) {
        let reader = TurnReader {
            lengths: RecordLengths::of(None),
            finished: Some(at(0)),
            round_trip: Some(ROUND_TRIP * MILLISECOND),
        };
        let request = record(FlowSide::Client, 1, 300);
        let server = records.iter().map(|(millis, length)| record(FlowSide::Server, *millis, *length));
        let mut records: Vec<_> = std::iter::once(request).chain(server).collect();
        records.sort_by_key(|record| record.at);
        let turns = reader.read(&records);
        assert_eq!(turns.len(), 1);
        (turns[0].response_lengths.clone(), turns[0].maybe_ticket)
    }

    #[test]
    fn what_comes_sooner_than_an_answer_can_is_a_ticket() {
        assert_eq!(answer(&[(5, 250)]), (vec![], false));
        assert_eq!(answer(&[(5, 250), (60, 90)]), (vec![90], false));
    }

    #[test]
    fn two_records_of_one_length_at_once_are_tickets() {
        assert_eq!(answer(&[(22, 250), (22, 250)]), (vec![], false));
        assert_eq!(answer(&[(22, 250), (22, 250), (24, 130)]), (vec![130], false));
        assert_eq!(answer(&[(22, 250), (22, 250), (24, 130), (24, 400)]), (vec![130, 400], false));
    }

    #[test]
    fn a_short_record_at_once_may_be_either() {
        assert_eq!(answer(&[(22, 250)]), (vec![250], true));
        assert_eq!(answer(&[(22, 2100)]), (vec![2100], false));
        assert_eq!(answer(&[(22, 40)]), (vec![40], false));
    }

    #[test]
    fn a_short_record_that_took_its_time_is_an_answer() {
        assert_eq!(answer(&[(200, 250)]), (vec![250], false));
        assert_eq!(answer(&[(200, 250), (200, 250)]), (vec![250, 250], true));
    }

    #[test]
    fn of_two_records_that_differ_one_is_an_answer() {
        assert_eq!(answer(&[(22, 250), (23, 130)]), (vec![250, 130], false));
    }

    #[test]
    fn each_request_has_its_own_turn_and_later_ones_no_tickets() {
        let reader = TurnReader { lengths: RecordLengths::of(None), finished: Some(at(0)), round_trip: None };
        let records = [
            record(FlowSide::Client, 1, 300),
            record(FlowSide::Server, 30, 4000),
            record(FlowSide::Client, 100, 310),
            record(FlowSide::Client, 101, 20),
            record(FlowSide::Server, 130, 250),
        ];
        let turns = reader.read(&records);
        let seen: Vec<_> = turns
            .iter()
            .map(|turn| (turn.request, turn.request_end, turn.request_bytes, turn.response, turn.maybe_ticket))
            .collect();
        assert_eq!(
            seen,
            [
                (at(1), at(1), 300, Some((at(30), at(30))), false),
                (at(100), at(101), 330, Some((at(130), at(130))), false)
            ]
        );
    }
}
