"""The wire of the lab: carries frames between a tap in each of two namespaces, with delay, jitter, loss, repetition.
link.py NODE_NS NET_NS JSON"""
import ctypes, fcntl, heapq, json, os, random, select, struct, sys, time

LIBC = ctypes.CDLL(None, use_errno=True)
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 2, 0x1000


def tap(namespace):
    handle = os.open("/run/netns/" + namespace, os.O_RDONLY)
    if LIBC.setns(handle, 0x40000000):
        raise OSError(ctypes.get_errno(), "setns")
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH", b"eth0", IFF_TAP | IFF_NO_PI))
    return fd


how = json.loads(sys.argv[3])
chance = random.Random(how.get("seed", 1))
ends = [tap(sys.argv[1]), tap(sys.argv[2])]
print("ready", flush=True)
waiting, count, last = [], 0, [0, 0]
while True:
    pause = max(0, waiting[0][0] - time.monotonic()) if waiting else 1
    for fd in select.select(ends, [], [], pause)[0]:
        while True:
            try:
                frame = os.read(fd, 65536)
            except BlockingIOError:
                break
            side = ends.index(fd)
            ip = frame[12:14] in (b"\x08\x00", b"\x86\xdd")
            neighbours = frame[12:14] == b"\x86\xdd" and frame[20] in (0, 58)
            times = 1
            if ip and not neighbours:
                if chance.random() < how.get("loss", 0):
                    continue
                times += chance.random() < how.get("repeat", 0)
            for _ in range(times):
                due = time.monotonic() + how.get("delay", 0) / 1000 + chance.random() * how.get("jitter", 0) / 1000
                if not how.get("reorder"):
                    due = last[side] = max(due, last[side])
                count += 1
                heapq.heappush(waiting, (due, count, ends[1 - side], frame))
    while waiting and waiting[0][0] <= time.monotonic():
        _, _, to, frame = heapq.heappop(waiting)
        try:
            os.write(to, frame)
        except OSError:
            pass
