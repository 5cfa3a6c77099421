#!/usr/bin/env python3
"""The official SDK binds endpoints with traffic policies, and every action does what it says to real requests.

    scripts/interop.sh policies

It stands on the published driver of the agent protocol: its arguments, its service behind the agent and its
connections, all over real sockets. The last line is `N passed, N failed`.
"""
import asyncio
import base64
import gzip
import hashlib
import hmac
import json
import os
import subprocess
import zlib

import sdk_interop as published
from sdk_interop import expect, header

CHECKS = []


def check(title):
    def add(function):
        CHECKS.append(published.NS(title=title, fn=function, needs=()))
        return function
    return add


async def serve(c, policy):
    """An endpoint of its own with this policy, and its URL."""
    text = policy if isinstance(policy, str) else json.dumps(policy)
    listener = await c.forward(c.http_endpoint().traffic_policy(text))
    return listener.url()


def request(*actions, **rule):
    return {"on_http_request": [{"actions": list(actions), **rule}]}


def response(*actions, **rule):
    return {"on_http_response": [{"actions": list(actions), **rule}]}


def action(kind, **config):
    return {"type": kind, "config": config}


async def seen(c, url, target="/inspect", **more):
    """What the service saw of a request."""
    return json.loads((await c.get(target, url, **more)).body)


async def curl(c, url, coding):
    """What curl makes of an answer that it wants in a coding."""
    where = c.args.edge_https if url.startswith("https:") else c.args.edge_http
    trust = ["--cacert", c.args.edge_ca] if c.args.edge_ca else ["--insecure"]
    process = await asyncio.create_subprocess_exec(
        "curl", "--silent", "--show-error", "--fail", "--compressed", "--header", f"Accept-Encoding: {coding}",
        "--connect-to", f"::{where}", *trust, url, stdout=subprocess.PIPE,
    )
    body, _ = await process.communicate()
    expect(process.returncode, 0, f"end of curl with {coding}")
    return body


async def refusal(c, policy):
    """The code with which a policy is refused, and the words."""
    try:
        await serve(c, policy)
    except ValueError as error:
        words = " ".join(str(argument) for argument in error.args)
        return words
    raise AssertionError("the policy was taken")


@check("a session connects")
async def _(c):
    c.session = await c.builder().connect()


@check("a policy of an SDK is in force, and other endpoints have none of it")
async def _(c):
    closed = await serve(c, request(action("deny", status_code=418), expressions=["req.method == 'POST'"]))
    c.url = (await c.forward(c.http_endpoint())).url()
    expect((await c.get("/inspect", closed, "POST", body=b"x")).status, 418, "status")
    expect((await c.get("/inspect", closed)).status, 200, "status of what the rule does not match")
    expect((await c.get("/inspect", c.url, "POST", body=b"x")).status, 200, "status of the other endpoint")


@check("YAML is as good as JSON")
async def _(c):
    url = await serve(c, "on_http_request:\n  - actions:\n      - type: deny\n        config: {status_code: 410}\n")
    expect((await c.get("/", url)).status, 410, "status")


@check("a wrong policy is refused with its code and place")
async def _(c):
    for policy, code in [
        ("on_http_request: [{actions: [{type: nothing}]}]", 2201),
        ("on_http_request: [{expressions: ['req.methud == 1'], actions: [{type: deny}]}]", 2200),
        ("on_http_request: [{actions: []}]", 2206),
        ("on_http_request: {", 2236),
    ]:
        words = await refusal(c, policy)
        if f"ERR_NGROK_{code}" not in words or "1:" not in words:
            raise AssertionError(f"{policy}: {words}")


