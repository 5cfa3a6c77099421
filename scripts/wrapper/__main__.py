#!/usr/bin/env python3
"""PyPI's pyngrok drives our agent as its binary, against an edge of ours. Ends with `N passed, N failed`.

What its documentation shows is done here: connect, list, options, tcp, tls, disconnect, kill, requests of the local API,
log events, the configuration file, `api`, and the same from asyncio. What cannot work is tried too, and its reason told.

    scripts/wrapper/__main__.py --ngrok PROGRAM --home FOLDER --server HOST:PORT --ca CA.PEM --authtoken TOKEN \\
        --http PORT --https PORT --api URL --api-key KEY

PROGRAM is called by the name `ngrok`. --http and --https are the public ports of the edge on this machine.
"""
import asyncio
import base64
import contextlib
import http.client
import json
import os
import pathlib
import socket
import ssl
import time
import traceback
import urllib.parse

from surroundings import (CHECKS, HOME, PORT, Echo, check, configuration, expect, given, running, told, visit)

from pyngrok import agent, aio, ngrok, process
from pyngrok.conf import PyngrokConfig
from pyngrok.exception import PyngrokError, PyngrokNgrokError, PyngrokNgrokHTTPError

BOTH = ["3", "2"]


@check("connect gives an https URL that serves the port")
def _():
    for version in BOTH:
        with running(version=version) as setting:
            tunnel = ngrok.connect(PORT, pyngrok_config=setting)
            assert tunnel.public_url.startswith("https://"), tunnel.public_url
            assert tunnel.name.startswith(f"http-{PORT}-"), tunnel.name
            expect(told(tunnel.public_url, path="/a?b=c")["path"], "/a?b=c")
            if version == "2":
                expect(tunnel.proto, "https")
                expect(tunnel.config["addr"], f"http://localhost:{PORT}")


@check("get_tunnels lists what is there, disconnect takes it away")
def _():
    for version in BOTH:
        with running(version=version) as setting:
            expect(ngrok.get_tunnels(setting), [])
            one = ngrok.connect(PORT, name="one", pyngrok_config=setting)
            two = ngrok.connect(PORT, name="two with blanks", pyngrok_config=setting)
            expect(sorted(t.name for t in ngrok.get_tunnels(setting)), ["one", "two with blanks"])
            ngrok.disconnect(one.public_url, setting)
            expect([t.public_url for t in ngrok.get_tunnels(setting)], [two.public_url])
            expect(visit(one.public_url)[0], 404, "status of what was disconnected")
            ngrok.disconnect(two.public_url, setting)
            expect(ngrok.get_tunnels(setting), [])
            ngrok.disconnect("https://never.portico.localhost", setting)


@check("a URL that is wished for is given, and a second one of it refused with the edge's code")
def _():
    with running() as setting:
        url = "https://wish.portico.localhost"
        tunnel = ngrok.connect(PORT, url=url, pyngrok_config=setting)
        assert tunnel.public_url.startswith(url), tunnel.public_url
        expect(told(tunnel.public_url)["method"], "GET")
        try:
            ngrok.connect(PORT, url=url, pyngrok_config=setting)
            raise AssertionError("the same URL was given twice")
        except PyngrokNgrokHTTPError as error:
            expect(error.status_code, 502)
            body = json.loads(error.body)
            expect(body["error_code"], 103)
            assert "ERR_NGROK_334" in body["details"]["err"], body


