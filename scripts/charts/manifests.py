"""Plain manifests for those who have no Helm: the charts, rendered with what they must be told."""
from charts import EDGE, OPERATOR, ROOT, texts
from report import case

FOLDER = ROOT / "deploy/kubernetes"
HEAD = "# Rendered from deploy/helm/{chart} by scripts/charts.sh --write. Change the chart, not this file.\n"


def manifest(path, wanted):
    """The files of a chart whose names `wanted` takes, as one."""
    rendered = texts(path, name=path.name)
    files = [text.strip("\n") for name, text in sorted(rendered.items())
             if not name.endswith(".txt") and wanted(name) and text.strip()]
    return HEAD.format(chart=path.name) + "".join(f"---\n{text.removeprefix('---').strip()}\n" for text in files)


def run(is_writing):
    files = {
        "portico-operator-crds.yaml": manifest(OPERATOR, lambda name: "/charts/" in name),
        "portico-operator.yaml": manifest(OPERATOR, lambda name: "/charts/" not in name),
        "portico-edge.yaml": manifest(EDGE, lambda name: True),
    }
    for name, text in files.items():
        place = FOLDER / name
        if is_writing:
            FOLDER.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        with case(f"{name} is what the chart renders"):
            assert place.exists() and place.read_text() == text, "scripts/charts.sh --write writes it anew"
