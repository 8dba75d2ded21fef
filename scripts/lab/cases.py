"""The scenarios. `want` is what happened; `accept` what else the inputs can prove."""
import base64, gzip, os, random, subprocess
import captures

TLS13 = "TLSv1.3,TLSv1.2"
WEB = "198.51.100.7"


def name(chance):
    return "t%04x.jamfcloud.com" % chance.randrange(65536)


def hosts(seed, count):
    chance = random.Random(seed)
    return [name(chance) for _ in range(count)]


def here(address=WEB, **more):
    return {"A": [address], **more}


OK, E401, E404 = ("success", None), ("http_401", None), ("http_404", None)
TLS = "tls_failure"
VERSIONS = {"1.2": dict(min="TLSv1_2", max="TLSv1_2"), "1.3": dict(min="TLSv1_3", max="TLSv1_3")}
ALL = []


def case(name, what, **more):
    ALL.append(dict(name=name, what=what, **more))


# TLS failures and endings, in both versions; seen with the log and without
ENDINGS = [("ok", "good", OK), ("401", "good", E401), ("404", "good", E404), ("ok", "untrusted", (TLS, "untrusted_certificate")),
           ("ok", "mismatch", (TLS, "hostname_mismatch")), ("ok", "expired", (TLS, "expired_certificate")),
           ("reset", "good", ("connection_reset", "after_request")), ("fin", "good", ("connection_reset", "after_request")),
           ("silent", "good", ("read_timeout", None)), ("503", "good", ("http_error", "503"))]
CERTS = ["good", "untrusted", "mismatch", "expired", "self-signed", "future"]


def web_servers(version, certs=CERTS):
    return [dict(address="198.51.100.%d" % (20 + k), cert=c, **VERSIONS[version]) for k, c in enumerate(certs)]


def endings(seed, proxy=None, log=True, version="1.3"):
    dns, attempts = {}, []
    for k, ((user, cert, want), host) in enumerate(zip(ENDINGS, hosts(seed, len(ENDINGS)))):
        dns[host] = here("198.51.100.%d" % (20 + CERTS.index(cert)))
        accept = [list(want)]
        if not log and want[0] in ("success", "http_401", "http_404", "http_error"):
            want = ("unknown", "encrypted")
            accept = [list(want)]
        if not log and version == "1.3" and want[0] == TLS:
            accept += [[TLS, None]]
        attempts.append(dict(at=1 + 1.1 * k, host=host, user=user, want=want, accept=accept, proxy=proxy, tls=TLS13 if version == "1.3" else "TLSv1.2"))
    return dict(dns=dns, attempts=attempts, serve=web_servers(version), log=log)


case("tls13-log", "TLS 1.3, every ending", zone="+05:45", skew=-350, **endings(1))
case("tls13-blind", "TLS 1.3, no log", clock=False, **endings(2, log=False))
case("tls12-blind", "TLS 1.2, no log", clock=False, **endings(3, log=False, version="1.2"))
PROXY = dict(address="192.0.2.8", port=3128)
case("tunnel12-log", "every ending in a tunnel, TLS 1.2", zone="-09:30", skew=72000, proxies=[PROXY], **endings(4, "192.0.2.8:3128", version="1.2"))
case("tunnel13-log", "every ending in a tunnel, TLS 1.3", zone="+13:45", skew=-15, proxies=[PROXY], **endings(5, "192.0.2.8:3128"))
case("tunnel13-blind", "every ending in a tunnel, no log", clock=False, proxies=[PROXY], **endings(6, "192.0.2.8:3128", log=False))

