//! Which attempts of a report are meant: one, some, or all.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Attempts by the numbers that a report gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptChoice {
    /// All of them.
    All,
    /// Those with numbers in these ranges.
    Numbers(Vec<RangeInclusive<usize>>),
}

impl AttemptChoice {
    /// Returns the numbers of `count` attempts that are meant, each once and in order.
    ///
    /// # Errors
    ///
    /// The first number that is asked for and that no attempt has.
    pub fn among(&self, count: usize) -> Result<Vec<usize>, usize> {
        let ranges = match self {
            Self::All if count == 0 => return Err(1),
            Self::All => return Ok((1..=count).collect()),
            Self::Numbers(ranges) => ranges,
        };
        for range in ranges {
            if *range.start() == 0 || *range.start() > count {
                return Err(*range.start());
            }
            if *range.end() > count {
                return Err(*range.end());
            }
        }
        let mut ranges: Vec<_> = ranges.iter().map(|range| (*range.start(), *range.end())).collect();
        ranges.sort_unstable();
        let mut numbers: Vec<usize> = Vec::new();
        for (start, end) in ranges {
            let from = numbers.last().map_or(start, |last| start.max(last + 1));
            numbers.extend(from..=end);
        }
        Ok(numbers)
    }
}

impl From<usize> for AttemptChoice {
    fn from(number: usize) -> Self {
        Self::Numbers(vec![number..=number])
    }
}

impl FromStr for AttemptChoice {
    type Err = String;

    /// Reads `5`, `1,2,5`, `3-7` or `all`.
    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("all") {
            return Ok(Self::All);
        }
        let wrong =
            || format!("`{text}` names no attempts; expected a number, several as in `1,2,5` or `3-7`, or `all`");
        let number = |digits: &str| digits.trim().parse::<usize>().map_err(|_| wrong());
        let range = |part: &str| {
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            let (from, to) = (number(from)?, number(to)?);
            if from <= to { Ok(from..=to) } else { Err(wrong()) }
        };
        Ok(Self::Numbers(text.split(',').map(range).collect::<Result<_, _>>()?))
    }
}

impl fmt::Display for AttemptChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Numbers(ranges) = self else { return f.write_str("all") };
        for (index, range) in ranges.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            if range.start() == range.end() {
                write!(f, "{comma}{}", range.start())?;
            } else {
                write!(f, "{comma}{}-{}", range.start(), range.end())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn among(text: &str, count: usize) -> Result<Vec<usize>, usize> {
        let choice: AttemptChoice = text.parse().unwrap();
        assert_eq!(choice.to_string(), text.to_ascii_lowercase());
        choice.among(count)
    }

    #[test]
    fn attempts_are_named_one_by_one_in_ranges_or_all_at_once() {
        assert_eq!(among("5", 7), Ok(vec![5]));
        assert_eq!(among("5,1,2,5", 7), Ok(vec![1, 2, 5]));
        assert_eq!(among("2-4,3-6", 7), Ok(vec![2, 3, 4, 5, 6]));
        assert_eq!(among("ALL", 3), Ok(vec![1, 2, 3]));
        assert_eq!(AttemptChoice::from(2).among(2), Ok(vec![2]));
    }

    #[test]
    fn a_number_that_no_attempt_has_is_told() {
        assert_eq!(among("1,9", 7), Err(9));
        assert_eq!(among("3-9", 7), Err(9));
        assert_eq!(among("0", 7), Err(0));
        assert_eq!(among("1-99999999999", 7), Err(99_999_999_999));
        assert_eq!(among("all", 0), Err(1));
    }

    #[test]
    fn what_names_no_attempts_is_refused() {
        for text in ["", "x", "1,,2", "7-3", "-1", "1-", "1 2"] {
            assert!(text.parse::<AttemptChoice>().is_err(), "{text}");
        }
    }
}
