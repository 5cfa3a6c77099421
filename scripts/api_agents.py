"""What credentials may bind, and to whom names belong: configured through the API, tried with the agent."""

import concurrent.futures
import contextlib
import pathlib
import re
import subprocess
import time

import ngrok

# Rules of a credential, what the agent asks for (with its binding, where it names one), and the code of its refusal; None where it comes online.
ACCESS = [
    ([], ("http", "https://free.portico.localhost"), None),
    (["*"], ("http", "https://star.portico.localhost"), None),
    (["bind:*"], ("http", ""), None),
    (["bind:exact.portico.localhost"], ("http", "https://exact.portico.localhost"), None),
    (["bind:EXACT2.portico.localhost"], ("tls", "tls://exact2.portico.localhost"), None),
    (["bind:exact.portico.localhost"], ("http", "https://other.portico.localhost"), 316),
    (["bind:exact.portico.localhost"], ("http", "https://below.exact.portico.localhost"), 316),
    (["bind:exact.portico.localhost"], ("http", ""), 316),
    (["bind:exact.portico.localhost"], ("tcp", ""), 356),
    (["bind:*.wild.portico.localhost"], ("http", "https://a.b.wild.portico.localhost"), None),
    (["bind:*.wild2.portico.localhost"], ("http", "https://*.wild2.portico.localhost"), None),
    (["bind:*.wild.portico.localhost"], ("http", "https://wild.portico.localhost"), 316),
    (["bind:a.portico.localhost", "bind:second.portico.localhost"], ("http", "http://second.portico.localhost"), None),
    (["bind:*.site.internal"], ("http", "https://api.site.internal"), None),
    (["bind:*.site.internal"], ("tcp", "tcp://db.other.internal:5432"), 316),
    (["bind:db.internal:5432"], ("tcp", "tcp://db.internal:5432", "internal"), None),
    (["bind:web.shop"], ("http", "http://web.shop:8080", "kubernetes"), None),
    (["bind:web.shop"], ("http", "http://web.store", "kubernetes"), 316),
    ([], ("http", "https://web.shop", "kubernetes"), 9041),
    ([], ("http", "https://free.portico.localhost", "internal"), 9029),
]


def run_access(client, other, options, case):
    agents = Agents(options)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        outcomes = [
            (rules, wish, code, pool.submit(agents.outcome, client.credentials.create(acl=rules).token, *wish))
            for rules, wish, code in ACCESS
        ]
    for rules, wish, code, outcome in outcomes:
        name = f"access: {', '.join(rules) or 'no rules'}: {wish[1] or wish[0]}"
        case(name, lambda: same(outcome.result(), code))
    run_changes(client, agents, case)
    run_reservations(client, other, agents, case)
    run_personal_tokens(client, agents, options, case)
    run_restrictions(client, other, agents, case)


def run_changes(client, agents, case):
    """Rules that were changed count from the next bind on, and a credential that is gone is good for nothing."""
    credential = client.credentials.create(acl=["bind:before.portico.localhost"])
    client.credentials.update(credential.id, acl=["bind:after.portico.localhost"])
    for name, code in (("before", 316), ("after", None)):
        url = f"https://{name}.portico.localhost"
        case(f"access: changed rules: {url}", lambda: same(agents.outcome(credential.token, "http", url), code))
    client.credentials.delete(credential.id)
    url = "https://after.portico.localhost"
    case("access: a credential that was deleted", lambda: same(agents.outcome(credential.token, "http", url), 107))


def run_reservations(client, other, agents, case):
    """What an account has reserved is its own, with every name below it."""
    domain = client.reserved_domains.create(domain="mine.portico.localhost")
    wildcard = client.reserved_domains.create(domain="*.wide.portico.localhost")
    address = client.reserved_addrs.create()
    exact = client.credentials.create(acl=[f"bind:{address.addr}"])
    own, foreign = client.credentials.create().token, other.credentials.create().token
    rows = [
        ("own domain", own, ("http", "https://mine.portico.localhost"), None),
        ("another's domain", foreign, ("http", "https://mine.portico.localhost"), 320),
        ("below another's domain", foreign, ("tls", "tls://a.mine.portico.localhost"), 320),
        ("another's wildcard", foreign, ("http", "https://*.wide.portico.localhost"), 321),
        ("what another's wildcard stands for", foreign, ("http", "https://a.wide.portico.localhost"), 320),
        ("own address", own, ("tcp", f"tcp://{address.addr}"), None),
        ("another's address", foreign, ("tcp", f"tcp://{address.addr}"), 309),
        ("own address, by a rule", exact.token, ("tcp", f"tcp://{address.addr}"), None),
        ("a name, by a rule for an address", exact.token, ("http", "https://mine.portico.localhost"), 316),
    ]
    for name, token, wish, code in rows:
        case(f"reserved: {name}: {wish[1]}", lambda: same(agents.outcome(token, *wish), code))
    client.reserved_domains.delete(domain.id)
    client.reserved_domains.delete(wildcard.id)
    client.reserved_addrs.delete(address.id)
    wish = ("http", "https://mine.portico.localhost")
    case("reserved: a domain that is anybody's again", lambda: same(agents.outcome(foreign, *wish), None))


