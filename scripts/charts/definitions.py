"""What a real API server makes of our definitions (spec/kubernetes-tests.md, 2)."""
import time
import uuid

from api import Server
from charts import OPERATOR, Objects
from report import case, expect

GROUP = "/apis/ngrok.com/v1"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
GOOD = {
    "TrafficPolicy": {"policy": {"on_http_request": [{"actions": [{"type": "deny", "odd": [1, None, {"a": 1.5}]}]}]}},
    "CloudEndpoint": {"url": "https://a.example.com", "trafficPolicy": {"inline": {"x": {"y": 0}}}},
    "AgentEndpoint": {"url": "https://a.example.com", "upstream": {"url": "http://web:80"}},
}
# Kind, what is changed of the good one, and what the refusal names.
BAD = [
    ("TrafficPolicy", {"policy": None}, "policy"),
    ("CloudEndpoint", {"url": None}, "url"),
    ("AgentEndpoint", {"url": None}, "url"),
    ("AgentEndpoint", {"upstream": None}, "upstream"),
    ("AgentEndpoint", {"bindings": ["x"]}, "bindings"),
    ("AgentEndpoint", {"bindings": ["public", "internal"]}, "bindings"),
    ("AgentEndpoint", {"upstream": {"url": "80", "protocol": "h2"}}, "protocol"),
    ("AgentEndpoint", {"upstream": {"url": "80", "proxyProtocolVersion": 1}}, "proxyProtocolVersion"),
    ("CloudEndpoint", {"metadata": "text"}, "metadata"),
    ("CloudEndpoint", {"trafficPolicy": {"targetRef": {}}}, "name"),
]


def run():
    server = Server()
    found = [one for one in Objects(OPERATOR).all if one["kind"] == "CustomResourceDefinition"]
    plurals = {one["spec"]["names"]["kind"]: one["spec"]["names"]["plural"] for one in found}
    # The server's own version decides about rules, as Helm would ask it: those before 1.25 refuse the field.
    minor = int(server.call("GET", "/version")[1]["minor"].rstrip("+"))
    definitions = [one if minor >= 25 else without_rules(one) for one in found]
    with case("H8 definitions stay when their release has gone"):
        for one in found:
            expect(server.call("GET", f"{DEFINITIONS}/{one['metadata']['name']}")[0], 200)
    with case("C-01 definitions are established, and applied twice change nothing"):
        for one in definitions:
            first = apply(server, f"{DEFINITIONS}/{one['metadata']['name']}", one)
            second = apply(server, f"{DEFINITIONS}/{one['metadata']['name']}", one)
            expect(second["metadata"]["generation"], first["metadata"]["generation"])
            wait_until(lambda name=one["metadata"]["name"]: is_established(server, name), one["metadata"]["name"])
    namespace = f"charts-{uuid.uuid4().hex[:6]}"
    server.call("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
    try:
        objects(server, namespace, plurals)
    finally:
        server.call("DELETE", f"/api/v1/namespaces/{namespace}")


def objects(server, namespace, plurals):
    def path(kind, name=""):
        return f"{GROUP}/namespaces/{namespace}/{plurals[kind]}" + (f"/{name}" if name else "")

    def create(kind, name, spec, more=None):
        body = {"apiVersion": "ngrok.com/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}
        return server.call("POST", path(kind), {**body, **(more or {})})

    for kind, spec in GOOD.items():
        with case(f"C-02 the least of a {kind} is taken, with defaults and without a status"):
            status, answer = create(kind, "good", spec, {"status": {"id": "x"}})
            expect(status, 201, answer.get("message", "the status"))
            assert "status" not in answer, answer
            if kind != "TrafficPolicy":
                expect(answer["spec"]["metadata"], {"owned-by": "ngrok-operator"})
                expect(answer["spec"]["description"], "Created by the ngrok-operator")
    for number, (kind, change, field) in enumerate(BAD):
        with case(f"C-03 C-04 a {kind} with {change} is refused"):
            spec = {key: value for key, value in {**GOOD[kind], **change}.items() if value is not None}
            status, answer = create(kind, f"bad-{number}", spec)
            expect(status, 422, answer.get("message", "the status"))
            assert field in answer["message"], answer["message"]
    with case("C-05 a policy is kept as it was given"):
        expect(server.call("GET", path("TrafficPolicy", "good"))[1]["spec"], GOOD["TrafficPolicy"])
    with case("C-06 a field that nobody knows is dropped"):
        status, answer = create("AgentEndpoint", "odd", {**GOOD["AgentEndpoint"], "unknown": 1})
        expect(status, 201, answer.get("message", "the status"))
        assert "unknown" not in answer["spec"], answer["spec"]
    with case("C-08 C-09 generations count specifications alone"):
        merge = "application/merge-patch+json"
        place = path("CloudEndpoint", "good")
        status, answer = server.call("PATCH", f"{place}/status", {"status": {"id": "ep_1"}}, merge)
        expect((status, answer["metadata"]["generation"], answer["status"]), (200, 1, {"id": "ep_1"}))
        answer = server.call("PATCH", place, {"metadata": {"annotations": {"a": "b"}}}, merge)[1]
        expect(answer["metadata"]["generation"], 1)
        answer = server.call("PATCH", place, {"spec": {"poolingEnabled": False}}, merge)[1]
        expect((answer["metadata"]["generation"], answer["spec"]["poolingEnabled"]), (2, False))
    with case("C-11 short names and the category are found"):
        found = {one["name"]: one for one in server.call("GET", GROUP)[1]["resources"] if "/" not in one["name"]}
        expect(found["cloudendpoints"]["shortNames"], ["clep"])
        expect(found["agentendpoints"]["shortNames"], ["aep"])
        for one in found.values():
            assert "networking" in one["categories"], one


def apply(server, path, body):
    status, answer = server.call(
        "PATCH", f"{path}?fieldManager=charts&force=true", body, "application/apply-patch+yaml"
    )
    assert status in (200, 201), answer
    return answer


def is_established(server, name):
    conditions = server.call("GET", f"{DEFINITIONS}/{name}")[1].get("status", {}).get("conditions", [])
    return any(one["type"] == "Established" and one["status"] == "True" for one in conditions)


def wait_until(holds, what):
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, f"{what} takes more than 30 seconds"
        time.sleep(0.05)


def without_rules(value):
    if isinstance(value, dict):
        return {key: without_rules(one) for key, one in value.items() if key != "x-kubernetes-validations"}
    return [without_rules(one) for one in value] if isinstance(value, list) else value
