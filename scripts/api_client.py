"""Uses the published API client, unchanged, for every operation that it has of the kinds that the edge serves.

The kinds stand in api_kinds.py. A kind that is served and has no row there is a failure, and so is an operation of the
client that no case called. The last line is `N passed, N failed`.

usage: api_client.py --url URL --key KEY --other-key KEY [--only KIND] [--home DIR] [--bin DIR --server HOST:PORT --ca FILE] [--command]
    --other-key   of another account
    --home        of the edge: its database, a backup and logs are searched for secrets at the end
    --command     each call is a run of `portico api` in --bin, in place of a request of the client
    --bin         where the agent is: its session and what credentials may bind are tried with it, at the edge --server
"""

import argparse
import base64
import inspect
import json
import pathlib
import subprocess
import sys
import traceback

import ngrok

import api_agents
import api_command
from api_agents import run_access
from api_kinds import KINDS, resolved
from api_rows import PLANTED

# Older interfaces, which no edge of ours has.
OUT_OF_SCOPE = {"backends", "edges", "edge_modules", "http_client"}
# Attributes of the client whose paths are called otherwise.
PATHS = {
    "application_sessions": "app/sessions",
    "application_users": "app/users",
    "event_sources": "event_subscriptions",
    "secrets": "vault_secrets",
}

# What must stand nowhere in the clear.
secrets = set()
counts = {"passed": 0, "failed": 0}


def case(name, body, code=None):
    """Counts one case: `body` succeeds, or is refused with `code` where that is given."""
    try:
        if code is None:
            body()
        else:
            refused(code, body)
    except Exception:
        counts["failed"] += 1
        print(f"FAIL {name}")
        print("    " + traceback.format_exc().strip().replace("\n", "\n    "))
    else:
        counts["passed"] += 1
        print(f"pass {name}")


def refused(code, call):
    """The call fails with this code, and a status that fits."""
    try:
        call()
    except ngrok.Error as error:
        assert error.error_code == f"ERR_NGROK_{code}", f"{error.error_code} in place of {code}: {error}"
        assert 400 <= error.http_status_code < 500, error.http_status_code
        assert error.operation_id.startswith("op_"), error.details
        return
    raise AssertionError(f"was not refused with {code}")


def not_found(call):
    try:
        call()
    except ngrok.NotFoundError:
        return
    raise AssertionError("was found")


class Operations:
    """The operations of one kind, of which each that is used is noted."""

    used = set()

    def __init__(self, client, kind):
        self._inner, self._kind = getattr(client, kind), kind

    def __getattr__(self, name):
        Operations.used.add((self._kind, name))
        return getattr(self._inner, name)

    @staticmethod
    def all_of(client, kind):
        members = inspect.getmembers(type(getattr(client, kind)), inspect.isfunction)
        return {name for name, _ in members if not name.startswith("_")}


class NotingClient:
    """The client, with operations that are noted."""

    def __init__(self, client):
        self._client = client

    def __getattr__(self, kind):
        return getattr(self._client, kind) if kind in OUT_OF_SCOPE else Operations(self._client, kind)


def shows(resource, arguments, hidden):
    """The members are those that were given."""
    for name, value in arguments.items():
        if name in hidden:
            continue
        seen = getattr(resource, name)
        assert seen == value or value == seen, f"{name} is {seen!r} and not {value!r}"


def all_members(resource):
    """Every property of the client's class can be read: the client indexes the answer."""
    for name in dir(type(resource)):
        if isinstance(getattr(type(resource), name), property):
            getattr(resource, name)


