#!/usr/bin/env python3
"""From scripts/release.sh to `portico update`: a release is described and signed, served from this machine, and taken; one that
is signed or stored otherwise is refused. Ends with `N passed, N failed`.

usage: release_update.py PORTICO RELEASE_SCRIPT FOLDER
"""
import hashlib
import http.server
import json
import os
import pathlib
import platform
import shutil
import ssl
import subprocess
import sys
import threading

from claims import claim, finish

built, script, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
PLACE = f"linux/{'arm64' if platform.machine() in ('aarch64', 'arm64') else 'amd64'}"
public, home = folder / "public", folder / "home"
installed = folder / "bin" / "portico"
VERSION = "99.1.0"


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def release(*arguments):
    """What the script prints last: the public key."""
    done = subprocess.run([script, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip().split("\n")[-1]


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def serve():
    """Serves `public` over TLS; the port."""
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
            "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", "web.key", "-out", "web.pem")

    class Files(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(public))

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "web.pem", folder / "web.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def update(*arguments, key=None, url=None):
    environment = {**os.environ, "HOME": str(home), "PORTICO_UPDATE_URL": url or f"https://localhost:{port}/",
                   "PORTICO_UPDATE_KEY": key or trusted, "PORTICO_UPDATE_CAS": str(folder / "web.pem")}
    return subprocess.run([installed, "update", *arguments], capture_output=True, text=True, env=environment, timeout=120,
                          check=False)


def refused(what, code, done, before):
    said = done.stdout + done.stderr
    claim(what, done.returncode == 1 and code in said and digest(installed) == before
          and not list(installed.parent.glob("portico.new-*")), (done.returncode, said, list(installed.parent.iterdir())))


for each in (public, home, installed.parent):
    each.mkdir(parents=True, exist_ok=True)
shutil.copy(built, installed)
old = digest(installed)
# Another program that runs: an executable may have more behind its end.
new = folder / "portico-new"
shutil.copy(built, new)
with new.open("ab") as file:
    file.write(b"\nrelease 99\n")

trusted = release("--new-key", str(folder / "release.pem"))
claim("a new key is for its owner alone", (folder / "release.pem").stat().st_mode & 0o77 == 0)
port = serve()
sign = ["--key", str(folder / "release.pem")]
described = ["--version", VERSION, "--dir", str(public), f"{PLACE}={new}"]

done = update()
claim("without a release nothing is changed", done.returncode == 1 and digest(installed) == old, done)
claim("describing a release prints the key that agents have", release(*sign, *described) == trusted)
done = update("--check")
claim("a newer release is told of", done.returncode == 0 and f"Version {VERSION} is available." in done.stdout
      and digest(installed) == old, done)

other = release("--new-key", str(folder / "other.pem"))
refused("what is signed by another key is refused", "ERR_PORTICO_", update(key=other), old)
signature = (public / "stable.json.sig").read_text()
manifest = (public / "stable.json").read_text()
(public / "stable.json").write_text(manifest.replace(VERSION, "99.2.0"))
refused("a description that was changed is refused", "ERR_PORTICO_", update(), old)
(public / "stable.json").write_text(manifest)
(public / "stable.json.sig").unlink()
refused("a description without a signature is refused", "ERR_PORTICO_", update(), old)
(public / "stable.json.sig").write_text(signature)
program = public / json.loads(manifest)["programs"][0]["url"]
whole = program.read_bytes()
program.write_bytes(whole[:-1] + b"!")
refused("another program than was described is refused", "ERR_PORTICO_", update(), old)
program.write_bytes(whole[:-1])
refused("half a program is refused", "ERR_PORTICO_", update(), old)
program.write_bytes(whole)
refused("a server without TLS is not asked", "ERR_PORTICO_", update(url=f"http://localhost:{port}/"), old)

done = update()
claim("the release is installed", done.returncode == 0 and f"Version {VERSION} is installed." in done.stdout
      and digest(installed) == digest(new), done)
done = subprocess.run([installed, "version"], capture_output=True, text=True, check=False)
claim("what is installed runs", done.returncode == 0 and "version" in done.stdout, done)
claim("the program that was there is kept beside it", digest(installed.with_suffix(".old")) == old,
      list(installed.parent.iterdir()))
claim("it may be run by whom the old one was run by", installed.stat().st_mode == pathlib.Path(built).stat().st_mode)
release(*sign, "--version", "0.0.1", "--channel", "beta", "--dir", str(public), f"{PLACE}={built}")
now = digest(installed)
refused("an older release is refused", "ERR_PORTICO_", update("--channel", "beta"), now)
done = update("--channel", "beta", "--force")
claim("unless it is wanted", done.returncode == 0 and digest(installed) == old, done)
done = update("--to", VERSION)
claim("a release is had by its version", done.returncode == 0 and digest(installed) == now, done)
finish()