@check("options of http: traffic policy, basic auth, host header, headers, pooling")
def _():
    with running() as setting:
        policy = {"on_http_request": [{"actions": [{"type": "add-headers", "config": {"headers": {"x-added": "yes"}}}]}]}
        as_map = ngrok.connect(PORT, traffic_policy=policy, pyngrok_config=setting)
        expect(told(as_map.public_url)["x-added"], "yes")
        as_text = ngrok.connect(PORT, traffic_policy=json.dumps(policy), pyngrok_config=setting)
        expect(told(as_text.public_url)["x-added"], "yes")
        auth = ngrok.connect(PORT, basic_auth=["ada:lovelace1815"], pyngrok_config=setting)
        expect(visit(auth.public_url)[0], 401)
        right = base64.b64encode(b"ada:lovelace1815").decode()
        expect(visit(auth.public_url, headers={"Authorization": f"Basic {right}"})[0], 200)
        host = ngrok.connect(PORT, host_header="rewrite", pyngrok_config=setting)
        expect(told(host.public_url)["host"], f"localhost:{PORT}")
        pool = [ngrok.connect(PORT, url="https://pool.portico.localhost", pooling_enabled=True, pyngrok_config=setting)
                for _ in range(2)]
        expect(pool[0].public_url, pool[1].public_url)
        expect(told(pool[0].public_url)["method"], "GET")


@check("options of version 2: bind_tls, schemes, subdomain, auth, compression, metadata")
def _():
    with running(version="2") as setting:
        plain = ngrok.connect(PORT, bind_tls=False, pyngrok_config=setting)
        assert plain.public_url.startswith("http://"), plain.public_url
        expect(told(plain.public_url)["method"], "GET")
        both = ngrok.connect(PORT, name="both", schemes=["http", "https"], pyngrok_config=setting)
        assert both.public_url.startswith("https://"), both.public_url
        expect(sorted(t.name for t in ngrok.get_tunnels(setting) if t.name.startswith("both")), ["both", "both (http)"])
        below = ngrok.connect(PORT, subdomain="below", metadata="m", compression=True, pyngrok_config=setting)
        assert below.public_url.startswith("https://below.portico.localhost"), below.public_url
        expect(told(below.public_url)["method"], "GET")
        auth = ngrok.connect(PORT, auth="ada:lovelace1815", pyngrok_config=setting)
        expect(visit(auth.public_url)[0], 401)


@check("tcp: bytes go both ways")
def _():
    echo = Echo()
    for version in BOTH:
        with running(version=version) as setting:
            tunnel = ngrok.connect(echo.port, "tcp", pyngrok_config=setting)
            assert tunnel.public_url.startswith("tcp://"), tunnel.public_url
            port = urllib.parse.urlsplit(tunnel.public_url).port
            with socket.create_connection(("127.0.0.1", port), timeout=10) as peer:
                peer.sendall(b"hello")
                expect(peer.recv(5), b"hello")


@check("tls: what the visitor encrypts is opened by the service alone")
def _():
    folder = HOME / "tls"
    folder.mkdir()
    os.system(f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=secret.portico.localhost -addext "
              f"subjectAltName=DNS:secret.portico.localhost -keyout {folder}/key.pem -out {folder}/crt.pem 2>/dev/null")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "crt.pem", folder / "key.pem")
    echo = Echo(context)
    with running() as setting:
        tunnel = ngrok.connect(echo.port, "tls", url="tls://secret.portico.localhost", pyngrok_config=setting)
        trusting = ssl.create_default_context(cafile=folder / "crt.pem")
        raw = socket.create_connection(("127.0.0.1", given.https), timeout=10)
        with trusting.wrap_socket(raw, server_hostname="secret.portico.localhost") as peer:
            peer.sendall(b"hello")
            expect(peer.recv(5), b"hello")
        assert tunnel.public_url.startswith("tls://secret.portico.localhost"), tunnel.public_url