def run_kind(client, other, kind, row, can):
    operations, foreign = getattr(client, kind), getattr(other, kind)
    hidden, made = row.hidden + row.secret, []

    def create():
        arguments = resolved(row.make, client)
        resource = operations.create(**arguments)
        made.append(resource.id)
        all_members(resource)
        shows(resource, arguments, hidden)
        secrets.update(value for name, value in arguments.items() if name in row.secret)
        if hasattr(type(resource), "token"):
            assert resource.token, "no token"
            secrets.add(resource.token)

    def get():
        resource = operations.get(made[0])
        all_members(resource)
        assert resource.id == made[0]
        if hasattr(type(resource), "uri"):
            assert resource.uri.startswith(client.http_client.base_url), resource.uri
        if hasattr(type(resource), "token"):
            assert resource.token is None, "the token is shown again"

    def update():
        arguments = resolved(row.change, client)
        resource = operations.update(made[0], **arguments)
        all_members(resource)
        shows(resource, arguments, hidden)
        shows(operations.get(made[0]), arguments, hidden)
        secrets.update(value for name, value in arguments.items() if name in row.secret)

    def listed():
        page = operations.list()
        all_members(page)
        assert made[0] in [item.id for item in page], "is not in the list"

    def pages():
        more = [operations.create(**resolved(row.make, client)).id for _ in range(2 if row.several else 0)]
        whole = [item.id for item in operations.list()]
        assert whole == sorted(whole, reverse=True), "the newest are not first"
        assert [item.id for item in operations.list(limit="2")] == whole, "pages differ from the list"
        if row.several:
            assert set(more + made[:1]) <= set(whole), "the list is not whole"
            older = [item.id for item in operations.list(before_id=more[0])]
            assert older == whole[whole.index(more[0]) + 1 :], "before_id"
        for one in more:
            operations.delete(one)
        refused(233, lambda: operations.list(limit="0"))
        refused(233, lambda: operations.list(limit="101"))
        refused(227, lambda: operations.list(before_id="nothing"))

    def filtered():
        assert [item.id for item in operations.list(filter=f'obj.id == "{made[0]}"')] == made[:1]
        assert not list(operations.list(filter=f'obj.id == "{made[0]}x"'))
        refused(250, lambda: operations.list(filter="obj.nothing == 1"))

    def owned():
        not_found(lambda: foreign.get(made[0]))
        if "list" in can:
            assert made[0] not in [item.id for item in foreign.list()], "another account lists it"
        if "update" in can:
            not_found(lambda: foreign.update(made[0], **resolved(row.change, other)))
        if "delete" in can:
            not_found(lambda: foreign.delete(made[0]))
        operations.get(made[0])

    def delete():
        operations.delete(made[0])
        not_found(lambda: operations.get(made[0]))
        not_found(lambda: operations.delete(made[0]))
        if "update" in can:
            not_found(lambda: operations.update(made[0], **resolved(row.change, client)))
        refused(227, lambda: operations.get("nothing"))

    if row.make is not None:
        case(f"{kind}: create", create)
    if made:
        case(f"{kind}: get", get)
        if "update" in can:
            case(f"{kind}: update", update)
        if "list" in can:
            case(f"{kind}: list", listed)
            case(f"{kind}: pages", pages)
            if row.filters:
                case(f"{kind}: filter", filtered)
        case(f"{kind}: another account", owned)
        for arguments, code in row.refused_changes:
            call = lambda: operations.update(made[0], **resolved(arguments, client))
            case(f"{kind}: update refused with {code}: {shown(arguments)}", call, code)
        if row.unchanged is not None:
            case(f"{kind}: an update that says nothing", lambda: operations.update(made[0]), row.unchanged)
    for arguments, code in row.refused:
        call = lambda: operations.create(**resolved(arguments, client))
        case(f"{kind}: create refused with {code}: {shown(arguments)}", call, code)
    if row.more is not None:
        row.more(client, made[0] if made else None, lambda name, *rest: case(f"{kind}: {name}", *rest))
    if made and "delete" in can:
        case(f"{kind}: delete", delete)


def shown(arguments):
    return ", ".join(f"{name}={str(value)[:24]}" for name, value in arguments.items() if not callable(value)) or "nothing"


def run_keys(url, client):
    case("keys: one that is none", lambda: ngrok.Client("nonsense", base_url=url).api_keys.list(), 202)
    key = client.api_keys.create()
    token = client.credentials.create().token
    case("keys: an identifier", lambda: ngrok.Client(key.id, base_url=url).api_keys.list(), 208)
    case("keys: an authtoken", lambda: ngrok.Client(token, base_url=url).api_keys.list(), 206)
    made = ngrok.Client(key.token, base_url=url)
    case("keys: one that was made is good", lambda: list(made.api_keys.list()))
    client.api_keys.delete(key.id)
    case("keys: one that was deleted is not", lambda: made.api_keys.list(), 203)


