//! Tells whether lines were cut off at the right edge of a screen, or by a program: then many of different content end at
//! the same width, and hardly any is longer.

/// Lines of this width and more are counted together: no screen is so wide.
const LONGEST: usize = 1023;
/// Fewest lines of the width that count.
const LEAST_LINES: u32 = 4;
/// Fewest different endings among them: lines of one kind may well have the same length.
const LEAST_ENDINGS: u32 = 3;
/// For each longer line there are so many of the width at the least.
const OUT_OF_PROPORTION: u32 = 20;

/// How many lines have which width.
#[derive(Clone, Debug)]
pub(super) struct Widths {
    of: Box<[Lines]>,
}

/// The lines of one width.
#[derive(Clone, Copy, Debug, Default)]
struct Lines {
    count: u32,
    /// A bit for each ending that was seen, as a hash of it.
    endings: u32,
}

impl Default for Widths {
    fn default() -> Self {
        Self { of: vec![Lines::default(); LONGEST + 1].into_boxed_slice() }
    }
}

impl Widths {
    /// Counts a line, without its newline.
    #[inline]
    pub(super) fn add(&mut self, line: &[u8]) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some(lines) = self.of.get_mut(line.len().min(LONGEST)) {
            lines.count = lines.count.saturating_add(1);
            let ending = line.last_chunk::<4>().map_or(0, |ending| u32::from_le_bytes(*ending));
            lines.endings |= 1 << ((ending ^ ending >> 16).wrapping_mul(0x85eb_ca6b) >> 27);
        }
    }

    /// Adds the lines of a run that follows.
    pub(super) fn append(&mut self, next: &Self) {
        for (lines, more) in self.of.iter_mut().zip(&next.of) {
            lines.count = lines.count.saturating_add(more.count);
            lines.endings |= more.endings;
        }
    }

    /// Returns the width at which lines were cut off, in bytes; `None` when they were not.
    pub(super) fn cut(&self) -> Option<u32> {
        let all = self.of.iter().fold(0u32, |sum, lines| sum.saturating_add(lines.count));
        let mut longer = 0u32;
        for (width, lines) in self.of.iter().enumerate().rev() {
            let cut = width < LONGEST && lines.count >= LEAST_LINES && lines.endings.count_ones() >= LEAST_ENDINGS;
            if cut && lines.count / OUT_OF_PROPORTION >= longer {
                return u32::try_from(width).ok();
            }
            longer = longer.saturating_add(lines.count);
            if longer > LEAST_LINES && longer > all / 100 {
                return None;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut<'a>(lines: impl Iterator<Item = &'a str>) -> Option<u32> {
        let mut widths = Widths::default();
        lines.for_each(|line| widths.add(line.as_bytes()));
        widths.cut()
    }

    #[test]
    fn lines_that_end_at_the_same_width_were_cut() {
        let text = include_str!("../../testdata/log/five-outcomes.log");
        assert_eq!(cut(text.lines()), None);
        assert_eq!(cut(text.lines().map(|line| line.get(..120).unwrap_or(line))), Some(120));
        assert_eq!(cut(include_str!("../../testdata/log/excerpt.log").lines()), Some(150));
    }

    #[test]
    fn lines_of_one_kind_may_have_the_same_length() {
        let line = |number: u32| format!("GET: MDM Server URL: https://h/devices/?value={number:012}&filter=all");
        let lines: Vec<String> = (0..1000).map(line).collect();
        assert_eq!(cut(lines.iter().map(String::as_str)), None);
    }

    #[test]
    fn runs_are_counted_as_if_they_were_one() {
        let (mut one, mut other) = (Widths::default(), Widths::default());
        for (index, line) in ["aaaa", "bbbb", "cccc", "dddd"].into_iter().enumerate() {
            if index % 2 == 0 { one.add(line.as_bytes()) } else { other.add(line.as_bytes()) }
        }
        one.append(&other);
        assert_eq!(one.cut(), Some(4));
    }
}
