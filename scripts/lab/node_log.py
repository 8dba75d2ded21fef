"""Writes `ise-psc.log` as ISE does, from what the client of the lab said it did."""
import datetime, random, zoneinfo

LEVELS = {"api.MdmServerInfoApi": "DEBUG", "apiimpl.MDMVerifyServer": "DEBUG", "util.MdmRESTClient": "DEBUG"}
NOTHING = "\n".join("  %s: %s" % (k, v) for k, v in [
    ("apiPath", "null"), ("redirectUrl", "null"), ("queryMaxSize", "null"), ("apiVersion", "null"), ("vendor", "null"),
    ("productName", "null"), ("productVersion", "null"), ("COMMA", ","), ("errorMsg", "null"), ("errorOccurred", "true")])


def offset_at(zone, utc_seconds):
    """Seconds east of UTC; `zone` is an IANA name or +HH:MM."""
    if zone[0] in "+-":
        sign = -1 if zone[0] == "-" else 1
        return sign * (int(zone[1:3]) * 3600 + int(zone[4:6]) * 60)
    return int(datetime.datetime.fromtimestamp(utc_seconds, zoneinfo.ZoneInfo(zone)).utcoffset().total_seconds())


def request_lines(a, at):
    """The same of one request by itself: of a device, of the devices that do not comply, of a timer's heartbeat."""
    rest = "util.MdmRESTClient"
    flow, query = ("serverInfo", "heartbeatQuery") if a["kind"] == "heartbeat" else ("deviceInfo", "deviceQuery")
    out = [(at - 5, "DEBUG", rest, "sendGETRequestDom: start HTTP request"), (at - 4, "DEBUG", rest, "sendGETRequestDomNonComp: start HTTP request"),
           (at - 3, "DEBUG", rest, "===mdmFlowInfo===null,=====%s=====" % flow), (at - 2, "DEBUG", rest, "QueryType is " + query),
           (at - 2, "DEBUG", rest, "using httpClient for http query"), (at - 1, "INFO", rest, "GET: MDM Server URL: " + a["url"])]
    if a.get("proxy"):
        out.append((at, "DEBUG", rest, "Proxy Config in request = [PROXY@http://%s]" % a["proxy"]))
    error = next(((t, v) for t, e, v in a["events"] if e == "error"), None)
    status = next(((t, *v.split(" ", 1)) for t, e, v in a["events"] if e == "status"), None)
    if error:
        done, reason = error[0] + 1, error[1].split("|", 1)[1]
        out += [(done, "INFO", "util.MdmServersCache", "MDM server - Status : Active, reachable : false"),
                (done + 1, "ERROR", rest, "Error message while connecting to MDM server\nConnection Failed to the MDM server host - %s, and port - %s : %s" % (
                    a["host"], a["target_port"], reason))]
    else:
        done, body = next((t, v) for t, e, v in a["events"] if e == "body")
        done += 1
        if status[1] == "200":
            out += [(done, "INFO", rest, "MDM Server Response Code: 200"), (done + 1, "TRACE", rest, "\nResponse data received from the MDM server : " + body)]
        else:
            out.append((done, "ERROR", rest, "Error message while connecting to the MDM server : Connection Failed: %s:%s: the MDM server is not reachable" % (
                status[1], status[2])))
    return out + [(done + 2, "DEBUG", rest, "sendGETRequestDom: end HTTP request"), (done + 2, "DEBUG", rest, "sendGETRequestDomNonComp: end HTTP request")]


