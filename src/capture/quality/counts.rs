//! Frames counted by what they are.

use crate::capture::container::Frame;
use crate::capture::packet::{LinkType, vlan_tags};

/// Frames that are longer than this were put together by the network card or are jumbo frames: Ethernet's 1,518 bytes with
/// room for tags and for one tunnel.
const LONGEST_FRAME: u32 = 1_600;

/// Frames by what they are; each is one of the kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FrameCounts {
    /// TCP.
    pub tcp: u64,
    /// DNS over UDP, to port 53.
    pub dns_queries: u64,
    /// DNS over UDP, from port 53.
    pub dns_answers: u64,
    /// UDP of no resolver.
    pub udp: u64,
    /// ICMP and ICMPv6.
    pub icmp: u64,
    /// Other protocols above IP.
    pub other_ip: u64,
    /// No IP, such as ARP.
    pub not_ip: u64,
    /// Frames that could not be read.
    pub unread: u64,
    /// Frames that end before their headers do.
    pub short: u64,
    /// Frames that the snap length cut, of whichever kind.
    pub cut: u64,
    /// Frames longer than Ethernet sends them, of whichever kind: segmentation offload, or jumbo frames.
    pub giants: u64,
    /// Frames of Ethernet with tags of VLANs, of whichever kind.
    pub tagged: u64,
    /// Those of them with two tags or more.
    pub twice_tagged: u64,
}

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameKind {
    Tcp,
    DnsQuery,
    DnsAnswer,
    Udp,
    Icmp,
    OtherIp,
    NotIp,
    Unread,
    Short,
}

impl FrameCounts {
    /// Counts a frame.
    #[inline]
    pub(super) fn note(&mut self, frame: &Frame<'_>, kind: FrameKind) {
        let count = match kind {
            FrameKind::Tcp => &mut self.tcp,
            FrameKind::DnsQuery => &mut self.dns_queries,
            FrameKind::DnsAnswer => &mut self.dns_answers,
            FrameKind::Udp => &mut self.udp,
            FrameKind::Icmp => &mut self.icmp,
            FrameKind::OtherIp => &mut self.other_ip,
            FrameKind::NotIp => &mut self.not_ip,
            FrameKind::Unread => &mut self.unread,
            FrameKind::Short => &mut self.short,
        };
        *count += 1;
        self.cut += u64::from(frame.bytes.len() < frame.length as usize);
        self.giants += u64::from(frame.length > LONGEST_FRAME);
        if frame.link == LinkType::ETHERNET {
            let tags = vlan_tags(frame.bytes);
            self.tagged += u64::from(tags > 0);
            self.twice_tagged += u64::from(tags > 1);
        }
    }

    /// Adds the frames of another count.
    pub(super) fn add(&mut self, other: &Self) {
        let Self {
            tcp,
            dns_queries,
            dns_answers,
            udp,
            icmp,
            other_ip,
            not_ip,
            unread,
            short,
            cut,
            giants,
            tagged,
            twice_tagged,
        } = other;
        self.tcp += tcp;
        self.dns_queries += dns_queries;
        self.dns_answers += dns_answers;
        self.udp += udp;
        self.icmp += icmp;
        self.other_ip += other_ip;
        self.not_ip += not_ip;
        self.unread += unread;
        self.short += short;
        self.cut += cut;
        self.giants += giants;
        self.tagged += tagged;
        self.twice_tagged += twice_tagged;
    }

    /// Returns the number of all frames.
    pub fn frames(&self) -> u64 {
        let Self { tcp, dns_queries, dns_answers, udp, icmp, other_ip, not_ip, unread, short, .. } = *self;
        tcp + dns_queries + dns_answers + udp + icmp + other_ip + not_ip + unread + short
    }
}
