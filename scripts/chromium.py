"""Headless Chromium of Debian, driven over its DevTools protocol: what a person does, and what the browser says of it."""

import asyncio
import base64
import contextlib
import json
import pathlib
import shutil
import subprocess
import tempfile
import time
import urllib.request

import websockets

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-port=0"]

# What a key is besides its name: virtual key code, and the text that it writes.
KEYS = {"Tab": (9, ""), "Enter": (13, "\r"), "Escape": (27, ""), " ": (32, " "), "End": (35, ""), "Home": (36, ""),
        "ArrowLeft": (37, ""), "ArrowUp": (38, ""), "ArrowRight": (39, ""), "ArrowDown": (40, "")}


class Page:
    """One page. `events` are those that the browser told of while something else was asked."""

    def __init__(self, socket):
        self.socket, self.number, self.events = socket, 0, []

    async def send(self, method, **parameters):
        self.number += 1
        await self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = json.loads(await asyncio.wait_for(self.socket.recv(), 20))
            if message.get("id") == self.number:
                return message.get("result", message)
            self.events.append(message)

    async def value(self, expression):
        """Of an expression, or of the promise that it gives."""
        result = await self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        return result.get("result", {}).get("value")

    async def until(self, expression, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if await self.value(f"!!({expression})"):
                    return True
            except (KeyError, TypeError):
                pass
            await asyncio.sleep(0.05)
        return False

    async def go(self, url):
        await self.send("Page.navigate", url=url)

    async def press(self, key, *, control=False, shift=False):
        """A key of a keyboard; a letter writes itself."""
        code, text = KEYS.get(key, (ord(key.upper()) if len(key) == 1 else 0, key if len(key) == 1 else ""))
        modifiers = (2 if control else 0) | (8 if shift else 0)
        text = "" if control else text
        shared = {"key": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        await self.send("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **shared)
        await self.send("Input.dispatchKeyEvent", type="keyUp", **shared)

    async def write(self, text):
        """Text at the place of the caret, as an input method gives it."""
        await self.send("Input.insertText", text=text)

    async def click(self, selector):
        """With a mouse, in the middle of an element, which is brought into view."""
        place = await self.value(f"""(() => {{ const e = document.querySelector({json.dumps(selector)}); if (!e) return null;
            e.scrollIntoView({{block: 'center'}}); const r = e.getBoundingClientRect();
            return [r.x + r.width / 2, r.y + r.height / 2]; }})()""")
        if not place:
            raise AssertionError(f"there is no {selector} to click on")
        shared = {"x": place[0], "y": place[1], "button": "left", "clickCount": 1}
        await self.send("Input.dispatchMouseEvent", type="mousePressed", **shared)
        await self.send("Input.dispatchMouseEvent", type="mouseReleased", **shared)

    async def look(self, *, width=1440, height=900, dark=False):
        """Takes a size of window, and a theme."""
        await self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                        mobile=width < 700)
        await self.send("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"}])

    async def picture(self, path):
        shot = await self.send("Page.captureScreenshot", format="png")
        pathlib.Path(path).write_bytes(base64.b64decode(shot["data"]))

    def complaints(self):
        """What went wrong in the page: exceptions, errors on the console, rules of its own that it broke."""
        found = []
        for event in self.events:
            parameters = event.get("params", {})
            match event.get("method"):
                case "Runtime.exceptionThrown":
                    details = parameters["exceptionDetails"]
                    found.append(details.get("exception", {}).get("description") or details.get("text"))
                case "Runtime.consoleAPICalled" if parameters["type"] in ("error", "warning", "assert"):
                    found.append(" ".join(str(one.get("value", one.get("description"))) for one in parameters["args"]))
                case "Log.entryAdded" if parameters["entry"]["level"] == "error":
                    found.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}")
        return found


@contextlib.asynccontextmanager
async def page(program, *options):
    """The one page of a fresh browser, which is gone afterwards."""
    profile = tempfile.mkdtemp(prefix="chromium")
    process = subprocess.Popen([program, *FLAGS, f"--user-data-dir={profile}", *options, "about:blank"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        active = pathlib.Path(profile, "DevToolsActivePort")
        end = time.monotonic() + 30
        while not (active.exists() and active.read_text().count("\n") >= 1):
            if time.monotonic() > end or process.poll() is not None:
                raise RuntimeError("Chromium did not start")
            await asyncio.sleep(0.1)
        debug = active.read_text().split("\n")[0]
        targets = json.loads(urllib.request.urlopen(f"http://127.0.0.1:{debug}/json/list", timeout=10).read())
        address = next(one for one in targets if one["type"] == "page")["webSocketDebuggerUrl"]
        async with websockets.connect(address, max_size=1 << 26) as socket:
            result = Page(socket)
            for domain in ("Page", "Runtime", "Network", "Log"):
                await result.send(f"{domain}.enable")
            yield result
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(profile, ignore_errors=True)
