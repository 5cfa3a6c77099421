#!/usr/bin/env bash
# Runs a published client's driver against a fresh edge. The last line is `N passed, N failed`.
#
# usage: scripts/interop.sh CLIENT [--driver FILE]
#   CLIENT          sdk: the official ngrok Python SDK, in each version that a Python here can run
#                   policies: the same SDK, with traffic policies of every action
#                   http2: h2 and wsproto of PyPI, curl and nghttp, to a service dialled by the edge and through an agent
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
case "$client" in
    sdk)
        need_shared
        driver="${driver:-$SHARED/conformance/agent-protocol/sdk_interop.py}"
        "$ROOT/scripts/install.sh" build test
        ;;
    policies)
        need_shared
        driver="${driver:-$ROOT/scripts/sdk_policies.py}"
        "$ROOT/scripts/install.sh" build test
        ;;
    http2)
        driver="${driver:-$ROOT/scripts/http2_interop.py}"
        "$ROOT/scripts/install.sh" build http2
        ;;
    *) die "no such client: ${client:-none given} (make interop CLIENT=sdk)" ;;
esac
[ -f "$driver" ] || die "no such driver: $driver"
build_programs "${CONFIG:-debug}"
bin="$(bin_folder "${CONFIG:-debug}")"

home="$RUN_DIR/interop"
rm -rf "$home"
mkdir -p "$home"
trap stop_started EXIT
trap 'exit 130' INT TERM HUP

# The services behind an edge that dials them, and behind an agent of ours.
run_http2() {
    local python="$RUN_DIR/venv/http2/bin/python" ports log="$home/http2.log"
    mapfile -t ports < <(free_ports 2)
    start "$home/service.log" "$python" "$ROOT/scripts/http2_service.py" "${ports[@]}"
    edge_ports
    EDGE_CONFIGURATION="upstreams:
  - host: static.portico.localhost
    address: 127.0.0.1:${ports[0]}
  - host: static-ws.portico.localhost
    address: 127.0.0.1:${ports[1]}"
    make_edge "$bin" "$home"
    start_edge "$bin" "$home"
    cat >"$home/agent.yml" <<YAML
version: 3
agent:
  connect_url: localhost:$AGENT_PORT
  connect_cas: $EDGE_CA
  authtoken: $AUTHTOKEN
endpoints:
  - name: http
    url: https://agent.portico.localhost
    upstream: { url: ${ports[0]} }
  - name: ws
    url: https://agent-ws.portico.localhost
    upstream: { url: ${ports[1]} }
YAML
    start "$home/agent.log" "$bin/portico" start --all --config "$home/agent.yml" --log stdout
    local host
    for host in static static-ws agent agent-ws; do
        wait_until 20 "https://$host answers" curl --silent --max-time 2 --cacert "$EDGE_CA" --output /dev/null --fail-early \
            --resolve "$host.portico.localhost:$HTTPS_PORT:127.0.0.1" "https://$host.portico.localhost:$HTTPS_PORT/" ||
            die "https://$host.portico.localhost does not answer; see $home"
    done
    "$python" "$driver" "$HTTPS_PORT" "$EDGE_CA" \
        static=static.portico.localhost,static-ws.portico.localhost \
        agent=agent.portico.localhost,agent-ws.portico.localhost 2>&1 | tee "$log" || true
    tally "$log"
    stop_started
}

if [ "$client" = http2 ]; then
    run_http2
    closing_line
    exit
fi

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
