#!/usr/bin/env python3
"""What an edge tells of its traffic: numbers, read by the published client of Prometheus, the access log and traces. Ends
with `N passed, N failed`.

Visits through the edge and through an agent, reaches limits, and compares what was done with what is told. The edge must
trace all requests to COLLECTOR_PORT, where this listens.

    scripts/metrics_interop.py MANAGEMENT_PORT HTTP_PORT HTTPS_PORT CA.PEM STATIC_HOST AGENT_HOST COLLECTOR_PORT ACCESS_LOG
"""
import http.client
import http.server
import json
import socket
import ssl
import sys
import threading
import time
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

MANAGEMENT, HTTP, HTTPS = (int(port) for port in sys.argv[1:4])
CA, STATIC, AGENT = sys.argv[4:7]
COLLECTOR, ACCESS_LOG = int(sys.argv[7]), sys.argv[8]
spans = []


class Collector(http.server.BaseHTTPRequestHandler):
    """Takes traces by OTLP over HTTP, in JSON."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path == "/v1/traces":
            spans.extend(span for resource in body["resourceSpans"] for scope in resource["scopeSpans"]
                         for span in scope["spans"])
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


threading.Thread(target=http.server.ThreadingHTTPServer(("127.0.0.1", COLLECTOR), Collector).serve_forever,
                 daemon=True).start()
passed = failed = 0


def check(name, is_right, what=""):
    global passed, failed
    if is_right:
        passed += 1
        print(f"ok    {name}")
    else:
        failed += 1
        print(f"FAIL  {name}\n    {what}")


def scrape():
    """All samples, by name and labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{MANAGEMENT}/metrics", timeout=10) as answer:
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        text = answer.read().decode()
    samples = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            assert key not in samples, f"{key} stands twice"
            samples[key] = sample.value
    return samples


def value(samples, name, **labels):
    return samples.get((name, tuple(sorted(labels.items()))), 0)


def visit(host, path="/", method="GET", fields=None, secure=False, body=None):
    """One request on a connection of its own; its status."""
    if secure:
        context = ssl.create_default_context(cafile=CA)
        raw = socket.create_connection(("127.0.0.1", HTTPS), timeout=20)
        connection = http.client.HTTPConnection(host)
        connection.sock = context.wrap_socket(raw, server_hostname=host)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", HTTP, timeout=20)
    connection.request(method, path, body, {"Host": host, **(fields or {})})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def grown(before, name, by, **labels):
    """Whether a number has grown so much; an exchange may be over a moment after its answer."""
    for _ in range(100):
        now = value(scrape(), name, **labels) - value(before, name, **labels)
        if now >= by:
            break
        time.sleep(0.05)
    check(f"{name} {labels or ''} +{by}", now == by, f"grew by {now}")


before = scrape()
statuses = [visit(STATIC) for _ in range(7)] + [visit(STATIC, method="POST", body=b"x" * 1000)]
statuses += [visit(AGENT) for _ in range(5)] + [visit(AGENT, secure=True) for _ in range(3)]
check("visits are answered", set(statuses) == {200}, statuses)
check("an unknown host is 404", visit("nobody.portico.localhost") == 404)
grown(before, "portico_requests_total", 7, endpoint=f"http://{STATIC}:{HTTP}", method="GET", code="200")
grown(before, "portico_requests_total", 1, endpoint=f"http://{STATIC}:{HTTP}", method="POST", code="200")
grown(before, "portico_requests_total", 5, endpoint=f"http://{AGENT}:{HTTP}", method="GET", code="200")
grown(before, "portico_requests_total", 3, endpoint=f"https://{AGENT}:{HTTPS}", method="GET", code="200")
grown(before, "portico_requests_total", 1, endpoint="", method="GET", code="404")
grown(before, "portico_request_duration_seconds_count", 17)
grown(before, "portico_request_duration_seconds_bucket", 17, le="+Inf")
grown(before, "portico_connections_total", 17)