# Proxies that fail in their own ways
h = hosts(7, 12)
P = "192.0.2.8:%d"
case("proxy-moods", "a proxy that is silent, closes, resets, wants credentials, has no way", zone="-02:30", skew=640, link=dict(delay=12),
     dns={**{x: here() for x in h}, h[5]: here("203.0.113.1"), h[6]: None, "proxy.corp.example": here("192.0.2.8")}, serve=[dict(address=WEB)],
     proxies=[dict(PROXY), dict(PROXY, port=3130, silent=1), dict(PROXY, port=3131, close=1), dict(PROXY, port=3132, reset=1),
              dict(PROXY, port=3133, auth="keep"), dict(PROXY, port=3134, auth="close"), dict(PROXY, port=3135, status=503),
              dict(PROXY, port=3136, header="Via: 1.1 lab\r\nProxy-Agent: lab\r\n")],
     attempts=[
         dict(at=1, host=h[0], proxy=P % 3130, flags=["impatient"], want=("read_timeout", None), accept=[["read_timeout", None], ["proxy_error", None], ["proxy_error", "unreachable"]]),
         dict(at=2, host=h[1], proxy=P % 3131, want=("proxy_error", None), accept=[["proxy_error", None], ["connection_reset", "during_handshake"], ["connection_reset", None]]),
         dict(at=3, host=h[2], proxy=P % 3132, want=("proxy_error", None), accept=[["proxy_error", None], ["connection_reset", "during_handshake"], ["connection_reset", None]]),
         dict(at=4, host=h[3], proxy=P % 3133, proxy_user="joe", want=OK),
         dict(at=5, host=h[4], proxy=P % 3134, proxy_user="joe", user="401", want=E401),
         dict(at=6, host=h[5], proxy=P % 3128, want=("proxy_error", "504")),
         dict(at=7.5, host=h[6], proxy=P % 3128, want=("proxy_error", "502")),
         dict(at=9, host=h[7], proxy=P % 3135, want=("proxy_error", "503")),
         dict(at=10.5, host=h[8], proxy="proxy.corp.example:3136", want=OK),
         dict(at=12, host=h[9], proxy="noproxy.corp.example:3128", want=("proxy_error", "unreachable"), no_flow=True,
              accept=[["proxy_error", "unreachable"], ["dns_failure", "nxdomain"], ["proxy_error", None]]),
         dict(at=13.5, host=h[10], proxy=P % 3128, user="404", want=E404)])
h = hosts(8, 6)
case("tunnel-cut", "the tunnel stands and breaks", zone="+03:00", skew=-3100, dns={x: here() for x in h}, serve=[dict(address=WEB)],
     proxies=[dict(PROXY, port=3140, cut=[1000, "reset"]), dict(PROXY, port=3141, cut=[2300, "reset"]), dict(PROXY, port=3142, cut=[1000, "silent"]),
              dict(PROXY, port=3143, cut=[2300, "silent"]), dict(PROXY)],
     attempts=[dict(at=1, host=h[0], proxy=P % 3140, want=("connection_reset", "during_handshake")),
               dict(at=2, host=h[1], proxy=P % 3141, want=("connection_reset", "after_request")),
               dict(at=3, host=h[2], proxy=P % 3142, want=(TLS, "handshake_timeout")),
               dict(at=4, host=h[3], proxy=P % 3143, want=("read_timeout", None)),
               dict(at=5, host=h[4], proxy=P % 3128, user="old:401", want=OK),
               dict(at=6, host=h[5], proxy=P % 3128, user="401", want=E401)])

# Several addresses
h = hosts(9, 8)
case("many-addresses", "one address dead, another fine, or all dead", zone="-07:00", skew=18,
     dns={h[0]: {"A": ["203.0.113.25", WEB]}, h[1]: {"A": ["203.0.113.21", WEB]}, h[2]: {"A": ["203.0.113.1", "203.0.113.2"]},
          h[3]: {"A": ["203.0.113.25", "203.0.113.1"]}, h[4]: {"A": ["203.0.113.24", "203.0.113.25"]}, h[5]: {"A": [WEB], "AAAA": ["2001:db8:dead::21"]},
          h[6]: {"A": ["203.0.113.1"], "AAAA": ["2001:db8:1::7"]}, h[7]: {"A": [WEB], "AAAA": ["2001:db8:dead::1"]}},
     serve=[dict(address=WEB), dict(address="2001:db8:1::7")],
     attempts=[dict(at=1, host=h[0], want=OK), dict(at=2, host=h[1], user="401", want=E401), dict(at=3, host=h[2], want=("syn_timeout", None)),
               dict(at=4, host=h[3], want=("syn_timeout", None)), dict(at=5, host=h[4], want=("connection_refused", None), accept=[["connection_refused", None]]),
               dict(at=6, host=h[5], want=OK), dict(at=7, host=h[6], want=OK), dict(at=8, host=h[7], user="404", want=E404)])

