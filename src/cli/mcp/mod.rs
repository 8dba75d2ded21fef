//! `mdmlog mcp`: a read-only server for agents, of the Model Context Protocol over standard input and output: a JSON-RPC
//! message a line. It reads only what lies below the folders that were named at its start.
//!
//! Whoever wrote a log can have written orders to an agent into it. So what comes from inputs stands only in fields called
//! `untrusted`, and the server says so when it introduces itself.

mod answer;
mod calls;
mod folders;
mod protocol;
mod tools;

use std::io::{self, BufRead, Read as _, Write};

use self::calls::McpServer;
use self::folders::Folders;
use self::protocol::{Reply, RpcRequest};
use super::args::McpArgs;
use super::{Failure, Status, session};

/// Bytes of a message; a longer one is refused.
const LONGEST: u64 = 1 << 20;

/// Serves until the client closes standard input.
pub fn run(args: McpArgs) -> Result<Status, Failure> {
    let folders = Folders::new(&args.folders)?;
    session::set_threads(args.threads.into())?;
    let options = session::input_options(args.input)?;
    let mut server = McpServer::new(folders, options, args.redact);
    let served = serve(&mut server, &mut io::stdin().lock(), &mut io::stdout().lock());
    served.map_err(|error| Failure::Write { what: "an answer to standard output".to_owned(), error })?;
    Ok(Status::Done)
}

fn serve(server: &mut McpServer, input: &mut dyn BufRead, out: &mut dyn Write) -> io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut bounded = (&mut *input).take(LONGEST);
        if bounded.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let reply = if line.ends_with(b"\n") || (line.len() as u64) < LONGEST {
            RpcRequest::read(&line).and_then(|request| answer(server, request))
        } else {
            skip_line(input)?;
            Some(Reply::too_long(LONGEST))
        };
        if let Some(reply) = reply {
            match reply.write(out).and_then(|()| out.flush()) {
                // A client that went away wants no more answers.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
                written => written?,
            }
        }
    }
}

fn skip_line(input: &mut dyn BufRead) -> io::Result<()> {
    loop {
        let (used, ended) = match input.fill_buf()? {
            [] => return Ok(()),
            buffer => match memchr::memchr(b'\n', buffer) {
                Some(at) => (at + 1, true),
                None => (buffer.len(), false),
            },
        };
        input.consume(used);
        if ended {
            return Ok(());
        }
    }
}

/// Answers a request; a notification has no answer.
fn answer(server: &mut McpServer, request: Result<RpcRequest, Reply>) -> Option<Reply> {
    let request = match request {
        Ok(request) => request,
        Err(refused) => return Some(refused),
    };
    let id = request.id?;
    Some(match request.method.as_str() {
        "initialize" => Reply::result(id, protocol::introduction(&request.params)),
        "ping" => Reply::result(id, serde_json::json!({})),
        "tools/list" => Reply::result(id, tools::list()),
        "tools/call" => match server.call(&request.params) {
            Ok(result) => Reply::result(id, result),
            Err(message) => Reply::invalid_params(id, &message),
        },
        method => Reply::no_method(id, method),
    })
}
