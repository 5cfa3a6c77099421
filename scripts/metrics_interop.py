#!/usr/bin/env python3
"""What an edge counts, read by the published client of Prometheus. Ends with `N passed, N failed`.

Visits through the edge and through an agent, reaches limits, and compares what was done with what a scrape says.

    scripts/metrics_interop.py MANAGEMENT_PORT HTTP_PORT HTTPS_PORT CA.PEM STATIC_HOST AGENT_HOST
"""
import http.client
import socket
import ssl
import sys
import time
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

MANAGEMENT, HTTP, HTTPS = (int(port) for port in sys.argv[1:4])
CA, STATIC, AGENT = sys.argv[4:7]
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
print(f"{passed} passed, {failed} failed")
