"""Lets schemathesis make up calls of the API after its OpenAPI document, with the key of one account, while another
account has one of everything.

No call may fail by a fault of the edge, answer what the document does not say, or show or change anything of the other
account. The calls get identifiers of both accounts: api_fuzz_hooks.py. The last line is `N passed, N failed`.

usage: api_fuzz.py --url URL --key KEY --other-key KEY --home DIR
    --key         of the account whose things must stay as they are
    --other-key   of the account that calls

Environment: PORTICO_FULL_COUNTS=1 for many more calls.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys

import requests
import ngrok

from api_kinds import KINDS, resolved

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,unsupported_method,ignored_auth,missing_required_header"
)


def fill(url, key):
    """One of each kind that the API makes."""
    client = ngrok.Client(key, base_url=url)
    for kind, row in KINDS.items():
        if row.make is not None:
            try:
                getattr(client, kind).create(**resolved(row.make, client))
            except ngrok.Error as error:
                print(f"no {kind}: {error}")


def everything(url, key):
    """What all lists show, by their addresses."""
    session = requests.Session()
    session.headers = {"authorization": f"Bearer {key}", "ngrok-version": "2"}
    found = {}
    for uri in session.get(url + "/").json()["subresource_uris"].values():
        items, page = [], uri
        while page:
            answer = session.get(page).json()
            items += next((value for value in answer.values() if isinstance(value, list)), [])
            page = answer.get("next_page_uri")
        found[uri.removeprefix(url)] = items
    return found


def main():
    parser = argparse.ArgumentParser()
    for name in ("--url", "--key", "--other-key", "--home"):
        parser.add_argument(name, required=True)
    options = parser.parse_args()
    home, is_full = pathlib.Path(options.home), os.environ.get("PORTICO_FULL_COUNTS") == "1"
    for key in (options.key, options.other_key):
        fill(options.url, key)
    before = everything(options.url, options.key)
    own = everything(options.url, options.other_key)

    facts = home / "facts.json"
    facts.write_text(
        json.dumps(
            {
                "foreign": sorted({item["id"] for items in before.values() for item in items if "id" in item}),
                "own": sorted({item["id"] for items in own.values() for item in items if "id" in item}),
            }
        )
    )
    leaks = home / "leaks"
    leaks.write_text("")
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": "api_fuzz_hooks",
        "PYTHONPATH": str(pathlib.Path(__file__).parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PORTICO_FUZZ_FACTS": str(facts),
        "PORTICO_FUZZ_LEAKS": str(leaks),
    }
    command = [
        str(pathlib.Path(sys.executable).parent / "schemathesis"), "run", options.url + "/openapi.json",
        "--header", f"Authorization: Bearer {options.other_key}", "--checks", CHECKS, "--workers", "2",
        "--max-examples", "200" if is_full else "8", "--phases", "coverage,fuzzing" + (",stateful" if is_full else ""),
        "--continue-on-failure", "--warnings", "off", "--suppress-health-check", "all", "--no-shrink",
        "--request-timeout", "20", "--report", "junit", "--report-junit-path", str(home / "report.xml"),
    ]
    if not is_full:
        command += ["--seed", "1"]
    done = subprocess.run(command, cwd=home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(done.stdout)

    report = (home / "report.xml").read_text() if (home / "report.xml").exists() else ""
    operations = len(re.findall(r"<testcase ", report))
    failed = len(re.findall(r"<(?:failure|error)[ >]", report))
    if done.returncode not in (0, 1) or not operations:
        failed += 1
        print(f"FAIL schemathesis ended with status {done.returncode}")
    found = leaks.read_text()
    after = everything(options.url, options.key)
    for name, is_bad, detail in (
        ("nothing of the other account was shown", bool(found), found[:2000]),
        ("nothing of the other account was changed", before != after, changed(before, after)),
    ):
        operations += 1
        failed += is_bad
        print(f"FAIL {name}\n    {detail}" if is_bad else f"pass {name}")
    print(f"{max(0, operations - failed)} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def changed(before, after):
    return "\n    ".join(
        f"{path}: {before.get(path)} became {after.get(path)}" for path in before if before.get(path) != after.get(path)
    )[:2000]


if __name__ == "__main__":
    main()