@check("requests are captured, found by tunnel, replayed, and cleared")
def _():
    with running() as setting:
        one = ngrok.connect(PORT, name="one", pyngrok_config=setting)
        two = ngrok.connect(PORT, name="two", pyngrok_config=setting)
        told(one.public_url, path="/first", method="POST", body=b"some bytes", headers={"x-mine": "1"})
        told(two.public_url, path="/second")
        base = ngrok.get_ngrok_process(setting).api_url
        found = agent.get_requests(one.name, setting)
        expect([request.request["uri"] for request in found], ["/first"])
        request = agent.get_request(found[0].id, setting)
        expect(request.request["method"], "POST")
        expect(request.request["headers"]["X-Mine"], ["1"])
        assert base64.b64decode(request.request["raw"]).endswith(b"some bytes")
        expect((request.response["status"], request.response["status_code"]), ("200 OK", 200))
        assert request.duration > 0 and request.remote_addr.startswith("127."), request.data
        agent.replay_request(request.id, pyngrok_config=setting)
        found = agent.get_requests(one.name, setting)
        expect([request.request["uri"] for request in found], ["/first", "/first"])
        expect(found[0].response["status_code"], 200)
        both = ngrok.api_request(f"{base}/api/requests/http", params={"limit": 2})
        expect(len(both["requests"]), 2)
        agent.delete_requests(setting)
        expect(agent.get_requests(pyngrok_config=setting), [])


@check("get_agent_status, and metrics of a tunnel")
def _():
    for version in BOTH:
        with running(version=version) as setting:
            tunnel = ngrok.connect(PORT, pyngrok_config=setting)
            status = agent.get_agent_status(setting)
            expect((status.status, status.uri), ("online", "/api/status"))
            expect(len(status.session["legs"]), 1)
            for _ in range(3):
                told(tunnel.public_url)
            tunnel.refresh_metrics()
            expect(tunnel.metrics["http"]["count"], 3)
            assert tunnel.metrics["conns"]["count"] >= 1, tunnel.metrics
            assert {"rate1", "p50", "p99"} <= set(tunnel.metrics["http"]), tunnel.metrics


@check("files of a folder are served, and nothing beside it")
def _():
    folder = HOME / "files"
    folder.mkdir()
    (folder / "index.html").write_text("<p>home")
    (folder / "a.txt").write_text("0123456789")
    (HOME / "secret.txt").write_text("secret")
    with running() as setting:
        tunnel = ngrok.connect(f"file://{folder}", pyngrok_config=setting)
        expect(visit(tunnel.public_url), (200, b"<p>home"))
        expect(visit(tunnel.public_url, "/a.txt", headers={"Range": "bytes=2-4"}), (206, b"234"))
        for path in ["/../secret.txt", "/%2e%2e/secret.txt"]:
            assert b"secret" not in visit(tunnel.public_url, path)[1]


@check("an upstream that is not there is a page of the agent, and captured")
def _():
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    with running() as setting:
        tunnel = ngrok.connect(str(port), name="gone", pyngrok_config=setting)
        expect(visit(tunnel.public_url)[0], 502)
        expect(agent.get_requests("gone", setting)[0].response["status_code"], 502)


@check("log events arrive, and the process keeps its logs")
def _():
    seen = []
    with running(log_event_callback=seen.append) as setting:
        tunnel = ngrok.connect(PORT, name="logged", pyngrok_config=setting)
        told(tunnel.public_url)
        deadline = time.time() + 10
        while not any(log.msg == "join connections" for log in seen) and time.time() < deadline:
            time.sleep(0.05)
        messages = [log.msg for log in seen]
        for message in ["open config file", "starting web service", "client session established",
                        "tunnel session started", "started tunnel", "join connections", "start", "end"]:
            assert message in messages, (message, messages)
        assert messages.index("starting web service") < messages.index("client session established")
        started = next(log for log in seen if log.msg == "started tunnel")
        expect((started.obj, started.name, started.url, started.addr),
               ("tunnels", "logged", tunnel.public_url, f"http://localhost:{PORT}"))
        assert all(log.t and log.lvl in ("INFO", "DEBUG", "WARNING", "ERROR", "CRITICAL") for log in seen), seen
        assert len(ngrok.get_ngrok_process(setting).logs) >= len(messages) - 5


@check("nobody reads the log, and the agent goes on")
def _():
    with running(monitor_thread=False) as setting:
        tunnel = ngrok.connect(PORT, pyngrok_config=setting)
        for _ in range(1500):
            ngrok.get_tunnels(setting)
        expect(told(tunnel.public_url)["method"], "GET")


