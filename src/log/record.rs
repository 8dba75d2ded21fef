//! The grammar of one record: where it starts, and what stands in front of its message.
//!
//! A record starts at the start of a line with a time stamp, or with a level and a thread where an excerpt was stripped
//! of its time stamps. What pagers, quoting and `grep` put in front is skipped, and so is what a header lacks.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while, take_while_m_n, take_while1};
use nom::character::complete::{char, one_of};
use nom::combinator::{map_opt, opt, verify};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

use super::facts::Level;
use crate::model::time::{LATEST, LocalTime};

/// How many bytes of a time stamp, from its start, say which ten minutes it lies in.
pub(super) const KEY: usize = 15;
/// Length of a time stamp down to the second; what the end of a file leaves shorter is no record yet.
pub(super) const SECONDS: usize = 19;
/// How far into its line a record may start, and its logger too.
pub(super) const MAX_HEADER: usize = 8192;
/// Fewest and most colons of a diagnostic context: three to five in most, two in some, more where the address of an endpoint
/// or of IPv6 stands in it.
const LEAST_COLONS: usize = 2;
const MOST_COLONS: usize = 24;
/// Longest name, context or path that is believed to be one.
const MAX_FIELD: usize = 512;

/// What stands in front of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LogHeader<'a> {
    /// `None` when there is no time stamp, or none that a clock can show.
    pub(super) time: Option<LocalTime>,
    pub(super) level: Option<Level>,
    /// Without its brackets; empty when there is none.
    pub(super) thread: &'a [u8],
    /// Whether brackets for a context stand behind the thread's.
    pub(super) has_context: bool,
    /// Dotted class name, as it is written.
    pub(super) logger: &'a [u8],
}

impl LogHeader<'_> {
    /// Returns whether the record is of the MDM component. Loggers are the last five parts of a class's name, so one in a deeper
    /// package begins with `cpm.mdm.`, one nearer the root with `com.cisco.cpm.mdm.`.
    pub(super) fn is_mdm(&self) -> bool {
        let logger = self.logger.strip_prefix(b"com.").unwrap_or(self.logger);
        logger.strip_prefix(b"cisco.").unwrap_or(logger).starts_with(b"cpm.mdm.")
    }
}

/// Finds where in the line that begins here a record starts: at its first byte, or behind junk.
pub(super) fn start(line: &[u8]) -> Option<usize> {
    if has_stamp(line) || has_level_and_thread(line) {
        return Some(0);
    }
    let line = line.get(..MAX_HEADER).unwrap_or(line);
    let (rest, _) = opt(junk).parse(line).ok()?;
    let (rest, _) = opt(grep_prefix).parse(rest).ok()?;
    if rest.len() == line.len() {
        return None;
    }
    // Text that is quoted or indented may well speak of a time; only a whole header is a record there.
    let (header, _) = opt(terminated(stamp, blanks1)).parse(rest).ok()?;
    has_level_and_thread(header).then_some(line.len() - rest.len())
}

/// Finds where in the line at this position of a text a record starts.
pub(super) fn start_at(text: &[u8], line: usize) -> Option<usize> {
    text.get(line..).filter(|rest| rest.len() >= SECONDS).and_then(start)
}

/// Returns whether a time stamp begins here, by its first [`KEY`] bytes.
pub(super) fn has_stamp(text: &[u8]) -> bool {
    text.first_chunk::<KEY>().is_some_and(|key| {
        key.iter().zip(b"dddd-dd-dd?dd:d").all(|(byte, shape)| match shape {
            b'd' => byte.is_ascii_digit(),
            b'?' => matches!(byte, b' ' | b'T'),
            other => byte == other,
        })
    })
}

/// Reads the time stamp that begins here: to the ten minutes when what stands behind its key is damaged, so that the
/// key alone says whether there is a time.
pub(super) fn time(text: &[u8]) -> Option<LocalTime> {
    let whole = stamp(text).ok().and_then(|(_, time)| time);
    whole.or_else(|| stamp(&[text.get(..KEY)?, b"0:00"].concat()).ok().and_then(|(_, time)| time))
}

/// Takes a record's first line apart; the rest is its message as far as it stands in that line.
pub(super) fn header(line: &[u8]) -> IResult<&[u8], LogHeader<'_>> {
    let (line, time) = opt(terminated(stamp, blanks1)).parse(line)?;
    let (line, level) = opt(terminated(level, blanks1)).parse(line)?;
    let (line, thread) = opt(terminated(thread, blanks)).parse(line)?;
    let (line, logger) =
        verify(take_till(|byte: u8| byte.is_ascii_whitespace()), |name: &[u8]| !name.is_empty()).parse(line)?;
    let (line, _) = opt(preceded(blanks1, mdc)).parse(line)?;
    let (message, _) = blanks(line)?;
    let (thread, has_context) = thread.unwrap_or_default();
    Ok((message, LogHeader { time: time.flatten(), level, thread, has_context, logger }))
}

