#!/usr/bin/env bash
# Runs a published client's driver against a fresh edge. The last line is `N passed, N failed`.
#
# usage: scripts/interop.sh CLIENT [--driver FILE]
#   CLIENT          sdk: the official ngrok Python SDK, in each version that a Python here can run
#   --driver FILE   another driver that takes the arguments of sdk_interop.py
#
# Environment: CONFIG=debug|release.
#
# Example: scripts/interop.sh sdk

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
. "$(dirname "${BASH_SOURCE[0]}")/edge.sh"
help_if_asked "${1:-}"

client="${1:-}"
driver=""
case "${2:-}" in
    "") ;;
    --driver) driver="$(realpath "${3:?--driver wants a file}")" ;;
    *) die "no such option: $2 (--help)" ;;
esac
[ "$client" = sdk ] || die "no such client: ${client:-none given} (make interop CLIENT=sdk)"

need_shared
driver="${driver:-$SHARED/conformance/agent-protocol/sdk_interop.py}"
[ -f "$driver" ] || die "no such driver: $driver"
"$ROOT/scripts/install.sh" build test
build_programs "${CONFIG:-debug}"
bin="$(bin_folder "${CONFIG:-debug}")"

home="$RUN_DIR/interop"
rm -rf "$home"
mkdir -p "$home"
trap stop_started EXIT
trap 'exit 130' INT TERM HUP

for environment in "$RUN_DIR"/venv/sdk-*; do
    name="$(basename "$environment")"
    say "$name: $(basename "$driver")"
    edge_ports
    make_edge "$bin" "$home/$name"
    start_edge "$bin" "$home/$name"
    # A driver may stand on the published one.
    PYTHONPATH="$SHARED/conformance/agent-protocol" PYTHONDONTWRITEBYTECODE=1 "$environment/bin/python" "$driver" \
        --server "localhost:$AGENT_PORT" --ca "$EDGE_CA" --authtoken "$AUTHTOKEN" \
        --edge-http "127.0.0.1:$HTTP_PORT" --edge-https "127.0.0.1:$HTTPS_PORT" --edge-tls "127.0.0.1:$HTTPS_PORT" \
        --edge-ca "$EDGE_CA" --max-latency-ms 5 2>&1 | tee "$home/$name.log" || true
    tally "$home/$name.log"
    stop_started
done
closing_line
