"""The published API client with another transport: each of its calls is a run of `portico api`.

Imported before the client is used (`api_client.py --command PROGRAM`), so that every call of the driver, with every error
that it looks for, goes through the command for that resource and verb.
"""

import json
import os
import re
import subprocess
import urllib.parse

from ngrok.error import Error, NotFoundError
from ngrok.http_client import HTTPClient

# Paths whose group is called otherwise.
GROUPS = {"vault_secrets": "secrets", "app/users": "application-users", "app/sessions": "application-sessions"}
# What is a name with a text each, and not members of its own.
PAIRS = {"critical_options", "extensions"}
VERBS = {"post": "create", "get": "get", "patch": "update", "delete": "delete"}

# Group and verb of each command that was run.
used = set()


def command(method, path):
    """The words of the command for a request: group, verb, identifiers."""
    if path in ("/", "/self"):
        return ["root", "get" if path == "/" else "self"]
    parts = path.strip("/").split("/")
    head = "/".join(parts[: 2 if parts[0] == "app" else 1])
    rest = [urllib.parse.unquote(part) for part in parts[2 if parts[0] == "app" else 1 :]]
    group = GROUPS.get(head, head).replace("_", "-")
    if head == "event_subscriptions" and len(rest) > 1:
        listed = method == "get" and len(rest) == 2
        return ["event-sources", "list" if listed else VERBS[method], rest[0], *rest[2:]]
    if len(rest) > 1:
        verb = rest[1].replace("_", "-")
        verb = {"secrets": "get-secrets-by-vault", "bound-endpoints": "get-bound-endpoints",
                "status": "get-status"}.get(verb, verb)
        return [group, f"delete-{verb}" if method == "delete" else verb, rest[0]]
    return [group, "list" if method == "get" and not rest else VERBS[method], *rest]


def flags(members, prefix=""):
    """The flags that set members of a body."""
    words = []
    for name, value in members.items():
        flag = f"--{prefix}{name.replace('_', '-')}"
        if value is None:
            continue
        if isinstance(value, bool):
            words.append(f"{flag}={str(value).lower()}")
        elif isinstance(value, dict) and name in PAIRS:
            words += [word for pair in value.items() for word in (flag, "=".join(pair))] or [f"{flag}="]
        elif isinstance(value, dict):
            words += flags(value, f"{flag[2:]}.") or [f"{flag}={{}}"]
        elif isinstance(value, list):
            texts = [json.dumps(item) if isinstance(item, dict) else item for item in value]
            words += [word for text in texts for word in (flag, text)] or [f"{flag}="]
        else:
            words += [flag, str(value)]
    return words


