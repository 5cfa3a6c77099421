#!/usr/bin/env python3
"""Logs visitors in at oidc-provider-mock of PyPI through an edge: with a small client that keeps cookies, and with
headless Chromium. Prints one line for each claim; scripts/interop.sh starts all that it talks to.

usage: oidc_interop.py SERVICE_PORT HTTPS_PORT CA PROVIDER API API_KEY CHROMIUM EDGE_LOG
"""

import asyncio
import base64
import hashlib
import http.client
import http.server
import json
import re
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import chromium
from claims import claim, finish

service_port, port, ca, provider, api, api_key, program, edge_log = sys.argv[1:]
port = int(port)


def url(host, path="/"):
    return f"https://{host}.portico.localhost:{port}{path}"


class Service(http.server.BaseHTTPRequestHandler):
    """What stands behind all logins: it answers with the head that it got."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        text = f"{self.requestline}\n{self.headers}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *words):
        pass


class Browser:
    """Keeps cookies as a browser would, and follows redirects only when it is told to."""

    def __init__(self):
        self.cookies = {}
        self.tls = ssl.create_default_context(cafile=ca)

    def get(self, target, form=None, headers=None):
        parts = urllib.parse.urlsplit(target)
        if parts.scheme == "https":
            # Names below localhost need no resolver, and Python's may know none of them.
            connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=20, context=self.tls)
            connection._create_connection = lambda address, *more: __import__("socket").create_connection(
                ("127.0.0.1", address[1]), *more
            )
        else:
            connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
        sent = {"Accept": "text/html", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"}
        known = self.cookies.setdefault(parts.hostname, {})
        if known:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in known.items())
        sent.update(headers or {})
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        if form is None:
            connection.request("GET", path or "/", headers=sent)
        else:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", path or "/", urllib.parse.urlencode(form), sent)
        answer = connection.getresponse()
        answer.text = answer.read().decode("utf-8", "replace")
        connection.close()
        for field in answer.headers.get_all("Set-Cookie") or []:
            name, value = field.split(";")[0].split("=", 1)
            if "Max-Age=0" in field:
                known.pop(name, None)
            else:
                known[name] = value
        return answer

    def follow(self, target, limit=6):
        """Follows redirects of the edge; stops at the provider."""
        for _ in range(limit):
            answer = self.get(target)
            if answer.status not in (301, 302, 303, 307):
                return answer
            target = answer.headers["Location"]
            if target.startswith(provider):
                answer.provider_url = target
                return answer
        raise RuntimeError(f"too many redirects: {target}")

    def login(self, target, subject):
        """From a page of an endpoint to what comes behind the login, as `subject`."""
        begun = self.follow(target)
        page = getattr(begun, "provider_url", None)
        if page is None:
            return begun
        agreed = self.get(page, {"sub": subject})
        return self.follow(agreed.headers["Location"])


def mock(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(provider + path, data, {"Content-Type": "application/json"}, method=method)
    urllib.request.urlopen(request, timeout=10).read()


def call(method, path):
    headers = {"Authorization": f"Bearer {api_key}", "Ngrok-Version": "2"}
    request = urllib.request.Request(api + path, None, headers, method=method)
    try:
        answer = urllib.request.urlopen(request, timeout=10)
        return answer.status, json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"{}")


def code(answer):
    return answer.headers.get("Ngrok-Error-Code") or ""


def until(seconds, holds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = holds()
        if result:
            return result
        time.sleep(0.1)
    return False


ADA = {"email": "ada@example.test", "email_verified": True, "name": "Ada", "groups": ["admins", "staff"]}
EVE = {"email": "eve@elsewhere.test", "email_verified": True, "name": "Eve", "groups": ["staff"]}


def logins():
    mock("PUT", "/users/ada", ADA)
    mock("PUT", "/users/eve", EVE)

    browser = Browser()
    answer = browser.login(url("login", "/page?x=1"), "ada")
    claim("a visitor logs in and sees the page that was asked for", answer.status == 200, answer.text)
    head = answer.text
    claim("the service gets the path as it was asked for", head.startswith("GET /page?x=1 "), head)
    claim("the service is told who it is", "ngrok-auth-user-email: ada@example.test" in head.lower(), head)
    claim("the service gets the name", "ngrok-auth-user-name: ada" in head.lower(), head)
    claim("the service does not get the cookies of the login", "portico.session" not in head, head)
    names = sorted(browser.cookies["login.portico.localhost"])
    claim("the cookies are of the host alone", all(name.startswith("__Host-") for name in names), names)
    statuses = {browser.get(url("login")).status for _ in range(20)}
    claim("the session is good on every event loop", statuses == {200}, statuses)

    answer = Browser().get(url("login"), headers={"Cookie": "__Host-portico.session=forged"})
    claim("a forged session is none", answer.status == 302, answer.text)
    stolen = browser.cookies["login.portico.localhost"]["__Host-portico.session"]
    answer = Browser().get(url("group"), headers={"Cookie": f"__Host-portico.session={stolen}"})
    claim("the session of another endpoint is none here", answer.status == 302, answer.text)

    # Rules.
    answer = Browser().login(url("group"), "ada")
    claim("a rule on the address lets the right one in", answer.status == 200, answer.text)
    answer = Browser().login(url("group"), "eve")
    claim("a rule on the address refuses another", answer.status == 403, (answer.status, answer.text))
    answer = Browser().login(url("listed"), "eve")
    claim("email_domains refuses another with 3105", (answer.status, code(answer)) == (403, "ERR_NGROK_3105"), answer.text)
    answer = Browser().login(url("claims"), "ada")
    claim("a rule on a claim of the ID token lets the right one in", answer.status == 200, (answer.status, answer.text))
    answer = Browser().login(url("claims"), "eve")
    claim("a rule on a claim of the ID token refuses another", answer.status == 403, (answer.status, answer.text))

    # An application of the edge's owner, by OAuth 2.
    answer = Browser().login(url("oauth"), "ada")
    claim("a login by OAuth 2 with the application of the edge's owner", answer.status == 200, (answer.status, answer.text))
    claim("OAuth 2 tells who it is", "ngrok-auth-user-email: ada@example.test" in answer.text.lower(), answer.text)

    return browser


def sessions(browser):
    status, users = call("GET", "/app/users")
    known = [user for user in users.get("application_users", []) if user["provider_user_id"] == "ada"]
    claim("the API shows the visitor", status == 200 and len(known) >= 1, users)
    status, listed = call("GET", "/app/sessions")
    mine = [s for s in listed.get("application_sessions", []) if s["public_url"] == url("login", "")]
    claim("the API shows the session with its browser", len(mine) == 1 and
          mine[0]["browser_session"]["user_agent"]["browser_name"] == "Firefox", listed)
    status, _ = call("DELETE", f"/app/sessions/{mine[0]['id']}")
    claim("the API ends the session", status == 204, status)
    claim("the next request of an ended session logs in anew",
          until(5, lambda: browser.get(url("login")).status == 302), "still in")
    answer = browser.login(url("login"), "ada")
    claim("one can log in again", answer.status == 200, answer.text)
    status, listed = call("GET", "/app/sessions")
    new = [s for s in listed["application_sessions"] if s["public_url"] == url("login", "")]
    claim("a new login has a new session", len(new) == 1 and new[0]["id"] != mine[0]["id"], listed)
    user = new[0]["application_user"]["id"]
    status, _ = call("DELETE", f"/app/users/{user}")
    claim("the API forgets the visitor", status == 204, status)
    claim("the sessions of a visitor who was forgotten are over",
          until(5, lambda: browser.get(url("login")).status == 302), "still in")


def lifetimes():
    browser = Browser()
    answer = browser.login(url("short"), "ada")
    claim("a login with limits", answer.status == 200, answer.text)
    claim("a session ends after max_session_duration", until(8, lambda: browser.get(url("short")).status == 302), "")
    browser = Browser()
    answer = browser.login(url("idle"), "ada")
    for _ in range(6):
        time.sleep(0.5)
        answer = browser.get(url("idle"))
    claim("a session in use outlives idle_session_duration", answer.status == 200, answer.text)
    time.sleep(3.2)
    claim("a session ends without use", browser.get(url("idle")).status == 302, "still in")

    browser = Browser()
    browser.login(url("fresh"), "ada")
    mock("PUT", "/users/ada", {**ADA, "name": "Ada Lovelace"})
    claim("the user's data is fetched again",
          until(5, lambda: "ngrok-auth-user-name: ada lovelace" in browser.get(url("fresh")).text.lower()), "")
    mock("PUT", "/users/ada", ADA)
    mock("POST", "/users/ada/revoke-tokens")
    refused = until(5, lambda: next((a for a in [browser.get(url("fresh"))] if a.status != 200), None))
    claim("a login that the provider ends is over, with a page that has a way on",
          refused and refused.status == 401 and code(refused) == "ERR_NGROK_3113" and "/ngrok/login" in refused.text,
          refused and (refused.status, refused.text))


def pages():
    browser = Browser()
    browser.login(url("login"), "ada")
    answer = browser.get(url("login", "/ngrok/login?redirect_path=/after"))
    asked = urllib.parse.parse_qs(urllib.parse.urlsplit(answer.headers["Location"]).query)
    claim("/ngrok/login asks the provider to ask again", asked.get("prompt") == ["login"], asked)
    for evil in ["https://evil.test/", "//evil.test/", "/\\evil.test/", "evil.test", "/%0d%0aset-cookie:a=b"]:
        answer = browser.get(url("login", "/ngrok/login?redirect_path=" + urllib.parse.quote(evil, safe="%")))
        claim(f"redirect_path {evil} is refused", (answer.status, code(answer)) == (400, "ERR_NGROK_3106"),
              (answer.status, answer.headers.items()))
    answer = browser.get(url("login", "//evil.test/x"))
    claim("a path of two slashes is the upstream's", answer.status == 200, answer.text)
    answer = Browser().login(url("login", "//evil.test/x"), "ada")
    claim("a login for a path of two slashes stays at its host", answer.status == 200 and
          answer.text.startswith("GET //evil.test/x"), answer.text)
    answer = browser.get(url("login", "/ngrok/logout?redirect_path=/bye"))
    claim("/ngrok/logout leads on", answer.headers["Location"] == url("login", "/bye"), answer.headers.items())
    claim("there is no session after a logout", browser.get(url("login")).status == 302, "still in")
    browser.login(url("login"), "ada")
    answer = browser.get(url("login", "/ngrok/logout?end_session=true&redirect_path=/bye"))
    target = answer.headers["Location"]
    claim("a logout may end at the provider", target.startswith(provider + "/oauth2/end_session"), target)
    asked = urllib.parse.parse_qs(urllib.parse.urlsplit(target).query)
    claim("the provider is told whose logout it is", "id_token_hint" in asked and "client_id" in asked, asked)
    back = browser.get(asked["post_logout_redirect_uri"][0] + "?state=" + urllib.parse.quote(asked["state"][0]))
    claim("the provider's logout leads back to the endpoint", back.headers["Location"] == url("login", "/bye"),
          back.headers.items())
    answer = browser.get(url("cors"), headers={"X-Test": "1"})
    claim("without a session nobody passes", answer.status == 302, answer.text)


def key_hash():
    """Of the public key of the edge's certificate, as Chromium wants it."""
    asked = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", "login.portico.localhost"]
    shown = subprocess.run(asked, check=True, capture_output=True, input=b"").stdout
    key = subprocess.run(["openssl", "x509", "-noout", "-pubkey"], input=shown, check=True, capture_output=True).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=key, check=True, capture_output=True).stdout
    return base64.b64encode(hashlib.sha256(der).digest()).decode()