# ICMP of every kind
h = hosts(10, 9)
kinds = [("203.0.113.20", "network"), ("203.0.113.21", "host"), ("203.0.113.22", "admin_prohibited"), ("203.0.113.23", "admin_prohibited"),
         ("203.0.113.24", "admin_prohibited")]
kinds6 = [("2001:db8:dead::20", "network"), ("2001:db8:dead::21", "host"), ("2001:db8:dead::22", "admin_prohibited")]
case("icmp-kinds", "every way of being told no, both families", zone="Asia/Kathmandu", skew=4,
     dns={**{x: here(a) for x, (a, _) in zip(h, kinds)}, **{x: {"AAAA": [a]} for x, (a, _) in zip(h[5:], kinds6)}, h[8]: {"AAAA": ["2001:db8:dead::25"]}},
     attempts=[dict(at=1 + k, host=x, want=("unreachable", d)) for k, (x, (_, d)) in enumerate(zip(h, kinds + kinds6))]
     + [dict(at=10, host=h[8], want=("connection_refused", None))])

# DNS ways
h = hosts(11, 8)
case("resolver-first-silent", "two resolvers, the first silent for some names, SERVFAIL for others", zone="+08:45", skew=-40,
     resolv="nameserver 192.0.2.54\nnameserver 192.0.2.53\noptions timeout:1 attempts:2\nsearch corp.example lab.example\n",
     dns={h[0]: here(**{"192.0.2.54": {"silent": 1}}), h[1]: here(**{"192.0.2.54": {"rcode": 2}}), h[2]: {"silent": 1}, h[3]: {"rcode": 2},
          h[4]: here(cname=["edge.cdn.example", "eu.edge.cdn.example"]), h[5]: here(tc=1), "mdm.corp.example": None, "mdm.lab.example": here(),
          h[6]: here(**{"AAAA-only": {"silent": 1}}), h[7]: here(**{"A-only": {"silent": 1}})},
     serve=[dict(address=WEB)],
     attempts=[dict(at=1, host=h[0], want=OK), dict(at=3, host=h[1], user="401", want=E401), dict(at=5, host=h[2], want=("dns_failure", "no_answer")),
               dict(at=10, host=h[3], want=("dns_failure", "servfail")), dict(at=12, host=h[4], want=OK), dict(at=14, host=h[5], user="404", want=E404),
               dict(at=18, host=h[6], want=OK), dict(at=24, host=h[7], want=("dns_failure", "no_answer"))])
case("search-domains", "a short name found in the second search domain, and one found nowhere", zone="-03:30", skew=900,
     resolv="nameserver 192.0.2.53\noptions timeout:2 attempts:2\nsearch corp.example lab.example\n",
     dns={"mdm.lab.example": here()}, serve=[dict(address=WEB, mode="plain", ports=[8080])],
     attempts=[dict(at=1, host="mdm", scheme="http", target_port=8080, want=OK, clear=1), dict(at=3, host="mdmx", scheme="http", target_port=8080, want=("dns_failure", "nxdomain")),
               dict(at=5, host="mdm", scheme="http", target_port=8080, user="503", want=("http_error", "503"), clear=1),
               dict(at=6.5, host="nowhere.jamfcloud.com", want=("dns_failure", "nxdomain"))])

