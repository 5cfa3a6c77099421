"""Rows of api_kinds.py for what is stored and read by others: vaults, certificates, keys of SSH, events, people."""

import base64
import functools
import os
import pathlib
import struct
import subprocess
import tempfile

from api_rows import LONG, LONGER, Kind, Props, of, unique

TRAFFIC = "http_request_complete.v0"
AUDIT = "ip_policy_created.v0"
ROLE = {"role": {"role_arn": "arn:aws:iam::123456789012:role/events"}}
STREAM = "arn:aws:firehose:us-east-1:123456789012:deliverystream/events"
TIMES = dict(valid_after="", valid_until="")


# What is uploaded.


@functools.cache
def pem(is_authority=False):
    """A certificate of its own authority, and its key."""
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = pathlib.Path(folder, "key"), pathlib.Path(folder, "certificate")
        constraints = f"basicConstraints=critical,CA:{'TRUE' if is_authority else 'FALSE'}"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
            + ["-subj", "/CN=app.example.test", "-addext", constraints, "-keyout", key, "-out", certificate],
            check=True,
            capture_output=True,
        )
        return certificate.read_text(), key.read_text()


def public_key(_=None):
    """A line of a .pub file that nobody has yet."""
    parts = (b"ssh-ed25519", os.urandom(32))
    blob = b"".join(struct.pack(">I", len(part)) + part for part in parts)
    return f"ssh-ed25519 {base64.b64encode(blob).decode()}"


def certificate_row(attribute, unknown, no_time, description, metadata):
    authority = of("ssh_certificate_authorities")

    def deleted(client, made, case):
        used = getattr(client, attribute).get(made).ssh_certificate_authority_id
        case("its authority stays", lambda: client.ssh_certificate_authorities.delete(used), 1964)

    return Kind(
        make=dict(ssh_certificate_authority_id=authority, public_key=public_key, principals=["a"], **TIMES),
        change=dict(description="changed", metadata="{}"),
        hidden=("valid_after", "valid_until"),
        refused=[
            (dict(ssh_certificate_authority_id="sshca_x", public_key=public_key, **TIMES), unknown),
            (dict(ssh_certificate_authority_id=authority, public_key="", **TIMES), 1952),
            (dict(ssh_certificate_authority_id=authority, public_key="x", **TIMES), 1934),
            (dict(ssh_certificate_authority_id=authority, public_key="ssh-dss AAAAB3NzaC1kc3M=", **TIMES), 1950),
            (
                dict(
                    ssh_certificate_authority_id=authority,
                    public_key=public_key,
                    valid_after="2030-01-01T00:00:00Z",
                    valid_until="2030-01-01T00:00:00Z",
                ),
                no_time,
            ),
            (
                dict(ssh_certificate_authority_id=authority, public_key=public_key, valid_after="soon", valid_until=""),
                241,
            ),
            (dict(ssh_certificate_authority_id=authority, public_key=public_key, description=LONG, **TIMES), description),
            (dict(ssh_certificate_authority_id=authority, public_key=public_key, metadata=LONGER, **TIMES), metadata),
        ],
        refused_changes=[(dict(description=LONG), description), (dict(metadata=LONGER), metadata)],
        unchanged=100615,
        filters=False,
        more=deleted,
    )


# What can be done beside the verbs.


def secrets_of_vault(client, vault, case):
    def listed():
        made = [client.secrets.create(name=f"s{number}", value="v", vault_id=vault).id for number in range(3)]
        page = client.vaults.get_secrets_by_vault(vault, limit="2")
        assert [secret.id for secret in page] == sorted(made, reverse=True)
        assert all(secret.vault.id == vault for secret in client.vaults.get_secrets_by_vault(vault))
        rest = client.vaults.get_secrets_by_vault(vault, before_id=max(made))
        assert [secret.id for secret in rest] == sorted(made, reverse=True)[1:]
        for secret in made[1:]:
            client.secrets.delete(secret)
        return made[0]

    case("get_secrets_by_vault", listed)

    def emptied():
        for secret in list(client.vaults.get_secrets_by_vault(vault)):
            client.secrets.delete(secret.id)

    case("one that holds secrets stays", lambda: client.vaults.delete(vault), 23003)
    case("one that is emptied", emptied)