@check("add-headers and remove-headers, of requests and responses")
async def _(c):
    url = await serve(c, {
        **request(
            action("remove-headers", headers=["x-secret"]),
            action("add-headers", headers={"X-Method": "is ${req.method}", "x-twice": "2"}),
        ),
        **response(action("remove-headers", headers=["x-odd-case-header"]), action("add-headers", headers={"X-Status": "${res.status_code}"})),
    })
    got = await seen(c, url, headers=[("X-Secret", "1"), ("X-Secret", "2"), ("X-Twice", "1")])
    expect(header(got["headers"], "x-secret"), None, "x-secret")
    expect(header(got["headers"], "x-method"), "is GET", "x-method")
    expect([v for k, v in got["headers"] if k.lower() == "x-twice"], ["1", "2"], "x-twice")
    answer = await c.get("/cookies", url)
    expect(answer.get("x-odd-case-header"), None, "x-odd-case-header")
    expect(answer.get("x-status"), "200", "x-status")
    expect(answer.body, b"crumbs", "body")


@check("basic-auth")
async def _(c):
    url = await serve(c, request(action("basic-auth", credentials=["alice:correct horse"], realm="vault")))
    answer = await c.get("/inspect", url)
    expect(answer.status, 401, "status without credentials")
    expect(answer.get("www-authenticate"), 'Basic realm="vault"', "challenge")

    def basic(text):
        return [("Authorization", "Basic " + base64.b64encode(text.encode()).decode())]
    expect((await c.get("/inspect", url, headers=basic("alice:wrong horse"))).status, 401, "status of a wrong password")
    expect((await c.get("/inspect", url, headers=basic("alice:correct horse"))).status, 200, "status of the right one")


@check("circuit-breaker")
async def _(c):
    url = await serve(c, request(action("circuit-breaker", error_threshold=0.5, volume_threshold=2)))
    for _ in range(2):
        expect((await c.get("/status/500", url)).status, 500, "status of the service")
    answer = await c.get("/inspect", url)
    expect((answer.status, answer.get("ngrok-error-code")), (503, "ERR_NGROK_3202"), "answer of the open breaker")


@check("close-connection")
async def _(c):
    url = await serve(c, request({"type": "close-connection"}, expressions=["req.url.path == '/gone'"]))
    connection = await published.Connection(c, url).open()
    await connection.send("GET", "/gone")
    expect(await connection.r.read(), b"", "answer")
    expect((await c.get("/inspect", url)).status, 200, "status of another path")


@check("compress-response: every algorithm, as Python and curl decode it, and streams are flushed")
async def _(c):
    url = await serve(c, response(action("compress-response", algorithms=["gzip", "deflate", "br", "compress", "zstd"])))

    def program(*command):
        return lambda body: subprocess.run(command, input=body, capture_output=True, check=True).stdout
    whole = published.pattern(300_000)
    for name, decode in [
        ("gzip", gzip.decompress),
        ("deflate", zlib.decompress),
        ("br", program("brotli", "-dc")),
        ("compress", program("gzip", "-dc")),
        ("zstd", program("zstd", "-dcq")),
    ]:
        answer = await c.get("/bytes/300000", url, headers=[("Accept-Encoding", name)])
        expect(answer.get("content-encoding"), name, "content-encoding")
        expect(published.sha(decode(answer.body)), published.sha(whole), f"body by {name}")
        if name != "compress":
            expect(published.sha(await curl(c, f"{url}/bytes/300000", name)), published.sha(whole), f"body by {name} and curl")
    expect((await c.get("/bytes/10", url)).get("content-encoding"), None, "content-encoding that nobody asked for")
    connection = await published.Connection(c, url).open()
    await connection.send("GET", "/chunks/2/1500", [("Accept-Encoding", "gzip")])
    first = await asyncio.wait_for(connection.r.readuntil(b"\r\n\r\n"), 1)
    if b"gzip" not in first.lower():
        raise AssertionError(first)
    if not await asyncio.wait_for(connection.r.read(1), 1):
        raise AssertionError("the first event did not come at once")
    connection.close()


@check("custom-response, and the rules for responses run on it")
async def _(c):
    url = await serve(c, {
        **request(action("custom-response", status_code=503, body='{"path": "${req.url.path}"}', headers={"retry-after": "9"})),
        **response(action("add-headers", headers={"x-seen": "yes"})),
    })
    answer = await c.get("/a/b", url)
    expect((answer.status, answer.get("retry-after"), answer.get("x-seen")), (503, "9", "yes"), "answer")
    expect(answer.get("content-type"), "application/json", "content-type")
    expect(json.loads(answer.body), {"path": "/a/b"}, "body")


