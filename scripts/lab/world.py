"""The far end of the lab: DNS, web servers and proxies. Runs in the network's namespace; is told on standard input, in
JSON lines, what to become: {"dns": {name: answer}}, {"serve": [service]}, {"proxy": [proxy]}."""
import base64, json, re, socket, ssl, struct, sys, threading, time

zone, lock = {}, threading.Lock()
ADDRESSES = ["192.0.2.53", "192.0.2.54"]


def linger_reset(sock):
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.shutdown(socket.SHUT_RD)  # wakes a thread that reads, which would keep the socket
    except OSError:
        pass
    finally:
        sock.close()


def listen(address, port, handle, backlog=64):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((address, port))
    sock.listen(backlog)

    def loop():
        while True:
            conn, peer = sock.accept()
            threading.Thread(target=guarded, args=(handle, conn, peer), daemon=True).start()
    threading.Thread(target=loop, daemon=True).start()


def guarded(handle, conn, peer):
    try:
        handle(conn, peer)
    except (OSError, ValueError, IndexError) as e:
        print("world:", e, file=sys.stderr)
        try:
            conn.close()
        except OSError:
            pass


# DNS

def name_at(data, at):
    labels = []
    while data[at]:
        labels.append(data[at + 1:at + 1 + data[at]].decode())
        at += 1 + data[at]
    return ".".join(labels), at + 1


def encoded(name):
    return b"".join(bytes([len(x)]) + x.encode() for x in name.split(".")) + b"\0"


def owned(owner, asked):
    """The owner of a record; the name of the question as a pointer to it, as resolvers do."""
    return b"\xc0\x0c" if owner == asked else encoded(owner)


def answer(query, over_tcp, resolver):
    """The reply and how long to wait with it, or None."""
    ident = query[:2]
    name, at = name_at(query, 12)
    kind = struct.unpack(">H", query[at:at + 2])[0]
    question = query[12:at + 4]
    entry = zone.get(name.lower())
    rcode, records, flags = 0, [], 0x8180
    if entry is None:
        rcode, entry = 3, {}
    entry = {**entry, **entry.get(resolver, {}), **entry.get("A" * (1 if kind == 1 else 4) + "-only", {})}
    if entry.get("silent"):
        return None, 0
    if entry.get("rcode"):
        rcode = entry["rcode"]
    if not rcode:
        owner = name
        for alias in entry.get("cname", []):
            records.append(owned(owner, name) + struct.pack(">HHIH", 5, 1, 60, len(encoded(alias))) + encoded(alias))
            owner = alias
        for address in entry.get("A" if kind == 1 else "AAAA" if kind == 28 else "-", []):
            packed = socket.inet_pton(socket.AF_INET6 if kind == 28 else socket.AF_INET, address)
            records.append(owned(owner, name) + struct.pack(">HHIH", kind, 1, 60, len(packed)) + packed)
    if entry.get("tc") and not over_tcp:
        flags, records = flags | 0x200, []
    head = ident + struct.pack(">HHHHH", flags | rcode, 1, len(records), 0, 0)
    return head + question + b"".join(records), entry.get("delay", 0) / 1000


def dns_udp(address):
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((address, 53))
    while True:
        data, peer = sock.recvfrom(4096)
        with lock:
            reply, wait = answer(data, False, address)
        if reply:
            threading.Timer(wait, sock.sendto, (reply, peer)).start()


def dns_tcp(conn, _):
    data = b""
    while more := conn.recv(4096):
        data += more
        while len(data) >= 2 and len(data) >= 2 + struct.unpack(">H", data[:2])[0]:
            size = struct.unpack(">H", data[:2])[0]
            query, data = data[2:2 + size], data[2 + size:]
            with lock:
                reply, wait = answer(query, True, conn.getsockname()[0])
            time.sleep(wait)
            if reply:
                conn.sendall(struct.pack(">H", len(reply)) + reply)
    conn.close()


# Web

BODY = ('<?xml version="1.0" encoding="UTF-8"?><ise_api><name>mdminfo</name><api_version>%s</api_version><api_path>'
        '/networkIntegrationEndpoint/a1b2c3/ciscoise/v3</api_path><redirect_url>https://tenant/enroll</redirect_url>'
        '<query_max_size>1000</query_max_size><messaging_support>true</messaging_support><vendor>JAMF Software</vendor>'
        '<product_name>JSS</product_name><product_version>10.48.1-t1689600654</product_version></ise_api>')