# A dozen at once
def dozen(seed, version, span=0.5, proxy=None):
    chance = random.Random(seed)
    host = name(chance)
    users = ["ok", "401", "404", "ok", "slow:900+ok", "slow:300+503", "silent", "reset", "401", "old:401", "slow:150+404", "ok"]
    wants = [OK, E401, E404, OK, OK, ("http_error", "503"), ("read_timeout", None), ("connection_reset", "after_request"), E401, OK, E404, OK]
    order = list(range(12))
    chance.shuffle(order)
    return dict(dns={host: here()}, serve=[dict(address=WEB, **VERSIONS[version])], tls=TLS13 if version == "1.3" else "TLSv1.2",
                attempts=[dict(at=1 + span * chance.random(), host=host, user=users[k], path="same", want=wants[k], proxy=proxy) for k in order])


case("dozen-tls12", "a dozen at once to one host", zone="+10:30", skew=2500, **dozen(12, "1.2"))
case("dozen-tls13", "a dozen at once to one host, TLS 1.3", zone="+01:00", skew=-77, **dozen(13, "1.3"))
case("dozen-proxy", "a dozen at once through a proxy", zone="-05:00", skew=-1200, proxies=[PROXY], **dozen(14, "1.2", 1.5, "192.0.2.8:3128"))
case("dozen-slow-link", "a dozen within three seconds over a slow link", zone="-05:00", skew=3700, link=dict(delay=40, jitter=4), **dozen(15, "1.3", 3))

# Pools
h = hosts(16, 2)
case("pool-reuse", "later attempts on the connection of the first; idle connections closed by the server", zone="+02:00", skew=260,
     dns={x: here("198.51.100.30") for x in h}, serve=[dict(address="198.51.100.30", idle=5, shut=1)],
     attempts=[dict(at=1, host=h[0], pool="a", want=OK), dict(at=3, host=h[0], pool="a", user="404", want=E404, pooled_on=0),
               dict(at=5, host=h[0], pool="a", user="401", want=E401, pooled_on=0), dict(at=7, host=h[0], pool="a", want=OK, pooled_on=0),
               dict(at=15, host=h[0], pool="a", want=OK), dict(at=16.5, host=h[1], want=OK), dict(at=17.5, host=h[0], pool="a", user="503", want=("http_error", "503"), pooled_on=4)])
case("pool-stale", "a stale connection is used, and the request repeated on a new one", zone="+02:00", skew=-260,
     dns={x: here("198.51.100.31") for x in h}, serve=[dict(address="198.51.100.31", idle=3)],
     attempts=[dict(at=1, host=h[0], pool="a", flags=["stale", "repeat"], want=OK), dict(at=6, host=h[0], pool="a", flags=["stale", "repeat"], user="404", want=E404),
               dict(at=8, host=h[1], want=OK), dict(at=11, host=h[0], pool="b", flags=["stale"], want=OK),
               dict(at=16, host=h[0], pool="b", flags=["stale"], want=("connection_reset", "after_request"), pooled_on=3)])
case("repeat-on-reset", "the client repeats by itself what was not answered", zone="-06:00", skew=45,
     dns={h[0]: here("198.51.100.32")}, serve=[dict(address="198.51.100.32")],
     attempts=[dict(at=1, host=h[0], flags=["repeat"], user="fin", want=("connection_reset", "after_request")), dict(at=3, host=h[0], want=OK),
               dict(at=5, host=h[0], flags=["repeat"], user="reset", want=("connection_reset", "after_request")), dict(at=7, host=h[0], user="401", want=E401)])

# Captures that see less
def plain_mix(seed, version="1.2"):
    x = hosts(seed, 8)
    users = ["ok", "401", "404", "ok", "503", "ok", "401", "silent"]
    wants = [OK, E401, E404, OK, ("http_error", "503"), OK, E401, ("read_timeout", None)]
    return dict(dns={n: here() for n in x}, serve=[dict(address=WEB, **VERSIONS[version])], tls=TLS13 if version == "1.3" else "TLSv1.2",
                attempts=[dict(at=1 + 1.7 * k + (k % 3) * .3, host=n, user=u, want=w) for k, (n, u, w) in enumerate(zip(x, users, wants))])


def between(first, last):
    """Only the packets between two moments, in seconds from the start."""
    return lambda packets, view: [p for p in packets if view.begin + first * 1000 <= p[0] / 1000 <= view.begin + last * 1000]