@check("kill ends the process, and a later call starts another")
def _():
    with running() as setting:
        ngrok.connect(PORT, pyngrok_config=setting)
        first = ngrok.get_ngrok_process(setting).proc
        ngrok.kill(setting)
        first.wait(timeout=10)
        assert not process.is_process_running(setting.ngrok_path)
        tunnel = ngrok.connect(PORT, pyngrok_config=setting)
        assert ngrok.get_ngrok_process(setting).proc.pid != first.pid
        expect(told(tunnel.public_url)["method"], "GET")


@check("definitions of the configuration file: by name, the default one, and all")
def _():
    text = f"""endpoints:
  - name: pyngrok-default
    url: https://default.portico.localhost
    upstream: {{ url: {PORT} }}
  - name: shop
    url: https://shop.portico.localhost
    upstream: {{ url: {PORT} }}
tunnels:
  older: {{ proto: http, addr: {PORT}, domain: older.portico.localhost }}
"""
    with running(text) as setting:
        default = ngrok.connect(pyngrok_config=setting)
        expect((default.name, default.public_url.startswith("https://default.")), ("pyngrok-default-api", True))
        shop = ngrok.connect(name="shop", pyngrok_config=setting)
        expect(shop.name, "shop-api")
        expect(told(shop.public_url)["method"], "GET")
    text = text.replace("  older:", "  # older:")
    with running(text.replace("tunnels:", "#")) as setting:
        expect([tunnel.name for tunnel in ngrok.connect_all(setting)], ["shop-api"])
    text = f"tunnels:\n  web: {{proto: http, addr: {PORT}, domain: web.portico.localhost}}\n"
    with running(text, version="2") as setting:
        expect([tunnel.name for tunnel in ngrok.connect_all(setting)], ["web-api"])


@check("set_auth_token and set_api_key write the file, which is used")
def _():
    setting = configuration(auth_token=None)
    try:
        ngrok.set_auth_token(given.authtoken, setting)
        ngrok.set_api_key(given.api_key, setting)
        assert given.authtoken in pathlib.Path(setting.config_path).read_text()
        expect(told(ngrok.connect(PORT, pyngrok_config=setting).public_url)["method"], "GET")
    finally:
        ngrok.kill(setting)


@check("a config file that is not there is made, with the version alone")
def _():
    path = HOME / "made" / "ngrok.yml"
    os.environ.update(NGROK_CONNECT_URL=given.server, NGROK_CONNECT_CAS=given.ca)
    try:
        for version in BOTH:
            path.unlink(missing_ok=True)
            setting = PyngrokConfig(config_path=str(path), config_version=version, auth_token=given.authtoken,
                                    region="us")
            try:
                expect(told(ngrok.connect(PORT, pyngrok_config=setting).public_url)["method"], "GET")
            finally:
                ngrok.kill(setting)
    finally:
        del os.environ["NGROK_CONNECT_URL"], os.environ["NGROK_CONNECT_CAS"]


@check("a refused authtoken ends the start with the code")
def _():
    setting = configuration(auth_token="2x_wrong_1234567890abcdefghijkl", startup_timeout=15)
    try:
        ngrok.connect(PORT, pyngrok_config=setting)
        raise AssertionError("it was accepted")
    except PyngrokNgrokError as error:
        assert "ERR_NGROK_" in (error.ngrok_error or ""), (error.ngrok_error, error.ngrok_logs)
    finally:
        ngrok.kill(setting)


@check("definitions that make no sense are 400 with the reason")
def _():
    with running() as setting:
        base = ngrok.get_ngrok_process(setting).api_url
        for body in [{"name": "x"}, {"name": "x", "upstream": {"url": "a b"}}, {"upstream": {"url": "80"}},
                     {"name": "x", "upstream": {"url": "80"}, "trafic_policy": {}}]:
            try:
                ngrok.api_request(f"{base}/api/endpoints", method="POST", data=body)
                raise AssertionError(f"{body} was taken")
            except PyngrokNgrokHTTPError as error:
                expect((error.status_code, json.loads(error.body)["error_code"]), (400, 102), body)