DEVICE = ('<?xml version="1.0" encoding="UTF-8"?><ise_api><name>attributes</name><api_version>3</api_version><paging_info>0</paging_info>'
          '<deviceList>%s</deviceList></ise_api>')
ONE = ('<device><attributes><attribute><name>macaddress</name><value>%s</value></attribute><attribute><name>register_status</name><value>true</value>'
       '</attribute><attribute><name>compliance</name><status>%s</status></attribute></attributes></device>')
REASONS = {200: "OK", 301: "Moved Permanently", 302: "Found", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
           404: "Not Found", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
           503: "Service Unavailable", 504: "Gateway Timeout", 407: "Proxy Authentication Required", 307: "Temporary Redirect"}


def head_of(conn):
    data = b""
    while b"\r\n\r\n" not in data:
        more = conn.recv(4096)
        if not more:
            return None
        data += more
    return data.decode("latin-1")


def reply(status, body, close=False, extra=""):
    kind = "application/xml" if body.startswith("<?xml") else "text/html"
    return ("HTTP/1.1 %d %s\r\nServer: Apache\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s%s\r\n%s" % (
        status, REASONS.get(status, "Status"), kind, len(body), extra, "Connection: close\r\n" if close else "", body)).encode()


def body_of(head):
    """What the API answers: server information, a device, or the devices that do not comply."""
    asked = re.search(r"querycriteria=(\w+)&value=(\w+)", head)
    if not asked:
        return BODY % (re.search(r"ise_api_version=(\d)", head) or ["", "3"])[1]
    if asked[1] == "compliance":
        return DEVICE % "".join(ONE % ("00505600%04X" % k, "false") for k in range(6))
    return DEVICE % (ONE % (asked[2], "true"))


def web(conn, raw, service):
    """Answer requests as the user of each asks for: `ok`, a status, `slow:MS`, `silent`, `reset`, `fin`, `login`, ..."""
    while True:
        if service.get("idle"):
            conn.settimeout(service["idle"])
        try:
            head = head_of(conn)
        except socket.timeout:
            head = None
        conn.settimeout(None)
        if head is None:
            if service.get("shut"):
                conn.unwrap() if isinstance(conn, ssl.SSLSocket) else None
            conn.close()
            return
        version = (re.search(r"ise_api_version=(\d)", head) or ["", "3"])[1]
        body = body_of(head)
        auth = re.search(r"(?im)^authorization: basic (\S+)", head)
        how = base64.b64decode(auth[1]).decode().split(":secret")[0] if auth else "401"
        wait = 0.04
        for part in how.split("+"):
            word, _, value = part.partition(":")
            if word == "slow":
                wait = int(value) / 1000
            elif word == "silent":
                time.sleep(30)
            elif word in ("reset", "fin"):
                time.sleep(wait)
                if word == "reset":
                    return linger_reset(conn)
                raw.shutdown(socket.SHUT_RDWR)
                conn.close()
                return
            elif word == "half":
                time.sleep(wait)
                conn.sendall(reply(200, BODY % version)[:int(value or 300)])
                time.sleep(0.3)
                return linger_reset(conn)
            elif word == "stall":
                time.sleep(wait)
                conn.sendall(reply(200, BODY % version)[:int(value or 300)])
                time.sleep(30)
            elif word == "login":
                time.sleep(wait)
                conn.sendall(reply(200, "<html><body>Please log in<form action=/login></form></body></html>"))
            elif word == "ok":
                time.sleep(wait)
                conn.sendall(reply(200, body, value == "close"))
            elif word == "big":
                time.sleep(wait)
                conn.sendall(reply(200, BODY % version + " " * int(value)))
            elif word == "old":
                time.sleep(wait)
                status = 200 if version == "2" else int(value)
                conn.sendall(reply(status, BODY % version if status == 200 else "<html>no</html>"))
            elif word.isdigit():
                time.sleep(wait)
                extra = "Location: %s\r\n" % (value or "/login") if word.startswith("3") else ""
                conn.sendall(reply(int(word), "<html><body>%s</body></html>" % word, False, extra))
            if word == "ok" and value == "close":
                conn.close()
                return


def contexts(service):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(service.get("ciphers", "DEFAULT@SECLEVEL=0"))
    context.minimum_version = getattr(ssl.TLSVersion, service.get("min", "TLSv1_2"))
    context.maximum_version = getattr(ssl.TLSVersion, service.get("max", "TLSv1_2"))
    context.load_cert_chain(service.get("cert", "good") + ".pem")
    context.num_tickets = service.get("tickets", 2)
    if service.get("client_certificate"):
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations("ca.pem")
    return context