def unseen(mix, seen):
    for k, a in enumerate(mix["attempts"]):
        if k not in seen:
            a["no_flow"] = True
            if a["user"] == "silent":
                a["accept"] = [["read_timeout", None]]
    return mix


case("capture-late", "the capture begins in the middle", zone="+05:30", skew=900, packets=between(6.6, 99), **unseen(plain_mix(17), [4, 5, 6, 7]))
case("capture-early", "the capture ends in the middle", zone="-08:00", skew=-2900, packets=between(0, 6.0), **unseen(plain_mix(18, "1.3"), [0, 1, 2]))
case("capture-two-only", "the capture covers two of eight", zone="+09:00", skew=150, packets=between(4.3, 8.0), **unseen(plain_mix(19), [2, 3]))
m = plain_mix(20)
for k in (1, 3, 4):
    m["attempts"][k].update(not_in_log=True, want=("unknown", "encrypted"), accept=[["unknown", "encrypted"]])
case("log-of-some", "the log lacks three of eight", zone="-04:00", skew=-510, **m)
case("capture-mid-flow", "the capture begins while a request waits for its answer", zone="+00:00", skew=30, dns={h[0]: here(), h[1]: here()}, serve=[dict(address=WEB)],
     packets=between(2.2, 99), attempts=[dict(at=1, host=h[0], user="slow:2500+ok", want=OK), dict(at=5, host=h[1], user="401", want=E401), dict(at=7, host=h[0], user="404", want=E404)])
case("lossy", "one packet in seventeen lost, some repeated, some out of order", zone="+12:45", skew=700, link=dict(delay=18, jitter=25, reorder=1, loss=.06, repeat=.05, seed=5), **plain_mix(21))
case("lossy-tls13", "the same with TLS 1.3", zone="-01:00", skew=-700, link=dict(delay=9, jitter=15, reorder=1, loss=.05, repeat=.05, seed=9), **plain_mix(22, "1.3"))
for snap in (68, 96, 200):
    e = endings(100 + snap, version="1.2" if snap != 96 else "1.3")
    case("snap-%d" % snap, "%d bytes of each packet" % snap, zone="+03:30", skew=snap, capture=dict(snap=snap), **e)
case("twice", "both sides of a router, time to live one less", zone="-07:00", skew=1, packets=lambda p, v: captures.twice(p), **plain_mix(23))
case("disordered", "packets written out of order", zone="-07:00", skew=1, packets=lambda p, v: captures.disordered(p, v.chance, .15), **plain_mix(24))

# Clocks
def dst(seed):
    m = plain_mix(seed)
    return m


case("dst-back", "the clocks go back in the middle", zone="Europe/Berlin", skew=1200, shift_to="2026-10-25T00:59:53+00:00", **dst(25))
case("dst-forward", "the clocks go forward in the middle", zone="America/Denver", skew=-90, shift_to="2026-03-08T08:59:52+00:00", **dst(26))
case("minutes-off", "the clocks are minutes apart", zone="-03:30", skew=417000, **plain_mix(27))
m = plain_mix(28)
for k, a in enumerate(m["attempts"]):
    a.update(at=1 + 2 * k, user="401", want=E401, host=m["attempts"][0]["host"])
case("regular", "the same failure at a regular period", zone="+06:30", skew=-820, **m)
m2 = plain_mix(29)
m2["attempts"] = m2["attempts"][:2]
case("two-only", "two attempts in all", zone="+07:00", skew=-64000, **m2)
m2 = plain_mix(30)
m2["attempts"] = [dict(m2["attempts"][0]), dict(m2["attempts"][2])]
case("two-alike", "two attempts far apart, with a fast clock", zone="-11:00", skew=5300, **m2)

# Others at the same address
h = hosts(31, 3)
def busy(address, other, count=25):
    return ("for i in $(seq %d); do timeout 2 openssl s_client -connect %s:443 -servername %s -tls1_2 </dev/null >/dev/null 2>&1; sleep 0.2; done" % (count, address, other))


