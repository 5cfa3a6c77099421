#!/usr/bin/env python3
"""Runs a published gRPC client, which speaks without TLS, against an HTTPS endpoint instead.

    scripts/grpc_over_tls.py CLIENT.PY HTTPS_PORT CA.PEM HOST
"""
import pathlib
import runpy
import sys

import grpc


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    client, port, ca, host = sys.argv[1:]
    credentials = grpc.ssl_channel_credentials(pathlib.Path(ca).read_bytes())
    options = [("grpc.ssl_target_name_override", host), ("grpc.default_authority", host)]
    grpc.insecure_channel = lambda target: grpc.secure_channel(target, credentials, options)
    sys.argv = [client, f"127.0.0.1:{port}"]
    runpy.run_path(client, run_name="__main__")


if __name__ == "__main__":
    main()
