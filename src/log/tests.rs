//! Whole logs through the stage: as appliances write them, as people paste them, and as nobody should.

use super::*;
use crate::model::mdm::RequestKind;
use crate::model::time::{LocalTime, SECOND};

/// The excerpts of Cisco's guide on Jamf: no time stamps, cut off at the right edge of a screen, code fences between.
const GUIDE: &[u8] = include_bytes!("../../testdata/log/guide-excerpts.txt");
/// Five attempts among other components' records, as an appliance writes them.
const FIVE: &[u8] = include_bytes!("../../testdata/log/five-outcomes.log");
/// Pasted from a screen: no time stamps, cut off at column 150, CRLF.
const EXCERPT: &[u8] = include_bytes!("../../testdata/log/excerpt.log");

fn read(bytes: &[u8]) -> LogFacts {
    read_log(&[LogPart { input: 0, bytes }], &Progress::default())
}

/// Thread, HTTP status and kind of cause of each try of each attempt.
type Brief<'a> = Vec<(&'a str, Vec<(Option<u16>, Option<CauseKind>)>)>;

fn brief(facts: &LogFacts) -> Brief<'_> {
    let kind = |attempt: &LogTry| (attempt.http_status, attempt.cause.as_ref().map(|cause| cause.kind));
    facts.attempts.iter().map(|attempt| (&*attempt.thread, attempt.tries.iter().map(kind).collect())).collect()
}

/// Writes a log of records at these seconds, on these threads, with these messages.
fn log(records: &[(i64, &str, &str)]) -> String {
    let record = |(second, thread, message): &(i64, &str, &str)| {
        let logger = match message {
            message if message.contains("method :") => "api.MdmServerInfoApi",
            message if message.starts_with("MDM server -") => "util.MdmServersCache",
            message if message.starts_with("Connection Failed: ") => "api.MdmClient",
            message if message.contains("MDMVerifyServer") || message.contains("retry") => "apiimpl.MDMVerifyServer",
            _ => "util.MdmRESTClient",
        };
        let (day, hour, minute) = (15 + second / 86_400, second / 3600 % 24, second / 60 % 60);
        let second = second % 60;
        format!(
            "2023-08-{day:02} {hour:02}:{minute:02}:{second:02},000 DEBUG  [{thread}][[]] cisco.cpm.mdm.{logger} -:::- {message}\n"
        )
    };
    records.iter().map(record).collect()
}

const BEGIN: &str = "inside the method : callMdmServerInfo";
const GET: &str = "GET: MDM Server URL: https://h.example.com:443/ciscoise/mdminfo/?ise_api_version=3";
const OK: &str = "MDM Server Response Code: 200";
const NOT_FOUND: &str =
    "Error message while connecting to the MDM server : Connection Failed: 404:Not Found: the MDM server";
const REFUSED: &str = "Error message while connecting to MDM server\nConnection Failed to the MDM server host - h.example.com, and \
                       port - 443 : Connection refused (Connection refused)";
const RETRY: &str = "retry connecting using api version : 2";
const END: &str = "returning from the method : callMdmServerInfo {\n  apiPath: null\n  errorOccurred: true\n}";

#[test]
fn an_appliances_log_gives_every_attempt_with_all_that_it_tells() {
    let facts = read(FIVE);
    let status = |status| (Some(status), Some(CauseKind::HttpStatus(status)));
    let failed = |kind| (None, Some(kind));
    assert_eq!(
        brief(&facts),
        [
            ("admin-http-pool1", vec![(Some(200), None)]),
            ("admin-http-pool25", vec![status(404)]),
            ("admin-http-pool32", vec![status(401), status(401)]),
            ("admin-http-pool22", vec![failed(CauseKind::UnknownHost)]),
            ("admin-http-pool1", vec![failed(CauseKind::ConnectTimedOut)]),
        ]
    );
    assert_eq!((facts.parts[0].records, facts.parts[0].steps.len(), facts.warnings.len()), (174, 0, 0));
    let success = &facts.attempts[0];
    assert!(success.begin_seen);
    assert_eq!((success.begin.unwrap().line, success.end.unwrap().line), (5, 24));
    assert_eq!(success.api_version.as_deref(), Some("3"));
    assert_eq!(success.tries[0].body, Some(ResponseBody::IseApi));
    assert_eq!(success.answer.as_ref().unwrap().error_occurred, Some(false));
    assert_eq!(success.answer.as_ref().unwrap().vendor.as_deref(), Some("JAMF Software"));
    let retried = &facts.attempts[2];
    assert_eq!((retried.tries[0].api_version.as_deref(), retried.tries[1].api_version.as_deref()), (None, Some("2")));
    let timed_out = facts.attempts[4].tries[0].cause.as_ref().unwrap().target.as_ref().unwrap();
    assert_eq!((timed_out.port, timed_out.addresses.len()), (Some(443), 1));
}