fn blanks(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).parse(input)
}

fn blanks1(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while1(|byte| matches!(byte, b' ' | b'\t' | b'\r')).parse(input)
}

/// Reads `2023-08-15 10:21:07,123`. What has that shape is taken; `None` is what no clock shows.
fn stamp(input: &[u8]) -> IResult<&[u8], Option<LocalTime>> {
    if let Some(found) = with_milliseconds(input) {
        return Ok(found);
    }
    let (rest, (year, _, month, _, day, _)) =
        (number(4), char('-'), number(2), char('-'), number(2), one_of(" T")).parse(input)?;
    let (rest, (hour, _, minute, _, second)) = (number(2), char(':'), number(2), char(':'), number(2)).parse(rest)?;
    let (rest, fraction) =
        opt(preceded(one_of(",."), take_while_m_n(1, 9, |byte: u8| byte.is_ascii_digit()))).parse(rest)?;
    let nanos = fraction.unwrap_or_default().iter().chain(std::iter::repeat(&b'0')).take(9);
    let nanos = nanos.fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0'));
    Ok((rest, moment([year, month, day, hour, minute, second], nanos)))
}

/// Reads a time stamp with three digits behind the second, as ISE writes every one, at a tenth of the cost.
fn with_milliseconds(input: &[u8]) -> Option<(&[u8], Option<LocalTime>)> {
    let (stamp, rest) = input.split_first_chunk::<23>()?;
    let &[
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b' ' | b'T',
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
        b',' | b'.',
        f1,
        f2,
        f3,
    ] = stamp
    else {
        return None;
    };
    let digits = [y1, y2, y3, y4, m1, m2, d1, d2, h1, h2, n1, n2, s1, s2, f1, f2, f3];
    if !digits.iter().all(u8::is_ascii_digit) || rest.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let two = |tens: u8, ones: u8| i16::from(tens - b'0') * 10 + i16::from(ones - b'0');
    let year = two(y1, y2) * 100 + two(y3, y4);
    let nanos = (i32::from(two(f1, f2)) * 10 + i32::from(f3 - b'0')) * 1_000_000;
    Some((rest, moment([year, two(m1, m2), two(d1, d2), two(h1, h2), two(n1, n2), two(s1, s2)], nanos)))
}

/// Reads a number of so many digits.
fn number<'a>(digits: usize) -> impl Parser<&'a [u8], Output = i16, Error = nom::error::Error<&'a [u8]>> {
    map_opt(take_while_m_n(digits, digits, |byte: u8| byte.is_ascii_digit()), |digits: &[u8]| {
        digits.iter().try_fold(0i16, |sum, digit| sum.checked_mul(10)?.checked_add(i16::from(digit - b'0')))
    })
}

fn moment(fields: [i16; 6], nanos: i32) -> Option<LocalTime> {
    let [year, month, day, hour, minute, second] = fields;
    let small = |field: i16| i8::try_from(field).ok();
    // Second 60 is a leap second; the clock of the calculation has none.
    let second = small(second).map(|second| if second == 60 { 59 } else { second })?;
    let date = DateTime::new(year, small(month)?, small(day)?, small(hour)?, small(minute)?, second, nanos).ok()?;
    let since_epoch = TimeZone::UTC.to_timestamp(date).ok()?.as_nanosecond();
    i64::try_from(since_epoch).ok().filter(|nanos| (0..=LATEST).contains(nanos)).map(LocalTime::from_nanos)
}

fn level(input: &[u8]) -> IResult<&[u8], Level> {
    // Most levels are told apart by their first letter.
    let is_level = |level: &Level| {
        let word = level.as_str().as_bytes();
        input.first() == word.first() && input.starts_with(word)
    };
    let word = Level::ALL.into_iter().find(is_level);
    let rest = word.and_then(|level| Some((input.get(level.as_str().len()..)?, level)));
    rest.ok_or_else(|| nom::Err::Error(nom::error::Error::new(input, nom::error::ErrorKind::Alt)))
}

/// Reads `[thread][[context]]`, `[thread][]` or `[thread]`, of which the thread's name is kept, with whether there are brackets for
/// a context. Names may hold brackets themselves.
fn thread(input: &[u8]) -> IResult<&[u8], (&[u8], bool)> {
    let (rest, _) = char('[').parse(input)?;
    match with_context(rest) {
        Ok((after, name)) if !name.contains(&b' ') || name_alone(rest).is_err() => Ok((after, (name, true))),
        whole => match (name_alone(rest), whole) {
            (Ok((after, name)), _) => Ok((after, (name, false))),
            (Err(_), Ok((after, name))) => Ok((after, (name, true))),
            (Err(error), Err(_)) => Err(error),
        },
    }
}

