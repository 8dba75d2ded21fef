//! Logs alone: every request of a node with the ways in which it fails, what a log could not show, and text of the other side
//! that pretends to be a log.

use std::fmt::Write as _;

use mdmlog::model::report::{Attempt, Report};
use mdmlog::{Options, analyze};

use super::world::verdicts;
use crate::support::Scratch;

const CLIENT: &str = "cisco.cpm.mdm.util.MdmRESTClient";
const VERIFY: &str = "cisco.cpm.mdm.apiimpl.MDMVerifyServer";
const API: &str = "cisco.cpm.mdm.api.MdmServerInfoApi";
const LAST_WORD: &str = "cisco.cpm.mdm.api.MdmClient";
const INFO_URL: &str = "https://mdm.example.com:443/x/ciscoise/mdminfo/?ise_api_version=3";
const GOOD_BODY: &str =
    "\nResponse data received from the MDM server : <?xml version=\"1.0\"?><ise_api><name>x</name></ise_api>";
const RETURNS: &str = "returning from the method : callMdmServerInfo {\n  errorMsg: null\n  errorOccurred: ";

/// A log as it is written.
#[derive(Default)]
struct Log(String);

impl Log {
    fn record(&mut self, ms: u32, level: &str, thread: &str, logger: &str, message: &str) -> &mut Self {
        let (seconds, ms) = (ms / 1000, ms % 1000);
        let _ = writeln!(
            self.0,
            "2026-07-01 09:00:{seconds:02},{ms:03} {level:<5} [{thread}][[]] {logger} -:::- {message}"
        );
        self
    }

    fn get(&mut self, ms: u32, thread: &str, url: &str) -> &mut Self {
        self.record(ms, "INFO", thread, CLIENT, &format!("GET: MDM Server URL: {url}"))
    }

    fn status(&mut self, ms: u32, thread: &str, status: u16) -> &mut Self {
        self.record(ms, "INFO", thread, CLIENT, &format!("MDM Server Response Code: {status}"))
    }

    fn failure(&mut self, ms: u32, thread: &str, words: &str) -> &mut Self {
        let reason = format!(
            "Error message while connecting to MDM server\nConnection Failed to the MDM server host - mdm.example.com, and port - \
             443 : {words}"
        );
        self.record(ms, "ERROR", thread, CLIENT, &reason)
    }

    fn begin(&mut self, ms: u32, thread: &str) -> &mut Self {
        self.record(ms, "DEBUG", thread, API, "inside the method : callMdmServerInfo")
    }

    fn returns(&mut self, ms: u32, thread: &str, error: bool) -> &mut Self {
        self.record(ms, "DEBUG", thread, API, &format!("{RETURNS}{error}\n}}"))
    }

    fn report(&self) -> Report {
        let scratch = Scratch::new();
        let log = scratch.file("ise-psc.log", &self.0);
        analyze(&[log], &Options::default()).unwrap()
    }

    fn only(&self) -> Attempt {
        let mut report = self.report();
        assert_eq!(report.attempts.len(), 1, "{:?}", verdicts(&report));
        report.attempts.remove(0)
    }
}

/// Outcome and detail.
fn told(attempt: &Attempt) -> String {
    attempt.outcome.to_string()
}

#[test]
fn a_failure_has_its_outcome_in_all_of_javas_words() {
    for (words, outcome) in [
        (
            "org.apache.http.conn.ConnectionPoolTimeoutException: Timeout waiting for connection from pool",
            "other_failure/connection_pool",
        ),
        ("java.lang.IllegalStateException: Connection pool shut down", "other_failure/connection_pool"),
        (
            "org.apache.http.client.CircularRedirectException: Circular redirect to 'https://h/login'",
            "other_failure/redirect",
        ),
        ("org.apache.http.client.RedirectException: Maximum redirects (50) exceeded", "other_failure/redirect"),
        ("Cannot assign requested address (connect failed)", "other_failure/local"),
        ("AADSTS7000215: Invalid client secret provided.", "other_failure/token_refused"),
        ("java.lang.NullPointerException", "other_failure"),
        ("javax.net.ssl.SSLException: Unsupported or unrecognized SSL message", "tls_failure/not_tls"),
        (
            "x.CertPathValidatorException: Certificate has been revoked, reason: KEY_COMPROMISE",
            "tls_failure/revoked_certificate",
        ),
        ("x.CertPathValidatorException: Could not determine revocation status", "tls_failure/revocation_unknown"),
        (
            "PKIX path validation failed: x: Algorithm constraints check failed on MD5withRSA",
            "tls_failure/weak_certificate",
        ),
        ("Received fatal alert: certificate_required", "tls_failure/client_certificate"),
        ("Received fatal alert: unrecognized_name", "tls_failure/unrecognized_name"),
        ("There is a problem with the server Certificates or ISE trust store", "tls_failure/untrusted_certificate"),
        (
            "org.apache.http.TruncatedChunkException: Truncated chunk (expected size: 9; actual size: 1)",
            "connection_reset/after_request",
        ),
        ("mdm.example.com", "dns_failure"),
    ] {
        let attempt = Log::default().get(0, "t", INFO_URL).failure(50, "t", words).only();
        assert_eq!(told(&attempt), outcome, "{words}");
        assert_eq!(attempt.reason.as_deref(), Some(words), "{words}");
    }
}

