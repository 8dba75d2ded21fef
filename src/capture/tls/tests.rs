//! Sessions of OpenSSL with their key log, made by `testdata/tls/make.sh`.

use std::path::Path;

use super::{AlertDescription, AlertLevel, warn_of_unopened};
use crate::capture::fixture::{FixtureConnection, connections};
use crate::capture::secrets::Secrets;
use crate::capture::{ClientCertificate, FrameRef, TcpFlow, TlsSession};
use crate::model::report::KeysInVain;

const BOTH: [(&str, u16); 2] = [("/one", 200), ("/two", 404)];

fn connection(name: &str) -> FixtureConnection {
    let mut connections = connections(format!("testdata/tls/{name}.pcap"));
    assert_eq!(connections.len(), 1, "{name}");
    connections.remove(0)
}

fn key_log() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/tls/keys.log")).unwrap()
}

fn secrets() -> Secrets {
    let (secrets, warnings) = Secrets::parse(key_log().as_bytes(), None);
    assert_eq!(warnings, []);
    secrets
}

/// Returns the secrets without the lines that have one of these labels.
fn secrets_without(labels: &[&str]) -> Secrets {
    let text = key_log();
    let kept = text.lines().filter(|line| !labels.iter().any(|label| line.starts_with(label)));
    Secrets::parse(kept.collect::<Vec<_>>().join("\n").as_bytes(), None).0
}

fn exchanges(flow: &TcpFlow) -> Vec<(&str, u16)> {
    flow.http
        .iter()
        .filter(|exchange| exchange.decrypted)
        .map(|exchange| {
            (exchange.target.as_deref().unwrap_or("-"), exchange.reply.as_ref().map_or(0, |reply| reply.status))
        })
        .collect()
}

fn tls(flow: &TcpFlow) -> &TlsSession {
    flow.tls.as_ref().unwrap()
}

