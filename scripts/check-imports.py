#!/usr/bin/env python3
"""Compares what each target imports with what the manifest says that it uses.

An import of a module that the target does not declare is an error even where it compiles: the build finds it only
because another target happened to be built before. A declared module that no file imports is an error too, except in
tests, whose rows repeat those of the module that they test.

    scripts/check-imports.py            check the package around this script
    scripts/check-imports.py --list     print what each target imports
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Modules of the toolchain and of the system: everyone may use them.
SYSTEM = {
    "Swift", "Foundation", "FoundationEssentials", "Glibc", "Musl", "Darwin", "Dispatch", "Synchronization",
    "RegexBuilder", "Testing",
}

# Products whose module has another name than the product.
MODULES_OF_PRODUCT: dict[str, set[str]] = {}

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+"
    r"(?:(?:struct|class|enum|protocol|func|var|let|typealias|actor)\s+)?(\w+)"
)


def imports(path):
    """(line number, module) of each import in a file. Lines of comments and of multi-line strings don't count."""
    in_string = in_comment = False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not in_comment and line.count('"""') % 2:
            in_string = not in_string
        if not in_string and "/*" in line:
            in_comment = True
        if not in_string and not in_comment and (found := IMPORT.match(line)):
            yield number, found[1]
        if "*/" in line:
            in_comment = False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="print what each target imports")
    listing = parser.parse_args().list

    described = subprocess.run(
        ["swift", "package", "describe", "--type", "json"], cwd=ROOT, check=True, stdout=subprocess.PIPE
    ).stdout
    # The tool may say something (a download, say) before the document begins.
    package = json.loads(described[described.index(b"{"):])

    findings = []
    for target in sorted(package["targets"], key=lambda target: target["path"]):
        if target["module_type"] != "SwiftTarget":
            continue
        declared = set(target.get("target_dependencies", []))
        for product in target.get("product_dependencies", []):
            declared |= MODULES_OF_PRODUCT.get(product, {product})
        used = set()
        for source in target["sources"]:
            path = ROOT / target["path"] / source
            for line, module in imports(path):
                used.add(module)
                if module not in declared | SYSTEM | {target["c99name"]}:
                    findings.append(
                        f"{path.relative_to(ROOT)}:{line}: {target['name']} imports {module}, which its row in "
                        "Package.swift does not name"
                    )
        if listing:
            print(f"{target['name']}: {' '.join(sorted(used)) or '-'}")
        if target["type"] != "test":
            for module in sorted(declared - used):
                findings.append(f"Package.swift: {target['name']} names {module}, which none of its files imports")

    print("\n".join(findings) or f"{len(package['targets'])} targets import what they declare")
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()
