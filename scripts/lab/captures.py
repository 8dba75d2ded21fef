"""What a capture point does to packets: cut, repeat, disorder, tag, shift. Works on little-endian microsecond pcap."""
import struct


def read(path):
    data = open(path, "rb").read()
    link, at, out = struct.unpack("<I", data[20:24])[0], 24, []
    while at + 16 <= len(data):
        sec, usec, kept, length = struct.unpack("<IIII", data[at:at + 16])
        out.append([sec * 1000000 + usec, length, data[at + 16:at + 16 + kept]])
        at += 16 + kept
    return link, out


def packed(link, packets, big=False, nano=False):
    order, unit = (">" if big else "<"), (1000 if nano else 1)
    out = [struct.pack(order + "IHHiIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, 262144, link)]
    for at, length, data in packets:
        out.append(struct.pack(order + "IIII", at // 1000000, at % 1000000 * unit, len(data), length) + data)
    return b"".join(out)


def tagged(packets, *tags):
    """With VLAN tags, outermost first: (ethertype, id)."""
    extra = b"".join(struct.pack(">HH", *tag) for tag in tags)
    return [[at, length + len(extra), data[:12] + extra + data[12:]] for at, length, data in packets]


def twice(packets, after=15, hop=True):
    """Both sides of a router."""
    out = []
    for at, length, data in packets:
        copy = data
        if hop and data[12:14] == b"\x08\x00" and len(data) > 26:
            head = bytearray(data[14:34])
            head[8] -= 1
            head[10:12] = b"\0\0"
            total = sum(struct.unpack(">10H", bytes(head).ljust(20, b"\0")[:20]))
            total = (total & 0xFFFF) + (total >> 16)
            head[10:12] = struct.pack(">H", ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF)
            copy = data[:6] + b"\x02\0\0\0\0\x09" + data[12:14] + bytes(head) + data[34:]
        out += [[at, length, data], [at + after, length, copy]]
    return sorted(out, key=lambda p: p[0])


def disordered(packets, chance, share):
    """Some packets written one or two places late, stamps kept as a capture with several queues does."""
    out = list(packets)
    for k in range(len(out) - 2):
        if chance.random() < share:
            out[k], out[k + 1] = out[k + 1], out[k]
    return out