/// Reads the thread's name and the context behind it, without the first bracket.
fn with_context(rest: &[u8]) -> IResult<&[u8], &[u8]> {
    let (rest, name) = until(b"][").parse(rest)?;
    // The context is in two brackets, but a screen may have eaten one.
    let (rest, _) = alt((preceded(char('['), until(b"]]")), until(b"]"))).parse(rest)?;
    Ok((rest, name))
}

/// Reads the thread's name where a logger follows it at once, without the first bracket.
fn name_alone(rest: &[u8]) -> IResult<&[u8], &[u8]> {
    let (logger, name) = until(b"] ").parse(rest)?;
    let (_, word) = take_while(|byte: u8| !byte.is_ascii_whitespace()).parse(logger.trim_ascii_start())?;
    let is_logger = word.contains(&b'.') && word.first().is_some_and(u8::is_ascii_alphabetic);
    if is_logger {
        return Ok((logger, name));
    }
    Err(nom::Err::Error(nom::error::Error::new(rest, nom::error::ErrorKind::Tag)))
}

/// Reads up to the mark, which begins with a closing bracket and is taken too.
fn until<'a, const N: usize>(
    mark: &'static [u8; N],
) -> impl Parser<&'a [u8], Output = &'a [u8], Error = nom::error::Error<&'a [u8]>> {
    move |input: &'a [u8]| {
        let line = input.get(..MAX_FIELD).unwrap_or(input);
        let line = memchr::memchr(b'\n', line).and_then(|end| line.get(..end)).unwrap_or(line);
        // Names are short: preparing a search for the whole mark would take longer.
        let mut places = memchr::memchr_iter(b']', line);
        let at = places.find(|at| line.get(*at..).is_some_and(|from| from.starts_with(mark)));
        match at.and_then(|at| Some((input.get(at + mark.len()..)?, input.get(..at)?))) {
            Some(parts) => Ok(parts),
            None => Err(nom::Err::Error(nom::error::Error::new(input, nom::error::ErrorKind::TakeUntil))),
        }
    }
}

/// Reads the diagnostic context: fields with colons between, in dashes that a blank follows. Values may hold dashes and
/// blanks; the last field is empty in most.
fn mdc(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let field = input.get(..MAX_FIELD).unwrap_or(input);
    let ends = memchr::memchr_iter(b'-', field).filter_map(|at| {
        let before = field.get(..at).filter(|_| field.get(at + 1).is_none_or(u8::is_ascii_whitespace))?;
        let colons = memchr::memchr_iter(b':', before).take(MOST_COLONS + 1).count();
        Some((at, before, colons)).filter(|_| (LEAST_COLONS..=MOST_COLONS).contains(&colons))
    });
    let mut ends = ends.peekable();
    let first = ends.peek().map(|(at, ..)| *at);
    let end = ends.find(|(_, before, _)| before.ends_with(b":") || before.ends_with(b"-")).map(|(at, ..)| at).or(first);
    match end.filter(|_| input.starts_with(b"-")).and_then(|end| input.split_at_checked(end + 1)) {
        Some((context, message)) => Ok((message, context)),
        None => Err(nom::Err::Error(nom::error::Error::new(input, nom::error::ErrorKind::Char))),
    }
}

fn has_level_and_thread(line: &[u8]) -> bool {
    line.first().is_some_and(u8::is_ascii_uppercase) && terminated(level, (blanks1, thread)).parse(line).is_ok()
}

/// Reads what a terminal, a pager, a mail program or a crash leaves in front of a line: control characters and zero bytes,
/// blanks, byte order marks, marks of quotation, `--More--`.
fn junk(line: &[u8]) -> IResult<&[u8], &[u8]> {
    let mut rest = line;
    loop {
        let next = match rest {
            [0x1b, b'[', after @ ..] => {
                let letter = after.iter().take(16).position(|byte| (0x40..=0x7e).contains(byte));
                letter.and_then(|at| after.get(at + 1..)).unwrap_or(after)
            }
            [b'\n', ..] => break,
            [0..=b' ' | 0x7f | b'>' | b'|', after @ ..] => after,
            [0xef, 0xbb, 0xbf, after @ ..] => after,
            _ => match alt((tag::<_, _, ()>("--More--"), tag("<--- More --->"), tag("-- More --"))).parse(rest) {
                Ok((after, _)) => after,
                Err(_) => break,
            },
        };
        rest = next;
    }
    Ok((rest, line.get(..line.len() - rest.len()).unwrap_or_default()))
}

