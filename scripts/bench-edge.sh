#!/usr/bin/env bash
# Prepares an edge for one system of the bench; called by its driver, through bench/systems.json.
#
# usage: scripts/bench-edge.sh edge|tunnel BIN HOME HTTP HTTPS AGENT MANAGEMENT TARGET LOOPS
#   edge     a static upstream for the host 127.0.0.1
#   tunnel   an agent's configuration that serves the same through a session
#
# Environment: BENCH_POLICY, the path of a traffic policy before the static upstream.
#
# Example: scripts/bench-edge.sh edge .build-release/release /tmp/ours 21020 21021 21022 21023 21000 1

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/edge.sh"
help_if_asked "${1:-}"

kind="$1" bin="$2" home="$3" target="$8" loops="$9"
HTTP_PORT="$4" HTTPS_PORT="$5" AGENT_PORT="$6" MANAGEMENT_PORT="$7"
first="$(free_port_range 10)"
TCP_PORTS="$first-$((first + 9))"
# The driver's load comes from one address, and it leaves connections idle for long.
EDGE_CONFIGURATION="threads: $loops
tls:
  require_sni: false
limits:
  keep_alive_timeout: 10m
  connections_per_address: 10000"
case "$kind" in
    edge)
        EDGE_CONFIGURATION+="
upstreams:
  - host: 127.0.0.1
    address: 127.0.0.1:$target"
        [ -z "${BENCH_POLICY:-}" ] || EDGE_CONFIGURATION+="
    traffic_policy_file: $BENCH_POLICY"
        ;;
    tunnel) ;;
    *) die "no such kind: $kind (edge or tunnel)" ;;
esac
make_edge "$bin" "$home"
if [ "$kind" = tunnel ]; then
    # The driver asks for the host 127.0.0.1. No peer keeps what passes by, so this agent does not either.
    cat >"$home/agent.yml" <<YAML
version: 3
agent:
  authtoken: $(cat "$home/authtoken")
  connect_url: localhost:$AGENT_PORT
  connect_cas: $home/data/ca.pem
  web_addr: false
endpoints:
  - name: bench
    url: http://127.0.0.1
    upstream:
      url: http://127.0.0.1:$target
YAML
fi