def attempt_lines(a, style, chance):
    """(milliseconds, level, logger, message) of an attempt."""
    out = []
    impl = "apiimpl"
    api, ver, rest = "api.MdmServerInfoApi", impl + ".MDMVerifyServer", "util.MdmRESTClient"
    gets = [(t, v) for t, e, v in a["events"] if e == "get"]

    def add(at, level, logger, text):
        out.append((at, level, logger, text))

    def request(at, version, number):
        add(at - 5, "DEBUG", ver, "MDM Rest API Server Query String : ise_api_version=" + version)
        add(at - 5, "DEBUG", ver, "MDM Rest API Server Query Parameters : {ise_api_version=%s}" % version)
        add(at - 4, "DEBUG", ver, "1. Connecting to the MDM server" if number == 1 else "2. On Error : re-connecting to the MDM server")
        add(at - 4, "DEBUG", rest, "sendGETRequestDom: start HTTP request")
        add(at - 3, "DEBUG", rest, "sendGETRequestDomNonComp: start HTTP request")
        add(at - 3, "DEBUG", rest, "===mdmFlowInfo===null,=====serverInfo=====")
        add(at - 2, "DEBUG", rest, "QueryType is heartbeatQuery")
        add(at - 2, "DEBUG", rest, "using httpClient for http query")
        add(at, "INFO", rest, "GET: MDM Server URL: %s%s" % (a["url"], version))
        if a.get("proxy"):
            add(at + 1, "DEBUG", rest, "Proxy Config in request = [PROXY%s]" % (
                "" if style["bare_proxy"] else "@http://" + a["proxy"]))

    if a["kind"] != "server_info":
        return [(t, level, a["thread"], "cisco.cpm.mdm." + logger, text) for t, level, logger, text in request_lines(a, gets[0][0])]

    def ends(at):
        add(at, "DEBUG", rest, "sendGETRequestDom: end HTTP request")
        add(at, "DEBUG", rest, "sendGETRequestDomNonComp: end HTTP request")

    def failed(at, status, reason):
        if style["codes"]:
            add(at + 1, "INFO", rest, "MDM Server Response Code: %s" % status)
        add(at + 2, "ERROR", rest, "Error message while connecting to the MDM server : Connection Failed: %s:%s: the MDM server is not reachable" % (status, reason))
        ends(at + 3)

    begin = gets[0][0] - chance.randint(15, 30)
    add(begin, "DEBUG", api, "inside the method : callMdmServerInfo")
    add(begin + 1, "TRACE", ver, "Inside MDMVerifyServer.verifyServer")
    if chance.random() < .6:
        add(begin + 2, "DEBUG", ver, "API version retrieved from MDM server : 3")
    add(begin + 2, "DEBUG", ver, "apiVersionSb : 3, mdmApiVersion : 1")
    statuses = [(t, *v.split(" ", 1)) for t, e, v in a["events"] if e == "status"]
    bodies = [(t, v) for t, e, v in a["events"] if e == "body"]
    errors = [(t, v) for t, e, v in a["events"] if e == "error"]
    request(gets[0][0] - 1, gets[0][1], 1)
    if len(gets) == 2:
        first_end = statuses[0][0]
        if style["plain_order"]:
            failed(first_end, statuses[0][1], statuses[0][2])
            add(first_end + 3, "DEBUG", ver, "retry connecting using api version : 2")
            request(max(gets[1][0], first_end + 8), gets[1][1], 2)
        else:
            add(first_end, "DEBUG", ver, "retry connecting using api version : 2")
            request(first_end + 8, gets[1][1], 2)
            failed(first_end + 8, statuses[0][1], statuses[0][2])
    last_body = bodies[-1] if len(bodies) == len(gets) else None
    answer, final = NOTHING, None
    if errors:
        at, (kind, message) = errors[0][0], errors[0][1].split("|", 1)
        if len(statuses) == len(gets):
            add(at, "INFO", rest, "MDM Server Response Code: %s" % statuses[-1][1])
        reason = message
        if style["classes"] and (kind.startswith("javax.net.ssl") or kind.endswith("ConnectTimeoutException")):
            reason = "%s: %s" % (kind, message)
        if "SSL" in kind and style["classes"] is False:
            reason = message
        add(at + 1, "INFO", "util.MdmServersCache", "MDM server - Status : Active, reachable : false")
        host, port = a["host"], a["target_port"]
        add(at + 2, "ERROR", rest, "Error message while connecting to MDM server\nConnection Failed to the MDM server host - %s, and port - %s : %s" % (host, port, reason))
        ends(at + 3)
        add(at + 4, "ERROR", ver, "Exception occurred while connecting to the MDM server")
        timeout = "timed out" in message and not kind.startswith("java.net.UnknownHost")
        add(at + 4, "ERROR", "api.MdmClient", "A connection timeout occurred. Check the connection settings" if timeout else "Connection Failed: " + reason)
        done = at + 6
    else:
        at, status, reason = bodies[-1][0], statuses[-1][1], statuses[-1][2]
        if status == "200" and "<ise_api>" in last_body[1]:
            add(at + 1, "INFO", rest, "MDM Server Response Code: 200")
            add(at + 2, "TRACE", rest, "\nResponse data received from the MDM server : " + last_body[1].rstrip())
            ends(at + 3)
            add(at + 4, "TRACE", ver, "isMdmSettingsIdNotNull flag : true")
            answer = "\n".join("  %s: %s" % (k, v) for k, v in [
                ("apiPath", "/a1b2c3/ciscoise/v3"), ("redirectUrl", "https://%s/enroll" % a["host"]), ("queryMaxSize", 1000),
                ("apiVersion", 3), ("vendor", "JAMF Software"), ("productName", "JSS"),
                ("productVersion", "10.48.1-t1689600654"), ("COMMA", ","), ("errorMsg", "null"), ("errorOccurred", "false")])
        elif status == "200":
            add(at + 1, "INFO", rest, "MDM Server Response Code: 200")
            add(at + 2, "TRACE", rest, "\nResponse data received from the MDM server : " + last_body[1])
            ends(at + 3)
            add(at + 4, "ERROR", ver, "Exception occurred while connecting to the MDM server")
        else:
            failed(at, status, reason)
            add(at + 4, "ERROR", ver, "Exception occurred while connecting to the MDM server")
            if status != "401":
                add(at + 4, "ERROR", "api.MdmClient", "Connection Failed: %s:: the MDM server is not reachable" % status)
        done = at + 6
    add(done, "DEBUG", api, "returning from the method : callMdmServerInfo {\n%s\n}" % answer)
    if chance.random() < .4:
        add(done + 2, "DEBUG", "util.MdmServersCache", "mdm Guid: GUID is found in cache")
    return [(t, level, a["thread"], "cisco.cpm.mdm." + logger, text) for t, level, logger, text in out]


