#!/usr/bin/env python3
"""What published scanners find of an edge's TLS. Ends with `N passed, N failed`.

sslyze compares it with Mozilla's intermediate configuration; testssl.sh (protocols, ciphers, forward secrecy, server
preference, vulnerabilities) must find nothing above low. Nobody trusts an authority of one's own: what they say of that
alone is left out.

    scripts/tls_interop.py HTTPS_PORT CA.PEM HOST SSLYZE TESTSSL FOLDER
"""
import json
import os
import pathlib
import subprocess
import sys

PORT, CA, HOST, SSLYZE, TESTSSL = sys.argv[1:6]
FOLDER = pathlib.Path(sys.argv[6])
passed = failed = 0

# Of the certificate's authority: not of what speaks TLS. And one that is meant so.
EXCEPTED = {
    "cert_chain_of_trust", "cert_trust", "cert_revocation", "cert_crlDistributionPoints", "cert_ocspURL", "DNS_CAArecord",
    # Every suite has forward secrecy and authenticated encryption, so that the client's hardware decides, as Mozilla's
    # configuration has it (sslyze compares with that); versions of testssl.sh from 3.2 on see no finding in it.
    "cipher_order",
}


def check(what, holds, said=""):
    global passed, failed
    if holds:
        passed += 1
        print(f"ok   {what}")
    else:
        failed += 1
        print(f"FAIL {what}\n    {said}")


def run(name, arguments, seconds):
    """What a scanner says, which is kept in the folder too."""
    done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                          timeout=seconds, text=True, errors="replace", env={**os.environ, "TERM": "dumb"})
    (FOLDER / f"{name}.txt").write_text(done.stdout)
    return done.returncode, done.stdout


# `localhost` names are resolved by few: the scanners are told the address.
code, said = run("sslyze", [SSLYZE, "--mozilla_config", "intermediate", "--certinfo_ca_file", CA,
                            f"{HOST}:{PORT}{{127.0.0.1}}"], 300)
verdict = said[said.find("COMPLIANCE AGAINST"):]
check("sslyze: Mozilla's intermediate configuration", code == 0 and ": OK - Compliant" in verdict, verdict or said[-2000:])
check("sslyze: the scan is complete", "Error" not in said and "ERROR" not in said.replace("ERROR_", ""), said[-2000:])

report = FOLDER / "testssl.json"
code, said = run("testssl", [TESTSSL, "--ip", "127.0.0.1", "--quiet", "--color", "0", "--warnings", "off",
                             "--connect-timeout", "5", "--openssl-timeout", "5", "-p", "-S", "-P", "-s", "-U",
                             "--jsonfile", str(report), f"{HOST}:{PORT}"], 900)
findings = json.loads(report.read_text()) if report.exists() else []
seen = {finding["id"] for finding in findings}
check("testssl: all parts were scanned", {"TLS1_2", "TLS1_3", "heartbleed", "ROBOT", "LUCKY13", "cipher_order"} <= seen,
      said[-2000:])
bad = [finding for finding in findings if finding["severity"] in ("MEDIUM", "HIGH", "CRITICAL", "FATAL")
       and finding["id"].split(" ")[0] not in EXCEPTED]
for finding in findings:
    # WARN: testssl.sh could not look, for want of something on this machine.
    if finding["severity"] in ("LOW", "WARN"):
        print(f"note {finding['id']}: {finding['finding']}")
check("testssl: nothing above low", not bad, "\n    ".join(f"{one['id']} {one['severity']}: {one['finding']}" for one in bad))
for name, offered in (("SSLv2", False), ("SSLv3", False), ("TLS1", False), ("TLS1_1", False), ("TLS1_2", True), ("TLS1_3", True)):
    found = [finding["finding"] for finding in findings if finding["id"] == name]
    check(f"testssl: {name} is {'' if offered else 'not '}offered",
          found and ("not offered" in found[0]) != offered, found)
print(f"{passed} passed, {failed} failed")
