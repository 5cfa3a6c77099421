"""Events of an edge on their way to real receivers, while the edge is killed. Ends with `N passed, N failed`.

A web server that fails half of the time, rsyslog over TCP and TLS, a stand-in for a collector of OpenTelemetry, the mock
cluster of librdkafka, and a file get traffic and audit events. In rounds the edge is killed (SIGKILL) with events waiting and
changes under way: nothing that was acknowledged may be lost. Then the bound of the spool, and the chain of audit events.

usage: scripts/events --bin DIR --home DIR --http PORT --api PORT --key KEY --ports PORT,PORT,PORT,PORT [--rounds N]
    --home     of the edge, with edge.yml and data/; it must not run
    --ports    four free ports: of the web server, the collector, rsyslog, and rsyslog with TLS
    --rounds   how often the edge is killed (3)
"""

import argparse
import atexit
import http.client
import json
import pathlib
import random
import signal
import sqlite3
import subprocess
import threading
import time
import traceback

from receivers import SECRET, CollectorStandIn, KafkaMock, Lines, Rsyslog, SecuredKafkaMock, Web

HOST = "visited.portico.localhost"
# What answers visitors: a policy of the edge, and nothing behind it.
POLICY = {"on_http_request": [{"actions": [{"type": "custom-response", "config": {
    "status_code": 200, "body": "ok", "headers": {"set-cookie": "session=hush"}}}]}]}
TRAFFIC = {"type": "http_request_complete.v0", "fields": [
    "http.request.url.path", "http.response.status_code", "conn.server_name", "http.request.headers"]}
AUDIT = [{"type": "vault_created.v0"}, {"type": "event_destination_created.v0"}]

parser = argparse.ArgumentParser()
for name in ("bin", "home", "key", "ports"):
    parser.add_argument(f"--{name}", required=True)
for name in ("http", "api"):
    parser.add_argument(f"--{name}", type=int, required=True)
parser.add_argument("--rounds", type=int, default=3)
options = parser.parse_args()
home = pathlib.Path(options.home)
ports = [int(port) for port in options.ports.split(",")]
counts = {"passed": 0, "failed": 0}
chance = random.Random(1)


def case(name):
    """Runs what it decorates, and counts it."""
    def run(body):
        begun = time.monotonic()
        try:
            body()
        except Exception:
            counts["failed"] += 1
            print(f"FAIL {name}\n    " + traceback.format_exc().strip().replace("\n", "\n    "), flush=True)
        else:
            counts["passed"] += 1
            print(f"pass {name} ({time.monotonic() - begun:.1f} s)", flush=True)
    return run


def wait(what, condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what() if callable(what) else what}"
        time.sleep(0.05)
    return result


def end():
    """Leaves nothing behind, however the run ends."""
    for name in ("syslog", "syslog+tls"):
        receivers[name].stop()
    if edge.process and edge.process.poll() is None:
        edge.kill()


class Edge:
    """The edge's process."""

    process = None

    def start(self):
        self.log = open(home / "edge.log", "ab")
        self.process = subprocess.Popen([f"{options.bin}/portico-edge", "serve", "--config", home / "edge.yml"],
                                        stdout=self.log, stderr=self.log)
        wait("the edge serves", self.serves)

    def serves(self):
        assert self.process.poll() is None, "the edge has ended"
        try:
            return call("GET", "/vaults")
        except OSError:
            return False

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        assert self.process.wait(30) == 0


