#!/usr/bin/env bash
# Measures what the traffic inspector costs: requests a second through an agent with capture off and in full, in turns, at a
# rate that is offered and at the most that passes. Then memory, what was left out, and a rehearsal of 10,000 exchanges.
#
# usage: scripts/bench-capture.sh
#
# Prints a line for each round and load, then the ratio of the medians (full over off) for each load. The last line is
# `N passed, N failed`: the two ratios, the memory, the counts and the rehearsal are one case each.
#
# Environment:
#   ROUNDS (5), DUR (5)   rounds, and seconds of one run
#   OFFERED (20000)       requests a second that are offered
#   CONNECTIONS (50)      visitors at the same time
#   RATIO (0.90)          what passes
#   MEMORY (192)          MiB that the edge may grow by between the first run and the last
#   REHEARSAL (10000)     milliseconds that a rehearsal of 10,000 exchanges may take
#   CONFIG (release)      how edge and agent are built
#
# Example: ROUNDS=3 DUR=2 scripts/bench-capture.sh

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
. "$(dirname "${BASH_SOURCE[0]}")/edge.sh"
. "$(dirname "${BASH_SOURCE[0]}")/turns.sh"
help_if_asked "${1:-}"

rounds="${ROUNDS:-5}" seconds="${DUR:-5}" offered="${OFFERED:-20000}" connections="${CONNECTIONS:-50}"
ratio="${RATIO:-0.90}" rehearsal="${REHEARSAL:-10000}" growth="${MEMORY:-192}" configuration="${CONFIG:-release}"
"$ROOT/scripts/install.sh" build bench
build_programs "$configuration" portico-edge portico
home="$RUN_DIR/bench-capture"
rm -rf "$home"
mkdir -p "$home"
trap stop_started EXIT
trap 'exit 130' INT TERM HUP
bin="$(bin_folder "$configuration")"

# A service whose answers have something to capture.
service="$(free_ports 1)"
body="$(head -c 2000 /dev/zero | tr '\0' x)"
answering_nginx "$home" "$service" \
    "default_type text/plain; add_header Set-Cookie \"session=5f2b8c1e9a\"; return 200 \"$body\";"

edge_ports
EDGE_CONFIGURATION="tls:
  require_sni: false
limits:
  keep_alive_timeout: 10m
  connections_per_address: 10000"
make_edge "$bin" "$home"
start_edge "$bin" "$home"
api_key "$bin" "$home" api.key
cat >"$home/policy.yml" <<'YAML'
on_http_request:
  - name: no admin
    expressions: ["req.url.path.startsWith('/admin')"]
    actions: [{type: deny}]
YAML
cat >"$home/draft.yml" <<'YAML'
on_http_request:
  - name: no page
    expressions: ["req.url.path == '/page'", "'test' in getReqHeader('x-kind')"]
    actions: [{type: deny}]
YAML
cat >"$home/agent.yml" <<YAML
version: 3
agent:
  authtoken: $AUTHTOKEN
  connect_url: localhost:$AGENT_PORT
  connect_cas: $EDGE_CA
  web_addr: false
endpoints:
  - name: bench
    url: http://127.0.0.1
    traffic_policy:
$(sed 's/^/      /' "$home/policy.yml")
    upstream:
      url: http://127.0.0.1:$service
YAML
start "$home/agent.log" "$bin/portico" start --all --config "$home/agent.yml"
url="http://127.0.0.1:$HTTP_PORT/page"
wait_until 20 "the endpoint is online" curl --silent --fail --max-time 2 --output /dev/null "$url"

# call METHOD PATH [BODY]: one call of the API.
call() {
    curl --silent --show-error --max-time 60 --request "$1" --header "Authorization: Bearer $API_KEY" \
        --header "Ngrok-Version: 2" --header "Content-Type: application/json" ${3:+--data "$3"} \
        "http://127.0.0.1:$API_PORT/traffic_inspector/$2"
}

# member NAME: a number of the object on standard input.
member() { sed -nE "s/.*\"$1\": *([0-9]+).*/\1/p"; }

resident() {
    curl --silent --max-time 5 "http://127.0.0.1:$MANAGEMENT_PORT/metrics" |
        awk '$1 == "process_resident_memory_bytes" { printf "%d\n", $2 / 1048576 }'
}

# run MODE LOAD: requests a second with capture so; a run with an answer that is no 2xx ends the bench.
run() {
    local told rate=()
    call PATCH settings "{\"mode\": \"$1\"}" >/dev/null
    [ "$2" = most ] || rate=(--rps "$((offered / connections))")
    told="$(h2load --h1 --threads 1 --clients "$connections" --duration "$seconds" "${rate[@]}" \
        --header "X-Kind: test" --header "Cookie: session=5f2b8c1e9a; theme=dark" "$url" 2>&1)"
    grep -qE '\b0 failed, 0 errored' <<<"$told" || die "not every request was served: $told"
    grep -qE ' 0 3xx, 0 4xx, 0 5xx' <<<"$told" || die "not every request was served: $told"
    sed -nE 's/^finished in .*, ([0-9.]+) req\/s.*/\1/p' <<<"$told"
}

run off most >/dev/null
run full most >/dev/null
before="$(resident)"
for load in offered most; do take_turns "$load" full off "$ratio"; done
after="$(resident)"
judge "memory: $before MiB before, $after MiB after (at most $growth more)" at_least "$((before + growth))" "$after"

# The loops tell of what they have left out with their next tick.
sleep 1
requests="$(cat "$home/full.offered" "$home/full.most" | awk -v time="$seconds" '{ sum += $1 * time } END { printf "%d", sum }')"
status="$(call GET status)"
captured="$(member captured <<<"$status")" dropped="$(member dropped <<<"$status")"
judge "counted: $captured captured, $dropped left out, of about $requests requests and those before" \
    at_least "$((captured + dropped))" "$((requests * 95 / 100))"
judge "left out for the budget alone: $(member dropped_queue_full <<<"$status") found the queue full, $(
    member dropped_not_stored <<<"$status") were not stored" \
    test "$(member dropped_queue_full <<<"$status")" -le "$((captured / 10))"

# As many as a rehearsal looks at, of requests that come no faster than they are captured.
call PATCH settings '{"mode": "full"}' >/dev/null
deadline=$((SECONDS + 120))
until (($(member stored <<<"$(call GET status)") >= 10000 || SECONDS > deadline)); do
    h2load --h1 --threads 1 --clients 20 --duration 5 --rps 40 --header "X-Kind: test" "$url" >/dev/null 2>&1
done
draft="$(python3 -c 'import json, sys; print(json.dumps({"traffic_policy": open(sys.argv[1]).read(),
    "endpoint_url": sys.argv[2], "limit": 10000}))' "$home/draft.yml" "${url%/page}")"
report="$(call POST rehearse "$draft")"
judge "rehearsal: $(member duration_ms <<<"$report") ms (at most $rehearsal)" at_least "$rehearsal" \
    "$(member duration_ms <<<"$report")"
judge "rehearsal: $(member examined <<<"$report") exchanges of 10000 looked at" test "$(member examined <<<"$report")" -eq 10000
judge "rehearsal: grouped by rule, $(member changed <<<"$report") changed" grep -q '"rule": *"on_http_request\[0\] ' <<<"$report"
closing_line