case("busy-address", "other clients and names at the same address all the time", zone="+04:30", skew=220, beside=[busy(WEB, "www.shop.example"), busy(WEB, "mail.shop.example")],
     dns={x: here() for x in h}, serve=[dict(address=WEB)],
     attempts=[dict(at=1, host=h[0], want=OK), dict(at=3, host=h[1], user="401", want=E401), dict(at=5, host=h[2], user="silent", want=("read_timeout", None)), dict(at=6.5, host=h[0], user="404", want=E404)])
case("busy-no-sni", "others without a name at the same address, no log", clock=False, log=False, beside=[busy(WEB, "www.shop.example", 10)],
     dns={x: here() for x in h}, serve=[dict(address=WEB)],
     attempts=[dict(at=1, host=h[0], want=("unknown", "encrypted")), dict(at=3, host=h[1], user="401", want=("unknown", "encrypted")), dict(at=5, host=h[2], user="silent", want=("read_timeout", None))])

# Wrong servers and odd statuses
h = hosts(32, 14)
case("odd-answers", "statuses, pages and servers that are not the MDM", zone="-04:30", skew=-5100,
     dns={**{x: here() for x in h}, h[6]: here("198.51.100.40"), h[7]: here("198.51.100.41"), h[8]: here("198.51.100.42")},
     serve=[dict(address=WEB), dict(address="198.51.100.40", mode="bad_request"), dict(address="198.51.100.41", mode="banner", wait=0), dict(address="198.51.100.42", mode="close", wait=0.1, at_once=1)],
     attempts=[dict(at=1, host=h[0], user="login", want=("unknown", None), accept=[["unknown", None], ["http_error", "200"], ["unknown", "incomplete"], ["unknown", "encrypted"]], http_status=200),
               dict(at=2, host=h[1], user="500", want=("http_error", "500")), dict(at=3, host=h[2], user="429", want=("http_error", "429")),
               dict(at=4, host=h[3], user="301", want=("http_error", "301")), dict(at=5, host=h[4], user="old:404", flags=["retry404"], want=OK),
               dict(at=6, host=h[5], user="307:/other", want=("http_error", "307")),
               dict(at=7, host=h[6], want=(TLS, None), accept=[[TLS, None], [TLS, "handshake_failure"], [TLS, "protocol_version"]]),
               dict(at=8, host=h[7], want=(TLS, None), accept=[[TLS, None], [TLS, "handshake_failure"], [TLS, "protocol_version"]]),
               dict(at=9.5, host=h[8], want=("connection_reset", "during_handshake")),
               dict(at=11, host=h[9], user="half", want=("connection_reset", "after_request")),
               dict(at=12.5, host=h[10], user="stall", want=("read_timeout", None)),
               dict(at=14, host=h[11], user="big:60000", want=OK), dict(at=15, host=h[12], user="403", want=("http_error", "403"))])
case("odd-answers-plain", "the same in the clear, no log", clock=False, log=False, arguments=["--port", "8080"], dns={x: here() for x in h}, serve=[dict(address=WEB, mode="plain", ports=[8080])],
     attempts=[dict(at=1 + k, host=h[k], user=u, want=w, scheme="http", target_port=8080, clear=1, accept=acc) for k, (u, w, acc) in enumerate([
         ("ok", OK, [["success", None]]), ("login", ("unknown", None), [["unknown", None], ["http_error", "200"], ["unknown", "incomplete"]]), ("401", E401, [list(E401)]),
         ("429", ("http_error", "429"), [["http_error", "429"]]), ("reset", ("connection_reset", "after_request"), [["connection_reset", "after_request"]]),
         ("silent", ("read_timeout", None), [["read_timeout", None]])])])
