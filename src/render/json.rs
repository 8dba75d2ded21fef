//! The contract itself, laid out so that a person can read it: an attempt's fields stand on lines of their own, and
//! what lies deeper, such as one piece of evidence, takes one line.

use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter};

use super::{Rendering, stream};
use crate::model::attempts::Attempts;
use crate::model::report::Report;
use crate::model::visible::is_hidden;

/// One object, then a line break.
pub(super) struct Json;

impl Rendering for Json {
    fn stream(&self, head: &Report, all: &dyn Attempts, out: &mut dyn io::Write) -> io::Result<()> {
        // Each field is named, so that none that is added is forgotten here.
        let Report {
            schema_version,
            tool,
            redacted,
            inputs,
            clock,
            clocks,
            summary,
            attempts: _,
            incidents,
            servers,
            nodes,
            warnings,
        } = head;
        let mut object = Outermost::begin(io::BufWriter::with_capacity(BUFFER, out))?;
        object.field("schema_version", schema_version)?;
        object.field("tool", tool)?;
        if *redacted {
            object.field("redacted", redacted)?;
        }
        object.field("inputs", inputs)?;
        object.field("clock", clock)?;
        object.field("clocks", clocks)?;
        object.field("summary", summary)?;
        object.attempts("attempts", all)?;
        object.field("incidents", incidents)?;
        object.field("servers", servers)?;
        object.field("nodes", nodes)?;
        object.field("warnings", warnings)?;
        object.end()
    }
}

/// The report's own object, written field by field, so that its attempts need not pass through one serializer.
struct Outermost<W> {
    out: W,
    layout: Layout,
    has_fields: bool,
}

impl<W: io::Write> Outermost<W> {
    fn begin(mut out: W) -> io::Result<Self> {
        let mut layout = Layout::default();
        layout.begin_object(&mut out)?;
        Ok(Self { out, layout, has_fields: false })
    }

    fn key(&mut self, name: &str) -> io::Result<()> {
        self.layout.begin_object_key(&mut self.out, !self.has_fields)?;
        self.has_fields = true;
        name.serialize(&mut Serializer::new(&mut self.out))?;
        self.layout.begin_object_value(&mut self.out)
    }

    fn field(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        self.key(name)?;
        value.serialize(&mut Serializer::with_formatter(&mut self.out, Layout::within(1)))?;
        self.layout.end_object_value(&mut self.out)
    }

    /// Writes the list that a large report nearly all consists of.
    fn attempts(&mut self, name: &str, attempts: &dyn Attempts) -> io::Result<()> {
        self.key(name)?;
        self.layout.begin_array(&mut self.out)?;
        stream::each(attempts, &mut self.out, |index, attempt, text| {
            let mut within_list = Layout::within(2);
            within_list.pending = Some(index == 0);
            Ok(attempt.serialize(&mut Serializer::with_formatter(text, within_list))?)
        })?;
        self.layout.after_members(attempts.count() > 0);
        self.layout.end_array(&mut self.out)?;
        self.layout.end_object_value(&mut self.out)
    }

    fn end(mut self) -> io::Result<()> {
        self.layout.end_object(&mut self.out)?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }
}

/// Output goes out in pieces of this size.
pub(super) const BUFFER: usize = 1 << 16;

/// Writes one value in one line, and the line break.
pub(super) fn line<T: Serialize>(value: &T, out: &mut impl io::Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, OneLine))?;
    out.write_all(b"\n")
}

/// Objects deeper than this take one line: report, list of attempts, attempt.
const OBJECTS_BROKEN: usize = 3;
/// Lists deeper than this take one line: those of an attempt are broken.
const LISTS_BROKEN: usize = 4;

/// Line breaks down to a depth, one line below it.
#[derive(Default)]
struct Layout {
    depth: usize,
    /// For each open list or object whether its members stand on lines of their own.
    broken: Vec<bool>,
    /// Something was written into the innermost list or object.
    has_members: bool,
    /// A list has begun a member, and its layout depends on what that is.
    pending: Option<bool>,
}

impl Layout {
    /// Returns the layout of a value so many lists and objects deep, all of which stand on lines of their own.
    fn within(depth: usize) -> Self {
        Self { depth, broken: vec![true; depth], ..Self::default() }
    }

    /// Takes note of members of the innermost list that were written without this layout.
    fn after_members(&mut self, any: bool) {
        self.has_members = any;
        if let Some(broken) = self.broken.last_mut() {
            *broken |= any;
        }
    }

    fn indent<W: ?Sized + io::Write>(&self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"\n")?;
        for _ in 0..self.depth {
            writer.write_all(b"  ")?;
        }
        Ok(())
    }

    /// Writes what stands between two members of a list: those that are objects or lists get lines of their own.
    fn separate<W: ?Sized + io::Write>(&mut self, writer: &mut W, on_own_line: bool) -> io::Result<()> {
        let Some(first) = self.pending.take() else { return Ok(()) };
        if !first {
            writer.write_all(b",")?;
        }
        let own_line = on_own_line && self.depth <= LISTS_BROKEN;
        if let Some(broken) = self.broken.last_mut() {
            *broken |= own_line;
        }
        match (own_line, first) {
            (true, _) => self.indent(writer),
            (false, true) => Ok(()),
            (false, false) => writer.write_all(b" "),
        }
    }

    fn begin<W: ?Sized + io::Write>(&mut self, writer: &mut W, mark: &[u8], broken: bool) -> io::Result<()> {
        self.separate(writer, true)?;
        self.depth += 1;
        self.broken.push(broken);
        self.has_members = false;
        writer.write_all(mark)
    }

    fn end<W: ?Sized + io::Write>(&mut self, writer: &mut W, mark: &[u8]) -> io::Result<()> {
        self.depth = self.depth.saturating_sub(1);
        let broken = self.broken.pop().unwrap_or_default();
        if broken && self.has_members {
            self.indent(writer)?;
        }
        self.has_members = true;
        writer.write_all(mark)
    }
}

