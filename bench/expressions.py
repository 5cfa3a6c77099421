#!/usr/bin/env python3
"""Sets the times of our expressions beside those of two Python packages, all in one run, and prints a table.

`common-expression-language` is a compiled implementation (Rust); what a call into it costs from Python is measured with a
constant expression and taken off. `cel-python` is written in Python.

    bench/expressions.py OURS     OURS is the program ExpressionTimes
"""
import ipaddress
import json
import subprocess
import sys
import time

import cel
import celpy
import celpy.celtypes

VARIABLES = {
    "req": {
        "method": "GET",
        "url": {"path": "/api/v1/users/1234567890"},
        "headers": {n: ["bar"] for n in ("host", "user-agent", "x-foo", "accept", "cookie", "x-request-id")},
    },
    "conn": {"client_ip": "10.1.2.3"},
    "tags": ["alpha", "beta", "gamma", "delta"],
}
LEAST_RATIO = 3


def in_range(address, cidr):
    return ipaddress.ip_address(str(address)) in ipaddress.ip_network(str(cidr))


def nanoseconds(rounds, body):
    """The best of five, for one round."""
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(rounds):
            body()
        best = min(best, (time.perf_counter() - start) / rounds * 1e9)
    return best


def compiled(source):
    context = cel.Context(variables=VARIABLES, functions={"inCidrRange": in_range})
    program = cel.compile(source)
    assert program.execute(context) is True, source
    return nanoseconds(300, lambda: cel.compile(source)), nanoseconds(3000, lambda: program.execute(context))


def interpreted(source):
    environment = celpy.Environment()
    functions = {"inCidrRange": lambda a, c: celpy.celtypes.BoolType(in_range(a, c))}
    activation = celpy.json_to_cel(VARIABLES)
    make = lambda: environment.program(environment.compile(source), functions=functions)
    program = make()
    assert program.evaluate(activation), source
    return nanoseconds(20, make), nanoseconds(50, lambda: program.evaluate(activation))


def main():
    lines = subprocess.run([sys.argv[1]], check=True, capture_output=True, text=True).stdout.splitlines()
    ours = [json.loads(line) for line in lines]
    rust_call = compiled("true")[1]
    python_call = interpreted("true")[1]
    print(f"nanoseconds; a call of a constant, taken off from the peers: {rust_call:.0f} and {python_call:.0f}\n")
    print("| expression | ours plan | evaluate | common-expression-language plan | evaluate | ratio | cel-python evaluate | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    fast = True
    for one in ours:
        if one["name"] == "constant":
            continue
        rust_plan, rust = compiled(one["source"])
        rust -= rust_call
        python = interpreted(one["source"])[1] - python_call
        fast = fast and rust / one["evaluate"] >= LEAST_RATIO
        print(
            f"| {one['name']} | {one['plan']:.0f} | {one['evaluate']:.0f} | {rust_plan:.0f} | {rust:.0f} "
            f"| {rust / one['evaluate']:.1f} | {python:.0f} | {python / one['evaluate']:.0f} |"
        )
    if not fast:
        sys.exit(f"an expression is less than {LEAST_RATIO} times as fast as common-expression-language")


main()
