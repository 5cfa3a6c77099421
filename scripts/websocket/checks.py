"""What is done with a WebSocket. Each check gives back what was seen, to be compared with what the bare service shows.

A check takes a way to the services, which opens visitors: `way.open(path, …)`, and `way.half(path)` for the second.
"""
import random
import uuid

CHECKS = []
SIZES = (0, 1, 125, 126, 127, 65_535, 65_536, 1 << 20)
ALPHABET = "aé€😀"


def check(function):
    CHECKS.append(function)
    return function


def expect(holds, words):
    if not holds:
        raise AssertionError(words)


def filler(kind, size):
    """Data of `size` bytes, the same in every run; text has characters of every length where it can."""
    if kind == "binary":
        return random.Random(size).randbytes(size)
    text = ALPHABET * (size // 10)
    return text + "x" * (size - len(text.encode()))


def ended(way, key):
    """How the service saw the connection end."""
    visitor = way.open(f"/ended/{key}")
    event = visitor.next()
    visitor.leave()
    return bytes(event[1]).decode()


@check
def sizes(way):
    visitor, seen = way.open("/echo"), []
    for size in SIZES:
        for kind in ("text", "binary"):
            visitor.send(kind, filler(kind, size))
            frames, controls = visitor.message()
            whole = [(form, length, last) for form, length, _, last in frames] == [(kind, size, True)]
            expect(whole and not controls, f"{kind} {size}: {frames}")
            seen.append(frames)
    visitor.leave()
    return seen


@check
def fragmented(way):
    visitor, seen = way.open("/fragments"), []
    for kind in ("text", "binary"):
        for parts in ([0], [0, 0], [5, 0, 5], [1] * 20, [125, 126, 65_535, 65_536], [100_000] * 10):
            for index, size in enumerate(parts):
                visitor.send(kind, filler(kind, size), first=index == 0, last=index == len(parts) - 1)
            frames, _ = visitor.message()
            # The service ends each message with a frame of nothing.
            expect([f[1] for f in frames] == [*parts, 0], f"{kind} {parts}: {[f[1] for f in frames]}")
            seen.append(frames)
    visitor.leave()
    return seen


@check
def controls_between_fragments(way):
    visitor = way.open("/echo")
    visitor.send("text", "one ", last=False)
    visitor.ping(b"in the middle")
    visitor.pong(b"that nobody asked for")
    event = visitor.next()
    expect(event == ("pong", b"in the middle"), f"{event}")
    visitor.send("text", "two", first=False)
    seen = visitor.message()
    visitor.leave()
    return event, seen


@check
def pings(way):
    visitor, seen = way.open("/echo"), []
    for size in (0, 1, 125):
        visitor.ping(bytes(size))
        seen.append(visitor.next())
        expect(seen[-1] == ("pong", bytes(size)), f"{seen[-1]}")
    visitor.leave()
    return seen


@check
def pings_of_the_service(way):
    visitor = way.open("/ping")
    seen = visitor.message()
    expect([control[0] for control in seen[1]] == ["ping"] * 3, f"{seen}")
    visitor.leave()
    return seen


@check
def closed_by_the_visitor(way):
    seen = []
    for code, reason in [(None, ""), (1000, ""), (1001, "going"), (1002, ""), (1003, ""), (1007, ""), (1008, "é" * 61),
                         (1009, ""), (1010, ""), (1011, ""), (3000, ""), (4000, "x" * 123), (4999, "")]:
        key = uuid.uuid4()
        visitor = way.open(f"/echo?{key}")
        visitor.close(code, reason)
        events = visitor.to_end()
        # The service waits for the visitor's own end.
        visitor.pipe.close()
        seen.append((events, ended(way, key)))
        expect(seen[-1][0][0][1] == (code or 1005), f"{code}: {seen[-1]}")
    return seen


@check
def closed_by_the_service(way):
    seen = []
    for code, reason in [(1000, ""), (1001, "going"), (1003, ""), (1008, "no"), (1011, "broken"), (1012, ""),
                         (1013, ""), (3000, ""), (4000, "x" * 100), (4999, "")]:
        key = uuid.uuid4()
        visitor = way.open(f"/close/{code}/{reason}?{key}")
        visitor.send("text", "now")
        events = visitor.to_end()
        # The service waits for the visitor's own end.
        visitor.pipe.close()
        seen.append((events, ended(way, key)))
        expect(seen[-1] == ([("close", code, reason)], repr((code, reason))), f"{code}: {seen[-1]}")
    return seen


@check
def compressed(way):
    seen = []
    for options in [
        {"server_max_window_bits": 15, "client_max_window_bits": 15},
        {"server_max_window_bits": 9, "client_max_window_bits": 9},
        {"server_no_context_takeover": True, "client_no_context_takeover": True,
         "server_max_window_bits": 15, "client_max_window_bits": 15},
    ]:
        visitor = way.open("/echo", deflate=options)
        expect(visitor.has_deflate, "the extension was not agreed on")
        # Over HTTP/1.1 the answer's head is not counted: its Date has no fixed form.
        visitor.received = 0
        for size in SIZES:
            for kind in ("text", "binary"):
                visitor.send(kind, filler(kind, size))
                seen.append(visitor.message())
                expect(seen[-1][0][0][1] == size, f"{kind} {size}: {seen[-1]}")
        # Bytes that came: the service's own compression, not a byte of it changed.
        seen.append(visitor.received)
        visitor.leave()
    return seen


@check
def wrong_frames(way):
    mask, seen = b"\x01\x02\x03\x04", []
    for name, data in [
        ("without a mask", b"\x81\x02hi"),
        ("opcode 3", b"\x83\x80" + mask),
        ("opcode 11", b"\x8b\x80" + mask),
        ("RSV1 without an extension", b"\xc1\x80" + mask),
        ("RSV2", b"\xa1\x80" + mask),
        ("a ping in two", b"\x09\x80" + mask),
        ("a ping of 126", b"\x89\xfe\x00\x7e" + mask + bytes(126)),
        ("a close of one byte", b"\x88\x81" + mask + b"\x00"),
        ("close code 1005", b"\x88\x82" + mask + bytes([3 ^ 1, 0xed ^ 2])),
        ("a continuation of nothing", b"\x80\x80" + mask),
        ("a text within a text", b"\x01\x80" + mask + b"\x81\x80" + mask),
        ("no UTF-8", b"\x81\x81" + mask + bytes([0xff ^ 1])),
    ]:
        visitor = way.open("/echo")
        visitor.pipe.write(data)
        events = visitor.to_end()
        visitor.pipe.close()
        # The words of the reason are the service's own.
        expect(events and events[-1][0] == "close" and events[-1][1] in (1002, 1007, 1009), f"{name}: {events}")
        seen.append((name, events))
    visitor = way.open("/small")
    visitor.send("binary", bytes(1025))
    seen.append(visitor.to_end())
    visitor.pipe.close()
    expect(seen[-1][0][1] == 1009, f"{seen[-1]}")
    return seen


@check
def vanishing_visitor(way):
    seen = []
    for pending in (b"", b"\x81\xfe\x10\x00"):
        key = uuid.uuid4()
        visitor = way.open(f"/echo?{key}")
        visitor.send("text", "there")
        visitor.message()
        # In the middle of a frame too.
        visitor.pipe.write(pending)
        visitor.pipe.abort()
        seen.append(ended(way, key))
        expect(seen[-1] == "(1006, '')", f"{seen[-1]}")
    return seen


@check
def vanishing_service(way):
    visitor = way.open("/vanish")
    visitor.send("text", "there")
    seen = visitor.message(), visitor.to_end()
    visitor.pipe.close()
    expect(seen[1] == [], f"{seen}")
    return seen


@check
def half_closed_by_the_visitor(way):
    visitor = way.half("/")
    visitor.pipe.write(b"x" * 100_000)
    visitor.pipe.half_close()
    seen = visitor.message(), visitor.to_end()
    visitor.pipe.close()
    expect(seen[0][0][0][2:] and seen[1] == [("close", 1000, "")], f"{seen}")
    return seen


@check
def half_closed_by_the_service(way):
    key = uuid.uuid4()
    visitor = way.half(f"/first?{key}")
    seen = visitor.message(), visitor.to_end()
    visitor.pipe.write(b"x" * 100_000)
    visitor.pipe.half_close()
    outcome = ended(way, key)
    visitor.pipe.close()
    expect(outcome == "(100000, 'end')", f"{outcome}")
    return seen, outcome


@check
def cut_in_pieces(way):
    visitor = way.open("/echo")
    for byte in visitor.encoded("text", filler("text", 200)):
        visitor.pipe.write(bytes([byte]))
    seen = [visitor.message()]
    visitor.pipe.write(b"".join(visitor.encoded("binary", bytes([number])) for number in range(200)))
    seen += [visitor.message() for _ in range(200)]
    visitor.leave()
    return seen


@check
def the_service_speaks_first(way):
    visitor = way.open("/greet")
    seen = [visitor.message() for _ in range(3)]
    visitor.leave()
    return seen


@check
def much_up_and_down(way):
    visitor = way.open("/sink")
    for size in [1 << 20] * 8 + [0]:
        visitor.send("binary", filler("binary", size))
    seen = [visitor.message()]
    visitor.leave()
    visitor = way.open("/source/128")
    seen += [visitor.message() for _ in range(128)]
    visitor.leave()
    return seen


@check
def handshake(way):
    seen = []
    for subprotocols in (None, ["superchat", "chat"], ["unknown"]):
        visitor = way.open("/echo", subprotocols=subprotocols)
        seen.append((visitor.status, visitor.subprotocol))
        visitor.leave()
    refused = way.open("/refuse")
    seen.append((refused.status, refused.body()))
    refused.pipe.close()
    expect(seen == [(101, None), (101, "chat"), (101, None), (403, b"not for you\n")], f"{seen}")
    return seen


@check
def many_at_once(way):
    visitors = way.open_many("/echo", 30)
    for turn in range(3):
        for number, visitor in enumerate(visitors):
            visitor.send("text", f"{turn} {number} " + "x" * 1000)
    seen = [[visitor.message() for _ in range(3)] for visitor in visitors]
    for visitor in visitors:
        visitor.leave()
    return seen
