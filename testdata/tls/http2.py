#!/usr/bin/env python3
"""A server of HTTP/2 for one connection: GET /one is answered 200, GET /two 404. http2.py CERTIFICATE KEY"""

import socket
import ssl
import struct
import sys

HEADERS, SETTINGS, GOAWAY = 1, 4, 7
END_STREAM, END_HEADERS, ACK = 1, 4, 1
BODY = b'{"attributes":{"reachable":"yes"},"n":1}'


def frame(kind, flags, stream, content=b""):
    return struct.pack("!I", len(content))[1:] + bytes([kind, flags]) + struct.pack("!I", stream) + content


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
context.set_alpn_protocols(["h2"])
listener = socket.create_server(("127.0.0.1", 4433))
connection = context.wrap_socket(listener.accept()[0], server_side=True)
incoming = connection.makefile("rb")
assert incoming.read(24).startswith(b"PRI * HTTP/2.0")
connection.sendall(frame(SETTINGS, 0, 0))
answered = 0
while answered < 2:
    head = incoming.read(9)
    length, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
    stream = int.from_bytes(head[5:9], "big") & 0x7FFFFFFF
    incoming.read(length)
    if kind == SETTINGS and not flags & ACK:
        connection.sendall(frame(SETTINGS, ACK, 0))
    elif kind == HEADERS:
        answered += 1
        # The static table has both statuses.
        if answered == 1:
            connection.sendall(frame(HEADERS, END_HEADERS, stream, b"\x88") + frame(0, END_STREAM, stream, BODY))
        else:
            connection.sendall(frame(HEADERS, END_HEADERS | END_STREAM, stream, b"\x8d"))
incoming.read(9)
connection.close()