@check("deny")
async def _(c):
    url = await serve(c, request({"type": "deny"}))
    answer = await c.get("/", url)
    expect((answer.status, answer.body), (403, b""), "answer")


@check("log and set-vars do not touch the request, and variables carry over")
async def _(c):
    url = await serve(c, request(
        action("set-vars", vars=[{"n": "${size(req.url.path)}"}, {"twice": "${vars.n * 2}"}]),
        action("log", metadata={"path": "${req.url.path}"}),
        action("add-headers", headers={"x-twice": "${vars.twice}"}),
    ))
    expect(header((await seen(c, url))["headers"], "x-twice"), "16", "x-twice")


@check("http-request: what another service answers, within the bounds that the operator sets")
async def _(c):
    port, asked = int(os.environ["OUTBOUND_PORT"]), []

    async def answer(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        asked.append(head)
        body = b'{"answer": 42}'
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", port):
        url = await serve(c, request(
            action("http-request", url=f"http://127.0.0.1:{port}/ask${{req.url.path}}", headers={"x-why": "because"}),
            action("add-headers", headers={
                "x-answer": "${string(actions.ngrok.http_request.res.body.decodeJson()['answer'])}",
                "x-status": "${actions.ngrok.http_request.res.status_code}",
            }),
        ))
        got = await seen(c, url)
    expect((header(got["headers"], "x-answer"), header(got["headers"], "x-status")), ("42", "200"), "what the service saw")
    if len(asked) != 1 or not asked[0].startswith("GET /ask/inspect HTTP/1.1\r\n") or "x-why: because" not in asked[0]:
        raise AssertionError(asked)
    # A port that the operator has not opened, and nobody to answer at the one that is open.
    for target, code in ((f"http://127.0.0.1:{port + 1}/", "ERR_NGROK_100410"), (f"http://127.0.0.1:{port}/", "ERR_NGROK_100411")):
        answer = await c.get("/", await serve(c, request(action("http-request", url=target, on_error="halt"))))
        expect((answer.status, answer.get("ngrok-error-code")), (502, code), "answer")


@check("rate-limit")
async def _(c):
    url = await serve(c, request(action(
        "rate-limit", name="each", algorithm="sliding_window", capacity=3, rate="60s", bucket_key=["req.headers['x-user'][0]"],
    )))
    statuses = [(await c.get("/inspect", url, headers=[("X-User", "a")])).status for _ in range(4)]
    expect(statuses, [200, 200, 200, 429], "statuses")
    answer = await c.get("/inspect", url, headers=[("X-User", "a")])
    if not 1 <= int(answer.get("retry-after")) <= 60:
        raise AssertionError(answer.get("retry-after"))
    expect((await c.get("/inspect", url, headers=[("X-User", "b")])).status, 200, "status of another key")


@check("redirect")
async def _(c):
    url = await serve(c, request({"type": "redirect", "config": {"from": "/old/(.*)", "to": "/new/$1", "status_code": 308}}))
    answer = await c.get("/old/a?b=c", url)
    expect((answer.status, answer.get("location")), (308, url + "/new/a?b=c"), "answer")
    expect((await c.get("/inspect", url)).status, 200, "status of another path")


@check("url-rewrite")
async def _(c):
    url = await serve(c, request({"type": "url-rewrite", "config": {"from": "/api/v1/(.*)", "to": "/inspect/$1"}}))
    expect((await seen(c, url, "/api/v1/x?y=%20z"))["target"], "/inspect/x?y=%20z", "target")


@check("request- and response-body-find-replace")
async def _(c):
    url = await serve(c, {
        **request(action("request-body-find-replace", replacements=[{"from": "secret", "to": "******"}])),
        **response(action("response-body-find-replace", replacements=[{"from": "\\*+", "to": "(none)"}])),
    })
    for chunked in (False, True):
        answer = await c.get("/echo", url, "POST", body=b"a secret and a secret", chunked=chunked)
        expect(answer.body, b"a (none) and a (none)", "body")
    got = await seen(c, url, method="POST", body=b"secret!!")
    expect((got["length"], got["sha"]), (8, published.sha(b"******!!")[:len(got["sha"])]), "body that the service saw")


@check("sse-find-replace, event by event")
async def _(c):
    url = await serve(c, {"on_event_stream_message": [{"actions": [action("sse-find-replace", replacements=[{"from": "^(\\d)$", "to": "<$1>"}])]}]})
    answer = await c.get("/chunks/3/10", url)
    expect(answer.body, b"data: <0>\n\ndata: <1>\n\ndata: <2>\n\n", "events")


@check("restrict-ips")
async def _(c):
    denied = await serve(c, request(action("restrict-ips", enforce=True, allow=["203.0.113.0/24"])))
    answer = await c.get("/inspect", denied)
    expect((answer.status, answer.get("ngrok-error-code")), (403, "ERR_NGROK_3203"), "answer")
    allowed = await serve(c, request(action("restrict-ips", enforce=True, allow=["127.0.0.0/8"])))
    expect((await c.get("/inspect", allowed)).status, 200, "status of an allowed address")


@check("verify-webhook")
async def _(c):
    secret, body = "a webhook's secret", b'{"zen": "Keep it logically awesome."}'
    url = await serve(c, request(action("verify-webhook", provider="github", secret=secret)))
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    answer = await c.get("/echo", url, "POST", [("X-Hub-Signature-256", signature)], body)
    expect((answer.status, answer.body), (200, body), "answer to a signed message")
    answer = await c.get("/echo", url, "POST", [("X-Hub-Signature-256", signature)], body + b" ")
    expect((answer.status, answer.get("ngrok-error-code")), (403, "ERR_NGROK_3204"), "answer to another")


@check("what an expression cannot tell does not match, and later rules run")
async def _(c):
    url = await serve(c, {"on_http_request": [
        {"expressions": ["req.headers['x-none'][0] == 'a'"], "actions": [{"type": "deny"}]},
        {"actions": [action("add-headers", headers={"x-later": "ran"})]},
    ]})
    expect(header((await seen(c, url))["headers"], "x-later"), "ran", "x-later")


@check("on_tcp_connect: connections to HTTP, TLS and TCP endpoints are refused before a byte is answered")
async def _(c):
    refused = {"on_tcp_connect": [{"actions": [action("restrict-ips", enforce=True, allow=["203.0.113.0/24"])]}]}
    passing = {"on_tcp_connect": [{"actions": [action("restrict-ips", enforce=True, allow=["127.0.0.0/8"])]}]}
    for scheme in c.schemes:
        for policy, is_passing in ((refused, False), (passing, True)):
            listener = await c.forward(c.http_endpoint(scheme=scheme).traffic_policy(json.dumps(policy)))
            try:
                status = (await c.get("/inspect", listener.url())).status
            except (AssertionError, OSError):
                status = None
            expect(status, 200 if is_passing else None, f"status over {scheme}")
    for policy, is_passing in ((refused, False), (passing, True)):
        listener = await c.forward(c.session.tcp_endpoint().traffic_policy(json.dumps(policy)), c.up.tcp_port, "tcp")
        reader, writer = await asyncio.open_connection(c.args.edge_tcp_host, published.urlsplit(listener.url()).port)
        expect(await reader.read(3), b"hi\n" if is_passing else b"", "greeting over tcp")
        writer.close()
        listener = await c.forward(c.session.tls_endpoint().traffic_policy(json.dumps(policy)), c.up.tls_port, "tcp")
        context = published.ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, published.ssl.CERT_NONE
        host = published.urlsplit(listener.url()).hostname
        try:
            reader, writer = await asyncio.open_connection(*published.addr(c.args.edge_tls), ssl=context, server_hostname=host)
            greeting = await reader.read(3)
            writer.transport.abort()
        except OSError:
            greeting = b""
        expect(greeting, b"hi\n" if is_passing else b"", "greeting over tls")


if __name__ == "__main__":
    published.main(CHECKS, published.arguments(__doc__))