#[test]
fn a_success_whose_body_the_level_hides_is_one() {
    let attempt = Log::default().get(0, "t", INFO_URL).status(50, "t", 200).only();
    assert_eq!((told(&attempt).as_str(), attempt.confidence.as_str()), ("success", "medium"));
    assert_eq!(attempt.confidence_reasons.len(), 1);
}

#[test]
fn an_error_in_the_log_is_a_failure_though_the_status_was_200() {
    let mut log = Log::default();
    log.begin(0, "t").get(1, "t", INFO_URL).status(50, "t", 200).record(51, "TRACE", "t", CLIENT, GOOD_BODY);
    let attempt = log.record(52, "ERROR", "t", VERIFY, "Product version is missing").returns(53, "t", true).only();
    assert_eq!((told(&attempt).as_str(), attempt.http_status), ("other_failure", Some(200)));
    assert_eq!(attempt.reason.as_deref(), Some("Product version is missing"));
}

#[test]
fn a_log_of_errors_alone_is_not_sure_that_no_retry_went_well() {
    let attempt = Log::default().failure(0, "t", "Connection Failed: 404:Not Found: x").only();
    assert_ne!(attempt.confidence.as_str(), "high");
}

#[test]
fn a_status_behind_a_proxy_that_the_log_does_not_show_is_not_sure() {
    let attempt = Log::default().get(0, "t", INFO_URL).status(50, "t", 502).only();
    assert_eq!((told(&attempt).as_str(), attempt.confidence.as_str()), ("http_error/502", "medium"));
}

/// What would make a success of a failed attempt on this thread.
fn forged(log: &mut Log, ms: u32, thread: &str) {
    log.record(ms, "DEBUG", thread, VERIFY, "retry connecting using api version : 2").get(ms, thread, INFO_URL);
    log.status(ms, thread, 200).record(ms, "TRACE", thread, CLIENT, GOOD_BODY).returns(ms + 1, thread, false);
}

#[test]
fn records_inside_of_a_body_are_no_success() {
    for threads in [1, 100] {
        let mut log = Log::default();
        log.begin(0, "pool7").get(1, "pool7", INFO_URL).status(60, "pool7", 401);
        log.record(61, "TRACE", "pool7", CLIENT, "\nResponse data received from the MDM server : <html>denied");
        for number in 0..threads {
            forged(&mut log, 61, &format!("pool{}", number + 7 - threads / 2));
        }
        log.0.push_str("</html>\n");
        log.failure(63, "pool7", "Connection Failed: 401:Unauthorized: x");
        log.record(64, "ERROR", "pool7", LAST_WORD, "Connection Failed: 401:: x").returns(65, "pool7", true);
        let report = log.report();
        for attempt in &report.attempts {
            assert_eq!(attempt.confidence.as_str(), "low", "{:?}", attempt.thread);
            assert!(attempt.conflict.is_some(), "{:?}", attempt.thread);
        }
        assert!(report.attempts.iter().any(|attempt| attempt.thread.as_deref() == Some("pool7")));
    }
}

#[test]
fn records_inside_of_an_exception_are_no_success() {
    let mut log = Log::default();
    log.begin(0, "t").get(1, "t", INFO_URL);
    log.record(60, "ERROR", "t", CLIENT, "Error message while connecting to the MDM server : Connection Failed: x");
    log.status(60, "t", 200).returns(61, "t", false).returns(66, "t", true);
    let attempt = log.only();
    assert_eq!((told(&attempt).as_str(), attempt.confidence.as_str()), ("other_failure", "low"));
    assert!(attempt.conflict.is_some());
}

#[test]
fn requests_of_other_threads_between_the_records_of_a_failure_are_themselves() {
    let mut log = Log::default();
    log.get(0, "a", INFO_URL).get(10, "b", INFO_URL).status(59, "a", 401);
    log.record(60, "TRACE", "a", CLIENT, "\nResponse data received from the MDM server : Unauthorized");
    log.status(60, "b", 200).get(60, "c", INFO_URL).failure(61, "a", "Connection Failed: 401:Unauthorized: x");
    log.status(120, "c", 200);
    assert!(log.report().attempts.iter().all(|attempt| attempt.conflict.is_none()));
}

const TOKEN_URL: &str = "https://login.microsoftonline.com:443/t/oauth2/token";

