"""What takes events: a web server that fails, a stand-in for a collector, rsyslog, and Kafka's mock cluster."""

import hashlib
import hmac
import http.server
import json
import pathlib
import random
import select
import socket
import ssl
import struct
import subprocess
import threading
import time

SECRET = "s3cret-of-the-receiver"


class Web:
    """A web server that keeps the events of each batch that it has answered. While it is `down`, it takes none; else half of
    the requests fail: with a status, by an end without an answer, or by one behind having taken all."""

    def __init__(self, port, seed=7):
        self.down, self.fails = False, True
        self.events, self.wrong, self.requests = [], [], 0
        self.lock = threading.Lock()
        chance = random.Random(seed)
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                with web.lock:
                    web.requests += 1
                    how = chance.choice(["503", "cut", "taken", "", "", ""]) if web.fails else ""
                    if web.down or how == "503":
                        return self.answer(503)
                    if how == "cut":
                        self.close_connection = True
                        return None
                    web.check(self.headers, body)
                    web.events += web.read(self.path, body)
                    if how == "taken":
                        self.close_connection = True
                        return None
                return self.answer(200)

            def answer(self, status):
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def check(self, headers, body):
        parts = dict(part.split("=", 1) for part in headers.get("portico-signature", "t=0,v1=").split(","))
        code = hmac.new(SECRET.encode(), parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(code, parts["v1"]) or abs(time.time() - int(parts["t"])) > 60:
            self.wrong.append(headers.get("portico-signature"))

    def read(self, path, body):
        return json.loads(body)

    def seen(self):
        with self.lock:
            return list(self.events)


class CollectorStandIn(Web):
    """In the place of a collector of OpenTelemetry, which is not packaged: reads OTLP logs in JSON."""

    def check(self, headers, body):
        if headers.get("x-key") != "open":
            self.wrong.append(dict(headers))

    def read(self, path, body):
        if path != "/v1/logs":
            self.wrong.append(path)
        records = [record for resource in json.loads(body)["resourceLogs"] for scope in resource["scopeLogs"]
                   for record in scope["logRecords"]]
        return [json.loads(record["body"]["stringValue"]) for record in records]


class Rsyslog:
    """rsyslogd, as Debian has it, over TCP or TLS."""

    def __init__(self, home, port, tls=None):
        self.home = pathlib.Path(home)
        self.home.mkdir(parents=True)
        self.output = self.home / "messages"
        drivers = ""
        options = f'port="{port}" address="127.0.0.1"'
        if tls:
            drivers = (f'global(defaultNetstreamDriver="gtls" defaultNetstreamDriverCAFile="{tls["ca"]}"\n'
                       f'  defaultNetstreamDriverCertFile="{tls["cert"]}" defaultNetstreamDriverKeyFile="{tls["key"]}")\n')
            module = 'module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon")'
        else:
            module = 'module(load="imtcp")'
        (self.home / "rsyslog.conf").write_text(
            f'{drivers}global(workDirectory="{self.home}" maxMessageSize="256k")\n{module}\n'
            f'template(name="all" type="string" string="%pri%\\t%app-name%\\t%hostname%\\t%msgid%\\t%msg%\\n")\n'
            f'input(type="imtcp" {options})\n'
            f'action(type="omfile" file="{self.output}" template="all" fileCreateMode="0600")\n')
        self.log = open(self.home / "log", "wb")
        self.process = subprocess.Popen(
            ["rsyslogd", "-n", "-f", self.home / "rsyslog.conf", "-i", self.home / "pid"],
            stdout=self.log, stderr=self.log)

    def lines(self):
        if not self.output.exists():
            return []
        return [line.split("\t", 4) for line in self.output.read_text().splitlines() if line.count("\t") >= 4]

    def seen(self):
        return [json.loads(line[4]) for line in self.lines()]

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


class KafkaMock:
    """The mock cluster of librdkafka, three brokers in this process, and one that reads the topic."""

    def __init__(self, topic):
        import confluent_kafka

        self.topic = topic
        self.cluster = confluent_kafka.Producer({"test.mock.num.brokers": 3, "log_level": 0})
        brokers = self.cluster.list_topics(timeout=10).brokers.values()
        self.brokers = ",".join(f"127.0.0.1:{broker.port}" for broker in brokers)
        # A message that is none of ours makes the topic.
        self.cluster.produce(topic, b"")
        self.cluster.flush(10)
        self.consumer = confluent_kafka.Consumer({"bootstrap.servers": self.brokers, "group.id": "reader", "log_level": 0})
        partitions = self.cluster.list_topics(topic, timeout=10).topics[topic].partitions
        self.consumer.assign([confluent_kafka.TopicPartition(topic, number, 0) for number in partitions])
        self.events, self.keys = [], set()

    def seen(self):
        while message := self.consumer.poll(0.2):
            if not message.error() and message.value():
                self.events.append(json.loads(message.value()))
                self.keys.add(message.key().decode())
        return list(self.events)


class SecuredKafkaMock(KafkaMock):
    """The same behind TLS and SASL/PLAIN, which the mock cluster does not speak: a front for each broker ends TLS, lets in who
    knows the password, and has the cluster name the fronts in the place of its brokers."""

    VERSIONS, HANDSHAKE, AUTHENTICATE = 18, 17, 36

    def __init__(self, topic, tls, user, password):
        super().__init__(topic)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(tls["cert"], tls["key"])
        self.secret = f"\0{user}\0{password}".encode()
        self.logins, self.refused = 0, 0
        self.fronts = {}
        listeners = []
        for broker in self.brokers.split(","):
            listener = socket.create_server(("127.0.0.1", 0))
            self.fronts[int(broker.split(":")[1])] = listener.getsockname()[1]
            listeners.append(listener)
        self.brokers = ",".join(f"127.0.0.1:{port}" for port in self.fronts.values())
        for listener, port in zip(listeners, self.fronts):
            threading.Thread(target=self.accept, args=(listener, port), daemon=True).start()

    def accept(self, listener, port):
        while True:
            client, _ = listener.accept()
            threading.Thread(target=self.serve, args=(client, port), daemon=True).start()

    def serve(self, client, port):
        try:
            with self.context.wrap_socket(client, server_side=True) as client, \
                    socket.create_connection(("127.0.0.1", port)) as broker:
                if self.log_in(client, broker):
                    self.pass_on(client, broker)
        except OSError:
            pass

    def log_in(self, client, broker):
        """Answers what comes in front of the login: which requests there are, the handshake, and the password."""
        while frame := self.frame(client):
            key, version, number = struct.unpack(">hhi", frame[4:12])
            if key == self.VERSIONS:
                broker.sendall(frame)
                self.answer(client, self.with_login(self.frame(broker)[4:], version))
            elif key == self.HANDSHAKE:
                self.answer(client, struct.pack(">ihih", number, 0, 1, 5) + b"PLAIN")
            elif key == self.AUTHENTICATE:
                right = frame.endswith(self.secret)
                self.answer(client, struct.pack(">ihhi", number, 0 if right else 58, -1, 0)
                            + (struct.pack(">q", 0) if version else b""))
                self.logins += right
                self.refused += not right
                return right
            else:
                return False
        return False

    def with_login(self, body, version):
        """What the cluster says of the requests that it knows, and those of the login."""
        entries = [struct.pack(">hhh", key, 0, 1) for key in (self.HANDSHAKE, self.AUTHENTICATE)]
        if version < 3 or body[4:6] != b"\0\0":
            # Behind number and error, and a count of four bytes.
            count, = struct.unpack(">i", body[6:10])
            return body[:6] + struct.pack(">i", count + 2) + b"".join(entries) + body[10:]
        return body[:6] + bytes([body[6] + 2]) + b"".join(entry + b"\0" for entry in entries) + body[7:]

    @staticmethod
    def answer(client, body):
        client.sendall(struct.pack(">i", len(body)) + body)

    def pass_on(self, client, broker):
        # One thread: the two directions of TLS are not for two.
        while True:
            ready = [client] if client.pending() else select.select([client, broker], [], [])[0]
            if client in ready:
                if not (frame := self.frame(client)):
                    return
                broker.sendall(frame)
            if broker in ready:
                if not (frame := self.frame(broker)):
                    return
                client.sendall(self.renamed(frame))

    def renamed(self, frame):
        for port, front in self.fronts.items():
            frame = frame.replace(b"127.0.0.1" + struct.pack(">i", port), b"127.0.0.1" + struct.pack(">i", front))
        return frame

    @staticmethod
    def frame(connection):
        """With its length; empty at the end."""
        data = b""
        while len(data) < 4 or len(data) < 4 + struct.unpack(">i", data[:4])[0]:
            wanted = 4 - len(data) if len(data) < 4 else 4 + struct.unpack(">i", data[:4])[0] - len(data)
            part = connection.recv(wanted)
            if not part:
                return b""
            data += part
        return data


class Lines:
    """A file with an event on each line, and those that were put aside."""

    def __init__(self, folder, name):
        self.folder, self.name = pathlib.Path(folder), name

    def seen(self):
        paths = sorted(self.folder.glob(f"*/{self.name}*"), key=lambda path: -int(path.suffix[1:] or 0)
                       if path.suffix[1:].isdigit() else 0)
        return [json.loads(line) for path in paths for line in path.read_text().splitlines()]
