#!/usr/bin/env python3
"""Make test cases from real packets: lab.py FOLDER [CASE...]

Each case of cases.py is played between two network namespaces: a Java client with Apache HttpClient (as ISE has)
against DNS, web servers and proxies of world.py, over a wire (link.py) that delays and loses as told, with tcpdump at
the client. Of each comes FOLDER/CASE with a bundle and truth.json. Runs as root; ends in bounded time; leaves nothing.
"""
import base64, datetime, glob, io, json, os, random, shutil, signal, subprocess, sys, tarfile, tempfile, time
import captures, node_log

HERE = os.path.dirname(os.path.abspath(__file__))
JARS = ":".join("/usr/share/java/%s.jar" % name for name in ("httpclient", "httpcore", "commons-logging", "commons-codec"))
SILENT, SILENT6 = ["203.0.113.1", "203.0.113.2", "203.0.113.3"], ["2001:db8:dead::1"]
REJECT = {"203.0.113.20": "icmp type net-unreachable", "203.0.113.21": "icmp type host-unreachable",
          "203.0.113.22": "icmp type net-prohibited", "203.0.113.23": "icmp type host-prohibited",
          "203.0.113.24": "icmp type admin-prohibited", "203.0.113.25": "tcp reset",
          "203.0.113.26": "icmp type port-unreachable"}
REJECT6 = {"2001:db8:dead::20": "icmpv6 type no-route", "2001:db8:dead::21": "icmpv6 type addr-unreachable",
           "2001:db8:dead::22": "icmpv6 type admin-prohibited", "2001:db8:dead::25": "tcp reset"}


def run(command, **more):
    return subprocess.run(command, shell=isinstance(command, str), check=True, capture_output=True, text=True, timeout=60, **more)


