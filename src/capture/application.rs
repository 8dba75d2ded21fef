//! Reads what a TCP connection carried: a CONNECT to a proxy, TLS beside or inside of it, HTTP in the clear or decrypted.

use super::byte_stream::ByteStream;
use super::http::{Connect, HttpConversation, read_conversation, speaks_http};
use super::http2::{read_http2, speaks_http2};
use super::secrets::Secrets;
use super::tls::{ReadSession, begins_tls, read_session};
use super::{ProxyConnect, TcpFlow};

/// Reads both directions and fills the flow's `connect`, `tls` and `http`.
pub(crate) fn read_application(flow: &mut TcpFlow, to_server: &ByteStream, to_client: &ByteStream, secrets: &Secrets) {
    let round_trip = round_trip(flow);
    let mut tls_start = Some((0, 0));
    if speaks_http2(to_server, to_client) {
        flow.http = read_http2(to_server, to_client, false);
        return trust_ends(flow, to_client.end());
    }
    if speaks_http(to_server, to_client) && !begins_tls(to_server, 0) {
        let conversation = read_conversation(to_server, to_client, false);
        tls_start = conversation.tunnel;
        fill(flow, conversation);
    }
    let Some((client, server)) = tls_start else { return trust_ends(flow, to_client.end()) };
    let session = read_session((to_server, client), (to_client, server), secrets, flow.start_seen, round_trip);
    let Some(ReadSession { facts, to_server: client_data, to_client: server_data }) = session else {
        let (to_server, to_client) = (to_server.behind(client), to_client.behind(server));
        if flow.connect.is_some() && speaks_http(&to_server, &to_client) {
            flow.http.extend(read_conversation(&to_server, &to_client, false).exchanges);
        }
        return trust_ends(flow, to_client.end() + server);
    };
    if facts.clear_answer.is_some() {
        let answer = to_client.behind(server);
        flow.http.extend(read_conversation(&ByteStream::default(), &answer, false).exchanges);
    }
    if facts.decrypted {
        let (asked, answered) = (client_data.stream(), server_data.stream());
        flow.http.extend(if speaks_http2(&asked, &answered) {
            read_http2(&asked, &answered, true)
        } else {
            read_conversation(&asked, &answered, true).exchanges
        });
    }
    flow.tls = Some(facts);
    trust_ends(flow, to_client.end());
}

/// Trusts no end of what is kept as that of an answer, where more was sent than is kept.
fn trust_ends(flow: &mut TcpFlow, kept: u64) {
    if kept < flow.to_client.bytes {
        for reply in flow.http.iter_mut().filter_map(|exchange| exchange.reply.as_mut()) {
            reply.whole = reply.whole.filter(|whole| *whole);
        }
    }
}

fn fill(flow: &mut TcpFlow, conversation: HttpConversation) {
    flow.http = conversation.exchanges;
    let mut earlier = Vec::new();
    for connect in conversation.connects {
        earlier.extend(flow.connect.take().and_then(|before| before.reply));
        let (host, port) = connect.authority.unwrap_or_default();
        let Connect { request, reply, credentials, .. } = connect;
        flow.connect = Some(ProxyConnect { host, port, request, reply, earlier: Vec::new(), credentials });
    }
    if let Some(connect) = &mut flow.connect {
        connect.earlier = earlier;
    }
}

/// Returns the time from a SYN that was sent once to its answer: no answer to anything can come sooner.
fn round_trip(flow: &TcpFlow) -> Option<i64> {
    let [syn] = flow.syns.as_slice() else { return None };
    Some(flow.syn_ack?.time.nanos().saturating_sub(syn.time.nanos()).max(0))
}