#[test]
fn every_version_and_suite_is_opened() {
    for (name, version, cipher) in [
        ("tls10-aes128-cbc", "TLS 1.0", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
        ("tls10-aes256-cbc-mac-first", "TLS 1.0", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
        ("tls11-aes256-cbc", "TLS 1.1", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
        ("tls12-aes128-gcm", "TLS 1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
        ("tls12-aes256-gcm", "TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
        ("tls12-rsa-aes128-gcm", "TLS 1.2", "TLS_RSA_WITH_AES_128_GCM_SHA256"),
        ("tls12-chacha20", "TLS 1.2", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
        ("tls12-aes128-cbc-sha", "TLS 1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
        ("tls12-aes128-cbc-sha256", "TLS 1.2", "TLS_RSA_WITH_AES_128_CBC_SHA256"),
        ("tls12-aes256-cbc-sha384", "TLS 1.2", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"),
        ("tls12-aes128-cbc-sha-mac-first", "TLS 1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
        ("tls12-aes256-cbc-sha384-mac-first", "TLS 1.2", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"),
        ("tls12-no-extended-master-secret", "TLS 1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
        ("tls12-large", "TLS 1.2", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
        ("tls12-large-cbc", "TLS 1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
        ("tls13-aes128-gcm", "TLS 1.3", "TLS_AES_128_GCM_SHA256"),
        ("tls13-aes256-gcm", "TLS 1.3", "TLS_AES_256_GCM_SHA384"),
        ("tls13-chacha20", "TLS 1.3", "TLS_CHACHA20_POLY1305_SHA256"),
        ("tls13-retry", "TLS 1.3", "TLS_AES_256_GCM_SHA384"),
        ("tls13-padded", "TLS 1.3", "TLS_AES_256_GCM_SHA384"),
        ("tls13-key-update", "TLS 1.3", "TLS_AES_256_GCM_SHA384"),
        ("tls13-large", "TLS 1.3", "TLS_AES_256_GCM_SHA384"),
        ("tls12-aes128-ccm", "TLS 1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_CCM"),
        ("tls12-aes256-ccm8", "TLS 1.2", "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8"),
        ("tls12-renegotiation", "TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
        ("tls13-aes128-ccm", "TLS 1.3", "TLS_AES_128_CCM_SHA256"),
        ("tls13-aes128-ccm8", "TLS 1.3", "TLS_AES_128_CCM_8_SHA256"),
    ] {
        let flow = connection(name).read(&secrets());
        let tls = tls(&flow);
        assert_eq!((tls.decrypted, tls.keys_in_vain), (true, None), "{name}");
        assert_eq!(exchanges(&flow), BOTH, "{name}");
        assert_eq!(tls.version.unwrap().name(), version, "{name}");
        assert_eq!(tls.cipher.unwrap().name(), cipher, "{name}");
        assert_eq!(tls.resumed, Some(false), "{name}");
        assert!(tls.established.is_some(), "{name}");
        assert_eq!(tls.turns.len(), 2, "{name}");
        let (_, chain) = tls.certificate.as_ref().unwrap();
        assert_eq!(chain[0].names, ["mdm.example.com"], "{name}");
        // close_notify of the client, at least.
        assert!(
            !tls.alerts.is_empty()
                && tls
                    .alerts
                    .iter()
                    .all(|alert| alert.code == Some((AlertLevel::WARNING, AlertDescription::CLOSE_NOTIFY))),
            "{name}"
        );
    }
}

#[test]
fn statuses_of_http2_are_read() {
    let flow = connection("tls13-http2").read(&secrets());
    assert_eq!(exchanges(&flow), BOTH);
    assert_eq!((tls(&flow).alpn.as_deref(), flow.http[0].method.as_deref()), (Some("h2"), Some("GET")));
    assert_eq!(flow.http[0].host.as_deref(), Some("mdm.example.com"));
    assert!(flow.http.iter().filter_map(|exchange| exchange.reply.as_ref()).all(|reply| reply.whole == Some(true)));
}

#[test]
fn resumed_sessions_are_opened() {
    for name in ["tls12-ticket", "tls12-session-id", "tls13-resumed", "tls13-early"] {
        let flow = connection(name).read(&secrets());
        assert_eq!(exchanges(&flow), BOTH, "{name}");
        assert_eq!(tls(&flow).resumed, Some(true), "{name}");
        assert!(tls(&flow).certificate.is_none(), "{name}");
    }
}

#[test]
fn early_data_that_the_server_did_not_take_is_no_request() {
    let flow = connection("tls13-early-rejected").read(&secrets());
    assert_eq!(exchanges(&flow), BOTH);
}

#[test]
fn the_encrypted_handshake_names_protocol_and_certificate() {
    let connection = connection("tls13-aes128-gcm");
    let closed = connection.read(&Secrets::default());
    assert_eq!((&tls(&closed).alpn, &tls(&closed).certificate), (&None, &None));
    let flow = connection.read(&secrets());
    assert_eq!(tls(&flow).alpn.as_deref(), Some("http/1.1"));
    let (at, chain) = tls(&flow).certificate.as_ref().unwrap();
    assert_eq!((chain.len(), chain[0].self_signed), (1, true));
    assert_eq!(Some(at.frame), tls(&flow).server_hello.map(|hello| hello.frame));
}

#[test]
fn wrong_secrets_open_nothing_and_change_nothing() {
    for name in
        ["tls10-aes128-cbc", "tls12-aes128-gcm", "tls12-aes128-cbc-sha-mac-first", "tls12-chacha20", "tls13-large"]
    {
        // Every secret with its last byte changed.
        let wrong: String = key_log().lines().map(|line| format!("{}00\n", &line[..line.len().max(2) - 2])).collect();
        let (wrong, _) = Secrets::parse(wrong.as_bytes(), None);
        assert!(!wrong.is_empty());
        let connection = connection(name);
        let (closed, mut flow) = (connection.read(&Secrets::default()), connection.read(&wrong));
        let in_vain = flow.tls.as_mut().and_then(|tls| tls.keys_in_vain.take());
        assert_eq!(in_vain, Some(KeysInVain::NoRecord), "{name}");
        assert!(!tls(&flow).decrypted && flow.http.is_empty(), "{name}");
        assert_eq!(format!("{flow:?}"), format!("{closed:?}"), "{name}");
    }
}

#[test]
fn a_changed_record_stays_closed_and_the_others_open() {
    for name in [
        "tls11-aes256-cbc",
        "tls12-aes256-gcm",
        "tls12-aes128-cbc-sha-mac-first",
        "tls12-aes128-cbc-sha256",
        "tls13-chacha20",
    ] {
        let mut connection = connection(name);
        // The first response is the server's first segment behind its answers in the handshake.
        let request = connection.read(&secrets()).http[0].reply.as_ref().unwrap().at;
        let segment = connection.to_client.segments.values_mut().find(|(.., at)| *at == request).unwrap();
        let middle = segment.0.len() - 30;
        segment.0[middle] ^= 1;
        let flow = connection.read(&secrets());
        assert_eq!(exchanges(&flow), [("/one", 0), ("/two", 404)], "{name}");
    }
}

#[test]
fn records_behind_a_hole_are_opened() {
    for name in
        ["tls12-large", "tls12-large-cbc", "tls13-large", "tls13-key-update", "tls12-aes128-gcm", "tls13-aes128-gcm"]
    {
        let mut connection = connection(name);
        let response = connection.read(&secrets()).http[0].reply.as_ref().unwrap().at;
        connection.to_client.segments.retain(|_, (.., at)| *at != response);
        let flow = connection.read(&secrets());
        assert_eq!(exchanges(&flow), [("/one", 0), ("/two", 404)], "{name}");
    }
}

#[test]
fn one_missing_segment_costs_no_more_than_what_was_in_it() {
    for name in
        ["tls10-aes128-cbc", "tls12-large", "tls12-large-cbc", "tls12-aes128-gcm", "tls13-large", "tls13-key-update"]
    {
        let whole = connection(name);
        let frames = |connection: &FixtureConnection| -> Vec<u64> {
            let segments = connection.to_client.segments.values().chain(connection.to_server.segments.values());
            segments.map(|(.., at)| at.frame).collect()
        };
        let flow = whole.read(&Secrets::default());
        let hellos = [tls(&flow).client_hello, tls(&flow).server_hello];
        let mut less = Vec::new();
        for frame in frames(&whole).into_iter().filter(|frame| !hellos.iter().flatten().any(|at| at.frame == *frame)) {
            let mut connection = whole.clone();
            connection.to_client.segments.retain(|_, (.., at)| at.frame != frame);
            connection.to_server.segments.retain(|_, (.., at)| at.frame != frame);
            let flow = connection.read(&secrets());
            let seen = exchanges(&flow);
            if seen != BOTH {
                less.push(format!("{seen:?}"));
            }
        }
        less.sort();
        let expected = [
            [("-", 200), ("/two", 404)],
            [("/one", 0), ("/two", 404)],
            [("/one", 200), ("-", 404)],
            [("/one", 200), ("/two", 0)],
        ];
        assert_eq!(less, expected.map(|seen| format!("{seen:?}")), "{name}");
    }
}

#[test]
fn records_that_a_snap_length_cut_count_all_the_same() {
    for name in ["tls12-large", "tls12-large-cbc", "tls12-aes128-cbc-sha-mac-first", "tls13-large", "tls13-aes256-gcm"]
    {
        let mut connection = connection(name);
        let first = connection.read(&secrets()).http[0].clone();
        for direction in [&mut connection.to_client, &mut connection.to_server] {
            for (bytes, _, at) in direction.segments.values_mut() {
                if [first.request, first.reply.as_ref().map(|reply| reply.at)].contains(&Some(*at)) {
                    bytes.truncate(20);
                }
            }
        }
        let flow = connection.read(&secrets());
        assert_eq!(exchanges(&flow), [("/two", 404)], "{name}");
    }
}

#[test]
fn a_record_that_comes_twice_is_read_once() {
    for name in ["tls11-aes256-cbc", "tls12-aes128-gcm", "tls12-chacha20", "tls13-aes128-gcm"] {
        let mut connection = connection(name);
        let reply = connection.read(&secrets()).http[0].reply.as_ref().unwrap().at;
        let behind = |start: &u64, at: &FrameRef| (*start, at.frame > reply.frame);
        let segments = std::mem::take(&mut connection.to_client.segments);
        let (_, (again, length, _)) = segments.iter().find(|(_, (.., at))| *at == reply).unwrap();
        let (again, length) = (again.clone(), *length);
        for (start, segment) in &segments {
            let (start, later) = behind(start, &segment.2);
            connection.to_client.segments.insert(start + if later { length } else { 0 }, segment.clone());
            if segment.2 == reply {
                connection.to_client.segments.insert(start + length, (again.clone(), length, reply));
            }
        }
        let flow = connection.read(&secrets());
        assert_eq!(exchanges(&flow), BOTH, "{name}");
    }
}

#[test]
fn without_the_secrets_of_the_handshake_the_data_is_read_all_the_same() {
    let labels = ["CLIENT_HANDSHAKE", "SERVER_HANDSHAKE"];
    let flow = connection("tls13-aes128-gcm").read(&secrets_without(&labels));
    assert_eq!(exchanges(&flow), BOTH);
    assert_eq!((tls(&flow).turns.len(), &tls(&flow).certificate), (2, &None));
    assert!(tls(&flow).established.is_some());
}

#[test]
fn the_secrets_of_one_side_open_that_side() {
    let connection = connection("tls13-aes128-gcm");
    let flow = connection.read(&secrets_without(&["SERVER"]));
    assert_eq!(exchanges(&flow), [("/one", 0), ("/two", 0)]);
    assert!(tls(&flow).turns.iter().all(|turn| turn.response.is_some()));
    let flow = connection.read(&secrets_without(&["CLIENT"]));
    assert_eq!(exchanges(&flow), [("-", 200), ("-", 404)]);
}

#[test]
fn keys_of_a_suite_that_is_not_read_are_said_to_be_in_vain() {
    let mut connection = connection("tls12-aes128-gcm");
    // The ServerHello chooses RC4 instead.
    let (bytes, ..) = connection.to_client.segments.values_mut().next().unwrap();
    let suite = bytes.windows(2).position(|two| two == [0xc0, 0x2b]).unwrap();
    bytes[suite..suite + 2].copy_from_slice(&[0x00, 0x05]);
    let flow = connection.read(&secrets());
    assert_eq!((tls(&flow).decrypted, tls(&flow).keys_in_vain), (false, Some(KeysInVain::CipherSuite)));
    let warnings = warn_of_unopened(&[flow.clone(), flow]);
    assert_eq!(warnings.len(), 1);
    let said = &warnings[0].message;
    assert!(
        said.contains("frame 4, and 1 more,") && said.contains("uses TLS_RSA_WITH_RC4_128_SHA, which mdmlog"),
        "{said}"
    );
    let flow = connection.read(&Secrets::default());
    assert_eq!((tls(&flow).keys_in_vain, warn_of_unopened(std::slice::from_ref(&flow)).len()), (None, 0));
}

#[test]
fn a_renegotiation_without_keys_of_its_own_closes_what_follows() {
    let text = key_log();
    let (_, behind) = text.split_once("# tls12-renegotiation").unwrap();
    let (own, _) = behind.split_once('#').unwrap();
    let first = own.lines().find(|line| line.starts_with("CLIENT_RANDOM")).unwrap();
    let (secrets, _) = Secrets::parse(first.as_bytes(), None);
    let flow = connection("tls12-renegotiation").read(&secrets);
    assert_eq!(exchanges(&flow), [("/one", 200)]);
    assert_eq!(tls(&flow).turns.len(), 2);
}

#[test]
fn a_certificate_that_the_client_lacks_is_seen_with_and_without_keys() {
    let refused = AlertDescription(40);
    for (name, secrets, alert) in [
        ("tls12-certificate-required", Secrets::default(), Some((AlertLevel::FATAL, refused))),
        ("tls13-certificate-required", Secrets::default(), None),
        ("tls13-certificate-required", secrets(), Some((AlertLevel::FATAL, AlertDescription::CERTIFICATE_REQUIRED))),
    ] {
        let flow = connection(name).read(&secrets);
        assert_eq!(tls(&flow).client_certificate, Some(ClientCertificate::Empty), "{name}");
        assert_eq!(tls(&flow).alerts.iter().map(|alert| alert.code).collect::<Vec<_>>(), [alert], "{name}");
        assert!(tls(&flow).turns.is_empty() && tls(&flow).client_finished.is_some(), "{name}");
    }
    assert_eq!(tls(&connection("tls13-aes128-gcm").read(&Secrets::default())).client_certificate, None);
}

#[test]
fn neither_secrets_nor_credentials_are_shown() {
    let flow = connection("tls12-aes128-gcm").read(&secrets());
    let shown = format!("{flow:?} {:?}", secrets());
    assert!(!shown.contains("bm90OnNob3du"));
    for line in key_log().lines().filter(|line| !line.starts_with('#')) {
        assert!(!shown.contains(line.rsplit(' ').next().unwrap()));
    }
}

#[test]
fn whatever_byte_is_wrong_nothing_is_made_up() {
    for name in ["tls10-aes256-cbc-mac-first", "tls12-aes128-gcm", "tls12-aes128-cbc-sha", "tls13-early"] {
        let whole = connection(name);
        let secrets = secrets();
        for direction in 0..2 {
            let pick = |connection: &mut FixtureConnection| match direction {
                0 => std::mem::take(&mut connection.to_client),
                _ => std::mem::take(&mut connection.to_server),
            };
            let original = pick(&mut whole.clone());
            for (start, (bytes, ..)) in &original.segments {
                for at in (0..bytes.len()).step_by(7) {
                    let mut connection = whole.clone();
                    let changed = if direction == 0 { &mut connection.to_client } else { &mut connection.to_server };
                    changed.segments.get_mut(start).unwrap().0[at] ^= 0x41;
                    let flow = connection.read(&secrets);
                    for (target, status) in exchanges(&flow) {
                        assert!(["/one", "/two", "-"].contains(&target), "{name}: {target}");
                        assert!([0, 200, 404].contains(&status), "{name}: {status}");
                    }
                }
            }
        }
    }
}