def plain(value):
    """Without the objects of the client."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return plain(value._props) if hasattr(value, "_props") else value


def use(program):
    """Makes every client of the package run `program`."""

    def run(self, words):
        used.add(tuple(words[:2]))
        run = subprocess.run(
            [program, "api", *words],
            env={"PORTICO_API_KEY": self.api_key, "PORTICO_API_URL": self.base_url, "HOME": "/nonexistent"},
            capture_output=True,
            text=True,
        )
        status, _, errors = run.stderr.partition("\n")
        known = re.match(r"(\d{3}) ", status)
        assert known, f"{words}: {run.stderr}"
        code = int(known[1])
        assert (run.returncode == 0) == (code < 300), f"{words}: status {code}, exit status {run.returncode}"
        if code < 300:
            return None if code == 204 else json.loads(run.stdout)
        assert not run.stdout, f"{words}: {run.stdout}"
        if code >= 500:
            raise RuntimeError(run.stderr)
        error = json.loads(errors)
        kind = NotFoundError if code == 404 else Error
        raise kind(
            error_code=error.get("error_code"),
            http_status_code=error["status_code"],
            message=error["msg"],
            details=error["details"],
        )

    def do(self, method, path, query_params=None, payload=None):
        members = {name: value for name, value in plain(dict(payload or {})).items() if value is not None}
        query = {name: value for name, value in (query_params or {}).items() if value}
        return run(self, command(method, path) + flags(members) + flags(query))

    def request(self, method, url):
        """The next page, by the address that the one before it gave."""
        parts = urllib.parse.urlsplit(url)
        query = urllib.parse.parse_qs(parts.query)
        single = {name: values if name in ("id", "url") else values[0] for name, values in query.items()}
        return run(self, command(method.lower(), parts.path) + flags(single))

    HTTPClient.do = do
    HTTPClient.request = request
    HTTPClient.command = run


def beside(client, case, program):
    """What the package doesn't know: operators of Kubernetes, personal access tokens, the caller itself."""
    call = client.http_client

    def operators():
        body = {
            "enabled_features": ["bindings"],
            "deployment": {"name": "portico", "namespace": "one", "version": "1", "cluster_name": "c"},
            "binding": {"endpoint_selectors": ["true"]},
        }
        made = call.post("/kubernetes_operators", body)
        assert made["deployment"]["cluster_name"] == "c", made
        path = f"/kubernetes_operators/{made['id']}"
        assert call.patch(path, {"description": "changed"})["description"] == "changed"
        assert call.get(path, {})["binding"]["endpoint_selectors"] == ["true"]
        assert call.get(f"{path}/bound_endpoints", {})["endpoints"] == []
        assert made["id"] in [one["id"] for one in call.get("/kubernetes_operators", {})["operators"]]
        call.delete(path, {})

    def tokens():
        made = call.post("/personal_access_tokens", {"description": "mine"})
        assert made["token"], made
        path = f"/personal_access_tokens/{made['id']}"
        assert call.patch(path, {"description": "changed"})["description"] == "changed"
        assert call.get(path, {})["token"] is None
        assert made["id"] in [one["id"] for one in call.get("/personal_access_tokens", {})["tokens"]]
        assert call.post(f"{path}/revoke", {})["revoked_at"]
        call.delete(path, {})

    def tried():
        # One that can be tried answers when its event has arrived, one that cannot be says so with a code.
        target = {"debug": {"log": True}}
        made = call.post("/event_destinations", {"format": "json", "target": target})
        path = f"/event_destinations/{made['id']}"
        assert call.post(f"{path}/send_test_event", {})["event_id"].startswith("ev_")
        status = call.get(f"{path}/status", {})
        assert status["queued"] == 0 and status["dropped"] == 0, status
        call.delete(path, {})
        role = {"role": {"role_arn": "arn:aws:iam::123456789012:role/events"}}
        stream = "arn:aws:firehose:us-east-1:123456789012:deliverystream/x"
        target = {"firehose": {"auth": role, "delivery_stream_arn": stream}}
        made = call.post("/event_destinations", {"format": "json", "target": target})
        path = f"/event_destinations/{made['id']}"
        try:
            call.post(f"{path}/send_test_event", {})
        except Error as error:
            assert error.error_code == "ERR_NGROK_100626", error.error_code
        else:
            raise AssertionError("an event was sent")
        assert call.get(f"{path}/status", {})["status"] == "unsupported"
        call.delete(path, {})

    def inspector():
        def verb(*words):
            return call.command(["traffic-inspector", *words])

        before = verb("settings")
        changed = verb("update-settings", "--mode", "full", "--full-per-mille", "500", "--masked-names", "x-mine")
        assert (changed["mode"], changed["full_per_mille"], changed["masked_names"]) == ("full", 500, ["x-mine"]), changed
        assert verb("settings") == changed
        verb("update-settings", "--mode", before["mode"], "--full-per-mille", str(before["full_per_mille"]))
        assert "ERR" not in json.dumps(verb("status"))
        verb("list", "--limit", "10")
        verb("tail", "--wait-seconds", "1")
        policy = "on_http_request: [{actions: [{type: deny}]}]"
        url = "https://nobody.portico.localhost"
        assert verb("rehearse", "--traffic-policy", policy, "--endpoint-url", url, "--limit", "10")["changed"] == 0
        assert verb("archive", "--limit", "10")["log"]["version"] == "1.2"
        for words in (["get"], ["replay"]):
            try:
                verb(*words, "req_2abcDEF")
            except (Error, NotFoundError):
                continue
            raise AssertionError(f"{words} of nothing")
        verb("clear")

    def unread():
        # A reader that goes away, as `head` does, ends no command in a trap.
        for closed in ("stdout", "stderr"):
            reader, writer = os.pipe()
            os.close(reader)
            pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, closed: writer}
            environment = {"PORTICO_API_KEY": call.api_key, "PORTICO_API_URL": call.base_url, "HOME": "/nonexistent"}
            run = subprocess.run([program, "api", "vaults", "list"], env=environment, **pipes)
            os.close(writer)
            assert run.returncode == 0, f"{closed}: exit status {run.returncode}"

    case("command: nobody reads what it says", unread)
    case("command: event-destinations send-test-event", tried)
    case("command: traffic-inspector", inspector)
    case("command: kubernetes-operators", operators)
    case("command: personal-access-tokens", tokens)
    case("command: root self", lambda: call.get("/self", {})["account"]["id"])


def every_command_ran(client, program):
    """The commands that the API's own document asks for, each of which was run."""
    help_text = subprocess.run([program, "api", "--help"], capture_output=True, text=True, check=True).stdout
    groups = re.findall(r"^  ([a-z-]+) +\S", help_text.split("GROUPS:")[1].split("\n\n")[0], re.M)
    assert len(groups) > 25, groups
    left = []
    for group in groups:
        text = subprocess.run([program, "api", group, "--help"], capture_output=True, text=True, check=True).stdout
        for verb in re.findall(r"^  ([a-z-]+)", text.split("COMMANDS:")[1].split("\n\n")[0], re.M):
            if (group, verb) not in used:
                left.append(f"{group} {verb}")
    assert not left, f"never run: {', '.join(sorted(left))}"
