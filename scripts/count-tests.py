#!/usr/bin/env python3
"""Counts the test cases in the reports of a test run, and prints `N passed, N failed`.

    scripts/count-tests.py REPORT.xml ...
"""
import sys
import xml.etree.ElementTree

passed = failed = 0
for report in sys.argv[1:]:
    for case in xml.etree.ElementTree.parse(report).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is None:
            passed += 1
print(f"{passed} passed, {failed} failed")