case("silence-midway", "the network goes dead in the middle", zone="+11:00", skew=88, dns={x: here("198.51.100.5%d" % k) for k, x in enumerate(h[:4])},
     serve=[dict(address="198.51.100.5%d" % k, accept_wait=.5 if k else 0) for k in range(4)],
     actions=[(2.2, "nft insert rule inet lab pre ip daddr 198.51.100.50 drop"), (3.25, "nft insert rule inet lab pre ip daddr 198.51.100.51 drop"),
              (5.2, "nft insert rule inet lab pre ip daddr 198.51.100.52 tcp flags \\& syn == 0 drop")],
     attempts=[dict(at=1, host=h[0], user="slow:4500+ok", want=OK), dict(at=3, host=h[1], want=(TLS, "handshake_timeout")),
               dict(at=5, host=h[2], want=(TLS, "handshake_timeout")), dict(at=7, host=h[3], want=OK)])
case("syn-63", "over a minute of SYNs", zone="+02:00", skew=0, dns={h[0]: here("203.0.113.1"), h[1]: here()}, serve=[dict(address=WEB)],
     attempts=[dict(at=1, host=h[0], flags=["long"], want=("syn_timeout", None)), dict(at=3, host=h[1], want=OK), dict(at=40, host=h[1], user="401", want=E401)])
case("resumed", "TLS sessions resumed", zone="-10:00", skew=33, dns={h[0]: here(), h[1]: here("198.51.100.8")}, serve=[dict(address=WEB), dict(address="198.51.100.8", **VERSIONS["1.3"])],
     attempts=[dict(at=1 + k, host=h[k % 2], user=u, flags=["resume"], tls=TLS13, want=w) for k, (u, w) in enumerate([("ok", OK), ("ok", OK), ("401", E401), ("401", E401), ("404", E404), ("404", E404),
               ("reset", ("connection_reset", "after_request")), ("silent", ("read_timeout", None)), ("ok", OK), ("ok", OK)])])
case("dns-cached", "addresses kept by the client: few lookups", dns_cache=30, zone="+02:30", skew=-33, dns={h[0]: here()}, serve=[dict(address=WEB)],
     actions=[(4.2, "nft insert rule inet lab pre ip daddr 198.51.100.7 tcp flags syn drop"), (13.4, "nft flush chain inet lab pre")],
     attempts=[dict(at=1, host=h[0], want=OK), dict(at=3, host=h[0], user="401", want=E401), dict(at=5, host=h[0], want=("syn_timeout", None)),
               dict(at=15, host=h[0], user="404", want=E404), dict(at=17, host=h[0], want=OK)])


# Containers
def pcapng(packets, view):
    path = view.work + "/x.pcap"
    open(path, "wb").write(captures.packed(view.link, packets))
    subprocess.run(["editcap", "-F", "pcapng", path, path + "ng"], check=True)
    return {"cap/any.pcapng": open(path + "ng", "rb").read()}


def rotated(packets, view):
    third = len(packets) // 3
    return {"TCPDump_%05d_2026.pcap" % k: captures.packed(view.link, packets[k * third:(k + 1) * third if k < 2 else None]) for k in range(3)}


case("qinq-rotated", "two tags, three rotated files", zone="+05:45", skew=61000, packets=lambda p, v: captures.tagged(p, (0x88A8, 100), (0x8100, 20)), files=rotated, **plain_mix(33, "1.3"))
case("vlan-pcapng", "a tag, pcapng", zone="-09:30", skew=-7, packets=lambda p, v: captures.tagged(p, (0x8100, 4001)), files=pcapng, **plain_mix(34))
case("nano-big-endian", "big-endian nanoseconds", zone="+13:45", skew=12, files=lambda p, v: {"a.cap": captures.packed(v.link, p, True, True)}, **plain_mix(35))
case("cooked-any", "all interfaces, cooked", zone="+14:00", skew=1500, capture=dict(interface="any"), **plain_mix(36))
m = plain_mix(37)
for k, a in enumerate(m["attempts"]):
    a["no_flow"] = False