async def chrome():
    options = [f"--ignore-certificate-errors-spki-list={key_hash()}",
               "--host-resolver-rules=MAP *.portico.localhost 127.0.0.1, EXCLUDE 127.0.0.1, MAP * ~NOTFOUND"]
    async with chromium.page(program, *options) as page:
        claim("Chromium starts", True)
        await page.send("Page.navigate", url=url("login", "/in-chromium?y=2"))
        there = await page.until(f"location.href.startsWith('{provider}') && !!document.querySelector('input[name=sub]')")
        claim("Chromium is sent to the provider", there, await page.value("location.href"))
        await page.value("document.querySelector('input[name=sub]').value = 'ada'; "
                         "document.querySelector('button[type=submit]').click(); true")
        back = await page.until(f"location.href == '{url('login', '/in-chromium?y=2')}' && document.body && "
                                "document.body.innerText.includes('GET /in-chromium')")
        text = await page.value("document.body.innerText")
        claim("Chromium comes back to what was asked for", back, (await page.value("location.href"), text))
        claim("the service sees who Chromium's user is", "ada@example.test" in (text or "").lower(), text)
        cookies = (await page.send("Network.getCookies", urls=[url("login")]))["cookies"]
        session = [c for c in cookies if c["name"] == "__Host-portico.session"]
        claim("Chromium has the session as it is meant to be", len(session) == 1 and session[0]["httpOnly"]
              and session[0]["secure"] and session[0]["sameSite"] == "Lax" and session[0]["path"] == "/", cookies)
        claim("scripts do not see it", "portico" not in (await page.value("document.cookie") or ""), "")
        await page.send("Page.navigate", url=url("login", "/ngrok/callback?ticket=forged"))
        shown = await page.until("document.body && document.body.innerText.includes('ERR_PORTICO_3107')")
        claim("the page of an error is shown", shown, await page.value("document.body.innerText"))
        link = await page.value("document.querySelector('a') && document.querySelector('a').getAttribute('href')")
        claim("it has a link to a new login", link == "/ngrok/login", link)
        console = [e for e in page.events if e.get("method") == "Log.entryAdded"
                   and "Content Security Policy" in e["params"]["entry"]["text"]]
        claim("the page breaks no rule of its own policy", not console, console)
        await page.send("Page.navigate", url=url("login", "/ngrok/logout"))
        out = await page.until(f"location.href.startsWith('{provider}')")
        claim("after a logout Chromium is sent to the provider again", out, await page.value("location.href"))


def secrets():
    log = Path(edge_log).read_text(errors="replace")
    found = re.findall(r"s3cret-of-portico|eyJ[A-Za-z0-9_-]{20,}|__Host-portico\.session=\S{20,}", log)
    claim("the edge's log has no secret, token or cookie", not found, found[:3])


service = http.server.ThreadingHTTPServer(("127.0.0.1", int(service_port)), Service)
threading.Thread(target=service.serve_forever, daemon=True).start()
browser = logins()
sessions(browser)
lifetimes()
pages()
asyncio.run(chrome())
secrets()
finish()