/// Writes a scalar after what separates it from the one before.
macro_rules! scalars {
    ($($name:ident: $type:ty),*) => {
        $(fn $name<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: $type) -> io::Result<()> {
            self.separate(writer, false)?;
            CompactFormatter.$name(writer, value)
        })*
    };
}

impl Formatter for Layout {
    scalars!(write_bool: bool, write_i64: i64, write_u8: u8, write_u16: u16, write_u32: u32, write_u64: u64, write_f64: f64);

    fn write_null<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.separate(writer, false)?;
        CompactFormatter.write_null(writer)
    }

    fn begin_string<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.separate(writer, false)?;
        CompactFormatter.begin_string(writer)
    }

    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        visible_fragment(writer, fragment)
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"[", false)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, _: &mut W, first: bool) -> io::Result<()> {
        self.pending = Some(first);
        Ok(())
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_members = true;
        Ok(())
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"]")
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        // The depth that this object is about to open.
        let broken = self.depth < OBJECTS_BROKEN;
        self.begin(writer, b"{", broken)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        if self.broken.last() == Some(&true) {
            self.indent(writer)
        } else if first {
            Ok(())
        } else {
            writer.write_all(b" ")
        }
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_members = true;
        Ok(())
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"}")
    }
}

/// All in one line.
struct OneLine;

impl Formatter for OneLine {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        visible_fragment(writer, fragment)
    }
}

/// Escapes what a terminal acts on. JSON only asks for C0 to be escaped; terminals act on C1 and on Unicode's format
/// characters too.
fn visible_fragment<W: ?Sized + io::Write>(writer: &mut W, fragment: &str) -> io::Result<()> {
    // Most fragments are plain ASCII, of which only DEL is hidden. Without a way out in the middle, several bytes are compared at once.
    let highest_bits = fragment.bytes().fold(0, |bits, byte| bits | byte.wrapping_add(1));
    if highest_bits < 0x80 {
        return writer.write_all(fragment.as_bytes());
    }
    let mut rest = fragment;
    while let Some(at) = rest.find(is_hidden) {
        let (before, from) = rest.split_at(at);
        writer.write_all(before.as_bytes())?;
        let mut chars = from.chars();
        let mut units = [0; 2];
        for unit in chars.next().unwrap_or_default().encode_utf16(&mut units) {
            match u8::try_from(*unit) {
                Ok(byte) => CompactFormatter.write_char_escape(writer, CharEscape::AsciiControl(byte))?,
                Err(_) => write!(writer, "\\u{unit:04x}")?,
            }
        }
        rest = chars.as_str();
    }
    writer.write_all(rest.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ordered_parallel::RUN;
    use crate::sample;

    fn rendered(report: &Report) -> String {
        let mut out = Vec::new();
        Json.render(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_is_written_reads_back_as_the_same_report() {
        let report = sample::report();
        let back: Report = serde_json::from_str(&rendered(&report)).unwrap();
        assert_eq!(serde_json::to_value(back).unwrap(), serde_json::to_value(&report).unwrap());
    }

    #[test]
    fn the_layout_is_readable() {
        let mut report = sample::report();
        report.attempts.truncate(2);
        report.attempts[1].steps.clear();
        report.incidents.truncate(1);
        insta::assert_snapshot!(rendered(&report));
    }

    #[test]
    fn attempts_laid_out_apart_make_the_same_text() {
        let mut report = sample::report();
        for count in [0, 1, 2, RUN + 1, 100 * RUN + 1] {
            let attempts = report.attempts.clone();
            report.attempts = attempts.into_iter().cycle().take(count).collect();
            let mut whole = Vec::new();
            report.serialize(&mut Serializer::with_formatter(&mut whole, Layout::default())).unwrap();
            whole.push(b'\n');
            assert!(rendered(&report).into_bytes() == whole, "{count} attempts");
            report = sample::report();
        }
    }

    #[test]
    fn empty_lists_take_no_lines() {
        let mut report = sample::report();
        report.attempts.clear();
        report.clock = None;
        let text = rendered(&report);
        assert!(text.contains("\"attempts\": [],") && text.contains("\"clock\": null,"), "{text}");
    }

    #[test]
    fn nothing_that_a_terminal_acts_on_is_written_raw() {
        let hidden = "\u{7f}\u{9b}31m\u{202e}\u{e0041}ä";
        let mut report = sample::report();
        report.warnings[0].message = hidden.to_owned();
        let text = rendered(&report);
        assert!(text.contains("\\u007f\\u009b31m\\u202e\\udb40\\udc41ä"), "{text}");
        let back: Report = serde_json::from_str(&text).unwrap();
        assert_eq!(back.warnings[0].message, hidden);
    }
}
