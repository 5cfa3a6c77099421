"""Install, upgrade, roll back and uninstall at a real cluster."""
import uuid

from helm_python import Config

from charts import EDGE, NEEDED, OPERATOR, merged
from report import case


def run():
    for path, more in ((OPERATOR, {"replicaCount": 2}), (EDGE, {"config": {"region": "eu"}})):
        name = f"{path.name}-{uuid.uuid4().hex[:6]}"
        # Classes are of the whole cluster: one of its own for each run.
        own = {"ingress": {"ingressClass": {"name": name}}} if path == OPERATOR else {}
        values = merged(NEEDED[path], own)
        with case(f"H12 {path.name} is installed, upgraded, rolled back and uninstalled"):
            with Config(namespace=name) as config:
                config.install(str(path), name, values, create_namespace=True)
                config.upgrade(str(path), name, merged(values, more))
                config.rollback(name, version=1)
                assert len(config.history(name)) == 3, config.history(name)
                config.uninstall(name)
                assert name not in [one.get("name") for one in config.list()], config.list()