after = scrape()
bytes_in = value(after, "portico_bytes_in_total") - value(before, "portico_bytes_in_total")
check("bytes that came are counted", 1000 < bytes_in < 20_000, bytes_in)
check("bytes that went are counted", value(after, "portico_bytes_out_total") > value(before, "portico_bytes_out_total"))
check("no connection is left open", value(after, "portico_connections_open") == 0)
check("the agent is connected", value(after, "portico_agent_connections") >= 1)
online = sum(count for (name, _), count in after.items() if name == "portico_endpoints_online")
check("all endpoints are online", online == 4, online)
check("the process has memory", value(after, "process_resident_memory_bytes") > 1 << 20)
check("each loop tells its lag", value(after, "portico_event_loop_lag_seconds", loop="0") < 1)

ends = [end for (name, _), end in after.items() if name == "portico_cert_expiry_seconds"]
check("each certificate tells how long it is good for", ends and all(0 < end < 400 * 86_400 for end in ends), ends)

before = scrape()
check("a long target is 414", visit(STATIC, "/" + "x" * 20_000) == 414)
check("long fields are 431", visit(STATIC, fields={"x": "y" * 20_000}) == 431)
check("many fields are 431", visit(STATIC, fields={f"x{n}": "y" for n in range(120)}) == 431)
grown(before, "portico_limit_reached_total", 2, limit="line_bytes")
grown(before, "portico_limit_reached_total", 1, limit="head_fields")
grown(before, "portico_bad_requests_total", 3)

before = scrape()
held = socket.create_connection(("127.0.0.1", HTTP), timeout=20)
held.sendall(b"GET / HTTP/1.1\r\n")
grown(before, "portico_connections_open", 1)
check("a slow head is 408", held.recv(4096).startswith(b"HTTP/1.1 408 "))
held.close()
grown(before, "portico_limit_reached_total", 1, limit="head_timeout")


def attributes(span):
    return {entry["key"]: next(iter(entry["value"].values())) for entry in span["attributes"]}


trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
check("a traced visit is answered", visit(STATIC, "/traced?page=1&secret=1", fields={"traceparent": trace}) == 200)
deadline = time.monotonic() + 20
while time.monotonic() < deadline and not any(span["traceId"] == trace[3:35] for span in spans):
    time.sleep(0.1)
ours = [span for span in spans if span["traceId"] == trace[3:35]]
check("a span of it arrives", len(ours) == 1 and ours[0]["parentSpanId"] == trace[36:52], spans[-1:])
facts = attributes(ours[0]) if ours else {}
check("the span says what it was", facts.get("url.path") == "/traced" and facts.get("http.response.status_code") == "200"
      and "secret" not in json.dumps(ours), ours)
check("earlier visits were traced too", len(spans) >= 17, len(spans))

lines = [json.loads(line) for line in open(ACCESS_LOG)]
mine = [line for line in lines if line["object"].get("trace_id") == trace[3:35]]
check("the visit has a line in the access log", len(mine) == 1, lines[-1:])
request = mine[0]["object"] if mine else {}
check("the line says what it was", mine and request["http"]["request"]["url"]["query"] == "page=1&secret=[redacted]"
      and request["http"]["response"]["status_code"] == 200 and request["duration_us"] > 0
      and request["conn"]["client_ip"] == "127.0.0.1" and mine[0]["account_id"].startswith("ac_"), mine)
check("span and line have one number", facts.get("portico.request_id") == request.get("request_id"), facts)
nobody = [line for line in lines if line["object"].get("error_code") == "ERR_PORTICO_3200"]
check("what no endpoint takes has a line", any(line["account_id"] is None for line in nobody), nobody[-1:])
told = scrape()
check("delivered lines are counted",
      value(told, "portico_events_delivered_total", destination="access_log") >= len(lines) > 17, len(lines))
check("delivered spans are counted", value(told, "portico_events_delivered_total", destination="traces") >= 17)
check("nothing was dropped", value(told, "portico_events_dropped_total", destination="access_log") == 0)
print(f"{passed} passed, {failed} failed")
