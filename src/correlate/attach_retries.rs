//! Packets that belong to an attempt of the log without being what it waited for: connections that were repeated without
//! a word, lookups beside them, and failures that the node remembered.

use std::collections::BTreeSet;

use super::clock::ClockOffset;
use super::log_request::LogRequest;
use super::matched::Matched;
use super::matching::WirePlace;
use super::wire_request::WireRequest;
use crate::capture::TcpFlow;
use crate::evidence::wire::{Lookup, LookupResult, WireTry};
use crate::model::outcome::Outcome;
use crate::model::time::{MILLISECOND, SECOND};

/// Java remembers for ten seconds that a name does not resolve, and fails without asking again.
const NEGATIVE_CACHE: i64 = 10 * SECOND;
/// Resolvers that stay silent are asked for so long at most, and then the failure is remembered.
const LONGEST_LOOKUP: i64 = 60 * SECOND;
/// What lies so far outside of a request's records may still be its own.
const MARGIN: i64 = 50 * MILLISECOND;

/// Finds the failure of a name that just failed to resolve and fails again without a question: what the last lookup showed still holds.
pub(super) fn remembered_failure<'a>(
    matched: &Matched<'_, 'a>,
    log: usize,
    said: &LogRequest<'a>,
) -> Option<WireTry<'a>> {
    if !matches!(said.claim.outcome, Outcome::DnsFailure(_)) {
        return None;
    }
    let (host, start) = (said.host?, said.start?);
    for (capture, view) in matched.views.iter().enumerate() {
        let Some(offset) = matched.offsets.get(log, capture) else { continue };
        let start = start.to_utc(offset);
        let held = |lookup: &Lookup<'a>| {
            let since = start.nanos() - lookup.last.nanos();
            lookup.host == host
                && matches!(lookup.result, LookupResult::Failed(_))
                && lookup.first.time <= start.plus_nanos(MARGIN)
                && since <= NEGATIVE_CACHE
        };
        let from = view.lookups.partition_point(|lookup| lookup.first.time < start.plus_nanos(-LONGEST_LOOKUP));
        let until = view.lookups.partition_point(|lookup| lookup.first.time <= start.plus_nanos(MARGIN));
        let recent = view.lookups.get(from..until).unwrap_or_default();
        let Some(lookup) = recent.iter().rev().find(|lookup| held(lookup)) else { continue };
        let first = view.slots.partition_point(|slot| slot.start < lookup.first.time);
        let at_once = view.slots.iter().enumerate().skip(first).take_while(|(_, slot)| slot.start == lookup.first.time);
        let is_its = |slot: &WireRequest<'_>| {
            slot.ending.is_none() && view.session(slot).is_some_and(|session| session.first == lookup.first)
        };
        if let Some((index, _)) = at_once.into_iter().find(|(_, slot)| is_its(slot)) {
            return matched.wire_try(WirePlace { capture, slot: index });
        }
    }
    None
}

/// Takes what is left on the wire inside a request's time for its host: repeated connections and lookups.
pub(super) fn attach_retries<'a>(
    matched: &Matched<'_, 'a>,
    said: &LogRequest<'a>,
    offset: ClockOffset,
    wire: &mut WireTry<'a>,
    taken: &mut BTreeSet<WirePlace>,
) {
    let Some(view) = matched.views.get(wire.capture) else { return };
    let (Some(start), Some(result)) = (said.start, said.result.or(said.start)) else { return };
    let (from, until) = (start.to_utc(offset).plus_nanos(-MARGIN), result.to_utc(offset).plus_nanos(MARGIN));
    let begin = view.slots.partition_point(|slot| slot.start < from);
    for (index, slot) in view.slots.iter().enumerate().skip(begin) {
        if slot.start > until {
            break;
        }
        let place = WirePlace { capture: wire.capture, slot: index };
        let Some(session) = view.session(slot).filter(|_| !taken.contains(&place)) else { continue };
        let same_host = said.host.is_some_and(|host| session.is_for(host).is_some());
        if session.client != wire.session.client || !same_host || slot.last > until {
            continue;
        }
        let others = view.slots.iter().enumerate().skip(index.saturating_sub(64)).take(128);
        let shared = others
            .filter(|(_, other)| other.session == slot.session)
            .any(|(other, _)| taken.contains(&WirePlace { capture: wire.capture, slot: other }));
        taken.insert(place);
        if shared {
            continue;
        }
        let flows: Vec<&'a TcpFlow> = session.flows.clone();
        wire.earlier.extend(flows);
        if let Some(lookup) =
            view.lookup(session).filter(|lookup| wire.lookups.iter().all(|own| own.first != lookup.first))
        {
            wire.lookups.push(lookup.clone());
        }
        wire.start = wire.start.min(slot.start);
    }
    wire.earlier.sort_by_key(|flow| flow.first);
    wire.lookups.sort_by_key(|lookup| lookup.first);
}
