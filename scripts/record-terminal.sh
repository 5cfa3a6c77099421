#!/usr/bin/env bash
# Records the agent's view on a terminal as the picture that README.md shows: a real session against a fresh edge.
#
# usage: scripts/record-terminal.sh [FILE]     (docs/images/terminal.svg)
#
# Environment: CONFIG=debug|release.
#
# Example: scripts/record-terminal.sh

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
. "$(dirname "${BASH_SOURCE[0]}")/edge.sh"
help_if_asked "${1:-}"

result="${1:-$ROOT/docs/images/terminal.svg}"
"$ROOT/scripts/install.sh" build terminal
build_programs "${CONFIG:-debug}"
bin="$(bin_folder "${CONFIG:-debug}")"
home="$RUN_DIR/record"
rm -rf "$home"
mkdir -p "$home"
trap stop_started EXIT
trap 'exit 130' INT TERM HUP

edge_ports
make_edge "$bin" "$home"
start_edge "$bin" "$home"
port="$(free_ports 1)"
start "$home/service.log" python3 "$ROOT/scripts/sample_service.py" "$port"
cat >"$home/agent.yml" <<YAML
version: 3
agent: { connect_url: "localhost:$AGENT_PORT", connect_cas: "$EDGE_CA", authtoken: "$AUTHTOKEN" }
endpoints:
  - { name: web, url: "https://web.portico.localhost", upstream: { url: $port } }
YAML
python3 "$ROOT/scripts/terminal_picture.py" "$bin/portico" "$home/agent.yml" "$HTTPS_PORT" "$EDGE_CA" "$home" "$result"
say "recorded: $result"
