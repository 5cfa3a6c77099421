"""Load that is offered and does not wait for answers: requests at a fixed rate, whatever becomes of those before."""
import collections
import dataclasses
import multiprocessing
import select
import socket
import time

# Seconds after which a visitor gives up.
PATIENCE = 5
# Requests under way beyond which the machine of the visitors is the limit.
MOST = 4000


@dataclasses.dataclass
class Offered:
    """What became of the requests that were begun in each second."""

    served: collections.Counter
    refused: collections.Counter
    failed: collections.Counter
    # Of those that were served, in seconds.
    times: list

    def p99(self):
        return sorted(self.times)[len(self.times) * 99 // 100] if self.times else 0.0


class Visit:
    """A connection, and the request that is under way on it."""

    def __init__(self, port):
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.connect_ex(("127.0.0.1", port))
        self.begin(0.0, 0)

    def begin(self, at, second):
        self.begun, self.second, self.unsent = at, second, True
        self.head, self.left, self.status, self.closes = b"", None, 0, False
        self.end = None

    def take(self, piece):
        """Whether the answer is whole."""
        if self.left is None:
            self.head += piece
            head, found, rest = self.head.partition(b"\r\n\r\n")
            if not found:
                return False
            self.status = int(head[9:12])
            fields = head.lower()
            self.closes = b"connection: close" in fields
            length = fields.partition(b"content-length:")[2]
            self.left = int(length.split(b"\r\n", 1)[0]) if length else 0
            # Of chunks the end is known by its look, which no compressed text has but by a rare chance.
            self.end = None if length else b""
            piece = rest
        if self.end is not None:
            self.end = (self.end + piece)[-7:]
            return self.end == b"\r\n0\r\n\r\n"
        self.left -= len(piece)
        return self.left <= 0


class Offer:
    """`rate` requests a second; or, without one, as many as `at_once` visitors make that wait for each answer."""

    def __init__(self, port, request, seconds, rate=None, at_once=None):
        self.port, self.request, self.seconds, self.rate, self.at_once = port, request, seconds, rate, at_once
        self.poll, self.busy, self.idle = select.epoll(), {}, []
        self.result = Offered(collections.Counter(), collections.Counter(), collections.Counter(), [])

    def run(self):
        start = time.monotonic()
        end, sent, looked = start + self.seconds, 0, start
        while True:
            now = time.monotonic()
            if now >= end and (not self.busy or now >= end + PATIENCE):
                break
            if now < end:
                due = int((now - start) * self.rate) - sent if self.rate else self.at_once - len(self.busy)
                for _ in range(due):
                    self.send(now, int(now - start))
                sent += max(0, due)
            for number, events in self.poll.poll(0.002):
                self.go_on(number, events)
            if now > looked + 0.1:
                looked = now
                for number in [n for n, visit in self.busy.items() if now - visit.begun > PATIENCE]:
                    self.fail(number)
        for visit in [*self.busy.values(), *self.idle]:
            visit.socket.close()
        return self.result

    def send(self, now, second):
        if len(self.busy) >= MOST:
            self.result.failed[second] += 1
            return
        if self.idle:
            visit = self.idle.pop()
            self.poll.modify(visit.socket, select.EPOLLOUT)
        else:
            visit = Visit(self.port)
            self.poll.register(visit.socket, select.EPOLLOUT)
        visit.begin(now, second)
        self.busy[visit.socket.fileno()] = visit

    def go_on(self, number, events):
        visit = self.busy.get(number)
        if visit is None:
            # One that waited for its next request was closed.
            self.idle = [other for other in self.idle if other.socket.fileno() != number or other.socket.close()]
            return
        try:
            if visit.unsent:
                if not events & select.EPOLLOUT:
                    raise ConnectionError
                visit.socket.sendall(self.request)
                visit.unsent = False
                self.poll.modify(visit.socket, select.EPOLLIN)
                return
            if not (piece := visit.socket.recv(1 << 18)):
                raise ConnectionError
            if visit.take(piece):
                self.end(number, visit)
        except BlockingIOError:
            return
        except OSError:
            self.fail(number)

    def end(self, number, visit):
        del self.busy[number]
        if visit.status == 200:
            self.result.served[visit.second] += 1
            self.result.times.append(time.monotonic() - visit.begun)
        else:
            (self.result.refused if visit.status == 503 else self.result.failed)[visit.second] += 1
        if visit.closes:
            visit.socket.close()
        else:
            self.idle.append(visit)

    def fail(self, number):
        visit = self.busy.pop(number)
        self.result.failed[visit.second] += 1
        visit.socket.close()


def offer(*arguments, **options):
    """Runs an Offer in a process of its own: what else this one does must not hold it up."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(_run, (arguments, options))


def _run(arguments, options):
    return Offer(*arguments, **options).run()