def call(method, path, body=None, refused=False):
    connection = http.client.HTTPConnection("127.0.0.1", options.api, timeout=20)
    try:
        connection.request(method, path, json.dumps(body) if body is not None else None, {
            "authorization": f"Bearer {options.key}", "ngrok-version": "2", "content-type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        assert refused or answer.status < 300, (method, path, answer.status, text)
        return json.loads(text) if text else {}
    finally:
        connection.close()


def visit(path):
    connection = http.client.HTTPConnection("127.0.0.1", options.http, timeout=20)
    try:
        connection.request("GET", path, headers={"host": HOST, "authorization": "Bearer hush"})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def paths(events):
    return [event["object"]["http"]["request"]["url"]["path"] for event in events
            if event["event_type"] == "http_request_complete.v0"]


def vaults(events):
    return {event["object"]["id"] for event in events if event["event_type"] == "vault_created.v0"}


def status(destination):
    return call("GET", f"/event_destinations/{destination}/status")


def certificates():
    """An authority, and a certificate of 127.0.0.1."""
    folder = home / "certificates"
    folder.mkdir()
    new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    subprocess.run([*new, "-subj", "/CN=authority", "-keyout", folder / "ca.key", "-out", folder / "ca.pem"],
                   check=True, capture_output=True)
    subprocess.run([*new, "-subj", "/CN=syslog", "-addext", "subjectAltName=IP:127.0.0.1", "-CA", folder / "ca.pem",
                    "-CAkey", folder / "ca.key", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
                   check=True, capture_output=True)
    return {"ca": folder / "ca.pem", "cert": folder / "cert.pem", "key": folder / "key.pem"}


tls = certificates()
web, collector = Web(ports[0]), CollectorStandIn(ports[1])
receivers = {
    "http": web, "otlp": collector, "syslog": Rsyslog(home / "rsyslog", ports[2]),
    "syslog+tls": Rsyslog(home / "rsyslog-tls", ports[3], tls), "kafka": KafkaMock("portico-events"),
    "kafka+tls": SecuredKafkaMock("portico-secured", tls, "edge", SECRET),
    "file": Lines(home / "files", "all.jsonl"),
}
targets = {
    "http": {"http": {"url": f"http://127.0.0.1:{ports[0]}/events", "secret": SECRET}},
    "otlp": {"otlp": {"endpoint": f"http://127.0.0.1:{ports[1]}", "headers": {"x-key": "open"}}},
    "syslog": {"syslog": {"address": f"127.0.0.1:{ports[2]}", "app_name": "edge"}},
    "syslog+tls": {"syslog": {"address": f"127.0.0.1:{ports[3]}", "tls": True, "facility": 4}},
    "kafka": {"kafka": {"brokers": receivers["kafka"].brokers, "topic": "portico-events"}},
    "kafka+tls": {"kafka": {"brokers": receivers["kafka+tls"].brokers, "topic": "portico-secured", "tls": True,
                            "username": "edge", "password": SECRET}},
    "file": {"file": {"name": "all.jsonl", "max_file_size": 65536, "max_files": 100}},
}
edge = Edge()
atexit.register(end)
edge.start()
call("POST", "/reserved_domains", {"domain": HOST})
call("POST", "/endpoints", {"url": f"http://{HOST}", "type": "cloud", "traffic_policy": json.dumps(POLICY)})
destinations = {}
acknowledged = set()


def change():
    made = call("POST", "/vaults", {"name": f"v{chance.getrandbits(64):x}"})
    acknowledged.add(made["id"])


for name in receivers:
    @case(f"{name}: a test event arrives, and the answer says so")
    def _(name=name):
        made = call("POST", "/event_destinations", {"target": targets[name]})
        destinations[name] = made["id"]
        test = None
        for _ in range(40):
            # The web server and the collector fail half of the time.
            answer = call("POST", f"/event_destinations/{made['id']}/send_test_event", {}, refused=True)
            if test := answer.get("event_id"):
                break
            assert answer["error_code"] == "ERR_NGROK_100663", answer
        assert test, answer
        wait("the test event", lambda: [event for event in receivers[name].seen() if event["event_id"] == test])


@case("where nobody listens the test event's answer says why")
def _():
    made = call("POST", "/event_destinations", {"target": {"syslog": {"address": "127.0.0.1:1"}}})
    answer = call("POST", f"/event_destinations/{made['id']}/send_test_event", {}, refused=True)
    assert answer["error_code"] == "ERR_NGROK_100663" and "connect" in answer["msg"], answer
    call("DELETE", f"/event_destinations/{made['id']}")


call("POST", "/event_subscriptions",
     {"sources": [TRAFFIC, *AUDIT], "destination_ids": list(destinations.values())})
expected = [f"/visit/{number}" for number in range(200)]
# The subscription is in force when its own change is told.
change()
for name in receivers:
    @case(f"{name}: the first change arrives")
    def _(name=name):
        wait(lambda: status(destinations[name]), lambda: acknowledged <= vaults(receivers[name].seen()), 60)
for path in expected:
    visit(path)
for _ in range(20):
    change()
for name in receivers:
    @case(f"{name}: all visits and all changes arrive, without secrets")
    def _(name=name):
        receiver = receivers[name]
        wait(lambda: status(destinations[name]), lambda: set(expected) <= set(paths(receiver.seen()))
             and acknowledged <= vaults(receiver.seen()), 60)
        events = receiver.seen()
        assert "hush" not in json.dumps(events) and SECRET not in json.dumps(events)
        assert not getattr(receiver, "wrong", []), receiver.wrong[:3]
        visits = [event for event in events if event["event_type"] == TRAFFIC["type"]]
        assert visits[-1]["object"]["http"]["response"]["status_code"] == 200
        assert visits[-1]["object"]["conn"]["server_name"] in ("", HOST), visits[-1]
        assert visits[-1]["object"]["http"]["request"]["headers"]["Authorization"] == ["[redacted]"]


@case("rsyslog reads what RFC 5424 says of each message")
def _():
    lines = receivers["syslog"].lines()
    assert {tuple(line[:4]) for line in lines if line[3] == TRAFFIC["type"]} == {
        ("134", "edge", "connect.portico.localhost", TRAFFIC["type"])}, lines[-1]
    assert {line[0] for line in receivers["syslog+tls"].lines()} == {"38"}


@case("kafka: the account is the key of each message")
def _():
    assert len(receivers["kafka"].keys) == 1 and min(receivers["kafka"].keys).startswith("ac_")


@case("kafka: TLS is ended, and the password asked for, in front of every broker")
def _():
    assert receivers["kafka+tls"].logins > 0 and receivers["kafka+tls"].refused == 0
    wrong = json.loads(json.dumps(targets["kafka+tls"]))
    wrong["kafka"]["password"] = "another"
    made = call("POST", "/event_destinations", {"target": wrong})
    answer = call("POST", f"/event_destinations/{made['id']}/send_test_event", {}, refused=True)
    assert answer["error_code"] == "ERR_NGROK_100663" and "another" not in answer["msg"], answer
    assert receivers["kafka+tls"].refused > 0
    call("DELETE", f"/event_destinations/{made['id']}")


for number in range(options.rounds):
    @case(f"kill -9, round {number + 1}: nothing that was acknowledged is lost")
    def _(number=number):
        web.down = True
        before = status(destinations["http"])["queued"]
        visits = [f"/round/{number}/{one}" for one in range(100)]
        for path in visits:
            visit(path)
        # From the moment on that they are counted among those that wait, they are taken.
        wait("the events wait", lambda: status(destinations["http"])["queued"] >= before + len(visits))
        ending = threading.Event()

        def changes():
            while not ending.is_set():
                try:
                    change()
                except (OSError, http.client.HTTPException):
                    return

        writers = [threading.Thread(target=changes) for _ in range(3)]
        for writer in writers:
            writer.start()
        time.sleep(chance.uniform(0, 0.5))
        edge.kill()
        ending.set()
        for writer in writers:
            writer.join()
        edge.start()
        web.down = False
        wait(lambda: (status(destinations["http"]), len(acknowledged - vaults(web.seen()))),
             lambda: set(visits) <= set(paths(web.seen())) and acknowledged <= vaults(web.seen()), 60)


for name in receivers:
    @case(f"{name}: all changes of all rounds arrived")
    def _(name=name):
        wait(lambda: status(destinations[name]), lambda: acknowledged <= vaults(receivers[name].seen()), 90)


@case("the bound of the spool holds; what finds no room is counted, and everything else arrives")
def _():
    folder = home / "data/events" / destinations["http"]
    web.down = True
    before = status(destinations["http"])
    seen = len(paths(web.seen()))
    sent = 0
    largest = 0
    while status(destinations["http"])["dropped"] == before["dropped"]:
        for _ in range(50):
            visit(f"/{sent}/{'x' * 8000}")
            sent += 1
        largest = max(largest, sum(path.stat().st_size for path in folder.glob("*.events")))
        assert sent < 5000
    change()
    assert largest <= 2 << 20, largest
    web.down = web.fails = False
    wait(lambda: status(destinations["http"]), lambda: status(destinations["http"])["queued"] == 0, 60)
    after = status(destinations["http"])
    arrived = len(set(paths(web.seen())[seen:]) )
    assert arrived + after["dropped"] - before["dropped"] == sent, (arrived, after, sent)
    wait("the change arrives", lambda: acknowledged <= vaults(web.seen()))
    web.fails = True


@case("metrics tell what was delivered, dropped and waits")
def _():
    management = next(line for line in (home / "edge.yml").read_text().splitlines() if "management" in line)
    connection = http.client.HTTPConnection(management.split("[")[1].rstrip("]"))
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    for name in ("delivered_total", "dropped_total", "queued", "queued_bytes"):
        assert f'portico_events_{name}{{destination="{destinations["http"]}"}}' in text, name


@case("a destination that is deleted leaves no files")
def _():
    subscription = call("GET", "/event_subscriptions")["event_subscriptions"][0]["id"]
    call("DELETE", f"/event_subscriptions/{subscription}")
    for destination in destinations.values():
        call("DELETE", f"/event_destinations/{destination}")
    wait("the folders go", lambda: not list((home / "data/events").glob("ed_*")))


def verify(*arguments):
    return subprocess.run([f"{options.bin}/portico-edge", "audit", "verify", "--config", home / "edge.yml", *arguments],
                          capture_output=True, text=True)


def edited(statement, *values):
    """Changes the database behind the edge's back."""
    with sqlite3.connect(home / "data/portico.db") as database:
        assert database.execute(statement, values).rowcount == 1
    database.close()


@case("the chain of audit events holds over all kills, and names what was changed, removed and added")
def _():
    wait("all events are chained", lambda: "not chained" not in verify().stdout)
    whole = verify()
    assert whole.returncode == 0, whole
    head = whole.stdout.split("head")[1].split()[0]
    assert verify("--head", head).returncode == 0
    assert verify("--head", "0" * 64).returncode == 1
    edge.stop()
    with sqlite3.connect(home / "data/portico.db") as database:
        rows = database.execute("SELECT id, document FROM record WHERE kind = 'audit_event' ORDER BY revision").fetchall()
    database.close()
    identifier, document = rows[len(rows) // 2]
    changed = bytes(document).replace(b"v0", b"v9", 1)
    edited("UPDATE record SET document = ? WHERE kind = 'audit_event' AND id = ?", changed, identifier)
    answer = verify()
    assert answer.returncode == 1 and f"{identifier} was changed" in answer.stderr and "Link" in answer.stderr, answer
    edited("UPDATE record SET document = ? WHERE kind = 'audit_event' AND id = ?", document, identifier)
    assert verify().returncode == 0
    edited("UPDATE record SET id = 'ev_' || substr(id, 4, 20) || 'xxxxxxx' WHERE kind = 'audit_event' AND id = ?", identifier)
    answer = verify()
    assert answer.returncode == 1 and f"{identifier} was removed" in answer.stderr, answer


print(f"{counts['passed']} passed, {counts['failed']} failed")
