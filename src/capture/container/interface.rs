//! Interfaces as a pcapng file describes them, and what the capturing program counted on each of them.

use crate::capture::packet::LinkType;
use crate::model::time::{LATEST, SECOND, Timestamp};

use super::numbers::{half, word};

/// Options of an Interface Description Block (draft-ietf-opsawg-pcapng, section 4.2).
const IF_NAME: u16 = 2;
const IF_DESCRIPTION: u16 = 3;
const IF_TSRESOL: u16 = 9;
const IF_FILTER: u16 = 11;
const IF_TSOFFSET: u16 = 14;

/// Options of an Interface Statistics Block (section 4.6).
const ISB_IFRECV: u16 = 4;
const ISB_IFDROP: u16 = 5;
const ISB_FILTERACCEPT: u16 = 6;
const ISB_OSDROP: u16 = 7;
const ISB_USRDELIV: u16 = 8;

/// Option of an Enhanced Packet Block (section 4.3).
const EPB_DROPCOUNT: u16 = 4;

/// Longest text of a description that is kept.
const MAX_TEXT: usize = 1024;

/// An interface that frames were captured on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InterfaceDescription {
    /// Name, such as `eth0` or `any`.
    pub name: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Capture filter, as it was typed.
    pub filter: Option<String>,
    /// The kind of header that its frames begin with; `None` when the file does not describe it.
    pub link: Option<LinkType>,
    /// Bytes of a frame that are kept; 0 when there is no limit.
    pub snap_length: u32,
}

/// What the capturing program counted on an interface up to the end of the capture; `None` where it does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InterfaceStatistics {
    /// Packets that the interface received.
    pub received: Option<u64>,
    /// Packets that the interface dropped for want of room.
    pub dropped_by_interface: Option<u64>,
    /// Packets that the capture filter let through.
    pub accepted_by_filter: Option<u64>,
    /// Packets that the system dropped for want of room.
    pub dropped_by_system: Option<u64>,
    /// Packets that reached the capturing program.
    pub delivered: Option<u64>,
}

impl InterfaceStatistics {
    /// Reads a block of statistics; the interface's number in its section comes with it.
    pub(super) fn read(block: &[u8], big_endian: bool) -> Option<(u32, Self)> {
        let mut read = Self::default();
        for (code, value) in options(block, 20, big_endian) {
            let count = number(value, big_endian);
            match code {
                ISB_IFRECV => read.received = count,
                ISB_IFDROP => read.dropped_by_interface = count,
                ISB_FILTERACCEPT => read.accepted_by_filter = count,
                ISB_OSDROP => read.dropped_by_system = count,
                ISB_USRDELIV => read.delivered = count,
                _ => {}
            }
        }
        Some((word(block, 8, big_endian)?, read))
    }

    /// Returns how many packets were dropped, by interface and system together; `None` when neither says.
    pub fn dropped(&self) -> Option<u64> {
        match (self.dropped_by_interface, self.dropped_by_system) {
            (None, None) => None,
            (interface, system) => Some(interface.unwrap_or(0).saturating_add(system.unwrap_or(0))),
        }
    }
}

/// The fields of an interface that reading its frames needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SectionInterface {
    pub(super) link: LinkType,
    pub(super) snap_length: u32,
    /// Ticks in a second.
    resolution: u64,
    /// Seconds to add.
    offset: i64,
}

impl SectionInterface {
    /// An interface that the section does not describe, or in no way that can be read.
    pub(super) const UNDESCRIBED: Self =
        Self { link: LinkType::UNDESCRIBED, snap_length: 0, resolution: 1_000_000, offset: 0 };

    /// Reads an Interface Description Block. One that cannot be read still takes a number.
    pub(super) fn read(block: &[u8], big_endian: bool) -> (Self, InterfaceDescription) {
        let mut interface = Self {
            link: half(block, 8, big_endian).map_or(LinkType::UNDESCRIBED, LinkType),
            snap_length: word(block, 12, big_endian).unwrap_or_default(),
            ..Self::UNDESCRIBED
        };
        let mut described = InterfaceDescription {
            link: Some(interface.link).filter(|link| *link != LinkType::UNDESCRIBED),
            snap_length: interface.snap_length,
            ..InterfaceDescription::default()
        };
        for (code, value) in options(block, 16, big_endian) {
            match code {
                IF_NAME => described.name = text(value),
                IF_DESCRIPTION => described.description = text(value),
                // The first byte says how the filter is written; 0 is the text that libpcap takes.
                IF_FILTER => described.filter = value.strip_prefix(&[0]).and_then(text),
                IF_TSRESOL => interface.resolution = value.first().map_or(1_000_000, |option| resolution(*option)),
                IF_TSOFFSET => interface.offset = number(value, big_endian).unwrap_or_default() as i64,
                _ => {}
            }
        }
        (interface, described)
    }

    pub(super) fn time(&self, ticks: u64) -> Timestamp {
        let nanos = match self.resolution {
            1_000_000 => i128::from(ticks) * 1_000,
            1_000_000_000 => i128::from(ticks),
            resolution => i128::from(ticks) * i128::from(SECOND) / i128::from(resolution),
        };
        let nanos = nanos + i128::from(self.offset) * i128::from(SECOND);
        Timestamp::from_nanos(nanos.clamp(0, LATEST.into()) as i64)
    }
}

/// Returns how many packets were dropped since the frame before, out of the options behind a frame that end with its block.
pub(super) fn dropped(block: &[u8], options_at: usize, big_endian: bool) -> Option<u64> {
    let mut options = options(block, options_at, big_endian);
    options.find(|(code, _)| *code == EPB_DROPCOUNT).and_then(|(_, value)| number(value, big_endian))
}

/// Returns the ticks in a second: a power of ten, or of two when the highest bit is set (section 4.2).
fn resolution(option: u8) -> u64 {
    let power = u32::from(option & 0x7f);
    let ticks = if option & 0x80 == 0 { 10_u64.checked_pow(power) } else { 1_u64.checked_shl(power) };
    ticks.unwrap_or(1_000_000)
}

/// Returns the options of a block from a position on, up to the end of options or of the block, whose last four bytes are
/// its length.
fn options(block: &[u8], from: usize, big_endian: bool) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = block.get(from..block.len().saturating_sub(4)).unwrap_or_default();
    std::iter::from_fn(move || {
        let (code, length) = half(rest, 0, big_endian).zip(half(rest, 2, big_endian))?;
        let length = usize::from(length);
        let value = rest.get(4..4 + length)?;
        rest = rest.get(4 + length.next_multiple_of(4)..).unwrap_or_default();
        (code != 0).then_some((code, value))
    })
}

fn number(value: &[u8], big_endian: bool) -> Option<u64> {
    let field = value.first_chunk::<8>()?;
    Some(if big_endian { u64::from_be_bytes(*field) } else { u64::from_le_bytes(*field) })
}

fn text(value: &[u8]) -> Option<String> {
    let value = value.split(|byte| *byte == 0).next().unwrap_or_default();
    let value = value.get(..MAX_TEXT).unwrap_or(value);
    (!value.is_empty()).then(|| String::from_utf8_lossy(value).into_owned())
}