#[test]
fn citations_come_in_order_with_their_roles() {
    let facts = read(FIVE);
    use CitationRole::*;
    let roles: Vec<CitationRole> = facts.attempts[3].citations.iter().map(|citation| citation.role).collect();
    assert_eq!(roles, [Begin, ApiVersion, Connecting, Get, ServerStatus, Error, Verdict, Answer]);
    for attempt in &facts.attempts {
        assert!(attempt.citations.is_sorted_by_key(|citation| citation.at.line));
        assert!(attempt.citations.iter().all(|citation| !citation.text().contains('\n')));
    }
    let error = &facts.attempts[3].citations[5];
    assert_eq!(error.at.line, 141);
    assert!(error.text().ends_with("port - 443 : tf3e0.jamfcloud.com: Name or service not known"), "{}", error.text());
}

#[test]
fn the_guides_excerpts_are_read_as_far_as_they_go() {
    let facts = read(GUIDE);
    let brief = brief(&facts);
    assert_eq!(brief[0], ("admin-http-pool16", vec![(Some(200), None)]));
    assert_eq!(brief[1], ("admin-http-pool26", vec![(None, Some(CauseKind::ConnectTimedOut))]));
    // The screen has cut the reasons off.
    let failed = (None, Some(CauseKind::Other));
    assert_eq!(brief[2], ("admin-http-pool32", vec![failed]));
    assert_eq!(brief[3], ("admin-http-pool8", vec![failed, failed]));
    assert_eq!(brief.len(), 4);
    assert_eq!(facts.parts[0].span, None);
    assert!(facts.attempts.iter().all(|attempt| attempt.begin.unwrap().time.is_none()));

    let [success, timed_out, not_found, unauthorized] = &facts.attempts[..] else { panic!() };
    assert_eq!(success.answer.as_ref().unwrap().api_path.as_deref(), Some("/ID/ciscoise/v3"));
    assert_eq!(timed_out.tries[0].url.as_deref(), Some("https://YOU"));
    assert_eq!(timed_out.tries[0].host.as_deref(), Some("your_account.jamfcloud.com"));
    assert_eq!(not_found.verdict.as_ref().unwrap().1.kind, CauseKind::HttpStatus(404));
    assert_eq!(not_found.tries[0].proxy, Some(ProxyMention::Unnamed));
    assert_eq!(not_found.answer.as_ref().unwrap().error_occurred, Some(true));
    assert!(!unauthorized.begin_seen && unauthorized.end.is_none());
    assert_eq!(unauthorized.tries[0].host, None);
}

#[test]
fn an_excerpt_pasted_from_a_screen_gives_its_attempts_without_times() {
    let facts = read(EXCERPT);
    let status = |status| (Some(status), Some(CauseKind::HttpStatus(status)));
    assert_eq!(
        brief(&facts),
        [
            ("admin-http-pool16", vec![(Some(200), None)]),
            ("admin-http-pool17", vec![status(404)]),
            ("admin-http-pool18", vec![status(401), status(401)]),
        ]
    );
    assert_eq!((facts.parts[0].records, facts.parts[0].span), (76, None));
}