def forms(secret):
    """How a secret may stand in a file: as it is, escaped, in other letters; a key of several lines by its longest ones."""
    whole = secret.encode()
    lines = [line for line in secret.splitlines() if len(line) >= 40 and not line.startswith("-----")]
    texts = lines if "PRIVATE KEY" in secret else [secret]
    for text in texts:
        yield text.encode()
        yield json.dumps(text)[1:-1].encode()
        yield text.encode().hex().encode()
        yield text.encode("utf-16-le")
    for shift in range(3):
        # In base64 it depends on what stands before it; the ends do on what stands around it.
        yield base64.b64encode(b"\0" * shift + whole)[4:-8]


def run_scan(home, keys, program):
    """No secret stands in the database, its log of writes, a backup, or a log of the edge or of an agent."""
    backup = home / "backup"
    config = home / "edge.yml"
    subprocess.run([program, "backup", "--to", backup, "--config", config], check=True, capture_output=True)
    sought = {form: secret for secret in secrets.union(keys, PLANTED) for form in forms(secret) if len(form) >= 10}
    seen = [*home.glob("data/portico.db*"), *home.glob("**/*.log"), backup]
    seen = [path for path in seen if path.name not in ("api.log", "command.log")]
    assert len(seen) >= 4 and any(path.name.endswith("-wal") for path in seen), f"too little to look at: {seen}"
    for path in seen:
        text = path.read_bytes()
        found = {secret for form, secret in sought.items() if form in text}
        assert not found, f"{len(found)} of {len(secrets)} secrets stand in {path.name}: {[s[:6] for s in found]}"
    # What is looked for would be found: the backup holds what is no secret.
    assert b"ip_policy" in backup.read_bytes() and secrets


def served_kinds(client):
    """The client's kinds, each with whether the edge has it."""
    root = client.http_client.get("/", {})["subresource_uris"]
    kinds = [
        name
        for name, member in inspect.getmembers(ngrok.Client)
        if isinstance(member, property) and name not in OUT_OF_SCOPE
    ]
    return {kind: PATHS.get(kind, kind) in root for kind in kinds}


def main():
    parser = argparse.ArgumentParser()
    for name in ("--url", "--key", "--other-key"):
        parser.add_argument(name, required=True)
    for name in ("--only", "--home", "--bin", "--server", "--ca"):
        parser.add_argument(name)
    parser.add_argument("--command", action="store_true")
    options = parser.parse_args()
    program = f"{options.bin}/portico"
    if options.command:
        api_command.use(program)
    plain = ngrok.Client(options.key, base_url=options.url)
    if options.bin:
        api_agents.use(options)
    client = NotingClient(plain)
    other = NotingClient(ngrok.Client(options.other_key, base_url=options.url))
    for kind, is_served in served_kinds(plain).items():
        if options.only not in (None, kind):
            continue
        if not is_served:
            print(f"not served yet: {kind}")
            continue
        row = KINDS.get(kind)
        if row is None:
            case(f"{kind}: has a row in api_kinds.py", lambda: KINDS[kind])
            continue
        operations = Operations.all_of(plain, kind)
        run_kind(client, other, kind, row, operations)
        left = sorted(name for name in operations if (kind, name) not in Operations.used)
        case(f"{kind}: every operation was used", lambda: none(left))
    if options.only is None:
        run_keys(options.url, plain)
        if options.command:
            api_command.beside(plain, case, program)
            case("command: every one was run", lambda: api_command.every_command_ran(plain, program))
        if options.bin:
            foreign = ngrok.Client(options.other_key, base_url=options.url)
            # What cannot even be prepared is a failure of its own, and the rest is still told.
            case("access: all of it was tried", lambda: run_access(plain, foreign, options, case))
    if options.home and options.bin:
        home, keys = pathlib.Path(options.home), (options.key, options.other_key)
        edge = f"{options.bin}/portico-edge"
        case("no secret stands in the database, a backup or a log", lambda: run_scan(home, keys, edge))
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    sys.exit(1 if counts["failed"] else 0)


def none(left):
    assert not left, f"not used: {', '.join(left)}"


main()
