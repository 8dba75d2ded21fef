//! A capture as the join sees it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use super::wire_request::{WireRequest, wire_requests};
use crate::capture::CaptureFacts;
use crate::evidence::targets::Targets;
use crate::evidence::wire::{Lookup, Session, Visibility, read_lookups, read_sessions};
use crate::model::time::Timestamp;

/// Requests that begin within this time of each other, in nanoseconds, may be taken for each other.
const NEAR: u64 = 3_000_000_000;
/// Places that are looked at for them, before and behind.
pub(super) const MAX_NEAR: usize = 256;

/// Lookups, sessions and places of one capture.
#[derive(Clone, Debug)]
pub struct CaptureView<'a> {
    /// Times of the first and the last frame.
    pub span: Option<(Timestamp, Timestamp)>,
    /// What the capture could see of each client that has a session.
    visibility: HashMap<IpAddr, Visibility>,
    /// In order of their first frames.
    pub lookups: Vec<Arc<Lookup<'a>>>,
    /// In order of their first frames. Each of the requests on a connection has its session whole, and they may be many.
    pub sessions: Vec<Arc<Session<'a>>>,
    /// In order of time.
    pub slots: Vec<WireRequest<'a>>,
    /// How many sessions may be for a host.
    by_host: HashMap<String, usize>,
}

impl<'a> CaptureView<'a> {
    /// Makes the view of the capture with this index.
    pub fn new(capture: usize, facts: &'a CaptureFacts, known: &Targets) -> Self {
        let spans = facts.parts.iter().filter_map(|part| part.span);
        let span = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        let end = span.map_or(Timestamp::from_nanos(0), |(_, last)| last);
        let lookups = read_lookups(capture, &facts.dns, &known.hosts, end);
        let sessions = read_sessions(capture, &facts.flows, &lookups, known, end);
        let mut slots = wire_requests(&sessions, &lookups, end);
        slots.sort_by_key(|slot| (slot.start, slot.session, slot.request));
        let mut by_host: HashMap<String, usize> = HashMap::new();
        for (host, _) in sessions.iter().flat_map(|session| &session.hosts) {
            *by_host.entry(host.clone()).or_default() += 1;
        }
        let mut visibility: HashMap<IpAddr, Visibility> = HashMap::new();
        for session in &sessions {
            visibility.entry(session.client).or_insert_with(|| Visibility::of(facts, session.client));
        }
        let lookups = lookups.into_iter().map(Arc::new).collect();
        let sessions = sessions.into_iter().map(Arc::new).collect();
        Self { by_host, span, visibility, lookups, sessions, slots }
    }

    /// Returns what the capture could see of this client.
    pub fn visibility(&self, client: IpAddr) -> Visibility {
        self.visibility.get(&client).copied().unwrap_or_default()
    }

    /// Returns how many sessions may be for this host.
    pub fn sessions_for(&self, host: &str) -> usize {
        self.by_host.get(host).copied().unwrap_or(0)
    }

    /// Returns whether other sessions than that of a place may be for a host and began at about the same time.
    pub fn has_others_near(&self, slot: usize, host: &str) -> bool {
        let Some(own) = self.slots.get(slot) else { return false };
        let (before, behind) = self.slots.split_at(slot);
        let is_near = |other: &&WireRequest<'_>| other.start.nanos().abs_diff(own.start.nanos()) <= NEAR;
        let is_other = |other: &WireRequest<'_>| {
            let session = self.session(other);
            other.session != own.session && session.is_some_and(|session| session.is_for(host).is_some())
        };
        before.iter().rev().take(MAX_NEAR).take_while(is_near).any(is_other)
            || behind.iter().take(MAX_NEAR).take_while(is_near).any(is_other)
    }

    /// Returns the session of a place.
    pub fn session(&self, slot: &WireRequest<'_>) -> Option<&Arc<Session<'a>>> {
        self.sessions.get(slot.session)
    }

    /// Returns the lookup that a session began with.
    pub fn lookup(&self, session: &Session<'_>) -> Option<&Arc<Lookup<'a>>> {
        self.lookups.get(session.lookup?)
    }
}