#[test]
fn a_refused_token_is_one_whatever_status_comes_with_it() {
    let words = "AADSTS7000222: The provided client secret keys for app are expired.";
    let mut log = Log::default();
    log.begin(0, "t").get(1, "t", TOKEN_URL).status(50, "t", 401).failure(51, "t", words);
    let attempt = log.only();
    assert_eq!((told(&attempt).as_str(), attempt.http_status), ("other_failure/token_refused", Some(401)));
    let json = "\nResponse data received from the MDM server : {\"token_type\":\"Bearer\",\"expires_in\":3599}";
    let page = "\nResponse data received from the MDM server : <html><title>Sign in</title></html>";
    for (url, body, outcome) in [
        (TOKEN_URL, json, "success high"),
        (TOKEN_URL, page, "other_failure/unexpected_answer high"),
        (INFO_URL, json, "other_failure/unexpected_answer high"),
        (INFO_URL, page, "other_failure/unexpected_answer high"),
        (INFO_URL, GOOD_BODY, "success high"),
    ] {
        let mut log = Log::default();
        let attempt = log.get(0, "t", url).status(50, "t", 200).record(51, "TRACE", "t", CLIENT, body).only();
        assert_eq!(super::world::verdict(&attempt), outcome, "{url} {body}");
    }
}

#[test]
fn an_answer_that_breaks_off_behind_its_status_is_broken_unless_ise_could_read_it() {
    let broken = |words: &str, error: bool| {
        let mut log = Log::default();
        log.begin(0, "t").get(1, "t", INFO_URL).status(50, "t", 200).failure(60, "t", words);
        told(&log.returns(61, "t", error).only())
    };
    assert_eq!(broken("Connection reset", true), "connection_reset/after_request");
    assert_eq!(broken("Read timed out", true), "read_timeout");
    assert_eq!(broken("Connection reset", false), "success");
}

#[test]
fn a_status_is_the_servers_when_no_proxy_could_have_said_it() {
    for (proxy, status, verdict) in [
        (Some("[]"), 502, "http_error/502 high"),
        (Some("[PROXY@http://192.0.2.8:3128]"), 502, "http_error/502 low"),
        (Some("[PROXY@http://192.0.2.8:3128]"), 403, "http_error/403 low"),
        (Some("[PROXY@http://192.0.2.8:3128]"), 404, "http_404 high"),
        (Some("[PROXY@http://192.0.2.8:3128]"), 407, "proxy_error/407 high"),
        (None, 502, "http_error/502 medium"),
        (None, 404, "http_404 high"),
    ] {
        let mut log = Log::default();
        log.get(0, "t", INFO_URL);
        if let Some(proxy) = proxy {
            log.record(2, "DEBUG", "t", CLIENT, &format!("Proxy Config in request = {proxy}"));
        }
        let attempt = log.status(50, "t", status).only();
        assert_eq!(super::world::verdict(&attempt), verdict, "{proxy:?} {status}");
    }
}

#[test]
fn an_exception_that_names_another_host_than_the_server_is_about_the_proxy() {
    let failed = |proxied: bool, words: &str| {
        let mut log = Log::default();
        log.get(0, "t", INFO_URL);
        if proxied {
            log.record(2, "DEBUG", "t", CLIENT, "Proxy Config in request = [PROXY@http://proxy.example.com:3128]");
        }
        told(&log.failure(50, "t", words).only())
    };
    let refused = "Connect to proxy.example.com:3128 [proxy.example.com/192.0.2.8] failed: Connection refused";
    assert_eq!(failed(true, refused), "proxy_error/refused");
    let refused = "Connect to MDM.example.com:443 [MDM.example.com/198.51.100.7] failed: Connection refused";
    assert_eq!(failed(false, refused), "connection_refused");
    // Java names whom it could not resolve; a word is no host, and without a proxy there is nobody else.
    assert_eq!(failed(true, "proxy.example.com: Name or service not known"), "proxy_error/unreachable");
    assert_eq!(failed(true, "MDM.example.com: Name or service not known"), "dns_failure");
    assert_eq!(failed(true, "mdm: Name or service not known"), "dns_failure");
    assert_eq!(failed(false, "alias.example.com: Name or service not known"), "dns_failure");
    assert_eq!(failed(true, "proxy.example.com: Read timed out"), "read_timeout");
}

#[test]
fn the_last_word_of_an_attempt_tells_what_its_requests_do_not() {
    let last = |own: Option<&str>, word: &str| {
        let mut log = Log::default();
        log.begin(0, "t").get(1, "t", INFO_URL);
        if let Some(own) = own {
            log.failure(50, "t", own);
        }
        let attempt = log.record(51, "ERROR", "t", LAST_WORD, word).returns(52, "t", true).only();
        (told(&attempt), attempt.http_status)
    };
    let not_found = "Connection Failed: 404:: the MDM server is not reachable";
    assert_eq!(last(None, not_found), ("http_404".to_owned(), Some(404)));
    assert_eq!(last(Some("java.lang.NullPointerException"), not_found), ("http_404".to_owned(), Some(404)));
    // What the request says in words that are known is nearer to what happened.
    let timeout = "A connection timeout occurred. Check the connection";
    assert_eq!(last(Some("Connection refused"), timeout), ("connection_refused".to_owned(), None));
    assert_eq!(last(None, timeout), ("syn_timeout".to_owned(), None));
}
