#!/usr/bin/env python3
"""Counts the test cases in the reports of a test run, and prints `N passed, N failed`.

    scripts/count-tests.py REPORT.xml ...

A parametrised test is named after its arguments, and these hold any character; the reports carry them as they are,
also those that XML forbids. They are replaced here: nothing is read from names.
"""
import re
import sys
import xml.etree.ElementTree

# All that is outside of XML 1.0, section 2.2, `Char`.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

passed = failed = 0
for path in sys.argv[1:]:
    with open(path, encoding="utf-8", errors="replace", newline="") as file:
        report = FORBIDDEN.sub("\ufffd", file.read())
    for case in xml.etree.ElementTree.fromstring(report.encode()).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is None:
            passed += 1
print(f"{passed} passed, {failed} failed")