#[test]
fn encodings_and_line_ends_make_no_difference() {
    let expected = brief(&read(FIVE)).len();
    let text = str::from_utf8(FIVE).unwrap();
    let crlf = text.replace('\n', "\r\n");
    let variants = [
        crlf.clone().into_bytes(),
        format!("\u{feff}{text}").into_bytes(),
        text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        format!("\u{feff}{crlf}").encode_utf16().flat_map(u16::to_be_bytes).collect(),
        text.replace("\n20", "\n--More--\r        \r20").into_bytes(),
        text.replace("\n20", "\n\0\x0020").into_bytes(),
        [b"ise/admin#show logging application ise-psc.log\r\n", FIVE, b"ise/admin#exit\r\n"].concat(),
        text.lines().zip(1..).map(|(line, number)| format!("{number}:{line}\n")).collect::<String>().into_bytes(),
        text.replace("Error message", "ERROR MESSAGE")
            .replace("GET: MDM Server URL", "get: mdm server url now")
            .into_bytes(),
    ];
    for (index, bytes) in variants.iter().enumerate() {
        let facts = read(bytes);
        assert_eq!((brief(&facts).len(), facts.parts[0].records), (expected, 174), "variant {index}");
        assert_eq!(brief(&facts), brief(&read(FIVE)), "variant {index}");
    }
}

#[test]
fn threads_are_kept_apart_and_come_again() {
    let text = log(&[
        (0, "a", BEGIN),
        (1, "b", BEGIN),
        (2, "a", GET),
        (2, "b", GET),
        (3, "b", NOT_FOUND),
        (4, "a", OK),
        (4, "b", END),
        (5, "a", END),
        (6, "b", BEGIN),
        (7, "b", GET),
        (8, "b", OK),
    ]);
    let facts = read(text.as_bytes());
    let not_found = (Some(404), Some(CauseKind::HttpStatus(404)));
    assert_eq!(brief(&facts), [("a", vec![(Some(200), None)]), ("b", vec![not_found]), ("b", vec![(Some(200), None)])]);
    assert!(facts.attempts[1].end.is_some() && facts.attempts[2].end.is_none());
}

#[test]
fn a_new_beginning_ends_an_attempt_without_an_end() {
    let facts = read(log(&[(0, "a", BEGIN), (1, "a", GET), (2, "a", BEGIN), (3, "a", GET), (4, "a", OK)]).as_bytes());
    assert_eq!(brief(&facts), [("a", vec![(None, None)]), ("a", vec![(Some(200), None)])]);
}

#[test]
fn errors_written_after_the_next_request_belong_to_the_one_before() {
    let records =
        [(0, "a", GET), (0, "a", RETRY), (1, "a", GET), (1, "a", NOT_FOUND), (2, "a", REFUSED), (3, "a", END)];
    let not_found = (Some(404), Some(CauseKind::HttpStatus(404)));
    assert_eq!(brief(&read(log(&records).as_bytes())), [("a", vec![not_found, (None, Some(CauseKind::Refused))])]);
    let one_error = [&records[..4], &records[5..]].concat();
    assert_eq!(brief(&read(log(&one_error).as_bytes())), [("a", vec![(None, None), not_found])]);
}

#[test]
fn only_requests_of_the_level_info_are_attempts_each() {
    let records = [(0, "a", GET), (1, "a", OK), (14_400, "a", GET), (14_401, "a", NOT_FOUND), (28_800, "a", GET)];
    let not_found = (Some(404), Some(CauseKind::HttpStatus(404)));
    assert_eq!(
        brief(&read(log(&records).as_bytes())),
        [("a", vec![(Some(200), None)]), ("a", vec![not_found]), ("a", vec![(None, None)])]
    );
}

#[test]
fn every_request_is_an_attempt_with_its_kind() {
    let device = "GET: MDM Server URL: https://h.example.com:443/ciscoise/v3/devices/?querycriteria=macaddress&value=0011&filter=all";
    let poll =
        "GET: MDM Server URL: https://h.example.com:443/ciscoise/v3/devices/?querycriteria=compliance&value=false";
    let facts = read(
        log(&[
            (0, "a", "sendGETRequestDom: start HTTP request"),
            (0, "a", "QueryType is macAddressQuery"),
            (0, "a", "GET: MDM Server URL: https://h.example.com:443/api"),
            (1, "a", OK),
            (2, "b", device),
            (3, "b", REFUSED),
            (4, "c", "MDM server - Status : Active, reachable : false"),
            (5, "a", "sendGETRequestDom: start HTTP request"),
            (5, "a", "QueryType is heartbeatQuery"),
            (5, "a", GET),
            (6, "a", REFUSED),
            (6, "a", poll),
            (7, "a", OK),
            (7, "a", "QueryType is somethingNew"),
            (7, "a", "POST: MDM Server URL: https://h.example.com:443/new"),
        ])
        .as_bytes(),
    );
    let kinds: Vec<_> = facts.attempts.iter().map(|attempt| (&*attempt.thread, attempt.kind)).collect();
    use RequestKind::{CompliancePoll, DeviceQuery, Other, ServerInfo};
    assert_eq!(kinds, [("a", DeviceQuery), ("b", DeviceQuery), ("a", ServerInfo), ("a", CompliancePoll), ("a", Other)]);
    assert_eq!(facts.attempts[1].query().unwrap().value, "0011");
    assert_eq!(facts.attempts[2].begin.unwrap().line, 9);
    assert_eq!(facts.attempts[4].citations[0].text(), "POST: MDM Server URL: https://h.example.com:443/new");
}

