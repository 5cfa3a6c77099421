# shellcheck shell=bash disable=SC2034,SC2154
# A fresh edge for a script: data folder, configuration, process. Sourced after lib.sh and programs.sh.

# edge_ports: chooses free ports for an edge. Sets HTTP_PORT, HTTPS_PORT, AGENT_PORT, MANAGEMENT_PORT, API_PORT,
# TCP_PORTS (first-last).
edge_ports() {
    local ports first
    mapfile -t ports < <(free_ports 5)
    HTTP_PORT="${ports[0]}" HTTPS_PORT="${ports[1]}" AGENT_PORT="${ports[2]}" MANAGEMENT_PORT="${ports[3]}"
    API_PORT="${ports[4]}"
    first="$(free_port_range 100)"
    TCP_PORTS="$first-$((first + 99))"
}

# make_edge BIN HOME: runs `portico-edge init` for HOME/data, unless it was, and writes HOME/edge.yml for the ports that
# are set. Lines in EDGE_CONFIGURATION are appended. Sets EDGE_CA and AUTHTOKEN.
make_edge() {
    local bin="$1" home="$2"
    mkdir -p "$home"
    if [ ! -s "$home/authtoken" ] || [ ! -d "$home/data" ]; then
        rm -rf "$home/data" "$home/authtoken"
        "$bin/portico-edge" init --data-dir "$home/data" --base-domain portico.localhost \
            --authtoken-file "$home/authtoken" >"$home/init.log" 2>&1 ||
            die "portico-edge init failed: $(tail -n 5 "$home/init.log")"
    fi
    cat >"$home/edge.yml" <<YAML
base_domain: portico.localhost
data_dir: $home/data
listeners:
  http: [127.0.0.1:$HTTP_PORT]
  https: [127.0.0.1:$HTTPS_PORT]
  agents: [127.0.0.1:$AGENT_PORT]
  management: [127.0.0.1:$MANAGEMENT_PORT]
  api: [127.0.0.1:${API_PORT:-0}]
  dashboard: [127.0.0.1:${DASHBOARD_PORT:-0}]
tcp:
  address: 127.0.0.1
  ports: $TCP_PORTS
${EDGE_CONFIGURATION:-}
YAML
    EDGE_CA="$home/data/ca.pem"
    AUTHTOKEN="$(cat "$home/authtoken")"
}

# api_key BIN HOME NAME [OPTION...]: makes an API key of the edge in HOME/NAME, unless it is there. Sets API_KEY.
api_key() {
    local bin="$1" home="$2" file="$2/$3"
    shift 3
    [ -s "$file" ] || "$bin/portico-edge" api-key create --api-key-file "$file" --config "$home/edge.yml" "$@" >/dev/null ||
        die "portico-edge api-key create failed"
    API_KEY="$(cat "$file")"
}

# start_edge BIN HOME: starts the edge that make_edge made, and waits until it is ready.
start_edge() {
    start "$2/edge.log" "$1/portico-edge" serve --config "$2/edge.yml"
    wait_pid="$started" wait_until 30 "the edge gets ready" \
        curl --silent --fail --max-time 2 "http://127.0.0.1:$MANAGEMENT_PORT/readyz" ||
        die "the edge did not start; the end of $2/edge.log:
$(tail -n 15 "$2/edge.log")"
}