/// Reads `ise-psc.log:` or `812:` in front of a time stamp, as `grep` writes them.
fn grep_prefix(line: &[u8]) -> IResult<&[u8], &[u8]> {
    const DATE: usize = "2023-08-15".len();
    let token = line.iter().take(MAX_FIELD).position(u8::is_ascii_whitespace).and_then(|end| end.checked_sub(DATE));
    match token.and_then(|at| line.split_at_checked(at)) {
        Some((prefix, rest)) if prefix.ends_with(b":") && has_stamp(rest) => Ok((rest, prefix)),
        _ => Err(nom::Err::Error(nom::error::Error::new(line, nom::error::ErrorKind::Tag))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::{MILLISECOND, SECOND};

    fn parsed(line: &str) -> (Option<i64>, &str, &str, &str) {
        let text = |bytes| str::from_utf8(bytes).unwrap();
        let (message, header) = super::header(line.as_bytes()).unwrap();
        (header.time.map(|time| time.nanos() / MILLISECOND), text(header.thread), text(header.logger), text(message))
    }

    #[test]
    fn a_whole_header_is_taken_apart() {
        let line =
            "2023-08-15 10:21:07,123 DEBUG  [admin-http-pool16][[]] cisco.cpm.mdm.util.MdmRESTClient -:::- start";
        let time = 1_692_094_867_123;
        assert_eq!(parsed(line), (Some(time), "admin-http-pool16", "cisco.cpm.mdm.util.MdmRESTClient", "start"));
    }

    #[test]
    fn every_spelling_of_the_context_is_skipped() {
        for mdc in [
            "-:::-",
            "-::::-",
            "--:admin:--",
            "-admin:192.0.2.1:4f1a-6a4a::-",
            "--:Jo Doe:198.51.100.1:--",
            "-a - b:00:26:B4:24:FE:B4:2001:db8::1::-",
        ] {
            let line = format!("ERROR [a[1]][[ctx]] cisco.cpm.mdm.apiimp].MDMVerifyServer {mdc} - x: y - z");
            assert_eq!(parsed(&line), (None, "a[1]", "cisco.cpm.mdm.apiimp].MDMVerifyServer", "- x: y - z"));
        }
        assert_eq!(parsed("INFO [t][[]] a.B -:::-").3, "");
        assert_eq!(parsed("INFO [t][[]] a.B no context").3, "no context");
    }

    #[test]
    fn records_start_behind_what_pagers_and_people_put_in_front() {
        let record = "2023-08-15 10:21:07,123 DEBUG  [t][[]] a.B -:::- m";
        let bare = "DEBUG [t][[]] a.B -:::- m";
        for junk in ["", "\u{feff}", "  ", "> ", "--More--\r        \r", "\x1b[7m--More--\x1b[27m\x08\x08", "\0\0\0\0"]
        {
            assert_eq!(start(format!("{junk}{record}").as_bytes()), Some(junk.len()), "{junk:?}");
            assert_eq!(start(format!("{junk}{bare}").as_bytes()), Some(junk.len()), "{junk:?}");
        }
        for junk in ["812:", "ise-psc.log:", "logs/ise-psc.log:812:"] {
            assert_eq!(start(format!("{junk}{record}").as_bytes()), Some(junk.len()), "{junk:?}");
        }
    }

    #[test]
    fn other_lines_start_no_record() {
        for line in [
            "",
            "\n",
            "  \n2023-08-15 10:21:07,123 DEBUG  [t][[]] a.B -:::- m",
            "\tat java.net.Socket.connect(Socket.java:607)",
            "  2023-08-15 10:21:07,123 is when it happened",
            "ERROR: no header",
            "INFO [only one bracket] x",
            "2023-08-15",
            "}",
        ] {
            assert_eq!(start(line.as_bytes()), None, "{line:?}");
        }
    }

    #[test]
    fn a_time_that_no_clock_shows_is_no_time() {
        assert_eq!(time(b"1970-01-01 00:00:01,5 x"), Some(LocalTime::from_nanos(SECOND + SECOND / 2)));
        assert_eq!(time(b"2016-12-31T23:59:60,000"), time(b"2016-12-31 23:59:59,000"));
        assert_eq!(time(b"2023-08-15 10:2x:07,123"), time(b"2023-08-15 10:20:00,000"));
        for wrong in [
            "2023-02-30 10:00:00,000",
            "2023-08-15 24:00:00,000",
            "1969-12-31 23:59:59,999",
            "1700-01-01 00:00:00,000",
            "2262-01-01 00:00:00,000",
            "9999-01-01 00:00:00,000",
            "2023-08-15 10:",
        ] {
            assert_eq!(time(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