def noise(start, end, chance):
    at = start
    while at < end:
        at += chance.randint(50, 900)
        kind = chance.randint(0, 3)
        if kind == 0:
            yield at, "INFO", "admin-http-pool%d" % chance.randint(60, 90), "cpm.admin.infra.spring.ISEAdminControllerUtils", "mapping path found in action-forwards"
        elif kind == 1:
            timer = "Timer-%d" % chance.randint(3, 20)
            for k, text in enumerate(["Inside dequeue", "root exists", "alarm.%d deleted" % at]):
                yield at + k, "INFO", timer, "cisco.mnt.common.utility.AlarmMessageDiskQueue", text
        elif kind == 2:
            yield at, "DEBUG", "Thread-%d" % chance.randint(10, 200), "cisco.cpm.posture.runtime.PostureManager", "session attribute 404: 401 response code not found for key"
        else:
            yield at, "ERROR", "pxgrid-%d" % chance.randint(0, 9), "cpm.pxgrid.client.StompPubsubClient", (
                "Connection refused (Connection refused)\njava.net.ConnectException: Connection refused (Connection refused)\n"
                "\tat java.net.PlainSocketImpl.socketConnect(Native Method)\n\tat java.net.Socket.connect(Socket.java:607)")


def write(attempts, start, end, zone, skew, seed, style=None, stamps=True, column=None):
    """The text of the log. Times of `attempts` are UTC milliseconds of the capture's clock."""
    chance = random.Random(seed)
    style = {"codes": chance.random() < .5, "classes": chance.random() < .5, "bare_proxy": chance.random() < .5,
             "plain_order": chance.random() < .5, "mdc": chance.choice(["-:::-", "-::::-"]), **(style or {})}
    lines = [line for a in attempts for line in attempt_lines(a, style, chance)] + list(noise(start, end, chance))
    text = []
    for at, level, thread, logger, message in sorted(lines, key=lambda line: line[0]):
        mdc = "--:admin:--" if "spring" in logger else style["mdc"]
        local = (at + skew) / 1000 + offset_at(zone, at / 1000)
        stamp = datetime.datetime.fromtimestamp(local, datetime.timezone.utc)
        line = "%s%-5s  [%s][[]] %s %s %s" % (
            stamp.strftime("%Y-%m-%d %H:%M:%S,") + "%03d " % (stamp.microsecond // 1000) if stamps else "", level, thread, logger, mdc, message)
        text += [part[:column] for part in line.split("\n")]
    return "\n".join(text) + "\n"
