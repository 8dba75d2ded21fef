//! Whether it works now: the first sentence of every report, and the state of each server at the end of what was given.

use std::collections::HashSet;

use super::clockface::Clockface;
use super::view::{counted, milliseconds, number, server};
use crate::model::report::{Incident, ServerHealth, ServerState};
use crate::model::time::Timestamp;

impl Clockface<'_> {
    /// Returns `Reached again since 11:27:18; nothing open.`, `2 servers down since 11:22:23.`, `Reached: all 12 attempts succeeded.`
    pub(super) fn now(&self) -> String {
        let down: Vec<&ServerState> =
            self.report.servers.iter().filter(|server| server.state == ServerHealth::Down).collect();
        let up = self.report.servers.iter().filter(|server| server.state == ServerHealth::Up).count();
        match (down.as_slice(), up) {
            ([], 0) if self.overview.gists.is_empty() => "No attempt was found.".to_owned(),
            ([], 0) => "Whether it works now is not known: no attempt shows a result.".to_owned(),
            ([], _) => match self.recovered_at() {
                Some(at) => format!("Reached again since {}; nothing open.", self.moment(at)),
                None => format!("Reached: {} succeeded.", self.all_attempts()),
            },
            ([one], 0) => format!("Down{}: {}.", self.since(one), name(one)),
            ([one], up) => {
                format!("{} is down{}; {} can be reached.", name(one), self.since(one), others(up))
            }
            (down, up) => {
                let since = self.all_down_since(down);
                let since = since.map(|at| format!(" since {}", self.moment(at))).unwrap_or_default();
                let rest = if up > 0 { format!("; {} can be reached", others(up)) } else { String::new() };
                format!("{} down{since}{rest}.", counted(down.len(), "server"))
            }
        }
    }

    fn all_attempts(&self) -> String {
        match self.overview.gists.len() {
            1 => "the attempt".to_owned(),
            count => format!("all {} attempts", number(count)),
        }
    }

    fn since(&self, server: &ServerState) -> String {
        self.down_since(server).map(|at| format!(" since {}", self.moment(at))).unwrap_or_default()
    }

    /// Returns the first failure of a server after its last success.
    pub(super) fn down_since(&self, server: &ServerState) -> Option<Timestamp> {
        self.open_at(server).filter_map(|incident| incident.first_at).min()
    }

    /// Returns the same for the first of several servers, which may be tens of thousands.
    fn all_down_since(&self, servers: &[&ServerState]) -> Option<Timestamp> {
        let down: HashSet<_> = servers.iter().map(|server| (&server.host, server.port)).collect();
        let open = self.report.incidents.iter().filter(|incident| incident.resolved_by.is_none());
        let theirs = open.filter(|incident| down.contains(&(&incident.server.host, incident.server.port)));
        theirs.filter_map(|incident| incident.first_at).min()
    }

    /// Returns the incidents of a server that nothing has ended.
    fn open_at<'s>(&'s self, server: &'s ServerState) -> impl Iterator<Item = &'s Incident> {
        self.report.incidents.iter().filter(move |incident| {
            let same = (&incident.server.host, incident.server.port) == (&server.host, server.port);
            same && incident.resolved_by.is_none()
        })
    }

    /// Returns when the last failure was over.
    fn recovered_at(&self) -> Option<Timestamp> {
        let ends =
            self.report.incidents.iter().filter_map(|incident| self.overview.gist(incident.resolved_by?)?.started_at);
        ends.max()
    }

    /// Returns the state of a server in words: `down since 11:22:23; 3 of 9 succeeded, answers take 800 ms (95% within 1.20 s)`.
    pub(super) fn state_words(&self, server: &ServerState) -> String {
        let mut text = match server.state {
            ServerHealth::Up => match server.last_success_at {
                Some(at) => format!("up, last reached {}", self.moment(at)),
                None => "up".to_owned(),
            },
            ServerHealth::Down => format!("down{}", self.since(server)),
            ServerHealth::Unknown => "no result known".to_owned(),
        };
        if let (ServerHealth::Down, Some(id)) = (server.state, server.open_incident) {
            text.push_str(&format!(" (incident {id})"));
        }
        text.push_str(&format!("; {}", counted(server.attempts, "attempt")));
        if let Some(share) = server.availability {
            text.push_str(&format!(", {} succeeded", percent(share)));
        }
        if let Some(median) = server.median_answer_ms {
            text.push_str(&format!("; answers in {} (median)", milliseconds(median)));
            let p95 = server.p95_answer_ms.filter(|p95| (p95 - median).abs() > 0.5);
            text.push_str(&p95.map(|p95| format!(", {} (95%)", milliseconds(p95))).unwrap_or_default());
        }
        text
    }
}

/// Returns name and port of a server.
pub(super) fn name(state: &ServerState) -> String {
    server(state.host.as_deref(), state.port)
}

fn others(count: usize) -> String {
    if count == 1 { "1 other server".to_owned() } else { format!("{count} other servers") }
}

/// Writes a share of a hundred; what is not all does not look like all, and what is not nothing not like nothing.
fn percent(share: f64) -> String {
    match share * 100.0 {
        all if all >= 100.0 => "100%".to_owned(),
        most if most > 99.9 => "over 99.9%".to_owned(),
        none if none <= 0.0 => "none".to_owned(),
        few if few < 0.1 => "under 0.1%".to_owned(),
        some => format!("{some:.1}%").replace(".0%", "%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::Report;
    use crate::render::Times;
    use crate::render::overview::Overview;
    use crate::sample;

    fn now(report: &Report) -> String {
        Clockface::of(&Overview::whole(report), Times::Utc).now()
    }

    #[test]
    fn the_first_sentence_says_whether_it_works_now() {
        let mut report = sample::report();
        assert_eq!(now(&report), "3 servers down since 16:37:07.");
        report.servers.truncate(1);
        assert_eq!(now(&report), "Down since 16:55:07: mdm.example.com:8443.");
        let mut up = report.servers[0].clone();
        up.state = ServerHealth::Up;
        report.servers.push(up);
        assert_eq!(now(&report), "mdm.example.com:8443 is down since 16:55:07; 1 other server can be reached.");
        report.servers.remove(0);
        assert_eq!(now(&report), "Reached again since 16:33:07; nothing open.");
        report.incidents.clear();
        assert_eq!(now(&report), "Reached: all 11 attempts succeeded.");
        report.servers[0].state = ServerHealth::Unknown;
        assert_eq!(now(&report), "Whether it works now is not known: no attempt shows a result.");
        report.attempts.clear();
        report.servers.clear();
        assert_eq!(now(&report), "No attempt was found.");
    }

    #[test]
    fn a_state_is_told_in_words() {
        let report = sample::report();
        assert_eq!(
            Clockface::of(&Overview::whole(&report), Times::Utc).state_words(&report.servers[2]),
            "down since 16:37:07 (incident 6); 9 attempts, 25% succeeded; answers in 800 ms (median)"
        );
        assert_eq!(
            (percent(0.9999), percent(0.0005), percent(0.5)),
            ("over 99.9%".into(), "under 0.1%".into(), "50%".into())
        );
    }
}
