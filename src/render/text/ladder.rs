//! An attempt step by step: a column for each who takes part, an arrow for each step.

use super::legend::Legend;
use super::paint::{Paint, STRONG, WEAK};
use crate::model::report::{Attempt, Endpoint};
use crate::model::visible::visible;
use crate::render::escape::shortened;
use crate::render::view::milliseconds;

/// From one lane to the next.
const LANE: usize = 11;
/// Column of times.
const TIME: usize = 11;

/// Steps are told in at least so many characters, however narrow the terminal is.
const SHORTEST: usize = 24;

/// Returns the ladder of an attempt, in lines; none for an attempt without steps. What does not fit is shortened: what is
/// worth reading in full stands among the proofs.
pub(super) fn lines(legend: &Legend, attempt: &Attempt, paint: Paint, width: usize) -> Vec<String> {
    let lanes = attempt.lanes();
    let Some(start) = attempt.steps.iter().find_map(|step| step.time) else { return vec![] };
    let mut out = vec![header(&lanes, paint)];
    for step in &attempt.steps {
        let time = step.time.map_or_else(String::new, |time| format!("+{}", milliseconds(time.millis_since(start))));
        let lane = |endpoint| lanes.iter().position(|lane| *lane == endpoint).unwrap_or_default();
        let art = arrow(lanes.len(), lane(step.from), lane(step.to));
        let place = legend.step(step);
        let taken = TIME + 3 + art.chars().count() + 2 + 2 + place.chars().count();
        let text = visible(&step.what);
        let text = shortened(&text, width.saturating_sub(taken).max(SHORTEST));
        let what = format!("{text}  {}", paint.with(WEAK, &place));
        let mark = if step.decisive { "*" } else { " " };
        let what = if step.decisive { paint.with(STRONG, &what) } else { what };
        out.push(format!("{time:>TIME$} {mark} {art}  {what}"));
    }
    out
}

fn header(lanes: &[Endpoint], paint: Paint) -> String {
    let mut names = String::new();
    for lane in lanes {
        names.push_str(&format!("{:<LANE$}", lane.as_str()));
    }
    format!("{:TIME$}   {}", "", paint.with(WEAK, names.trim_end()))
}

/// Returns the lanes, with an arrow from one to another, or a dot for a step of a lane with itself.
fn arrow(lanes: usize, from: usize, to: usize) -> String {
    let (left, right) = (from.min(to), from.max(to));
    let mut line = String::new();
    for lane in 0..lanes {
        line.push(match lane {
            _ if lane == from && from == to => '●',
            _ if lane == to && to > from => '▶',
            _ if lane == to && to < from => '◀',
            _ if lane == from && from < to => '├',
            _ if lane == from => '┤',
            _ if lane > left && lane < right => '┼',
            _ => '│',
        });
        if lane + 1 < lanes {
            let within = lane >= left && lane < right;
            line.extend(std::iter::repeat_n(if within { '─' } else { ' ' }, LANE - 1));
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_points_from_sender_to_receiver() {
        assert_eq!(arrow(3, 0, 2), "├──────────┼──────────▶");
        assert_eq!(arrow(3, 1, 0), "◀──────────┤          │");
        assert_eq!(arrow(2, 0, 0), "●          │");
    }
}