def serve(service):
    context = contexts(service) if service.get("mode", "tls") == "tls" else None

    def handle(conn, _):
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        mode = service.get("mode", "tls")
        if mode == "plain":
            return web(conn, conn, service)
        if mode in ("silent", "close", "reset", "banner", "drip"):
            if service.get("at_once") is None and mode != "banner":
                conn.recv(4096)
            time.sleep(service.get("wait", 30))
            if mode == "silent":
                time.sleep(60)
            elif mode == "reset":
                return linger_reset(conn)
            elif mode == "banner":
                conn.sendall(b"220 mail.example ESMTP ready\r\n")
                time.sleep(1)
            conn.close()
            return
        if mode == "bad_request":
            head = conn.recv(4096)
            conn.sendall(reply(400, "<html>The plain HTTP server got a TLS hello</html>", True))
            conn.close()
            return
        if service.get("accept_wait"):
            time.sleep(service["accept_wait"])
        raw = conn
        try:
            secure = context.wrap_socket(conn, server_side=True)
        except ssl.SSLError as e:
            print("world: handshake:", e, file=sys.stderr)
            conn.close()
            return
        web(secure, secure, service)
    for port in service.get("ports", [443]):
        listen(service["address"], port, handle)


# Proxy

def pump(source, sink, limit=None, ending=None):
    passed = 0
    try:
        while True:
            data = source.recv(16384)
            if not data:
                break
            passed += len(data)
            if limit and passed > limit:
                return ending()
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except ConnectionResetError:
        linger_reset(sink)
    except OSError:
        pass


def proxy(how):
    """`status`: answer CONNECT with it; `silent`, `close`, `reset` in place of an answer; `auth`: ask for credentials
    first; `cut`: [bytes to the client, "reset" | "close" | "silent"] in the tunnel."""
    def handle(conn, _):
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            head = head_of(conn)
            if head is None:
                conn.close()
                return
            time.sleep(how.get("wait", 0.02))
            if how.get("silent"):
                time.sleep(40)
            if how.get("close"):
                conn.close()
                return
            if how.get("reset"):
                return linger_reset(conn)
            if how.get("auth") and "proxy-authorization" not in head.lower():
                conn.sendall(reply(407, "<html>who are you</html>", how["auth"] == "close",
                                   'Proxy-Authenticate: Basic realm="lab"\r\n'))
                if how["auth"] == "close":
                    conn.close()
                    return
                continue
            break
        host, port = head.split()[1].rsplit(":", 1)
        if how.get("status"):
            conn.sendall(reply(how["status"], "<html>no</html>", True, "X-Squid-Error: ERR_ACCESS_DENIED 0\r\n"))
            conn.close()
            return
        with lock:
            entry = zone.get(host.lower())
        target = (entry or {}).get("A", [None])[0]
        try:
            upstream = socket.create_connection((target, int(port)), timeout=how.get("timeout", 2)) if target else None
        except OSError as e:
            upstream = None
        if upstream is None:
            conn.sendall(reply(how.get("failure", 502 if target is None else 504), "<html>no</html>", True))
            conn.close()
            return
        upstream.settimeout(None)
        upstream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        conn.sendall(b"HTTP/1.1 200 Connection established\r\n" + how.get("header", "").encode() + b"\r\n")
        limit, end = how.get("cut", (None, None))
        ends = {"reset": lambda: linger_reset(conn), "close": lambda: conn.close() or conn.shutdown(2), "silent": lambda: time.sleep(40)}
        threading.Thread(target=pump, args=(conn, upstream), daemon=True).start()
        pump(upstream, conn, limit, ends.get(end))
    listen(how["address"], how["port"], handle)


for where in ADDRESSES + ["2001:db8::53"]:
    threading.Thread(target=dns_udp, args=(where,), daemon=True).start()
    listen(where, 53, dns_tcp)
for line in sys.stdin:
    order = json.loads(line)
    with lock:
        zone.update({name.lower(): value for name, value in order.get("dns", {}).items()})
        for name in [n for n, v in zone.items() if v is None]:
            del zone[name]
    for service in order.get("serve", []):
        serve(service)
    for each in order.get("proxy", []):
        proxy(each)
    print("done", flush=True)