def certificates(folder):
    """The authority and the certificates of the servers, as NAME.pem with the key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID
    now = datetime.datetime.utcnow()
    day = datetime.timedelta(days=1)

    def name(text):
        return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Lab"), x509.NameAttribute(NameOID.COMMON_NAME, text)])

    def make(file, subject, names, signer=None, begin=now - 400 * day, end=now + 400 * day):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        builder = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(signer[0].subject if signer else name(subject))
        builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number()).not_valid_before(begin).not_valid_after(end)
        builder = builder.add_extension(x509.BasicConstraints(ca=not names, path_length=None), True)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), False)
        cert = builder.sign(signer[1] if signer else key, hashes.SHA256())
        pem = cert.public_bytes(serialization.Encoding.PEM)
        with open(os.path.join(folder, file + ".pem"), "wb") as out:
            out.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()) if names else b"")
            out.write(pem)
        return cert, key
    ca = make("ca", "Lab Root", [])
    other = make("other-ca", "Corporate Inspection CA", [])
    hosts = ["*.jamfcloud.com", "*.corp.example", "mdm.example.org"]
    make("good", "*.jamfcloud.com", hosts, ca)
    make("untrusted", "*.jamfcloud.com", hosts, other)
    make("self-signed", "appliance.local", hosts)
    make("expired", "*.jamfcloud.com", hosts, ca, end=now - 3 * day)
    make("future", "*.jamfcloud.com", hosts, ca, begin=now + 3 * day)
    make("mismatch", "www.unrelated.example", ["www.unrelated.example"], ca)


class Lab:
    def __init__(self, work, classes):
        self.node, self.net = "lab%d-node" % os.getpid(), "lab%d-net" % os.getpid()
        self.work, self.classes, self.children = work, classes, []

    def start(self, command, namespace=None, **more):
        prefix = ["ip", "netns", "exec", namespace] if namespace else []
        child = subprocess.Popen(prefix + command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=self.work, **more)
        self.children.append(child)
        return child

    def in_net(self, command):
        run("ip netns exec %s %s" % (self.net, command))

    def up(self, case):
        os.makedirs("/etc/netns/" + self.node, exist_ok=True)
        with open("/etc/netns/%s/resolv.conf" % self.node, "w") as out:
            out.write(case.get("resolv", "nameserver 192.0.2.53\noptions timeout:2 attempts:2\n"))
        for ns in (self.node, self.net):
            run("ip netns add " + ns)
            run("ip netns exec %s ip link set lo up" % ns)
            run("ip netns exec %s ip tuntap add dev eth0 mode tap" % ns)
        link = self.start([sys.executable, os.path.join(HERE, "link.py"), self.node, self.net, json.dumps(case.get("link", {}))])
        assert link.stdout.readline() == "ready\n"
        for ns, v4, v6 in ((self.node, "192.0.2.10/24", "2001:db8::10/64"), (self.net, "192.0.2.1/24", "2001:db8::1/64")):
            run("ip netns exec %s sh -c 'ip addr add %s dev eth0; ip -6 addr add %s dev eth0 nodad; ip link set eth0 up'" % (ns, v4, v6))
        run("ip netns exec %s sh -c 'ip route add default via 192.0.2.1; ip -6 route add default via 2001:db8::1'" % self.node)
        for address in ("192.0.2.53", "192.0.2.54", "192.0.2.8", "192.0.2.9"):
            self.in_net("ip addr add %s/24 dev eth0" % address)
        self.in_net("ip -6 addr add 2001:db8::53/64 dev eth0 nodad")
        self.in_net("ip route add local 198.51.100.0/24 dev lo")
        self.in_net("ip -6 route add local 2001:db8:1::/64 dev lo")
        self.in_net("sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 net.ipv6.ip_nonlocal_bind=1 net.ipv4.ip_nonlocal_bind=1")
        rules = ["ip daddr { %s } drop" % ", ".join(SILENT), "ip6 daddr { %s } drop" % ", ".join(SILENT6)]
        rules += ["ip daddr %s reject with %s" % r if "tcp" not in r[1] else "ip daddr %s meta l4proto tcp reject with tcp reset" % r[0] for r in REJECT.items()]
        rules += ["ip6 daddr %s reject with %s" % r if "tcp" not in r[1] else "ip6 daddr %s meta l4proto tcp reject with tcp reset" % r[0] for r in REJECT6.items()]
        rules += case.get("rules", [])
        text = "table inet lab { chain pre { type filter hook prerouting priority 0; %s; }\n}" % "; ".join(rules)
        run(["ip", "netns", "exec", self.net, "nft", "-f", "-"], input=text)
        world = self.world = self.start([sys.executable, os.path.join(HERE, "world.py")], self.net, stderr=open(self.work + "/world.err", "w"))
        self.tell(dns=case.get("dns", {}), serve=case.get("serve", []), proxy=case.get("proxies", []))

    def tell(self, **order):
        self.world.stdin.write(json.dumps(order) + "\n")
        self.world.stdin.flush()
        assert self.world.stdout.readline() == "done\n", open(self.work + "/world.err").read()

    def play(self, case):
        c = case.get("capture", {})
        dump = self.start(["tcpdump", "-i", c.get("interface", "eth0"), "-U", "--immediate-mode", "-n", "-s", str(c.get("snap", 262144)), "-B", "4096", "-Z", "root",
                           "-w", self.work + "/raw.pcap"] + c.get("filter", []), self.node, stderr=subprocess.PIPE)
        dump.stderr.readline()
        client = self.start(["java", "-Xmx128m", "-cp", self.classes + ":" + JARS, "Client", self.work + "/ca.pem", str(case.get("dns_cache", 0))],
                            self.node, stderr=open(self.work + "/client.err", "w"))
        for k, a in enumerate(case["attempts"]):
            fields = [k, int(a["at"] * 1000), a["url"], a["user"], a["proxy"] or "-", a.get("proxy_user", "-"), a["tls"], a["port_from"],
                      a.get("pool", "-"), ",".join(a.get("flags", [])) or "none"] + ([a["thread"]] if a["kind"] != "server_info" else [])
            client.stdin.write("\t".join(map(str, fields)) + "\n")
        client.stdin.write("\n")
        client.stdin.flush()
        client.stdout.readline()
        time.sleep(0.3)
        client.stdin.write("\n")
        client.stdin.flush()
        begin = time.time()
        chatter = [self.start(["sh", "-c", command], self.node, stderr=subprocess.DEVNULL) for command in case.get("beside", [])]
        for at, action in sorted(case.get("actions", []), key=lambda x: x[0]):
            time.sleep(max(0, begin + at - time.time()))
            if isinstance(action, str):
                self.in_net(action)
            else:
                self.tell(**action)
        out, _ = client.communicate(timeout=150)
        time.sleep(case.get("tail", 0.6))
        dump.send_signal(signal.SIGINT)
        dump.wait(10)
        events = {}
        for line in out.splitlines():
            at, ident, event, text = line.split("\t", 3)
            events.setdefault(ident, []).append((int(at), event, text))
        return begin * 1000, time.time() * 1000, events

    def down(self):
        for child in self.children[::-1]:
            if child.poll() is None:
                child.kill()
            child.wait()
        for ns in (self.node, self.net):
            subprocess.run(["ip", "netns", "del", ns], capture_output=True)
            shutil.rmtree("/etc/netns/" + ns, ignore_errors=True)


def iso(ms):
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (int(ms) % 1000)


def make(case, folder, classes):
    seed = case.get("seed", sum(map(ord, case["name"])))
    chance = random.Random(seed)
    case["attempts"] = [dict(a) for a in case["attempts"]]
    numbers = chance.sample(range(1, 50), min(49, len(case["attempts"])))
    for k, a in enumerate(case["attempts"]):
        a.setdefault("user", "ok")
        a.setdefault("proxy", None)
        a.setdefault("tls", case.get("tls", "TLSv1.2"))
        a.setdefault("target_port", 443)
        a.setdefault("thread", "admin-http-pool%d" % numbers[k % len(numbers)])
        a["port_from"] = 20000 + k * 300 + chance.randint(0, 250)
        kind = a.setdefault("kind", "server_info")
        path = "networkIntegrationEndpoint%s/a1b2c3" % ("s" if a["user"] == "404" and kind == "server_info" else "")
        query = {"device_query": "v3/devices/?paging=0&querycriteria=macaddress&value=%s&filter=all" % a.get("device"),
                 "compliance_poll": "v3/devices/?paging=0&querycriteria=compliance&value=false&filter=all",
                 "heartbeat": "mdminfo/?ise_api_version=3"}.get(kind, "mdminfo/?ise_api_version=")
        a["url"] = "%s://%s:%d/%s/ciscoise/%s" % (a.get("scheme", "https"), a["host"], a["target_port"], a.get("path", path), query)
        if kind != "server_info":
            a["flags"] = a.get("flags", []) + ["once"]
    work = tempfile.mkdtemp(prefix="mdmlog-lab-")
    lab = Lab(work, classes)
    try:
        certificates(work)
        lab.up(case)
        begin, end, events = lab.play(case)
        return finish(case, folder, work, begin, end, events, seed, chance)
    finally:
        lab.down()
        shutil.rmtree(work, ignore_errors=True)


def finish(case, folder, work, begin, end, events, seed, chance):
    shift = 0
    if case.get("shift_to"):
        shift = int(datetime.datetime.fromisoformat(case["shift_to"]).timestamp() * 1000 - begin)
        begin, end = begin + shift, end + shift
    zone, skew = case.get("zone", "+00:00"), case.get("skew", 0)
    truth, problems = [], []
    for k, a in enumerate(case["attempts"]):
        a["events"] = [(t + shift, e, v) for t, e, v in events.get(str(k), [])]
        want = a["want"]
        gets = sum(e == "get" for _, e, _ in a["events"])
        statuses = [v for _, e, v in a["events"] if e == "status"]
        last = [(t, v) for t, e, v in a["events"] if e in ("body", "error")][-1]
        said = last[1][:90] if any(e == "error" for _, e, _ in a["events"]) else statuses[-1] if statuses else "nothing"
        a["said"] = said
        http = int(statuses[-1].split()[0]) if len(statuses) == gets and want[0] in ("success", "http_401", "http_404", "http_error") else None
        print("   %-22s %-36s %s" % ("%s %s" % (a["host"], a["user"]), "/".join(map(str, want)), said))
        if a.get("untold"):
            continue
        has_log = case.get("log", True) and not a.get("not_in_log")
        truth.append({
            "started_at": iso(a["events"][0][0]), "ended_at": iso(last[0]), "outcome": want[0], "detail": want[1],
            "accept": a.get("accept", [list(want)]), "http_status": a.get("http_status", http if has_log or a.get("clear") else None),
            "host": a["host"], "port": a["target_port"], "proxy": a["proxy"], "thread": a["thread"] if has_log else None,
            "client_port": None if a.get("no_flow") else a.get("client_port", a["port_from"]), "tries": gets if has_log else 1})
        if a.get("pooled_on") is not None:
            truth[-1]["client_port"] = case["attempts"][a["pooled_on"]]["port_from"]
        if a["kind"] != "server_info":
            truth[-1]["request_kind"] = "server_info" if a["kind"] == "heartbeat" else a["kind"]
            # Which connection of a pool it had, only the client knows.
            used = [int(v) for _, e, v in a["events"] if e == "port"]
            if used and not a.get("no_flow"):
                truth[-1]["client_port"] = used[-1]
    logged = [a for a in case["attempts"] if not a.get("not_in_log")]
    link, packets = captures.read(work + "/raw.pcap")
    packets = [[t + shift * 1000, n, d] for t, n, d in packets]
    members = {}
    if case.get("log", True):
        text = node_log.write(logged, int(begin) - 900, int(end) + 900, zone, skew, seed, case.get("style"), case.get("stamps", True), case.get("column"))
        for name, part in case.get("split_log", lambda t: {"support/ise-psc.log": t})(text).items():
            members[name] = part.encode()
    if case.get("capture", {}) is not None:
        lab_view = type("View", (), dict(begin=begin, end=end, chance=chance, link=link, work=work, attempts=case["attempts"], members=members, seed=seed, zone=zone))
        packets = case.get("packets", lambda p, v: p)(packets, lab_view)
        write = case.get("files", lambda p, v: {"TCPDump.pcap": captures.packed(v.link, p)})
        members.update(write(packets, lab_view))
    out = os.path.join(folder, case["name"])
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    with tarfile.open(out + "/bundle.tar", "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(data), int(end / 1000), 0o644
            tar.addfile(info, io.BytesIO(data))
    both = case.get("log", True) and case.get("clock", True)
    east = node_log.offset_at(zone, begin / 1000)
    text = "%s%02d:%02d" % ("-" if east < 0 else "+", abs(east) // 3600, abs(east) // 60 % 60)
    order = sorted(truth, key=lambda t: t["started_at"])
    json.dump({"case": case["name"], "what": case["what"], "arguments": ["bundle.tar"] + case.get("arguments", []),
               "clock": {"log_utc_offset": text, "log_minus_capture_ms": skew} if both else None,
               "times_known": case.get("stamps", True), "attempts": order}, open(out + "/truth.json", "w"), indent=1)
    print(case["name"], len(order), "attempts,", os.path.getsize(out + "/bundle.tar") // 1024, "KB", flush=True)


def main():
    import cases
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder, wanted = sys.argv[1], sys.argv[2:]
    os.makedirs(folder, exist_ok=True)
    classes = tempfile.mkdtemp(prefix="mdmlog-lab-classes-")
    run(["javac", "-cp", JARS, "-d", classes, os.path.join(HERE, "Client.java")])
    failed = []
    try:
        for case in cases.ALL:
            if not wanted or any(w == case["name"] or (w.endswith("*") and case["name"].startswith(w[:-1])) for w in wanted):
                print("==", case["name"], flush=True)
                try:
                    make(case, folder, classes)
                except (AssertionError, OSError, IndexError, KeyError, subprocess.SubprocessError) as e:
                    print("   FAILED", type(e).__name__, e, getattr(e, "stderr", ""), flush=True)
                    failed.append(case["name"])
    finally:
        shutil.rmtree(classes, ignore_errors=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