case("excerpt-and-capture", "a pasted log without time stamps beside a capture", stamps=False, column=180, clock=False, **m)
h = hosts(38, 4)
case("proxy-and-direct", "the same host direct and through two proxies, at the same time", zone="+01:00", skew=410, dns={h[0]: here()}, serve=[dict(address=WEB)],
     proxies=[PROXY, dict(address="192.0.2.9", port=8080)],
     attempts=[dict(at=1, host=h[0], proxy="192.0.2.8:3128", user="401", want=E401), dict(at=1.05, host=h[0], want=OK), dict(at=1.1, host=h[0], proxy="192.0.2.9:8080", user="404", want=E404),
               dict(at=3, host=h[0], proxy="192.0.2.9:8080", user="silent", want=("read_timeout", None)), dict(at=3.02, host=h[0], user="503", want=("http_error", "503")), dict(at=3.04, host=h[0], proxy="192.0.2.8:3128", want=OK)])
case("proxy-blind", "proxy failures seen by the capture alone", clock=False, log=False, dns={h[0]: here(), h[1]: here("203.0.113.1"), h[2]: here(), h[3]: here()}, serve=[dict(address=WEB)],
     proxies=[PROXY, dict(PROXY, port=3134, auth="close"), dict(PROXY, port=3137, status=403), dict(PROXY, port=3138, silent=1)],
     attempts=[dict(at=1, host=h[0], proxy=P % 3128, want=("unknown", "encrypted")), dict(at=2.5, host=h[1], proxy=P % 3128, want=("proxy_error", "504")),
               dict(at=6, host=h[2], proxy=P % 3134, want=("proxy_error", "407")), dict(at=7.5, host=h[3], proxy=P % 3137, want=("proxy_error", "403")),
               dict(at=9, host=h[0], proxy=P % 3138, flags=["impatient"], want=("read_timeout", None), accept=[["read_timeout", None], ["proxy_error", None], ["proxy_error", "unreachable"]])])

# What policy service nodes ask for, on threads of the policy engine and of timers
def query(at, thread, host, user="ok", want=OK, **more):
    return dict(at=at, kind="device_query", thread="PolicyEngineEvaluationThread-%d" % thread, host=host, user=user, want=want, pool="psn",
                device="0050C2%06X" % (int(at * 1000) * 8 + thread), **more)


def timer(at, kind, thread, host, user="ok", want=OK, **more):
    return dict(at=at, kind=kind, thread="Timer-%d" % thread, host=host, user=user, want=want, **more)


h = hosts(39, 1)[0]
case("device-queries-pool", "device queries of four threads over a pool of two connections, many at the same moment, and a poll beside them", zone="-06:00", skew=-230,
     link=dict(delay=8), dns={h: here()}, serve=[dict(address=WEB, **VERSIONS["1.3"])], tls=TLS13,
     attempts=[query(1 + .9 * k + .004 * thread, thread, h, *how) for k, round in enumerate([
         [("ok",), ("slow:200+ok",)], [("slow:300+ok",), ("404", E404), ("ok",), ("slow:90+404", E404)], [("ok",), ("404", E404)],
         [("503", ("http_error", "503")), ("ok",), ("ok",), ("404", E404)], [("404", E404), ("ok",)]]) for thread, how in enumerate(round)]
     + [timer(3.2, "compliance_poll", 5, h), query(6.5, 0, h, "reset", ("connection_reset", "after_request")), query(7.5, 1, h, "silent", ("read_timeout", None))])
h = hosts(40, 3)
case("heartbeats-three", "a timer that asks three servers in turn, polls beside, no Test Connection", zone="+05:30", skew=75,
     dns={h[0]: here(), h[2]: here("203.0.113.25")}, serve=[dict(address=WEB)],
     attempts=[timer(1 + 4 * k + .6 * n, "heartbeat", 2, x, user, want) for k in range(3) for n, (x, user, want) in enumerate([
         (h[0], "401" if k == 1 else "ok", E401 if k == 1 else OK), (h[1], "ok", ("dns_failure", "nxdomain")), (h[2], "ok", ("connection_refused", None))])]
     + [timer(2.3, "compliance_poll", 7, h[0]), timer(10.4, "compliance_poll", 7, h[0], "slow:700+ok")])
