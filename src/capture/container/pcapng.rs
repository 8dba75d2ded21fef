//! The pcapng format (draft-ietf-opsawg-pcapng): sections of blocks, each with its length before and behind.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use pcap_parser::pcapng::{
    parse_decryptionsecretsblock_be, parse_decryptionsecretsblock_le, parse_nameresolutionblock_be,
    parse_nameresolutionblock_le,
};
use pcap_parser::{NameRecordType, SecretsType};

use super::ahead;
use super::frame::{Damage, Frame, MAX_FRAME, Position, Sink};
use super::interface::{self, InterfaceStatistics, SectionInterface};
use super::numbers::{half, word};
use crate::model::time::Timestamp;

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const OLD_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const NAME_RESOLUTION: u32 = 4;
const INTERFACE_STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;
const DECRYPTION_SECRETS: u32 = 10;

/// A block longer than this is not believed; one of frames much earlier.
const MAX_BLOCK: usize = 256 << 20;
const MAX_PACKET_BLOCK: usize = 1 << 20;
/// Interfaces of one section that are kept; frames of others cannot be read. Each chunk of a file keeps those before it.
const MAX_INTERFACES: usize = 1 << 10;
/// Names that are read of one block.
const MAX_NAMES: usize = 1 << 16;

/// The state of a section. Cheap to clone, since each chunk of a file begins with one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Section {
    big_endian: bool,
    interfaces: Arc<Vec<SectionInterface>>,
    /// Interfaces of the sections before it, so that each interface of a file has a number of its own.
    before: u32,
}

/// Returns whether a file begins like this.
pub(super) fn begins(bytes: &[u8]) -> bool {
    word(bytes, 0, false) == Some(SECTION_HEADER) && byte_order(bytes, 0).is_some()
}

/// Returns whether the section whose header begins at a position is big-endian.
fn byte_order(bytes: &[u8], at: usize) -> Option<bool> {
    match word(bytes, at.checked_add(8)?, false)? {
        0x1a2b_3c4d => Some(false),
        0x4d3c_2b1a => Some(true),
        _ => None,
    }
}

/// The block that stands at a position.
enum NextBlock {
    Block { kind: u32, behind: usize, big_endian: bool },
    Cut,
    Garbage,
}

impl Section {
    fn next(&self, bytes: &[u8], at: usize) -> NextBlock {
        let Some(kind) = word(bytes, at, self.big_endian) else { return NextBlock::Cut };
        let big_endian = match kind {
            SECTION_HEADER => match byte_order(bytes, at) {
                Some(order) => order,
                None if bytes.len() - at < 12 => return NextBlock::Cut,
                None => return NextBlock::Garbage,
            },
            _ => self.big_endian,
        };
        let Some(length) = word(bytes, at + 4, big_endian) else { return NextBlock::Cut };
        let length = length as usize;
        // Some writers forget to count the padding at the end of a block.
        let padded = length.next_multiple_of(4);
        let packet = matches!(kind, OLD_PACKET | SIMPLE_PACKET | ENHANCED_PACKET);
        if length < 12 || length > if packet { MAX_PACKET_BLOCK } else { MAX_BLOCK } {
            return NextBlock::Garbage;
        }
        let behind = at + padded;
        if behind > bytes.len() && length > MAX_PACKET_BLOCK {
            return NextBlock::Garbage;
        }
        match word(bytes, behind - 4, big_endian) {
            Some(trailer) if trailer as usize == length => NextBlock::Block { kind, behind, big_endian },
            Some(_) => NextBlock::Garbage,
            None => NextBlock::Cut,
        }
    }

