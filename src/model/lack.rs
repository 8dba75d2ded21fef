//! What a capture as a whole lacks, whichever attempt is asked about: the sentences that its quality is told in.

/// What a capture as a whole lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// Nothing that servers sent is in it.
    ServerSide,
    /// Nothing that clients sent is in it.
    ClientSide,
    /// The capturing system dropped packets.
    Dropped,
    /// Data that was acknowledged is missing.
    Gaps,
    /// DNS queries, and no answer.
    DnsAnswers,
    /// No DNS at all.
    Dns,
    /// The ends of packets.
    PacketEnds,
    /// A clock that goes forward.
    Clock,
}

impl Lack {
    /// Everything that can be lacking.
    pub const ALL: [Self; 8] = [
        Self::ServerSide,
        Self::ClientSide,
        Self::Dropped,
        Self::Gaps,
        Self::DnsAnswers,
        Self::Dns,
        Self::PacketEnds,
        Self::Clock,
    ];

    /// Returns what that weakens, in a sentence for a person.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::ServerSide => {
                "Only what clients send was captured: that no answer is seen says nothing, and no status, alert or RST of a server can be shown."
            }
            Self::ClientSide => {
                "Only what servers send was captured: what the node asked for, and whether it closed the connection, can't be shown."
            }
            Self::Dropped => {
                "Packets were dropped while capturing: timeouts and resets are at most medium without the log."
            }
            Self::Gaps => {
                "Packets that the other side acknowledged are missing: silence on these connections proves nothing."
            }
            Self::DnsAnswers => {
                "DNS queries are there and not one answer: that a name did not resolve can't be told from answers that were not captured."
            }
            Self::Dns => {
                "There is no DNS in it at all: a capture filter left it out, so that failures of DNS can't be shown."
            }
            Self::PacketEnds => {
                "A snap length cut packets: names and certificates, statuses and answers of DNS may be missing."
            }
            Self::Clock => "The capture's clock was set back while it ran: durations across that moment are wrong.",
        }
    }
}