@check("the local API: index, replacing, unknown names, other hosts and origins, forms")
def _():
    with running() as setting:
        ngrok.connect(PORT, name="a b", pyngrok_config=setting)
        base = ngrok.get_ngrok_process(setting).api_url
        expect(ngrok.api_request(f"{base}/api")["endpoints_uri"], "/api/endpoints")
        expect(ngrok.api_request(f"{base}/api/")["uri"], "/api")
        expect(ngrok.api_request(f"{base}/api/endpoints/a%20b")["name"], "a b")
        put = ngrok.api_request(f"{base}/api/endpoints/a%20b", method="PUT",
                                data={"upstream": {"url": PORT, "protocol": "http1"},
                                      "url": "https://put.portico.localhost"})
        assert put["url"].startswith("https://put.portico.localhost"), put
        expect(told(put["url"])["method"], "GET")
        authority = urllib.parse.urlsplit(base).netloc

        def call(method, path, headers, body=None):
            with contextlib.closing(http.client.HTTPConnection(authority, timeout=5)) as connection:
                connection.request(method, path, body=body, headers=headers)
                response = connection.getresponse()
                response.read()
                return response.status

        expect(call("GET", "/api/endpoints/none", {}), 404)
        expect(call("GET", "/api/nothing", {}), 404)
        expect(call("GET", "/api/endpoints", {"Host": "rebound.example"}), 403)
        expect(call("GET", "/api/endpoints", {"Host": f"127.0.0.1.example:{authority.split(':')[1]}"}), 403)
        expect(call("DELETE", "/api/requests/http", {"Origin": "https://stranger.example"}), 403)
        expect(call("POST", "/api/endpoints", {"Content-Type": "application/x-www-form-urlencoded"}, "a=b"), 400)
        expect(call("POST", "/api/endpoints", {"Content-Type": "application/json"}, "{"), 400)
        expect(call("POST", "/api/requests/http", {"Content-Type": "application/json"}, '{"id": "none"}'), 404)


@check("api calls the edge's REST API, with the key of the call and of the file")
def _():
    os.environ["PORTICO_API_URL"] = given.api
    try:
        setting = configuration(api_key=given.api_key)
        expect(ngrok.api("endpoints", "list", pyngrok_config=setting).data["endpoints"], [])
        setting = configuration()
        ngrok.set_api_key(given.api_key, setting)
        assert "tunnel_sessions" in ngrok.api("tunnel-sessions", "list", pyngrok_config=setting).data
        try:
            ngrok.api("endpoints", "get", "ep_none", pyngrok_config=setting)
            raise AssertionError("it was found")
        except PyngrokError as error:
            assert "ERR_NGROK" in str(error) or "ERR_PORTICO" in str(error), error
    finally:
        del os.environ["PORTICO_API_URL"]


@check("the versions are told, and update says what to do")
def _():
    version, _ = ngrok.get_version(configuration())
    assert version.strip().count(".") == 2, version
    assert ngrok.update(configuration()).strip()


@check("the same from asyncio")
def _():
    async def main(setting):
        tunnel = await aio.connect(PORT, name="async", pyngrok_config=setting)
        expect((await asyncio.to_thread(told, tunnel.public_url))["method"], "GET")
        expect([t.name for t in await aio.get_tunnels(setting)], ["async"])
        await aio.disconnect(tunnel.public_url, setting)
        expect(await aio.get_tunnels(setting), [])

    with running() as setting:
        asyncio.run(main(setting))


def main():
    passed = failed = 0
    for title, function in CHECKS:
        try:
            function()
            passed += 1
            print(f"ok    {title}", flush=True)
        except Exception as error:  # noqa: BLE001
            failed += 1
            where = traceback.extract_tb(error.__traceback__)
            line = next((entry.lineno for entry in reversed(where) if entry.filename == __file__), 0)
            print(f"FAIL  {title}\n    line {line}: {type(error).__name__}: {str(error)[:600]}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return failed


if __name__ == "__main__":
    raise SystemExit(1 if main() else 0)