#[test]
fn one_timer_that_asks_several_servers_makes_an_attempt_of_each() {
    let server =
        |number| format!("GET: MDM Server URL: https://s{number}.example.com/ciscoise/mdminfo/?ise_api_version=3");
    let (first, second) = (server(1), server(2));
    let facts = read(
        log(&[(0, "t", &first), (0, "t", NOT_FOUND), (0, "t", &second), (0, "t", OK), (0, "t", &second), (0, "t", OK)])
            .as_bytes(),
    );
    let hosts: Vec<_> = facts.attempts.iter().map(|attempt| attempt.tries[0].host.as_deref().unwrap()).collect();
    assert_eq!(hosts, ["s1.example.com", "s2.example.com", "s2.example.com"]);
}

#[test]
fn a_retry_with_another_version_of_the_api_is_no_attempt_of_its_own() {
    let older = GET.replace("version=3", "version=2");
    let facts = read(log(&[(0, "a", GET), (1, "a", NOT_FOUND), (1, "a", &older), (2, "a", OK)]).as_bytes());
    let not_found = (Some(404), Some(CauseKind::HttpStatus(404)));
    assert_eq!(brief(&facts), [("a", vec![not_found, (Some(200), None)])]);
}

#[test]
fn a_test_connection_asks_for_a_token_before_it_asks_the_server() {
    let token = "POST: MDM Server URL: https://login.microsoftonline.com/t/oauth2/v2.0/token";
    let discovery = "GET: MDM Server URL: https://graph.microsoft.com//v1.0/servicePrincipals/appId=1/endpoints";
    let records = [
        (0, "a", BEGIN),
        (0, "a", token),
        (1, "a", OK),
        (1, "a", discovery),
        (2, "a", OK),
        (2, "a", GET),
        (3, "a", END),
    ];
    let facts = read(log(&records).as_bytes());
    let kinds: Vec<_> = facts.attempts.iter().map(|attempt| attempt.kind).collect();
    assert_eq!(kinds, [RequestKind::Token, RequestKind::Discovery, RequestKind::ServerInfo]);
    assert_eq!(facts.attempts[2].answer.as_ref().unwrap().error_occurred, Some(true));
}

#[test]
fn a_log_may_begin_and_end_in_the_middle_of_an_attempt() {
    let facts = read(log(&[(0, "a", NOT_FOUND), (1, "a", END), (2, "b", BEGIN)]).as_bytes());
    assert_eq!(brief(&facts), [("a", vec![(Some(404), Some(CauseKind::HttpStatus(404)))]), ("b", vec![])]);
    let [first, second] = &facts.attempts[..] else { panic!() };
    assert!(!first.begin_seen && first.tries[0].get.is_none() && first.end.is_some());
    assert!(second.begin_seen && second.end.is_none());
}

#[test]
fn an_attempt_goes_on_in_the_next_part_of_a_rotated_log() {
    let (old, new) = (log(&[(0, "a", BEGIN), (1, "a", GET)]), log(&[(5, "a", REFUSED), (6, "a", END)]));
    let parts = [LogPart { input: 3, bytes: new.as_bytes() }, LogPart { input: 7, bytes: old.as_bytes() }];
    let facts = read_log(&parts, &Progress::default());
    assert_eq!(brief(&facts), [("a", vec![(None, Some(CauseKind::Refused))])]);
    assert_eq!(facts.parts.iter().map(|part| part.input).collect::<Vec<_>>(), [7, 3]);
    let attempt = &facts.attempts[0];
    assert_eq!((attempt.begin.unwrap().input, attempt.end.unwrap().input), (7, 3));
    assert_eq!((attempt.tries[0].result.unwrap().input, attempt.tries[0].result.unwrap().line), (3, 1));
}