def restricted(client, made, case):
    policy = client.ip_restrictions.get(made).ip_policies[0].id
    case("its policy stays", lambda: client.ip_policies.delete(policy), 1420)
    rule = client.ip_policy_rules.create(cidr="192.0.2.0/24", ip_policy_id=policy, action="allow").id
    case("the last rule of its policy stays", lambda: client.ip_policy_rules.delete(rule), 1419)


def served(client, made, case):
    domain = of("reserved_domains", domain=unique("served#.example.test"))(client)

    def attached():
        shown = client.reserved_domains.update(domain, certificate_id=made)
        assert shown.certificate.id == made and shown.certificate_management_policy is None

    case("a domain serves it", attached)
    case("one that is served stays", lambda: client.tls_certificates.delete(made), 100608)
    unknown = lambda: client.reserved_domains.update(domain, certificate_id="cert_x")
    case("a domain serves none that is not there", unknown, 100510)
    case("a domain lets go of it", lambda: client.reserved_domains.delete_certificate(domain))


def targets(client, made, case):
    """Destinations of each kind are shown without secrets."""
    keys = {"creds": {"aws_access_key_id": "AKIA", "aws_secret_access_key": "aws-secret-access-key"}}
    azure = dict.fromkeys(("tenant_id", "client_id", "data_collection_rule_id", "data_collection_stream_name"), "x")
    azure.update(client_secret="azure-client-secret", logs_ingestion_uri="https://logs.example.test")
    all_of_them = {
        "firehose": dict(auth=ROLE, delivery_stream_arn=STREAM),
        "kinesis": dict(auth=keys, stream_arn="arn:aws:kinesis:us-east-1:123456789012:stream/events"),
        "cloudwatch_logs": dict(auth=ROLE, log_group_arn="arn:aws:logs:us-east-1:123456789012:log-group:events"),
        "datadog": dict(api_key="datadog-api-key", ddsite="datadoghq.eu", ddtags="a:b", service="c"),
        "azure_logs_ingestion": azure,
    }
    for name, target in all_of_them.items():

        def shown(name=name, target=target):
            destination = client.event_destinations.create(target=Props(**{name: target}))
            for other in all_of_them:
                assert (getattr(destination.target, other) is None) == (other != name), other
            text = repr(getattr(destination.target, name)._props)
            for hidden in ("azure-client-secret", "datadog-api-key", "aws-secret-access-key"):
                assert hidden not in text, text
            client.event_destinations.delete(destination.id)

        case(f"target {name}", shown)
    changed = lambda: client.event_destinations.update(made, target=Props(firehose=all_of_them["firehose"]))
    case("a target of another kind", changed, 5108)
    subscription = client.event_subscriptions.create(destination_ids=[made]).id
    case("one that is sent to stays", lambda: client.event_destinations.delete(made), 5112)
    client.event_subscriptions.delete(subscription)


def sources(client, _, case):
    subscription = client.event_subscriptions.create().id

    def created():
        source = client.event_sources.create(subscription, type=TRAFFIC)
        assert source.type == TRAFFIC and source.uri.endswith(f"/{subscription}/sources/{TRAFFIC}")

    def listed():
        page = client.event_sources.list(subscription)
        assert [source.type for source in page.sources] == [TRAFFIC] and page.uri.endswith("/sources")

    case("create", created)
    case("create, twice", lambda: client.event_sources.create(subscription, type=TRAFFIC), 5127)
    case("create of none", lambda: client.event_sources.create(subscription, type=""), 238)
    case("create of one that is not known", lambda: client.event_sources.create(subscription, type="x.v0"), 238)
    case("list", listed)
    case("get", lambda: client.event_sources.get(subscription, TRAFFIC))
    case("update", lambda: client.event_sources.update(subscription, TRAFFIC))
    case("get of one that is not there", lambda: client.event_sources.get(subscription, AUDIT), 5125)
    case("update of one that is not there", lambda: client.event_sources.update(subscription, AUDIT), 5125)
    case("delete", lambda: client.event_sources.delete(subscription, TRAFFIC))
    case("delete, again", lambda: client.event_sources.delete(subscription, TRAFFIC), 5125)
    case("list of a subscription that is not there", lambda: client.event_sources.list("esb_x"), 5123)
    client.event_subscriptions.delete(subscription)


