#!/usr/bin/env bash
# Measures the agent: how long it takes to start and to be online, what it keeps when nothing happens, and what a request
# costs it with and without the inspector. Fails where a goal is missed; a debug build is measured too, but says little.
#
# usage: scripts/bench-agent.sh
#
# Environment: CONFIG=release|debug (release), ROUNDS (20).
#
# Example: ROUNDS=50 scripts/bench-agent.sh

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
. "$(dirname "${BASH_SOURCE[0]}")/edge.sh"
help_if_asked "${1:-}"

configuration="${CONFIG:-release}"
"$ROOT/scripts/install.sh" build demo
build_programs "$configuration"
bin="$(bin_folder "$configuration")"
home="$RUN_DIR/bench-agent"
rm -rf "$home"
mkdir -p "$home"
trap stop_started EXIT
trap 'exit 130' INT TERM HUP

mapfile -t ports < <(free_ports 1)
start "$home/service.log" python3 "$ROOT/scripts/sample_service.py" "${ports[0]}"
edge_ports
make_edge "$bin" "$home"
start_edge "$bin" "$home"
cat >"$home/agent.yml" <<YAML
version: 3
agent: { connect_url: "localhost:$AGENT_PORT", connect_cas: "$EDGE_CA", authtoken: "$AUTHTOKEN" }
endpoints:
  - { name: web, url: "http://web.portico.localhost", upstream: { url: ${ports[0]} } }
YAML
sed 's/upstream:/inspect: false, &/' "$home/agent.yml" >"$home/unseen.yml"
say "$configuration build, $(nproc) processors"
python3 "$ROOT/scripts/agent_cost.py" "$bin/portico" "$home/agent.yml" "$home/unseen.yml" "$HTTP_PORT" "${ROUNDS:-20}"