#[test]
fn two_files_in_one_are_told_apart_by_the_clock() {
    let text = log(&[(80_000, "a", BEGIN), (80_001, "a", GET), (10, "a", OK), (11, "b", BEGIN), (12, "b", GET)]);
    let facts = read(text.as_bytes());
    let part = &facts.parts[0];
    assert_eq!((part.steps.len(), part.steps[0].line), (1, 3));
    let span = part.span.unwrap();
    assert_eq!(span.1.nanos() - span.0.nanos(), (80_001 - 10) * SECOND);
    assert_eq!(brief(&facts), [("a", vec![(None, None)]), ("a", vec![(Some(200), None)]), ("b", vec![(None, None)])]);
}

#[test]
fn a_clock_change_in_the_middle_of_an_attempt_does_not_end_it() {
    for change in [3600, -3600] {
        let text = log(&[(7_198, "a", BEGIN), (7_199, "a", GET), (7_200 + change, "a", REFUSED)]);
        let facts = read(text.as_bytes());
        assert_eq!(brief(&facts), [("a", vec![(None, Some(CauseKind::Refused))])]);
        let step = facts.parts[0].steps[0];
        assert_eq!((step.line, step.after.nanos() - step.before.nanos()), (3, (change + 1) * SECOND));
    }
}

#[test]
fn a_log_without_mdm_records_says_what_to_do() {
    let facts = read(b"2023-08-15 10:21:07,123 INFO   [Timer-3][[]] cisco.mnt.common.utility.X -:::- cisco.cpm.mdm\n");
    assert_eq!((facts.attempts.len(), facts.warnings[0].code.as_str()), (0, "no_mdm_records"));
    assert_eq!(facts.parts[0].records, 1);
}

#[test]
fn secrets_in_the_log_are_in_nothing_that_comes_out() {
    let text = log(&[
        (0, "a", BEGIN),
        (1, "a", "GET: MDM Server URL: https://admin:s3cret@h.example.com:443/ciscoise?password=s3cret"),
        (1, "a", "Proxy Config in request = [PROXY@http://user:s3cret@192.0.2.8:3128]"),
        (2, "a", OK),
        (2, "a", "Response data received from the MDM server : <ise_api><token>s3cret</token></ise_api>"),
        (
            3,
            "a",
            "Error message while connecting to MDM server\nConnection Failed to the MDM server host - h, and port - 443 : Authorization: Basic s3cret",
        ),
        (4, "a", "Connection Failed: x\nCaused by: java.net.SocketException: Connection reset password=s3cret"),
        (
            5,
            "a",
            "returning from the method : callMdmServerInfo {\n  redirectUrl: https://u:s3cret@h/?token=s3cret\n  errorMsg: password: s3cret\n}",
        ),
    ]);
    let facts = read(text.as_bytes());
    assert_eq!(facts.attempts.len(), 1);
    assert_eq!(facts.attempts[0].tries[0].host.as_deref(), Some("h.example.com"));
    assert_eq!(
        facts.attempts[0].tries[0].proxy,
        Some(ProxyMention::Named { host: "192.0.2.8".into(), port: Some(3128) })
    );
    assert!(!format!("{facts:?}").contains("s3cret"), "{facts:#?}");
}

#[test]
fn lines_of_megabytes_and_endless_traces_are_passed_over() {
    let long = "x".repeat(3 << 20);
    let trace = "\n\tat a.B.c(B.java:1)".repeat(100_000);
    let text = log(&[
        (0, "a", BEGIN),
        (1, "a", &format!("{GET}{long}")),
        (2, "a", &format!("{REFUSED}{trace}")),
        (3, "b", &long),
        (4, "a", END),
    ]);
    let facts = read(text.as_bytes());
    assert_eq!(brief(&facts), [("a", vec![(None, Some(CauseKind::Refused))])]);
    assert_eq!((facts.parts[0].records, facts.attempts[0].end.unwrap().line), (5, 100_006));
    assert!(format!("{facts:?}").len() < 10_000);
}