    /// Hands the frames of the blocks from `at` on to the sink, up to the first that is none.
    pub(super) fn run<'a>(&mut self, bytes: &'a [u8], at: usize, until: usize, sink: &mut impl Sink<'a>) -> Position {
        let length = |reader: &Self, at| {
            let length = word(bytes, at + 4, reader.big_endian)? as usize;
            (12..=MAX_PACKET_BLOCK).contains(&length).then(|| length.next_multiple_of(4))
        };
        ahead::walk(self, bytes, at, until, length, |reader, at| reader.read_block(bytes, at, sink))
    }

    /// Hands what a block holds on to the sink, and returns where it ends; where there is none, how to go on.
    #[inline]
    fn read_block<'a>(&mut self, bytes: &'a [u8], at: usize, sink: &mut impl Sink<'a>) -> Result<usize, Position> {
        match self.next(bytes, at) {
            NextBlock::Block { kind, behind, big_endian } => {
                if kind == SECTION_HEADER {
                    *self = Self { big_endian, before: self.next_interface(), interfaces: Arc::default() };
                } else if let Some(block) = bytes.get(at..behind) {
                    self.block(kind, block, at, sink);
                }
                Ok(behind)
            }
            NextBlock::Cut => {
                if at < bytes.len() {
                    sink.damage(Damage::Cut(at));
                }
                Err(Position::At(bytes.len()))
            }
            NextBlock::Garbage => {
                sink.damage(Damage::Garbage(at));
                Err(Position::Lost(at + 4))
            }
        }
    }

    /// Returns the first position in a range where a block is believed to begin: two others follow it, or the file tuple.
    pub(super) fn find(&self, bytes: &[u8], from: usize, until: usize) -> Option<usize> {
        let aligned = from.next_multiple_of(4);
        (aligned..until.min(bytes.len())).step_by(4).find(|&start| {
            let mut at = start;
            for _ in 0..3 {
                // A plain number may look like the header of a block with a type of no meaning.
                match self.next(bytes, at) {
                    NextBlock::Block { kind: 0, .. } => return false,
                    NextBlock::Block { behind, .. } => at = behind,
                    _ => return false,
                }
                if at == bytes.len() {
                    return true;
                }
            }
            true
        })
    }

    fn block<'a>(&mut self, kind: u32, block: &'a [u8], at: usize, sink: &mut impl Sink<'a>) {
        let interface = match kind {
            ENHANCED_PACKET => word(block, 8, self.big_endian),
            OLD_PACKET => half(block, 8, self.big_endian).map(u32::from),
            SIMPLE_PACKET => Some(0),
            INTERFACE => return self.interface(block, sink),
            INTERFACE_STATISTICS => return self.statistics(block, sink),
            NAME_RESOLUTION => return self.names(block, sink),
            DECRYPTION_SECRETS => return self.secrets(block, sink),
            _ => return,
        };
        let number = interface.and_then(|index| usize::try_from(index).ok()).unwrap_or(usize::MAX);
        let known = self.interfaces.get(number).copied();
        if known.is_none() {
            sink.damage(Damage::UnknownInterface(at));
        }
        // A frame that cannot be read counts nevertheless: numbers must be those that Wireshark shows.
        let interface = known.unwrap_or(SectionInterface::UNDESCRIBED);
        let number = known.map_or(u32::MAX, |_| self.before.saturating_add(number as u32));
        let body = if kind == SIMPLE_PACKET { 12 } else { 28 };
        let order = self.big_endian;
        let (captured, length, ticks) = if kind == SIMPLE_PACKET {
            let length = word(block, 8, order).unwrap_or_default();
            let limit = if interface.snap_length == 0 { MAX_FRAME } else { interface.snap_length };
            (length.min(limit), length, None)
        } else {
            let field = |at| word(block, at, order).unwrap_or_default();
            (field(20), field(24), Some((u64::from(field(12)) << 32) | u64::from(field(16))))
        };
        let rest = block.get(body..block.len().saturating_sub(4)).unwrap_or_default();
        let frame = rest.get(..captured as usize).unwrap_or(rest);
        // Few frames have options.
        let options = body + frame.len().next_multiple_of(4);
        if kind == ENHANCED_PACKET
            && options + 4 < block.len()
            && let Some(dropped) = interface::dropped(block, options, order)
        {
            sink.dropped(number, dropped);
        }
        sink.frame(Frame {
            interface: number,
            time: ticks.map_or(Timestamp::from_nanos(0), |ticks| interface.time(ticks)),
            link: interface.link,
            snap_length: interface.snap_length,
            bytes: frame,
            length: length.max(frame.len() as u32),
        });
    }

    fn next_interface(&self) -> u32 {
        self.before.saturating_add(self.interfaces.len() as u32)
    }

    fn interface<'a>(&mut self, block: &'a [u8], sink: &mut impl Sink<'a>) {
        if self.interfaces.len() >= MAX_INTERFACES {
            return;
        }
        let (interface, described) = SectionInterface::read(block, self.big_endian);
        sink.interface(self.next_interface(), described);
        Arc::make_mut(&mut self.interfaces).push(interface);
    }

    fn statistics<'a>(&self, block: &'a [u8], sink: &mut impl Sink<'a>) {
        if let Some((interface, statistics)) = InterfaceStatistics::read(block, self.big_endian)
            && usize::try_from(interface).is_ok_and(|index| index < self.interfaces.len())
        {
            sink.statistics(self.before.saturating_add(interface), statistics);
        }
    }

    fn names<'a>(&self, block: &'a [u8], sink: &mut impl Sink<'a>) {
        let read = if self.big_endian { parse_nameresolutionblock_be } else { parse_nameresolutionblock_le };
        let Ok((_, block)) = read(block) else { return };
        for record in block.nr.iter().take(MAX_NAMES) {
            let value = record.record_value;
            let (address, names): (IpAddr, &[u8]) = match record.record_type {
                NameRecordType::Ipv4 => match value.split_first_chunk::<4>() {
                    Some((address, names)) => (Ipv4Addr::from(*address).into(), names),
                    None => continue,
                },
                NameRecordType::Ipv6 => match value.split_first_chunk::<16>() {
                    Some((address, names)) => (Ipv6Addr::from(*address).into(), names),
                    None => continue,
                },
                _ => continue,
            };
            for name in names.split(|&byte| byte == 0).filter(|name| !name.is_empty()) {
                sink.name(address, name);
            }
        }
    }

    fn secrets<'a>(&self, block: &'a [u8], sink: &mut impl Sink<'a>) {
        let read = if self.big_endian { parse_decryptionsecretsblock_be } else { parse_decryptionsecretsblock_le };
        if let Ok((_, block)) = read(block)
            && block.secrets_type == SecretsType::TlsKeyLog
            && let Some(text) = block.data.get(..block.secrets_len as usize)
        {
            sink.key_log(text);
        }
    }
}
