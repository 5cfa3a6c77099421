#!/usr/bin/env python3
"""What a person does in the agent's inspector, done by headless Chromium: watches requests arrive, opens them, replays
them changed, compares, exports; with a mouse and with the keyboard alone. Ends with `N passed, N failed`.

usage: scripts/inspector SERVICE_PORT WEB_PORT HTTPS_PORT CA CHROMIUM FOLDER AGENT_PID

The agent serves https://web.portico.localhost from SERVICE_PORT, where this listens, and https://down.portico.localhost
from a port where nobody does. Pictures of every page go into FOLDER.
"""
import asyncio
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import chromium
import service
from claims import claim, finish

service_port, web_port, https_port = (int(one) for one in sys.argv[1:4])
ca, program, folder, agent = sys.argv[4], sys.argv[5], pathlib.Path(sys.argv[6]), int(sys.argv[7])
WEB = f"http://127.0.0.1:{web_port}"
TOKEN = "Bearer s3cret-of-a-visitor"


class Visitor:
    """Asks the edge for a host; by one connection, which it keeps."""

    def __init__(self, host="web"):
        self.host = f"{host}.portico.localhost"
        context = ssl.create_default_context(cafile=ca)
        self.connection = http.client.HTTPSConnection(self.host, https_port, timeout=20, context=context)
        self.connection._create_connection = lambda *_: socket.create_connection(("127.0.0.1", https_port), 20)

    def ask(self, path, method="GET", body=None, **fields):
        headers = {"Authorization": TOKEN, "Cookie": "sid=s3cret-cookie; theme=dark"}
        headers.update({name.replace("_", "-"): value for name, value in fields.items()})
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        answer.content = answer.read()
        return answer