#[test]
fn a_made_up_log_does_not_fill_the_memory() {
    let line = |number: u32| format!("INFO [{number}][[]] cisco.cpm.mdm.util.MdmRESTClient -:::- {GET}\n");
    let facts = read((0..70_000).map(line).collect::<String>().as_bytes());
    let codes: Vec<_> = facts.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert_eq!((facts.attempts.len(), &*codes), (1 << 16, &["log_level", "too_many_attempts"][..]));
}

#[test]
fn times_are_those_of_the_records() {
    let facts = read(log(&[(0, "a", BEGIN), (61, "a", GET)]).as_bytes());
    let begin = facts.attempts[0].begin.unwrap().time.unwrap();
    assert_eq!(facts.attempts[0].tries[0].get.unwrap().time, Some(LocalTime::from_nanos(begin.nanos() + 61 * SECOND)));
    assert_eq!(facts.parts[0].span, Some((begin, LocalTime::from_nanos(begin.nanos() + 61 * SECOND))));
}

#[test]
fn loggers_of_every_depth_and_headers_of_every_release_are_read() {
    let plain = log(&[(0, "a", GET), (1, "a", NOT_FOUND)]);
    let expected = brief(&read(plain.as_bytes())).len();
    for (old, new) in [
        ("cisco.cpm.mdm.", "com.cisco.cpm.mdm."),
        ("cisco.cpm.mdm.", "cpm.mdm."),
        ("[[]]", "[]"),
        ("[[]]", ""),
        ("[[]]", "[[ctx 1]]"),
        ("-:::-", "-:::::-"),
        ("-:::-", "-::Jo Doe - x:PutUser:-"),
        ("-:::-", "-sess-1::::-"),
        (",000 DEBUG ", ".000 DEBUG"),
    ] {
        let text = plain.replace(old, new);
        let facts = read(text.as_bytes());
        assert_eq!((brief(&facts).len(), facts.attempts[0].tries[0].http_status), (expected, Some(404)), "{new}");
        assert_eq!((&*facts.attempts[0].thread, facts.parts[0].level), ("a", Some(Level::Debug)), "{new}");
    }
}

#[test]
fn an_error_in_words_that_no_rule_knows_is_an_error() {
    let odd = log(&[(0, "a", GET), (1, "a", "Tenant is being migrated")]).replace(
        "DEBUG  [a][[]] cisco.cpm.mdm.util.MdmRESTClient -:::- T",
        "ERROR  [a][[]] cisco.cpm.mdm.util.MdmRESTClient -:::- T",
    );
    let facts = read(odd.as_bytes());
    assert_eq!(brief(&facts), [("a", vec![(None, Some(CauseKind::Other))])]);
    assert_eq!(facts.attempts[0].reason(), Some("Tenant is being migrated"));
    let multi = log(&[
        (0, "a", GET),
        (1, "a", "MDM Server API error\nConnection Failed: 401:Unauthorized: the MDM server\n\tat a.B.c(B.java:1)"),
    ]);
    assert_eq!(brief(&read(multi.as_bytes())), [("a", vec![(Some(401), Some(CauseKind::HttpStatus(401)))])]);
}

#[test]
fn the_host_as_the_only_word_means_that_it_was_not_found() {
    let bare = "Error message while connecting to MDM server\nConnection Failed to the MDM server host - h.example.com, and port - 443 : h.example.com";
    let full = format!("{bare}: Name or service not known");
    let records = [
        (0, "a", BEGIN),
        (0, "a", GET),
        (0, "a", &*full),
        (1, "a", RETRY),
        (1, "a", GET),
        (1, "a", bare),
        (2, "a", END),
    ];
    let facts = read(log(&records).as_bytes());
    let unknown = (None, Some(CauseKind::UnknownHost));
    assert_eq!(brief(&facts), [("a", vec![unknown, unknown])]);
    assert_eq!(facts.attempts[0].reason(), Some("h.example.com: Name or service not known"));
}

#[test]
fn a_log_of_errors_alone_has_every_failure() {
    let verdict = "Connection Failed: Connection refused";
    let facts = read(
        log(&[
            (0, "a", REFUSED),
            (0, "a", verdict),
            (1, "a", REFUSED),
            (1, "a", verdict),
            (9, "a", NOT_FOUND),
            (9, "b", REFUSED),
        ])
        .as_bytes(),
    );
    assert_eq!(facts.attempts.len(), 4);
    let trails: Vec<Trail> = facts.attempts.iter().map(|attempt| attempt.trail).collect();
    assert_eq!(trails, [Trail::Coarse, Trail::Coarse, Trail::Broken, Trail::Broken]);
}