def nobody(attribute, prefix):
    """What visitors make, of whom there are none."""

    def run(client, _, case):
        operations = getattr(client, attribute)
        case("list", lambda: none(list(operations.list())))
        case("list with a limit that is none", lambda: operations.list(limit="0"), 233)
        case("get", lambda: operations.get(f"{prefix}_x"), 100501)
        case("delete", lambda: operations.delete(f"{prefix}_x"), 100501)
        case("get of something else", lambda: operations.get("ak_x"), 227)

    return Kind(more=run)


def none(found):
    assert not found, found


KINDS = {
    "vaults": Kind(
        make=dict(name=unique("team-#/web"), description="of the team", metadata="{}"),
        change=dict(name=unique("team-#/app"), metadata="changed"),
        refused=[
            (dict(name=""), 23001),
            (dict(), 23001),
            (dict(name="a b"), 23000),
            (dict(name=LONG), 23002),
            (dict(name=of("vaults", "name", name=unique("twice#"))), 23004),
            (dict(name="a", description=LONG), 100506),
            (dict(name="a", metadata=LONGER), 100507),
        ],
        refused_changes=[(dict(name=""), 23001), (dict(name="a b"), 23000), (dict(name=LONG), 23002)],
        unchanged=100600,
        more=secrets_of_vault,
    ),
    "secrets": Kind(
        make=dict(name=unique("token#"), value="hush-hush-hush", vault_id=of("vaults", name=unique("home#"))),
        change=dict(value="hush-hush-whisper", description="changed"),
        hidden=("vault_id",),
        secret=("value",),
        refused=[
            (dict(name="a", value="v"), 24008),
            (dict(name="a", value="v", vault_id="vault_x"), 24006),
            (dict(name="a", value="v", vault_name="nowhere"), 24009),
            (dict(name="", value="v", vault_id=of("vaults", name=unique("home#"))), 24001),
            (dict(name="a b", value="v", vault_id=of("vaults", name=unique("home#"))), 24000),
            (dict(name=LONG, value="v", vault_id=of("vaults", name=unique("home#"))), 24002),
            (dict(name="a", value="", vault_id=of("vaults", name=unique("home#"))), 24003),
            (dict(name="a", value="v" * 65537, vault_id=of("vaults", name=unique("home#"))), 24004),
        ],
        refused_changes=[(dict(name=""), 24001), (dict(value=""), 24003), (dict(value="v" * 65537), 24004)],
        unchanged=100601,
    ),
    "ip_restrictions": Kind(
        make=dict(type="dashboard", ip_policy_ids=lambda client: [of("ip_policies")(client)], description="ours"),
        change=dict(enforced=True, description="changed"),
        hidden=("ip_policy_ids",),
        several=False,
        refused=[
            (dict(type="moon", ip_policy_ids=["ipp_x"]), 1803),
            (dict(type="agent", ip_policy_ids=[]), 1804),
            (dict(type="agent", ip_policy_ids=["ipp_x"]), 1801),
            (dict(type="dashboard", ip_policy_ids=lambda client: [of("ip_policies")(client)]), 1802),
        ],
        refused_changes=[(dict(ip_policy_ids=["ipp_x"]), 1801), (dict(description=LONG), 100506)],
        more=restricted,
    ),
    "agent_ingresses": Kind(
        make=dict(domain=unique("connect#.example.test"), description="for agents"),
        change=dict(certificate_management_policy=Props(authority="letsencrypt", private_key_type="ecdsa")),
        refused=[
            (dict(domain=""), 1906),
            (dict(domain="*.example.test"), 1906),
            (dict(domain="under_score.example.test"), 1906),
            (dict(domain=of("agent_ingresses", "domain", domain=unique("twice#.example.test"))), 100605),
            (dict(domain="a.example.test", certificate_management_policy=Props(authority="moon")), 1908),
            (dict(domain="a.example.test", certificate_management_policy=Props(private_key_type="dsa")), 1909),
        ],
        refused_changes=[(dict(metadata=LONGER), 100507)],
        unchanged=100607,
    ),
    "tls_certificates": Kind(
        make=dict(certificate_pem=lambda _: pem()[0], private_key_pem=lambda _: pem()[1], description="uploaded"),
        change=dict(description="changed", metadata="{}"),
        secret=("private_key_pem",),
        refused=[
            (dict(certificate_pem="", private_key_pem="x"), 1922),
            (dict(certificate_pem=lambda _: pem()[0], private_key_pem=""), 1901),
            (dict(certificate_pem=lambda _: pem()[0], private_key_pem="x"), 1901),
            (dict(certificate_pem=lambda _: pem()[1], private_key_pem=lambda _: pem()[0]), 1925),
            (dict(certificate_pem=lambda _: pem()[0], private_key_pem=lambda _: pem()[0]), 1924),
            (dict(certificate_pem=lambda _: pem()[0], private_key_pem=lambda _: pem(True)[1]), 1923),
            (dict(certificate_pem=lambda _: pem()[0] + pem(True)[0], private_key_pem=lambda _: pem()[1]), 1926),
            (dict(certificate_pem=lambda _: "x" * 65537, private_key_pem=lambda _: pem()[1]), 1921),
            (
                dict(
                    certificate_pem=lambda _: pem()[0],
                    private_key_pem=lambda _: pem()[1].replace("BEGIN PRIVATE", "BEGIN ENCRYPTED PRIVATE"),
                ),
                1902,
            ),
            (dict(certificate_pem=lambda _: pem()[0], private_key_pem=lambda _: pem()[1], description=LONG), 1914),
            (dict(certificate_pem=lambda _: pem()[0], private_key_pem=lambda _: pem()[1], metadata=LONGER), 1915),
        ],
        refused_changes=[(dict(description=LONG), 1914), (dict(metadata=LONGER), 1915)],
        unchanged=100609,
        more=served,
    ),
    "certificate_authorities": Kind(
        make=dict(ca_pem=lambda _: pem(True)[0], description="ours"),
        change=dict(description="changed", metadata="{}"),
        refused=[
            (dict(ca_pem=""), 1919),
            (dict(ca_pem="x"), 1920),
            (dict(ca_pem=lambda _: pem(True)[1]), 1911),
            (dict(ca_pem=lambda _: pem(True)[0] * 2), 1912),
            (dict(ca_pem=lambda _: pem()[0]), 1913),
            (dict(ca_pem="x" * 65537), 1921),
            (dict(ca_pem=lambda _: pem(True)[0], description=LONG), 1916),
            (dict(ca_pem=lambda _: pem(True)[0], metadata=LONGER), 1917),
        ],
        refused_changes=[(dict(description=LONG), 1916), (dict(metadata=LONGER), 1917)],
        unchanged=100610,
    ),
    "event_destinations": Kind(
        make=dict(target=Props(datadog=dict(api_key="key-of-datadog")), format="json", description="logs"),
        change=dict(description="changed", target=Props(datadog=dict(api_key="other-key-of-datadog", service="web"))),
        hidden=("target",),
        refused=[
            (dict(), 5100),
            (dict(target=Props(datadog=None)), 5100),
            (dict(target=Props(debug=dict(log=True), datadog=dict(api_key="k"))), 5115),
            (dict(target=Props(debug=dict(log=True)), format="xml"), 235),
            (dict(target=Props(datadog=dict(service="x"))), 5133),
            (dict(target=Props(datadog=dict(api_key="k", ddsite="a b"))), 5134),
            (dict(target=Props(firehose=dict(delivery_stream_arn=STREAM))), 5106),
            (dict(target=Props(firehose=dict(auth={}, delivery_stream_arn=STREAM))), 5107),
            (
                dict(
                    target=Props(
                        firehose=dict(auth=dict(ROLE, creds=dict(aws_access_key_id="x")), delivery_stream_arn=STREAM)
                    )
                ),
                5116,
            ),
            (dict(target=Props(kinesis=dict(auth=ROLE, stream_arn=STREAM))), 5120),
            (dict(target=Props(kinesis=dict(auth=ROLE))), 236),
            (dict(target=Props(debug=dict(log=True)), description=LONG), 100506),
        ],
        refused_changes=[(dict(format="xml"), 235), (dict(metadata=LONGER), 100507)],
        unchanged=100611,
        more=targets,
    ),
    "event_subscriptions": Kind(
        make=dict(
            sources=[Props(type=TRAFFIC), Props(type=AUDIT)],
            destination_ids=lambda client: [of("event_destinations", target=Props(debug=dict(log=True)))(client)],
            description="traffic",
        ),
        change=dict(sources=[Props(type=AUDIT)], metadata="{}"),
        hidden=("sources", "destination_ids"),
        refused=[
            (dict(sources=[Props(type="")]), 238),
            (dict(sources=[Props(type="nothing.v0")]), 238),
            (dict(sources=[Props(type=AUDIT), Props(type=AUDIT)]), 5127),
            (dict(sources=[Props(type=TRAFFIC, fields=[])]), 5400),
            (dict(sources=[Props(type=AUDIT, fields=["conn.client_ip"])]), 5401),
            (dict(sources=[Props(type=AUDIT, filter="true")]), 5402),
            (dict(sources=[Props(type=TRAFFIC, fields=["nothing"])]), 5403),
            (dict(sources=[Props(type=TRAFFIC, filter="ev.conn.client_ip ==")]), 5404),
            (dict(sources=[Props(type=TRAFFIC, filter="ev.conn.nothing == 'x'")]), 5405),
            (dict(sources=[Props(type=TRAFFIC, filter="ev.http.request.method == 'get'")]), 5406),
            (dict(destination_ids=["ed_x"]), 5103),
        ],
        refused_changes=[(dict(sources=[], destination_ids=["ed_x"]), 5103), (dict(sources=[], metadata=LONGER), 100507)],
    ),
    "event_sources": Kind(more=sources),
    "ssh_credentials": Kind(
        make=dict(public_key=public_key, acl=["bind:*.example.test"], description="a key"),
        change=dict(acl=["*"], metadata="{}"),
        refused=[
            (dict(public_key=""), 611),
            (dict(public_key="x"), 612),
            (dict(public_key=public_key, acl=["no rule"]), 619),
            (dict(public_key=of("ssh_credentials", "public_key", public_key=public_key)), 609),
            (dict(public_key=public_key, owner_id="usr_x"), 632),
            (dict(public_key=public_key, description=LONG), 604),
            (dict(public_key=public_key, metadata=LONGER), 605),
        ],
        refused_changes=[(dict(acl=["no rule"]), 619), (dict(description=LONG), 604)],
        unchanged=606,
    ),
    "ssh_certificate_authorities": Kind(
        make=dict(private_key_type="ecdsa", elliptic_curve="384", description="ours"),
        change=dict(description="changed", metadata="{}"),
        hidden=("private_key_type", "elliptic_curve", "key_size"),
        refused=[
            (dict(private_key_type="dsa"), 1936),
            (dict(private_key_type="rsa", key_size=1024), 1939),
            (dict(key_size=2048), 1940),
            (dict(private_key_type="ecdsa", elliptic_curve="25519"), 1941),
            (dict(elliptic_curve="256"), 1942),
            (dict(description=LONG), 1937),
            (dict(metadata=LONGER), 1938),
        ],
        refused_changes=[(dict(description=LONG), 1937), (dict(metadata=LONGER), 1938)],
        unchanged=100614,
    ),
    "ssh_host_certificates": certificate_row("ssh_host_certificates", 1949, 1963, 1945, 1946),
    "ssh_user_certificates": certificate_row("ssh_user_certificates", 1951, 1962, 1947, 1948),
    "application_users": nobody("application_users", "au"),
    "application_sessions": nobody("application_sessions", "as"),
    "abuse_reports": Kind(
        make=dict(urls=["https://a.example.test/x"], metadata="{}"),
        refused=[(dict(urls=[]), 100625), (dict(urls=["x"]), 100625), (dict(urls=["https://a.b"], metadata=LONGER), 100507)],
    ),
}
