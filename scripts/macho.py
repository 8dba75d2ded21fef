"""Reads what macOS asks of a program before it runs it, without a Mac: `check(path, processor)` returns what is wrong, in sentences."""

import hashlib
import struct

PROCESSORS = {0x0100000C: "aarch64", 0x01000007: "x86_64"}
LC_LOAD_DYLIB, LC_CODE_SIGNATURE, LC_VERSION_MIN_MACOSX, LC_BUILD_VERSION, LC_MAIN = 0xC, 0x1D, 0x24, 0x32, 0x80000028
EMBEDDED_SIGNATURE, CODE_DIRECTORY, ADHOC = 0xFADE0CC0, 0xFADE0C02, 0x2
# What every Mac has (dyld's cache), whatever else was installed.
OF_THE_SYSTEM = ("/usr/lib/", "/System/Library/Frameworks/")
# The first macOS that there is for both processors.
OLDEST = (11, 0)


def commands(data):
    """Yields the load commands: number and bytes (mach-o/loader.h)."""
    count = struct.unpack_from("<I", data, 16)[0]
    at = 32
    for _ in range(count):
        command, size = struct.unpack_from("<II", data, at)
        yield command, data[at : at + size]
        at += size


def unsigned(data, offset, size):
    """Returns what is wrong with an ad hoc signature: a page that has another hash than it says, or none at all. An Apple processor
    runs no program without one, and a tool that changes the program after the linker breaks it."""
    magic, _, count = struct.unpack_from(">III", data, offset)
    if magic != EMBEDDED_SIGNATURE or offset + size > len(data):
        return "its signature cannot be read"
    for index in range(count):
        start = offset + struct.unpack_from(">II", data, offset + 12 + 8 * index)[1]
        if struct.unpack_from(">I", data, start)[0] != CODE_DIRECTORY:
            continue
        flags, hashes, _, _, slots, limit = struct.unpack_from(">6I", data, start + 12)
        width, kind, _, page = struct.unpack_from(">4B", data, start + 36)
        if not flags & ADHOC or kind != 2 or width != 32:
            return "its signature is none of those that linkers make"
        if limit != offset:
            return "its signature does not cover all before it"
        for slot in range(slots):
            piece = data[slot << page : min(slot + 1 << page, limit)]
            if hashlib.sha256(piece).digest() != data[start + hashes + width * slot :][:width]:
                return f"page {slot} is not the one that was signed"
        return None
    return "its signature names no pages"


def check(path, processor):
    """Returns all that would keep a Mac from running a program."""
    data = path.read_bytes()
    magic, kind = struct.unpack_from("<II", data)
    if magic != 0xFEEDFACF or PROCESSORS.get(kind) != processor or struct.unpack_from("<I", data, 12)[0] != 2:
        return [f"it is no program for macOS on {processor}"]
    wrong, oldest, begins, signature = [], None, False, None
    for command, content in commands(data):
        if command == LC_LOAD_DYLIB:
            name = content[struct.unpack_from("<I", content, 8)[0] :].split(b"\0")[0].decode()
            if not name.startswith(OF_THE_SYSTEM):
                wrong.append(f"it wants {name}")
        elif command in (LC_BUILD_VERSION, LC_VERSION_MIN_MACOSX):
            version = struct.unpack_from("<I", content, 12 if command == LC_BUILD_VERSION else 8)[0]
            oldest = version >> 16, version >> 8 & 255
        elif command == LC_MAIN:
            begins = True
        elif command == LC_CODE_SIGNATURE:
            signature = struct.unpack_from("<II", content, 8)
    if not begins:
        wrong.append("it has no beginning")
    if oldest is None:
        wrong.append("it does not say which macOS it is for")
    elif oldest > OLDEST:
        wrong.append(f"it is for no macOS before {oldest[0]}.{oldest[1]}")
    if signature is not None:
        wrong.extend(filter(None, [unsigned(data, *signature)]))
    elif processor == "aarch64":
        wrong.append("it is not signed, not even ad hoc, and an Apple processor runs no such program")
    return wrong
