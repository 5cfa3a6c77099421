"""What schemathesis does beside its own: calls get identifiers that are there, of both accounts, and every answer is
searched for what is the other account's."""

import json
import os
import random

import schemathesis

FACTS = json.loads(open(os.environ["PORTICO_FUZZ_FACTS"]).read())
FOREIGN = set(FACTS["foreign"])
# Without it the calls would end.
OWN_KEYS = [name for name in FACTS["own"] if name.startswith("ak_")]


def of_kind(operation, names):
    """The identifiers that this operation's path is for, told by what they begin with."""
    prefixes = {
        "api_keys": "ak_", "credentials": "cr_", "reserved_domains": "rd_", "reserved_addrs": "ra_", "endpoints": "ep_",
        "ip_policies": "ipp_", "ip_policy_rules": "ipr_", "ip_restrictions": "ipx_", "service_users": "service_",
        "bot_users": "bot_", "vaults": "vault_", "vault_secrets": "secret_", "event_destinations": "ed_",
        "event_subscriptions": "esb_", "tls_certificates": "cert_", "certificate_authorities": "ca_",
        "ssh_credentials": "sshcr_", "ssh_certificate_authorities": "sshca_", "ssh_host_certificates": "shcrt_",
        "ssh_user_certificates": "sucrt_", "agent_ingresses": "agin_", "kubernetes_operators": "k8sop_",
        "tunnel_sessions": "ts_", "tunnels": "tn_", "personal_access_tokens": "pat_", "abuse_reports": "abrp_",
        "traffic_inspector": "req_",
    }
    prefix = prefixes.get(operation.path.split("/")[1], "\0")
    return [name for name in names if name.startswith(prefix)]


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    if "id" not in (path_parameters or {}):
        return path_parameters
    chance = random.Random(repr(sorted(path_parameters.items())))
    for names in (FACTS["foreign"], FACTS["own"]):
        known = of_kind(context.operation, names)
        if known and chance.random() < 0.45:
            return path_parameters | {"id": chance.choice(known)}
    return path_parameters


@schemathesis.hook
def filter_case(context, case):
    """Keys may be looked at and changed, but not deleted, nor the addresses restricted from which they are good."""
    if case.method.upper() == "DELETE" and case.path.startswith("/api_keys/"):
        return case.path_parameters.get("id") not in OWN_KEYS
    if case.path.startswith("/ip_restrictions") and isinstance(case.body, dict):
        return not case.body.get("enforced")
    return True


@schemathesis.hook
def after_call(context, case, response):
    if not 200 <= response.status_code < 300:
        return
    shown = [name for name in FOREIGN if name.encode() in response.content]
    if shown:
        with open(os.environ["PORTICO_FUZZ_LEAKS"], "a") as leaks:
            leaks.write(f"{case.method} {case.formatted_path}: {', '.join(shown)}\n")
