//! Why a verdict is less than sure, and which verdicts that weakens: the one table that stages take their reasons from, that
//! `mdmlog explain` shows and that `docs/outcomes.md` is made of.

use super::outcome::OutcomeName;
use super::report::Confidence;

use OutcomeName::{
    ConnectionRefused, ConnectionReset, DnsFailure, Http401, Http404, HttpError, OtherFailure, ProxyError, ReadTimeout,
    Success, SynTimeout, TlsFailure, Unknown, Unreachable,
};

/// Outcomes that a doubt weakens, each with the details that it weakens; with none, all of them.
type Weakened = &'static [(OutcomeName, &'static [&'static str])];

/// Whose account a doubt is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// What the capture shows.
    Capture,
    /// What the log says.
    Log,
    /// How the two fit together.
    Both,
}

/// A doubt's row of the table.
struct DoubtRow {
    about: About,
    most: Confidence,
    weakens: Weakened,
    sentence: &'static str,
}

macro_rules! doubts {
    ($($(#[doc = $doc:literal])* $name:ident: $about:ident, $most:ident, $weakens:expr, $sentence:literal;)*) => {
        /// Why a verdict is no proof.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Doubt {
            $($(#[doc = $doc])* $name,)*
        }

        impl Doubt {
            /// Every doubt, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            const fn row(self) -> DoubtRow {
                match self {
                    $(Self::$name => DoubtRow {
                        about: About::$about,
                        most: Confidence::$most,
                        weakens: $weakens,
                        sentence: $sentence,
                    },)*
                }
            }
        }
    };
}

const EVERY: Weakened = &[
    (Success, &[]),
    (Http401, &[]),
    (Http404, &[]),
    (HttpError, &[]),
    (DnsFailure, &[]),
    (SynTimeout, &[]),
    (ConnectionRefused, &[]),
    (Unreachable, &[]),
    (ConnectionReset, &[]),
    (TlsFailure, &[]),
    (ReadTimeout, &[]),
    (ProxyError, &[]),
    (OtherFailure, &[]),
    (Unknown, &[]),
];
/// Ends of connections that stood.
const OF_CONNECTIONS: Weakened = &[(ConnectionReset, &[]), (TlsFailure, &[]), (ReadTimeout, &[]), (ProxyError, &[])];
/// Silence in answer to a SYN, to the server or to the proxy.
const OF_SYNS: Weakened = &[(SynTimeout, &[]), (ProxyError, &["unreachable"])];
/// All that an exception may tell.
const OF_EXCEPTIONS: Weakened = &[
    (DnsFailure, &[]),
    (SynTimeout, &[]),
    (ConnectionRefused, &[]),
    (Unreachable, &[]),
    (ConnectionReset, &[]),
    (TlsFailure, &[]),
    (ReadTimeout, &[]),
    (ProxyError, &[]),
    (OtherFailure, &[]),
];

doubts! {
    /// It can be seen so for another reason.
    MayMeanElse: Capture, Medium,
        &[(HttpError, &[]), (ConnectionReset, &[]), (TlsFailure, &[]), (ReadTimeout, &[]), (ProxyError, &[])],
        "What the capture shows may mean something else as well.";
    /// What came may be the answer, or a session ticket of TLS 1.3.
    MaybeAnswered: Capture, Medium, &[(ReadTimeout, &[])],
        "What came behind the request may be a short answer as well as a session ticket of TLS 1.3.";
    /// Nothing that servers sent is in the capture.
    OneDirection: Capture, Medium, OF_SYNS,
        "The capture holds nothing that servers sent, so an answer may just not have been captured.";
    /// Nothing that resolvers sent is in the capture.
    NoDnsAnswers: Capture, Medium, &[(DnsFailure, &["no_answer"]), (ProxyError, &["unreachable"])],
        "The capture holds no answer of any DNS server, so this one may just not have been captured.";
    /// The client asked once; one that waits in vain asks again.
    AskedOnce: Capture, Medium,
        &[(DnsFailure, &["no_answer"]), (SynTimeout, &[]), (ProxyError, &["unreachable"])],
        "The client asked once; one that waits in vain asks again.";
    /// The resolver answered for one family of addresses, and for the other nothing is in the capture.
    HalfAnswered: Capture, Medium,
        &[(DnsFailure, &["no_answer"]), (ProxyError, &["unreachable"])],
        "The DNS server answered for one family of addresses, so its answer for the other may just not have been captured.";
    /// The client asked again once, and then no more, though there was time.
    StoppedAsking: Capture, Medium, OF_SYNS,
        "The client asked twice and then no more, sooner than clients give up; packets may be missing.";
    /// A resolver was asked behind an unwilling one, and its answer is not in the capture.
    LastUnanswered: Capture, Medium,
        &[(DnsFailure, &["servfail", "refused", "no_data"]), (ProxyError, &["unreachable"])],
        "Another DNS server was asked after this answer, and what it said is not in the capture.";
    /// The same query has answers that exclude each other.
    TwoAnswers: Capture, Medium,
        &[(DnsFailure, &["nxdomain", "servfail", "refused", "no_data"]), (ProxyError, &["unreachable"])],
        "The same query has two answers that exclude each other, and either may be forged.";
    /// The client connected to the host behind a lookup that failed.
    ConnectedAfter: Capture, Medium, &[(DnsFailure, &[]), (ProxyError, &["unreachable"])],
        "The client connected to this host right afterwards, so it had an address from somewhere.";
    /// A request that was not the first of its connection met the end of it.
    MayBeRepeated: Capture, Medium, &[(ConnectionReset, &["after_request"])],
        "The connection had been used before; a client repeats such a request on a new one, which may not have been captured.";
    /// A proxy wants credentials that the client had not sent yet.
    CredentialsToCome: Capture, Medium, &[(ProxyError, &["407"])],
        "The request that the proxy refused had no credentials; one with credentials may not have been captured.";
    /// The host has, or may have, addresses that no connection was seen to.
    OtherAddresses: Capture, Medium,
        &[(SynTimeout, &[]), (ConnectionRefused, &[]), (Unreachable, &[])],
        "The host has, or may have, other addresses, and the capture shows no connection to them.";
    /// Connections to several addresses stand in another order in the file than by their time.
    OutOfOrder: Capture, Medium,
        &[(SynTimeout, &[]), (ConnectionRefused, &[]), (Unreachable, &[])],
        "The capture's packets are out of order, so which address was tried last is not sure.";
    /// The status is 200, and what came behind it was not captured.
    BodyNotCaptured: Capture, Medium, &[(Success, &[])],
        "The status is 200 and what came with it is not in the capture; a page for a browser comes with 200 as well.";
    /// The status is 200, and of what came behind it the capture shows a part.
    AnswerCut: Capture, Medium, &[(Success, &[])],
        "The status is 200, but the capture does not show its answer to the end, and ISE can use no answer that was cut short.";
    /// Only an address that is not one host's alone tells which host a connection is for.
    SharedAddress: Capture, Medium, EVERY,
        "The connection does not say which host it is for, and its address may be another's as well.";
    /// The question for addresses of the other family is not in the capture.
    OneFamily: Capture, Medium, &[(DnsFailure, &["no_data"]), (ProxyError, &["unreachable"])],
        "The capture holds the question for one family of addresses alone, and the host may have one of the other.";
    /// The capture ends before the client's next packet would have come.
    CaptureEnds: Capture, Medium, OF_SYNS,
        "The capture ends before the client would have tried again.";
    /// Packets are known to be missing.
    LostPackets: Capture, Medium,
        &[
            (DnsFailure, &["no_answer"]),
            (SynTimeout, &[]),
            (TlsFailure, &["handshake_timeout", "hostname_mismatch"]),
            (ReadTimeout, &[]),
            (ProxyError, &[]),
        ],
        "The capture lost packets, and the answer may be among them.";
    /// Packets of this connection are known to be missing.
    LostInFlow: Capture, Medium, OF_CONNECTIONS,
        "Packets of this connection are missing in the capture.";
    /// The beginning of the connection was not captured.
    NoBeginning: Capture, Medium, OF_CONNECTIONS,
        "The beginning of the connection is not in the capture.";
    /// The capture covers the time of a request of the log, and does not show it.
    NotInCapture: Both, Medium,
        &[
            (Success, &[]),
            (Http401, &[]),
            (Http404, &[]),
            (HttpError, &[]),
            (ProxyError, &[]),
            (OtherFailure, &[]),
        ],
        "The capture covers this time and does not show it.";
    /// The log covers the time of a request of the capture, and does not tell of it.
    NotInLog: Both, Medium, EVERY,
        "The log covers this time and has no record of it.";
    /// The packets may be another attempt's.
    MayBeOthers: Both, Medium, EVERY,
        "Little ties these packets to the attempt, and others to the same host could be meant.";
    /// The two sides exclude each other.
    Disagree: Both, Medium, EVERY,
        "Log and capture disagree.";
    /// The two sides name different reasons.
    OtherTlsFailure: Both, Medium, &[(TlsFailure, &[])],
        "Log and capture name different reasons for the failure of TLS.";
    /// The log has a status that the capture shows to be the proxy's.
    StatusOfProxy: Both, Medium, &[(ProxyError, &[])],
        "The log does not say that the status is the proxy's.";
    /// The log has a status, and a proxy may have been in use.
    MayBeOfProxy: Log, Medium, &[(HttpError, &[])],
        "The status may be a proxy's as well as the server's.";
    /// A level hides the body that came with 200.
    BodyNotLogged: Log, Medium, &[(Success, &[])],
        "The log does not show what came with status 200.";
    /// A page came with 200.
    PageOfOthers: Both, Low, &[(Unknown, &[])],
        "What came with status 200 is a page for a browser, and the log does not say what ISE made of it.";
    /// An exception, and nothing on the wire.
    OnlyInLog: Log, Medium, OF_EXCEPTIONS,
        "Only the log tells it, in the words of an exception, and no capture shows it.";
    /// Words that stand for several things, and nothing on the wire.
    VagueWords: Log, Low, OF_EXCEPTIONS,
        "The log's words may stand for something else as well, and no capture tells.";
    /// An error in words that no rule knows.
    UnknownWords: Log, Low, &[(OtherFailure, &[])],
        "The log calls it an error, in words that no rule knows.";
    /// Nothing tells.
    NothingTells: Both, Low, &[(Unknown, &[])],
        "Neither log nor capture tells how it ended.";
    /// The log does not tell, and there is no capture of it.
    LogTellsNothing: Log, Low, &[(Unknown, &[])],
        "The log does not tell how it ended.";
    /// Records of the attempt are missing.
    BrokenTrail: Log, Medium, EVERY,
        "Records of the attempt are missing in the log, and another request may have been among them.";
    /// Records of the attempt exclude each other.
    TwoResults: Log, Low, EVERY,
        "The log tells results that exclude each other.";
    /// The attempt stands inside of what the other side sent.
    Quoted: Log, Low, EVERY,
        "Its records may be text that the other side sent.";
    /// The attempt begins right behind another component's record of the same thread.
    BehindOther: Log, Medium, EVERY,
        "Its records stand right behind one of another component on the same thread, which may have written foreign text into the log.";
    /// The records around the attempt are of another time.
    OutOfTime: Log, Medium, EVERY,
        "Its records stand among records of another time, as text does that somebody wrote into the log.";
}

impl Doubt {
    /// Returns the sentence for a person.
    pub const fn sentence(self) -> &'static str {
        self.row().sentence
    }

    /// Returns the highest confidence that a verdict with this doubt may have.
    pub const fn most(self) -> Confidence {
        self.row().most
    }

    /// Returns whether it is that the client may have gone on unseen, which a log that tells the same end excludes.
    pub const fn is_of_what_followed(self) -> bool {
        matches!(self, Self::MayBeRepeated | Self::CredentialsToCome | Self::ConnectedAfter)
    }

    /// Returns whose account it is about.
    pub const fn about(self) -> About {
        self.row().about
    }

    /// Returns whether it weakens verdicts of this outcome; with a detail, whether it weakens those.
    pub fn weakens(self, outcome: OutcomeName, detail: Option<&str>) -> bool {
        let found = self.row().weakens.iter().find(|(name, _)| *name == outcome);
        found.is_some_and(|(_, details)| details.is_empty() || detail.is_none_or(|detail| details.contains(&detail)))
    }

    /// Returns the names of the verdicts that it weakens, as `outcome` or `outcome/detail`; `None` for all.
    pub fn weakened(self) -> Option<Vec<String>> {
        let weakens = self.row().weakens;
        (weakens.len() < OutcomeName::ALL.len()).then(|| {
            let names = |(outcome, details): &(OutcomeName, &[&str])| match details {
                [] => vec![outcome.to_string()],
                details => details.iter().map(|detail| format!("{outcome}/{detail}")).collect(),
            };
            weakens.iter().flat_map(names).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_doubt_weakens_something_and_says_so_in_a_sentence_of_its_own() {
        let mut sentences: Vec<&str> = Doubt::ALL.iter().map(|doubt| doubt.sentence()).collect();
        for doubt in Doubt::ALL {
            assert!(doubt.most() < Confidence::High, "{doubt:?}");
            assert!(OutcomeName::ALL.iter().any(|outcome| doubt.weakens(*outcome, None)), "{doubt:?}");
            assert!(doubt.sentence().ends_with('.'), "{doubt:?}");
        }
        sentences.sort_unstable();
        sentences.dedup();
        assert_eq!(sentences.len(), Doubt::ALL.len());
    }

    #[test]
    fn every_verdict_can_be_weakened() {
        for outcome in OutcomeName::ALL {
            assert!(Doubt::ALL.iter().any(|doubt| doubt.weakens(outcome, None)), "{outcome}");
        }
        assert!(Doubt::NoDnsAnswers.weakens(DnsFailure, Some("no_answer")));
        assert!(!Doubt::NoDnsAnswers.weakens(DnsFailure, Some("nxdomain")));
        assert_eq!(Doubt::Disagree.weakened(), None);
    }
}
