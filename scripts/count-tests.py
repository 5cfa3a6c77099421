#!/usr/bin/env python3
"""Counts the test cases in the reports of a test run, and prints `N passed, N failed`.

    scripts/count-tests.py REPORT.xml ...

The reports are read line by line: Swift Testing writes an element a line, and puts the names of tests there as they
are, `&&` and `<` among them, so that they are no XML that a parser takes.
"""
import sys

passed = failed = 0
for path in sys.argv[1:]:
    with open(path, encoding="utf-8", errors="replace") as report:
        verdict = None
        for line in map(str.strip, report):
            if line.startswith("<testcase "):
                verdict = "passed"
            elif verdict and line.startswith(("<failure", "<error")):
                verdict = "failed"
            elif verdict and line.startswith("<skipped") and verdict == "passed":
                verdict = "skipped"
            if verdict and line.endswith(("</testcase>", "/>")) and not line.startswith(("<failure", "<error", "<skipped")):
                passed += verdict == "passed"
                failed += verdict == "failed"
                verdict = None
print(f"{passed} passed, {failed} failed")
