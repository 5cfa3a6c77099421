"""What all stories at the dashboard share: a page that is gone to, filled in and looked at, and what is claimed of it."""
import http.client
import http.server
import json
import pathlib
import socket
import ssl
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import accessible
from claims import claim

port, door = int(sys.argv[1]), sys.argv[2]
https_port, agent_port = int(sys.argv[3]), int(sys.argv[4])
ca, portico, program, folder, service_port = sys.argv[5], sys.argv[6], sys.argv[7], pathlib.Path(sys.argv[8]), int(sys.argv[9])
provider = sys.argv[10]
WEB = f"https://localhost:{port}"
PASSWORD = "correct horse battery"
LOOKS = {"wide": (1600, 1000), "tablet": (900, 1000), "phone": (390, 844)}


class Service(http.server.BaseHTTPRequestHandler):
    """What stands behind the endpoints."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        status = 500 if self.path.startswith("/broken") else 200
        body = f"hello from the service: {self.command} {self.path}\n".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def serve():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", service_port), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def visit(host, path="/", method="GET", body=None):
    """A visitor's request, by HTTPS, as the name is known to nobody's resolver."""
    context = ssl.create_default_context(cafile=ca)
    connection = http.client.HTTPSConnection(host, https_port, timeout=20, context=context)
    connection._create_connection = lambda *_: socket.create_connection(("127.0.0.1", https_port), 20)
    connection.request(method, path, body)
    answer = connection.getresponse()
    answer.content = answer.read()
    connection.close()
    return answer


async def go(page, path):
    """Loads a page, and waits until it is drawn."""
    await page.go(WEB + path if path.startswith("/") else path)
    await page.until("document.readyState == 'complete' && document.querySelector('h1')")


async def text(page):
    return await page.value("document.body.innerText") or ""


async def fill(page, **fields):
    for name, value in fields.items():
        await page.value(f"(() => {{ const e = document.querySelector('[name={name}]'); e.focus(); e.value = {json.dumps(value)};"
                         " e.dispatchEvent(new Event('input', {bubbles: true})); return true; })()")


async def submit(page, selector="main form button.main", wish=None):
    """Presses the button of a form, and waits for the page that comes."""
    await page.value("window.before = true")
    await page.click(selector)
    await page.until("!window.before && document.readyState == 'complete'")
    if wish:
        await page.until(wish)


async def pictures(page, name, *, everywhere=True):
    """Each look of a page, what is hard to use of it in both themes, and that nothing scrolls sideways."""
    for dark in (False, True):
        theme = "dark" if dark else "light"
        for look, (width, height) in LOOKS.items():
            await page.look(width=width, height=height, dark=dark)
            await page.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")
            await page.picture(folder / f"{name}-{look}-{theme}.png")
            if look == "wide" or look == "phone":
                found = await accessible.check(page)
                claim(f"{name}, {look}, {theme}: nothing is hard to use", not found, "\n    ".join(found[:12]))
        for width in (390, 320):
            await page.look(width=width, height=844, dark=dark)
            over = await page.value("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if over and not dark:
                claim(f"{name} does not scroll sideways at {width}", False, over)
    await page.look(width=1600, height=1000)
    complaints = page.complaints()
    claim(f"{name}: the console is silent", not complaints, complaints)
    page.events.clear()
