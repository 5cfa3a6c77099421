"""The edge, the service behind it, and how checks are registered and ask."""
import contextlib
import http.client
import http.server
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import threading
import time

MB = 1 << 20
CHECKS = []


def check(title):
    """Registers a function that takes the stage as one check."""
    def add(function):
        CHECKS.append((title, function))
        return function
    return add


def expect(holds, words):
    if not holds:
        raise AssertionError(words)


def until(seconds, words, ask, every=0.02):
    """Asks until the answer is true, and gives it back with the seconds that it took."""
    begun = time.monotonic()
    while True:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if answer := ask():
                return answer, time.monotonic() - begun
        if time.monotonic() - begun > seconds:
            raise AssertionError(f"not within {seconds} s: {words}")
        time.sleep(every)


class Service(http.server.BaseHTTPRequestHandler):
    """What stands behind the agents: bytes in any number, events, and a count of bytes that came."""

    protocol_version = "HTTP/1.1"
    block = bytes(64 * 1024)

    def do_GET(self):
        if self.path.startswith("/events/"):
            self.send_events(int(self.path.split("/")[2]))
            return
        left = int(self.path.split("/")[2]) if self.path.startswith("/bytes/") else 0
        self.send_response(200)
        self.send_header("Content-Length", str(left or 5))
        self.end_headers()
        if not left:
            self.wfile.write(b"hello")
        with contextlib.suppress(OSError):
            while left > 0:
                left -= self.wfile.write(self.block[:left])

    def send_events(self, count):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for number in range(count):
            self.wfile.write(f"id: {number}\ndata: {time.monotonic()}\n\n".encode())
            time.sleep(0.01)

    def do_POST(self):
        count = 0
        wanted = int(self.headers["Content-Length"])
        while count < wanted:
            if not (piece := self.rfile.read(min(wanted - count, MB))):
                # Its sender has gone.
                self.close_connection = True
                return
            count += len(piece)
        self.send_response(200)
        self.send_header("Content-Length", str(len(str(count))))
        self.end_headers()
        self.wfile.write(str(count).encode())

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, *_):
        pass


class Process:
    """A program that runs beside us, its output in a file."""

    def __init__(self, log, *command):
        self.log = log
        with open(log, "wb") as output:
            self.child = subprocess.Popen(
                command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, start_new_session=True
            )

    def status(self, field):
        """A figure of /proc/PID/status, in bytes."""
        text = pathlib.Path(f"/proc/{self.child.pid}/status").read_text()
        return int(re.search(rf"^{field}:\s+(\d+) kB", text, re.MULTILINE)[1]) * 1024

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.child.pid}/fd"))

    def reset_peak(self):
        """Makes VmHWM begin again from what is resident now."""
        pathlib.Path(f"/proc/{self.child.pid}/clear_refs").write_text("5")

    def send(self, number):
        self.child.send_signal(number)

    def end(self, number=signal.SIGTERM, grace=20):
        if self.child.poll() is None:
            self.child.send_signal(number)
        try:
            return self.child.wait(grace)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            raise AssertionError(f"{self.log.name} did not end within {grace} s of signal {number}") from None

    def text(self):
        return self.log.read_text(errors="replace")


class Visitor(http.client.HTTPSConnection):
    """A visitor of any host name of the edge: few resolvers know names below .localhost, as browsers and curl do."""

    def connect(self):
        plain = socket.create_connection(("127.0.0.1", self.port), self.timeout)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)


class Stage:
    """The edge, and what the checks do with it."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.home = pathlib.Path(arguments.home)
        self.bin = pathlib.Path(arguments.bin)
        self.authtoken = (self.home / "authtoken").read_text().strip()
        self.service = Server(("127.0.0.1", 0), Service)
        self.service_port = self.service.server_address[1]
        threading.Thread(target=self.service.serve_forever, daemon=True).start()
        self.processes = []
        self.edge = None

    def run(self, name, program, *arguments):
        return self.run_command(name, str(self.bin / program), *arguments)

    def run_command(self, name, *command):
        process = Process(self.home / f"{name}.log", *command)
        self.processes.append(process)
        return process

    def start_edge(self):
        self.edge = self.run("edge", "portico-edge", "serve", "--config", str(self.home / "edge.yml"))
        until(30, "the edge is ready", self.is_ready)

    def is_ready(self):
        with socket.create_connection(("127.0.0.1", self.arguments.management), 1) as connection:
            connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return connection.recv(64).startswith(b"HTTP/1.1 200")

    def agent_arguments(self, *more, token=None, server=None, ca=None):
        return [
            "--connect-url", server or f"localhost:{self.arguments.agents}",
            "--connect-cas", str(ca or self.arguments.ca),
            "--authtoken", self.authtoken if token is None else token,
            "--log", "stdout", "--log-format", "json", *more,
        ]

    @contextlib.contextmanager
    def with_limits(self, **limits):
        """The edge started anew with these limits, and at the end as it was."""
        path = self.home / "edge.yml"
        usual = path.read_text()
        lines = "".join(f"  {name}: {value}\n" for name, value in limits.items())
        self.edge.end()
        # They are what the configuration ends with.
        path.write_text(usual.partition("limits:\n")[0] + "limits:\n" + lines)
        try:
            self.start_edge()
            yield
        finally:
            path.write_text(usual)
            self.edge.end()
            self.start_edge()

    def agent(self, name, *more, upstream=None, wanted=None):
        """An agent of the HTTP service, and the host name that it got; one outside the base domain is to be named."""
        agent = self.run(name, "portico", "http", str(upstream or self.service_port), *self.agent_arguments(*more))

        def shown():
            return (wanted if f"//{wanted}" in agent.text() else None) if wanted else self.host_in(agent.text())

        (host, _) = until(20, f"{name} prints its URL", shown)
        return agent, host

    @staticmethod
    def host_in(text):
        found = re.search(r"https?://([a-z0-9.-]+\.portico\.localhost)", text)
        return found and found[1]

    def refused(self, *arguments):
        """Runs a program that is to fail: its exit status, its output, and the error codes in it."""
        done = subprocess.run(
            [str(self.bin / arguments[0]), *arguments[1:]], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=60, text=True, check=False,
        )
        return done.returncode, done.stdout, re.findall(r"ERR_(?:NGROK|PORTICO)_\d+", done.stdout)

    def connection(self, timeout=60, context=None):
        context = context or ssl.create_default_context(cafile=self.arguments.ca)
        return lambda host: Visitor(host, self.arguments.https, timeout=timeout, context=context)

    def get(self, host, path="/", timeout=60):
        """Status, the error code field, and the body."""
        connection = self.connection(timeout)(host)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.getheader("ngrok-error-code"), answer.read()
        finally:
            connection.close()

    def get_plain(self, host):
        """The body of an answer over HTTP."""
        connection = http.client.HTTPConnection("127.0.0.1", self.arguments.http, timeout=10)
        try:
            connection.request("GET", "/", headers={"Host": host})
            return connection.getresponse().read()
        finally:
            connection.close()

    def serves(self, host):
        return self.get(host, timeout=5)[0] == 200

    def close(self):
        for process in reversed(self.processes):
            if process.child.poll() is None:
                process.child.kill()
                process.child.wait()