#[test]
fn a_trail_is_whole_when_its_end_is_there() {
    let end = "sendGETRequestDom: end HTTP request";
    let trails = |records: &[(i64, &str, &str)]| -> Vec<Trail> {
        read(log(records).as_bytes()).attempts.iter().map(|attempt| attempt.trail).collect()
    };
    assert_eq!(trails(&[(0, "a", BEGIN), (0, "a", GET), (1, "a", NOT_FOUND), (2, "a", END)]), [Trail::Whole]);
    assert_eq!(trails(&[(0, "a", BEGIN), (0, "a", GET), (1, "a", NOT_FOUND)]), [Trail::Broken]);
    assert_eq!(trails(&[(0, "a", GET), (1, "a", OK), (1, "a", end)]), [Trail::Whole]);
    assert_eq!(
        trails(&[(0, "a", GET), (1, "a", OK), (1, "a", end), (5, "a", GET), (6, "a", OK)]),
        [Trail::Whole, Trail::Broken]
    );
    // The end of a request that is not there itself: another try, perhaps.
    assert_eq!(trails(&[(0, "a", GET), (1, "a", NOT_FOUND), (1, "a", end), (2, "a", end)]), [Trail::Broken]);
    assert_eq!(trails(&[(0, "a", GET), (1, "a", NOT_FOUND), (1, "a", end), (1, "a", end)]), [Trail::Whole]);
    assert_eq!(trails(&[(0, "a", GET), (1, "a", NOT_FOUND), (1, "a", end), (60, "a", end)]), [Trail::Whole]);
    assert_eq!(trails(&[(0, "a", GET), (1, "a", OK)]), [Trail::Coarse]);
    assert_eq!(trails(&[(0, "a", NOT_FOUND)]), [Trail::Broken]);
}

#[test]
fn results_that_exclude_each_other_are_a_contradiction() {
    let other = "MDM Server Response Code: 401";
    let good = "returning from the method : callMdmServerInfo {\n  errorOccurred: false\n}";
    for records in [
        &[(0, "a", GET), (1, "a", other), (1, "a", OK)][..],
        &[(0, "a", GET), (1, "a", REFUSED), (1, "a", OK)],
        &[(0, "a", BEGIN), (0, "a", GET), (1, "a", NOT_FOUND), (1, "a", good)],
        &[(0, "a", BEGIN), (0, "a", GET), (1, "a", OK), (1, "a", good), (1, "a", NOT_FOUND)],
        &[(0, "a", BEGIN), (0, "a", GET), (1, "a", OK), (1, "a", good), (1, "a", END)],
    ] {
        let facts = read(log(records).as_bytes());
        assert!(facts.attempts[0].contradiction.is_some(), "{records:?}");
        assert_eq!(facts.attempts.len(), 1, "{records:?}");
    }
    let fine = [
        (0, "a", BEGIN),
        (0, "a", GET),
        (1, "a", NOT_FOUND),
        (1, "a", RETRY),
        (1, "a", GET),
        (2, "a", OK),
        (2, "a", good),
    ];
    assert_eq!(read(log(&fine).as_bytes()).attempts[0].contradiction, None);
    let returned = [(0, "a", BEGIN), (0, "a", GET), (1, "a", OK), (1, "a", good), (1, "a", END)];
    assert_eq!(read(log(&returned).as_bytes()).attempts[0].answer.as_ref().unwrap().error_occurred, Some(true));
}

#[test]
fn attempts_inside_of_a_body_are_marked() {
    let open = "Response data received from the MDM server : <html>denied";
    let forged = [(1, "b", BEGIN), (1, "b", GET), (1, "b", OK), (1, "b", END)];
    let around = |body| {
        [
            &[(0, "a", GET), (1, "a", "MDM Server Response Code: 404"), (1, "a", body)][..],
            &forged,
            &[(1, "a", NOT_FOUND)],
        ]
        .concat()
    };
    let marked = |body| read(log(&around(body)).as_bytes()).attempts[1].contradiction.is_some();
    assert!(marked(open));
    assert!(!marked("Response data received from the MDM server : <html>denied</html>"));
}
