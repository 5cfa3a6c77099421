"""Install, upgrade, roll back and uninstall at a real cluster."""
import uuid

from helm_python import Config

from api import Server
from charts import EDGE, NEEDED, OPERATOR, merged
from report import case


def run():
    for path, more in ((OPERATOR, {"replicaCount": 2}), (EDGE, {"config": {"region": "eu"}})):
        name = f"{path.name}-{uuid.uuid4().hex[:6]}"
        # Classes are of the whole cluster: one of its own for each run.
        own = {"ingress": {"ingressClass": {"name": name}}, "installCRDs": not has_definitions()} if path == OPERATOR else {}
        values = merged(NEEDED[path], own)
        with case(f"H12 {path.name} is installed, upgraded, rolled back and uninstalled"):
            with Config(namespace=name) as config:
                config.install(str(path), name, values, create_namespace=True)
                config.upgrade(str(path), name, merged(values, more))
                config.rollback(name, version=1)
                assert len(config.history(name)) == 3, config.history(name)
                config.uninstall(name)
                assert name not in [one.get("name") for one in config.list()], config.list()


def has_definitions():
    """Whether somebody else has defined our kinds; Helm takes no definitions over that it has not made."""
    place = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/agentendpoints.ngrok.com"
    return Server().call("GET", place)[0] == 200
