"""The charts, and what is rendered of them."""
import pathlib

import yaml
from helm_python import chart

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
OPERATOR = ROOT / "deploy/helm/portico-operator"
EDGE = ROOT / "deploy/helm/portico-edge"

# The least that each must be told.
NEEDED = {
    OPERATOR: {"serverAddr": "edge.example.com:443", "credentials": {"secret": {"name": "portico-credentials"}}},
    EDGE: {"baseDomain": "edge.example.com"},
}


def merged(base, more):
    """The mapping `base` with `more` over it, member by member."""
    result = dict(base)
    for key, value in more.items():
        known = result.get(key)
        result[key] = merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return result


def texts(path, values=None, name="portico"):
    """The rendered files, by their names."""
    with chart.Chart.load(path) as loaded:
        wanted = merged(NEEDED[path], values or {})
        loaded.validate_schema(wanted)
        return loaded.render(wanted, name=name, namespace="portico")


class Objects:
    """The objects of a rendered chart."""

    def __init__(self, path, values=None, name="portico"):
        self.all = [
            document
            for file, text in texts(path, values, name).items() if not file.endswith(".txt")
            for document in yaml.safe_load_all(text) if document
        ]

    def of(self, kind, ending=""):
        """The one object of a kind whose name ends so."""
        found = [one for one in self.all if one["kind"] == kind and one["metadata"]["name"].endswith(ending)]
        assert len(found) == 1, f"there are {len(found)} of the kind {kind} with a name that ends in {ending!r}"
        return found[0]

    def count(self, kind):
        return sum(1 for one in self.all if one["kind"] == kind)

    @property
    def pod(self):
        """The template of the pods."""
        workloads = [one for one in self.all if one["kind"] in ("Deployment", "StatefulSet")]
        assert len(workloads) == 1
        return workloads[0]["spec"]["template"]

    @property
    def container(self):
        return self.pod["spec"]["containers"][0]
