#!/usr/bin/env python3
"""One bidirectional stream of gRPC with many messages, each a number: none may be lost, and none come out of turn.

    scripts/grpc_stream.py serve PORT
    scripts/grpc_stream.py visit HTTPS_PORT CA.PEM HOST COUNT
"""
import concurrent.futures
import pathlib
import sys
import threading
import time

import grpc

METHOD = "/portico.Numbers/Echo"
# Messages under way: a client that sends without an end would measure its own queue.
AHEAD = 1000


class Numbers(grpc.GenericRpcHandler):
    def service(self, details):
        # Bytes are what they are: no serializer.
        return grpc.stream_stream_rpc_method_handler(lambda messages, _: messages) if details.method == METHOD else None


def serve(port):
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(4), handlers=[Numbers()])
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    server.wait_for_termination()


def visit(port, ca, host, count):
    credentials = grpc.ssl_channel_credentials(pathlib.Path(ca).read_bytes())
    options = [("grpc.ssl_target_name_override", host), ("grpc.default_authority", host)]
    room = threading.Semaphore(AHEAD)

    def numbers():
        for number in range(count):
            room.acquire()
            # Of sizes that differ, so that frames and messages don't keep step.
            yield number.to_bytes(8, "big") + bytes(number % 61)

    begun, came = time.monotonic(), 0
    with grpc.secure_channel(f"127.0.0.1:{port}", credentials, options) as channel:
        for message in channel.stream_stream(METHOD)(numbers(), timeout=1800):
            number = int.from_bytes(message[:8], "big")
            if number != came or len(message) != 8 + number % 61:
                sys.exit(f"message {came} came as {number}, {len(message)} bytes")
            came += 1
            room.release()
    if came != count:
        sys.exit(f"{came} of {count} messages came back")
    seconds = time.monotonic() - begun
    print(f"{count} messages there and back in {seconds:.0f} s, {count / seconds:.0f} a second")


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "serve":
        serve(int(sys.argv[2]))
    elif len(sys.argv) == 6 and sys.argv[1] == "visit":
        visit(int(sys.argv[2]), *sys.argv[3:5], int(sys.argv[5]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