def ask_agent(path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", web_port, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.content = answer.read()
    connection.close()
    return answer


def headers():
    answer = ask_agent("/")
    claim("/ leads to the inspector", (answer.status, answer.headers["Location"]) == (303, "/inspect/http"), answer.status)
    for path in ("/inspect/http", "/status", "/assets/inspect.js"):
        answer = ask_agent(path)
        policy = answer.headers["Content-Security-Policy"] or ""
        claim(f"{path} has a strict policy of contents", answer.status == 200 and "default-src 'none'" in policy
              and "script-src 'self'" in policy and "unsafe" not in policy and "http" not in policy
              and "frame-ancestors 'none'" in policy and answer.headers["X-Content-Type-Options"] == "nosniff", policy)
    answer = ask_agent("/inspect/http", Host="rebound.example:4040")
    claim("a page is refused under the host of a stranger", answer.status == 403, answer.status)
    answer = ask_agent("/api/inspector/feed", Origin="https://stranger.example")
    claim("the feed is refused to the page of a stranger", answer.status == 403, answer.status)


# What a page shows, as expressions.
ROWS = "[...document.querySelectorAll('#list tbody tr')].map(r => r.innerText.replace(/\\s+/g, ' '))"
FIRST = "(document.querySelector('#list tbody tr') || {innerText: ''}).innerText"
DETAIL = "document.querySelector('#detail').innerText"


async def open_first(page, wish):
    """Opens the newest row that has the text."""
    there = await page.until(f"(() => {{ const r = [...document.querySelectorAll('#list tbody tr')].find(r => "
                             f"r.innerText.includes({json.dumps(wish)})); if (!r) return false; r.querySelector('a').click(); return true; }})()")
    if not there:
        return False
    return await page.until(f"document.querySelector('#detail-title') && document.querySelector('#detail-title').innerText.includes({json.dumps(wish)})")


async def pictures(page, name):
    for theme in ("light", "dark"):
        for form, (width, height) in {"wide": (1440, 900), "phone": (390, 844)}.items():
            await page.look(width=width, height=height, dark=theme == "dark")
            # A frame, so that what is drawn is that of the new size.
            await page.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")
            await page.picture(folder / f"{name}-{theme}-{form}.png")
            if form == "phone":
                for narrow in (390, 320):
                    await page.look(width=narrow, height=844, dark=theme == "dark")
                    over = await page.value("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                    if over:
                        claim(f"{name} does not scroll sideways at {narrow}", False, over)
    await page.look()


async def names(page, where):
    """Everything that can have the focus has a role and a name."""
    await page.send("Accessibility.enable")
    tree = (await page.send("Accessibility.getFullAXTree"))["nodes"]
    nameless = [node["role"]["value"] for node in tree if not node.get("ignored")
                and any(p["name"] == "focusable" and p["value"].get("value") for p in node.get("properties", []))
                and node["role"]["value"] not in ("RootWebArea", "generic") and not node.get("name", {}).get("value")]
    claim(f"{where}: what can have the focus has a name", not nameless, nameless)
    await page.send("Accessibility.disable")


async def first_visit(page):
    await page.look()
    await page.go(WEB + "/")
    taught = await page.until("document.querySelector('#empty') && document.querySelector('#empty').innerText.includes('curl https://')")
    claim("an empty list teaches the command that fills it", taught, await page.value("document.body.innerText"))
    # Of three endpoints one has no service.
    claim("the session is up, and that data does not flow to all endpoints is said",
          await page.until("document.querySelector('#session').innerText == 'Partly online'"), await page.value("document.querySelector('#session').innerText"))
    await pictures(page, "inspect-empty")


async def arrival(page):
    begun = time.monotonic()
    body = json.dumps({"customer": "cus_81f", "password": "hunter2"})
    answer = Visitor().ask("/v1/invoices?status=open&token=s3cret-in-a-query", "POST", body, Content_Type="application/json", X_Kind="first")
    claim("a visitor is served", answer.status == 201, answer.status)
    there = await page.until(f"{FIRST}.includes('/v1/invoices')", 5)
    claim("the request appears while the page is open", there, await page.value(ROWS))
    print(f"     {1000 * (time.monotonic() - begun):.0f} ms from the request to its row")
    row = await page.value(FIRST)
    claim("its row says what came of it", "POST" in row and "201" in row and re.search(r"\d\s*[µμm]s", row), row)
    claim("secrets in a query are masked", "s3cret" not in await page.value("document.body.innerText"), row)
    await page.click("#list tbody tr a")
    claim("a click opens it", await page.until(f"{DETAIL}.includes('201')"), await page.value(DETAIL))
    there = await page.until(f"{DETAIL}.includes('naïve – ünïcode')")
    detail = await page.value(DETAIL)
    claim("JSON is laid out, and numbers stay as they were", there and "12345678901234567890" in detail, detail)
    claim("secrets of headers and bodies are masked", "s3cret" not in detail and "sid=••••••" in detail, detail)
    await page.click("#tab-request")
    there = await page.until(f"{DETAIL}.includes('cus_81f')")
    detail = await page.value(DETAIL)
    claim("the request has its query, headers and body", there and "status" in detail and "X-Kind" in detail, detail)
    claim("its secrets are masked", "s3cret" not in detail and "hunter2" not in detail and "Bearer ••••••" in detail, detail)
    await page.click("#secrets")
    claim("secrets are shown when asked for", await page.until(f"{DETAIL}.includes('Bearer s3cret-of-a-visitor') && {DETAIL}.includes('hunter2')"), await page.value(DETAIL))
    await page.click("#tab-raw")
    claim("the raw message is as on the wire", await page.until(f"{DETAIL}.includes('POST /v1/invoices?status=open&token=s3cret-in-a-query HTTP/1.1')"), await page.value(DETAIL))
    await page.click("#secrets")
    claim("secrets are hidden again", await page.until(f"!{DETAIL}.includes('s3cret')"), await page.value(DETAIL))
    await page.click("#tab-timing")
    claim("the time is told by phases", await page.until(f"{DETAIL}.includes('Receiving')"), await page.value(DETAIL))
    await page.click("#curl")
    await page.until("document.querySelector('.toast')")
    command = await page.value("navigator.clipboard.readText()")
    claim("a command for curl is copied", (command or "").startswith("curl 'https://web.portico.localhost") and "s3cret" not in command
          and "--data-raw" in command, command)
    for tab in ("request", "response", "timing", "raw"):
        await page.click(f"#tab-{tab}")
        await page.until(f"document.querySelector('#tab-{tab}').getAttribute('aria-selected') == 'true'")
        await pictures(page, f"inspect-{tab}")
    await names(page, "an open exchange")


async def replays(page):
    before = len(service.Handler.seen)
    await page.click("#tab-response")
    await page.click("#replay")
    claim("a replay reaches the service", await page.until(f"{DETAIL}.includes('Replayed from here')") and len(service.Handler.seen) == before + 1, "")
    sent = service.Handler.seen[-1]
    claim("it is the same request, its secrets with it", sent[0:2] == ("POST", "/v1/invoices?status=open&token=s3cret-in-a-query")
          and sent[2].get("Authorization") == TOKEN and b"hunter2" in sent[3], sent)
    await page.click("#edit")
    claim("the editor opens", await page.until("document.querySelector('dialog.drawer[open]')"), "")
    await pictures(page, "edit")
    shown = await page.value("document.querySelector('#edit-headers').value")
    claim("the editor masks secrets", "s3cret" not in shown and "••••••" in shown, shown)
    await page.value("""(() => { const set = (id, text) => { document.querySelector(id).value = text; };
        set('#edit-method', 'PUT'); set('#edit-target', '/v1/invoices?status=edited');
        const h = document.querySelector('#edit-headers'); h.value = h.value.replace('X-Kind: first', 'X-Kind: second') + '\\nX-New: 1';
        set('#edit-body', '{"customer": "cus_7c0"}'); return true; })()""")
    await page.click("dialog.drawer .btn.main")
    claim("the changed request is sent and opened", await page.until(f"document.querySelector('#detail-title').innerText.includes('status=edited')"),
          await page.value("document.body.innerText"))
    method, path, fields, body = service.Handler.seen[-1]
    claim("the service got what was written", (method, path, body) == ("PUT", "/v1/invoices?status=edited", b'{"customer": "cus_7c0"}')
          and fields.get("X-Kind") == "second" and fields.get("X-New") == "1" and fields.get("Content-Length") == str(len(body)), (method, path, fields, body))
    claim("masked headers went as they were", fields.get("Authorization") == TOKEN and "s3cret-cookie" in fields.get("Cookie", ""), fields)
    await page.click("#edit")
    await page.until("document.querySelector('dialog.drawer[open]')")
    await page.value("document.querySelector('#edit-headers').value = 'no colon'; true")
    await page.click("dialog.drawer .btn.main")
    claim("what is no request is refused, with its line", await page.until("document.querySelector('dialog.drawer [role=alert]').innerText.includes('Line 1')"), "")
    await page.value("document.querySelector('#edit-headers').value = 'Host: a\\nBad Name: b'; true")
    await page.click("dialog.drawer .btn.main")
    claim("the agent says what is wrong with a header", await page.until("document.querySelector('dialog.drawer [role=alert]').innerText.includes('cannot be the name')"),
          await page.value("document.querySelector('dialog.drawer').innerText"))
    await page.press("Escape")
    claim("Escape closes the editor", await page.until("!document.querySelector('dialog')?.open"), "")


async def compares(page):
    await page.click("#compare")
    claim("comparing asks for the other", await page.until("!document.querySelector('#choosing').hidden"), "")
    await page.value("[...document.querySelectorAll('#list tbody tr')].at(-1).querySelector('a').click(); true")
    there = await page.until(f"{DETAIL}.includes('Compare two exchanges')")
    detail = await page.value(DETAIL)
    claim("two exchanges stand beside each other", there and "POST" in detail and "PUT" in detail and "status=edited" in detail, detail)
    signs = await page.value("[...document.querySelectorAll('.diff .add, .diff .del')].map(e => e.innerText.replace(/\\s+/g, ' '))")
    claim("lines that differ are shown, and no others", any("second" in one for one in signs) and any("first" in one for one in signs)
          and not any("naïve" in one for one in signs), signs)
    claim("secrets are masked in a comparison", "s3cret" not in detail and "hunter2" not in detail, detail)
    await pictures(page, "compare")
    await page.click("#end-compare")
    await page.until("document.querySelector('#compare-original')")
    await page.click("#compare-original")
    claim("a replay is compared with its original", await page.until(f"{DETAIL}.includes('Compare two exchanges')"), "")
    await page.click("#end-compare")


async def exports(page):
    await page.send("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
    path = folder / "portico.har"

    async def exported(selector):
        path.unlink(missing_ok=True)
        await page.click(selector)
        for _ in range(200):
            if path.exists() and path.stat().st_size:
                return json.loads(path.read_text())["log"]
            await asyncio.sleep(0.05)
        return {"entries": []}

    log = await exported("#export")
    rows = await page.value("document.querySelectorAll('#list tbody tr').length")
    claim("all that is shown is exported as HAR", log.get("version") == "1.2" and len(log["entries"]) == rows >= 3, log)
    text = json.dumps(log, ensure_ascii=False)
    claim("the export masks secrets", "s3cret" not in text and "hunter2" not in text and "••••••" in text, text)
    first = log["entries"][-1]
    claim("an entry is complete", first["request"]["method"] == "POST" and first["request"]["url"].startswith("https://web.portico.localhost")
          and first["response"]["status"] == 201 and first["response"]["content"]["mimeType"] == "application/json"
          and json.loads(first["response"]["content"]["text"])["object"] == "invoice"
          and all(first["timings"][one] >= 0 for one in ("send", "wait", "receive"))
          and "cus_81f" in first["request"]["postData"]["text"] and len(first["request"]["headers"]) > 4, first)
    log = await exported("#har")
    claim("one exchange is exported alone", len(log["entries"]) == 1 and log["entries"][0]["request"]["method"] == "PUT", log)


async def bodies(page):
    visitor = Visitor()
    for path in ("/gzip", "/long-gzip", "/broken", "/hostile?q=%3Cb%3E", "/picture", "/bytes", "/large", "/page.xml", "/chunked", "/fails", "/missing", "/drawing.svg"):
        visitor.ask(path, Referer=service.HOSTILE)
    visitor.ask("/form", "POST", "a=1&b=two+words&password=hunter2", Content_Type="application/x-www-form-urlencoded")
    visitor.ask("/parts", "POST", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nvalue of a\r\n--x\r\nContent-Disposition: form-data; '
                b'name="password"\r\n\r\nhunter2\r\n--x\r\nContent-Disposition: form-data; '
                b'name="file"; filename="f.bin"\r\n\r\n\0\1\2\r\n--x--\r\n', Content_Type="multipart/form-data; boundary=x")
    visitor.ask("/at[1-9]", "POST", "@/etc/passwd", X_Vault_Token="s3cret-of-a-vault")
    answer = Visitor("down").ask("/nobody")
    claim("where nobody listens the agent answers", answer.status == 502, answer.status)

    for path, wish in {"/gzip": '"compressed": true', "/long-gzip": "line 100 ", "/broken": "Line 3, column 8", "/picture": "96 × 64", "/large": "more of a message is not kept",
                       "/page.xml": "<title>", "/chunked": '"in": "pieces"', "/fails": "it did not work",
                       "/nobody": "The upstream was not reached"}.items():
        await open_first(page, path)
        claim(f"the answer of {path} is readable", await page.until(f"{DETAIL}.includes({json.dumps(wish)})", 8), await page.value(DETAIL))
        if path in ("/picture", "/nobody", "/broken"):
            await pictures(page, "inspect" + path.replace("/", "-"))
    await open_first(page, "/bytes")
    claim("bytes wait for a word, for they may hold secrets", await page.until(f"{DETAIL}.includes('Bytes are shown with their secrets')"), await page.value(DETAIL))
    await page.click("#secrets")
    claim("bytes are shown as numbers", await page.until(f"{DETAIL}.includes('000010') && {DETAIL}.includes('The first')"), await page.value(DETAIL))
    await pictures(page, "inspect-bytes")
    await page.click("#secrets")

    await open_first(page, "/hostile")
    there = await page.until(f"{DETAIL}.includes('window.hacked = 1') && {DETAIL}.includes('X-Hostile')")
    claim("hostile content is text", there, await page.value(DETAIL))
    await page.click("#tab-request")
    await page.until(f"{DETAIL}.includes('Referer')")
    await open_first(page, "/drawing.svg")
    await page.click("#tab-response")
    await page.until("document.querySelector('.picture')")
    claim("nothing of it has run", await page.value("window.hacked === undefined && !document.querySelector('#detail script') "
                                                    "&& document.querySelectorAll('#detail img:not(.picture)').length == 0"), "")
    await open_first(page, "/form")
    await page.click("#tab-request")
    claim("a form is a list of its fields", await page.until(f"{DETAIL}.includes('two words') && !{DETAIL}.includes('hunter2')"), await page.value(DETAIL))
    await open_first(page, "/parts")
    claim("parts of a form are listed, the secret ones masked",
          await page.until(f"{DETAIL}.includes('value of a') && {DETAIL}.includes('f.bin, 3') && !{DETAIL}.includes('hunter2')"), await page.value(DETAIL))
    await open_first(page, "/at[1-9]")
    await page.value("document.querySelector('.toast')?.remove()")
    await page.click("#curl")
    await page.until("document.querySelector('.toast')")
    command = await page.value("navigator.clipboard.readText()") or ""
    claim("a copied command reads no file, asks for one address, and shows no secret of a header",
          "--data-raw '@/etc/passwd'" in command and "--globoff" in command and "s3cret" not in command, command)
    await page.go(WEB + "/inspect/http")
    await page.until(f"{FIRST} != ''")
    await pictures(page, "inspect-list")


async def filters(page):
    async def filtered(text):
        await page.value(f"(() => {{ const f = document.querySelector('#filter'); f.value = {json.dumps(text)}; f.dispatchEvent(new Event('input')); return true; }})()")
        await page.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")
        return await page.value(ROWS)

    for text, wish in {"status:5xx": {"/fails", "/nobody"}, "method:PUT": {"/v1/invoices"}, "path:/page": {"/page.xml"}, "header.x-kind:second": {"/v1/invoices"},
                       "status:404": {"/missing"}, "endpoint:down": {"/nobody"}, "type:xml -path:drawing": {"/page.xml"}, "size:>200kb -path:gzip": {"/large"},
                       "is:replay method:post": {"/v1/invoices"}, "drawing": {"/drawing.svg"}, "statuscode:500 path:fails": {"/fails"}}.items():
        rows = await filtered(text)
        found = {row.split(" ")[1].split("?")[0] for row in rows}
        claim(f"the filter {text}", found == wish, (found, rows))
    await filtered("colour:red")
    claim("a key that filters do not know is told", "There is no colour" in await page.value("document.querySelector('#filter-problem').innerText"), "")
    await filtered("nothing-has-this")
    claim("where nothing matches, the page says what to drop", "No request matches" in await page.value("document.querySelector('#empty').innerText"), "")
    await page.click("#empty .btn")
    claim("the filter is cleared", await page.until("document.querySelectorAll('#list tbody tr').length > 10"), "")


async def lives(page):
    await page.click("#pause")
    rows = await page.value(ROWS)
    Visitor().ask("/while-paused")
    claim("what comes while paused is counted", await page.until("document.querySelector('#news').innerText == '1 new'"), "")
    claim("and not shown", await page.value(ROWS) == rows, "")
    await page.click("#pause")
    claim("going on shows it", await page.until(f"{FIRST}.includes('/while-paused')"), "")
    visitor = Visitor()
    for number in range(260):
        visitor.ask(f"/many/{number}")
    claim("many requests are all told of", await page.until(f"{FIRST}.includes('/many/259')", 20), await page.value(FIRST))
    rows = await page.value("document.querySelectorAll('#list tbody tr').length")
    claim("a page draws no more rows than it can bear", rows == 200, rows)
    await page.click("#more .btn")
    claim("older ones are drawn when asked for", await page.until("document.querySelectorAll('#list tbody tr').length > 260"), "")
    connections = [ask_agent("/api/inspector/status").status for _ in range(3)]
    claim("the agent answers meanwhile", connections == [200] * 3, connections)


async def status(page):
    await page.go(WEB + "/status")
    there = await page.until("document.querySelectorAll('#tiles .tile').length == 5 && document.querySelector('#endpoints').innerText.includes('web.portico.localhost')")
    text = await page.value("document.body.innerText")
    claim("the page of the status has session, endpoints and configuration", there and all(one in text for one in (
        "Partly online", "No data flows to http://localhost", "Forwards to", "p99", "HTTP requests", "Authtoken", "Region")), text)
    claim("the token is not on it", len([one for one in text.split() if len(one) > 30 and one.isalnum()]) == 0, text)
    requests = await page.value("document.querySelectorAll('.tile b')[3].innerText")
    Visitor().ask("/counted")
    claim("its numbers move", await page.until(f"document.querySelectorAll('.tile b')[3].innerText != {json.dumps(requests)}", 8), requests)
    await pictures(page, "status")
    await names(page, "the status")


FOCUS = "(() => { const e = document.activeElement, s = getComputedStyle(e); return {id: e.id, tag: e.tagName, text: (e.innerText || '').trim(), " \
        "ring: s.outlineStyle != 'none' && parseFloat(s.outlineWidth) >= 2}; })()"


async def tab_to(page, wish, limit=40):
    """Presses Tab until `wish` holds of what has the focus; the stops on the way."""
    stops = []
    for _ in range(limit):
        await page.press("Tab")
        stop = await page.value(FOCUS)
        stops.append(stop)
        if wish(stop):
            return stops
    return None


async def keyboard(page):
    await page.go(WEB + "/inspect/http")
    await page.until(f"{FIRST} != ''")
    await page.press("Tab")
    stop = await page.value(FOCUS)
    claim("the first stop of Tab leads to the requests", stop["text"] == "Skip to the requests" and stop["ring"], stop)
    await page.press("Enter")
    await page.press("Tab")
    stop = await page.value(FOCUS)
    claim("it leads there", stop["id"] in ("filter", "pause"), stop)
    await page.go(WEB + "/inspect/http?")
    await page.until(f"{FIRST} != ''")
    stops = await tab_to(page, lambda one: one["id"] == "filter")
    claim("Tab reaches the filter, by the head of the page", stops and len(stops) < 10, stops)
    await page.write("method:POST path:invoices")
    claim("writing filters", await page.until("document.querySelectorAll('#list tbody tr').length == 2"), await page.value(ROWS))
    more = await tab_to(page, lambda one: one["tag"] == "A" and "/v1/invoices" in one["text"])
    claim("Tab reaches the list", more, more)
    claim("every stop shows that it has the focus", all(one["ring"] for one in (stops or []) + (more or [])), (stops, more))
    await page.press("ArrowDown")
    await page.press("Enter")
    claim("Enter opens what the arrows chose, and takes the focus there", await page.until("document.activeElement.id == 'detail-title'"), await page.value(FOCUS))
    stops = await tab_to(page, lambda one: one["id"] == "edit")
    claim("Tab reaches the actions", stops and all(one["ring"] for one in stops), stops)
    await page.press("Enter")
    claim("Enter opens the editor, and the focus is in it", await page.until("document.activeElement.id == 'edit-target'"), await page.value(FOCUS))
    await page.press("End")
    await page.write("&by=keyboard")
    await page.press("Enter", control=True)
    claim("Ctrl Enter sends it", await page.until("document.querySelector('#detail-title')?.innerText.includes('by=keyboard')"), await page.value("document.body.innerText"))
    claim("the service got it", service.Handler.seen[-1][1].endswith("&by=keyboard"), service.Handler.seen[-1])
    claim("what was masked in its path and body went as it was", "s3cret-in-a-query" in service.Handler.seen[-1][1]
          and b"hunter2" in service.Handler.seen[-1][3], service.Handler.seen[-1])
    stops = await tab_to(page, lambda one: one["id"] == "tab-response")
    claim("Tab reaches the tabs", stops, stops)
    await page.press("ArrowRight")
    claim("arrows turn the tabs", await page.until("document.activeElement.id == 'tab-request'"), await page.value(FOCUS))
    await page.press("]")
    claim("so does ]", await page.until("document.querySelector('#tab-timing').getAttribute('aria-selected') == 'true'"), "")
    await page.press("=")
    await page.until("!document.querySelector('#choosing').hidden")
    await page.until("document.activeElement.tagName == 'A'")
    await page.press("Enter")
    claim("two are compared by keys alone", await page.until(f"{DETAIL}.includes('Compare two exchanges')"), await page.value(DETAIL))
    await page.press("Escape")
    await page.until(f"!{DETAIL}.includes('Compare two exchanges')")
    await page.press("Escape")
    claim("Escape closes it, and the focus is in the list again", await page.until("document.activeElement.closest('#list')"), await page.value(FOCUS))
    path = folder / "portico.har"
    path.unlink(missing_ok=True)
    await page.press("e")
    claim("e exports", await page.until("[...document.querySelectorAll('.toast')].some(t => t.innerText.includes('exported'))"), "")
    await page.press("?")
    claim("? lists the keys", await page.until("document.querySelector('#keys-list').open && document.querySelector('#keys-list').innerText.includes('Edit and replay')"), "")
    await pictures(page, "keys")
    await page.press("Escape")
    claim("Escape closes them", await page.until("!document.querySelector('#keys-list').open"), "")
    await page.press("f")
    claim("f goes to the filter", await page.until("document.activeElement.id == 'filter'"), "")
    await page.press("Escape")
    claim("Escape clears it", await page.until("document.querySelector('#filter').value == ''"), "")
    await page.press("Escape")
    await page.press("g")
    await page.press("s")
    claim("g s goes to the status", await page.until("location.pathname == '/status' && document.querySelector('#tiles .tile')"), await page.value("location.href"))
    await page.press("g")
    await page.press("i")
    claim("g i goes back", await page.until("location.pathname == '/inspect/http'"), await page.value("location.href"))
    await page.until(f"{FIRST} != ''")
    await names(page, "the list")
    await page.press("c")
    claim("c clears the list", await page.until("document.querySelectorAll('#list tbody tr').length == 0"), await page.value(ROWS))


async def ends(page):
    os.kill(agent, signal.SIGTERM)
    begun = time.monotonic()
    claim("the page says that the agent has stopped", await page.until("document.querySelector('#session').innerText == 'Agent stopped'", 10), "")
    while time.monotonic() - begun < 10 and pathlib.Path(f"/proc/{agent}/stat").exists() and " Z " not in pathlib.Path(f"/proc/{agent}/stat").read_text():
        time.sleep(0.05)
    claim("an open page keeps no agent from ending", time.monotonic() - begun < 8, time.monotonic() - begun)


async def main():
    headers()
    async with chromium.page(program, "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1") as page:
        await page.send("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        for step in (first_visit, arrival, replays, compares, exports, bodies, filters, lives, status, keyboard):
            try:
                await step(page)
            except Exception as error:
                claim(f"{step.__name__} ran to its end", False, f"{type(error).__name__}: {error}")
        # The one refusal that was asked for is told on the console, as every answer of 400 is.
        complaints = [one for one in page.complaints() if not one.endswith("/api/inspector/replays")]
        claim("no error on the console, and no rule of the page's policy broken", not complaints, complaints)
        await ends(page)


service.start(service_port)
folder.mkdir(parents=True, exist_ok=True)
asyncio.run(main())
finish()