def run_personal_tokens(client, agents, options, case):
    """The client has no operations for them; they are good for the API and for agents, as their user is."""
    made = client.http_client.post("/personal_access_tokens", {"description": "driver"})
    own = ngrok.Client(made["token"], base_url=options.url)
    case("personal token: the API", lambda: list(own.vaults.list()))
    case("personal token: an agent", lambda: same(agents.outcome(made["token"], "http", ""), None))
    client.http_client.post(f"/personal_access_tokens/{made['id']}/revoke", {})
    case("personal token: the API, revoked", lambda: same(refusal(own.vaults.list), 203))
    case("personal token: an agent, revoked", lambda: same(agents.outcome(made["token"], "http", ""), 300))


def run_restrictions(client, other, agents, case):
    """They are in force when the call that made them is answered. The last closes the other account's API for good."""
    token = client.credentials.create().token
    outside = client.ip_policies.create()
    client.ip_policy_rules.create(cidr="192.0.2.0/24", ip_policy_id=outside.id, action="allow")
    restriction = client.ip_restrictions.create(type="agent", ip_policy_ids=[outside.id], enforced=True)
    case("restriction: an agent from elsewhere", lambda: same(agents.outcome(token, "http", ""), 115))
    client.ip_restrictions.update(restriction.id, enforced=False)
    case("restriction: an agent, where it only warns", lambda: same(agents.outcome(token, "http", ""), None))
    client.ip_restrictions.update(restriction.id, enforced=True)
    for cidr in ("127.0.0.0/8", "::1/128"):
        client.ip_policy_rules.create(cidr=cidr, ip_policy_id=outside.id, action="allow")
    case("restriction: an agent that a rule lets in", lambda: same(agents.outcome(token, "http", ""), None))
    client.ip_restrictions.delete(restriction.id)

    inside = other.ip_policies.create()
    other.ip_policy_rules.create(cidr="127.0.0.0/8", ip_policy_id=inside.id, action="allow")
    other.ip_restrictions.create(type="api", ip_policy_ids=[inside.id], enforced=True)
    case("restriction: the API from where a rule lets in", lambda: list(other.vaults.list()))
    other.ip_policy_rules.create(cidr="127.0.0.1/32", ip_policy_id=inside.id, action="deny")
    case("restriction: the API from elsewhere", lambda: same(refusal(other.vaults.list), 220))
    case("restriction: another account's API", lambda: list(client.vaults.list()))


def refusal(call):
    """The number of the code with which a call is refused; None when it is not."""
    try:
        call()
    except ngrok.Error as error:
        return int(error.error_code.removeprefix("ERR_NGROK_"))
    return None


def same(seen, wanted):
    assert seen == wanted, f"{seen} in place of {wanted}"


_current = []


def use(options):
    """From now on agents are of this program, at this edge."""
    _current[:] = [Agents(options)]


def agents():
    assert _current, "no agent was given (--bin)"
    return _current[0]


class Agents:
    def __init__(self, options):
        self.program = str(pathlib.Path(options.bin) / "portico")
        self.common = ["--connect-url", options.server, "--connect-cas", options.ca, "--log", "stdout"]

    def outcome(self, token, protocol, url, binding=None):
        """The number of the code with which an agent is refused; None when its endpoint comes online."""
        command = [self.program, protocol, "1", *self.common, "--authtoken", token]
        command += ["--url", url] if url else []
        command += ["--binding", binding] if binding else []
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as agent:
            try:
                return self.read(agent)
            finally:
                agent.terminate()

    @contextlib.contextmanager
    def online(self, token, protocol, url):
        """An agent whose endpoint is online; it is ended afterwards."""
        command = [self.program, protocol, "1", *self.common, "--authtoken", token, "--url", url]
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as agent:
            try:
                code = self.read(agent)
                assert code is None, f"the agent was refused with {code}"
                yield agent
            finally:
                agent.terminate()

    @staticmethod
    def read(agent):
        text, deadline = "", time.monotonic() + 20
        for line in agent.stdout:
            text += line
            if code := re.search(r"ERR_(?:NGROK|PORTICO)_(\d+)", line):
                return int(code[1])
            if "started tunnel" in line:
                return None
            if time.monotonic() > deadline:
                break
        raise AssertionError(f"neither online nor refused: {text}")
