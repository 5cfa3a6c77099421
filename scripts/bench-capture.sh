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
#   CONFIG (release)      how edge and agent are built
#
# Example: ROUNDS=3 DUR=2 scripts/bench-capture.sh

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
. "$(dirname "${BASH_SOURCE[0]}")/edge.sh"
help_if_asked "${1:-}"

rounds="${ROUNDS:-5}" seconds="${DUR:-5}" offered="${OFFERED:-20000}" connections="${CONNECTIONS:-50}"
ratio="${RATIO:-0.90}" growth="${MEMORY:-192}" configuration="${CONFIG:-release}"
"$ROOT/scripts/install.sh" build bench
build_programs "$configuration" portico-edge portico
home="$RUN_DIR/bench-capture"
rm -rf "$home"
mkdir -p "$home/service"
trap stop_started EXIT
trap 'exit 130' INT TERM HUP
bin="$(bin_folder "$configuration")"

# A service whose answers have something to capture.
service="$(free_ports 1)"
body="$(head -c 2000 /dev/zero | tr '\0' x)"
cat >"$home/service.conf" <<CONF
daemon off;
worker_processes 1;
pid $home/service/pid;
error_log $home/service/error.log crit;
events { worker_connections 4096; }
http {
    access_log off;
    client_body_temp_path $home/service/body;
    proxy_temp_path $home/service/proxy;
    fastcgi_temp_path $home/service/fastcgi;
    uwsgi_temp_path $home/service/uwsgi;
    scgi_temp_path $home/service/scgi;
    keepalive_requests 100000000;
    server {
        listen 127.0.0.1:$service;
        location / { default_type text/plain; add_header Set-Cookie "session=5f2b8c1e9a"; return 200 "$body"; }
    }
}
CONF
start "$home/service.log" nginx -c "$home/service.conf" -e "$home/service/error.log"

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

median() { sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }

passed=0 failed=0
# judge TEXT CONDITION...: counts one case.
judge() {
    local text="$1"
    shift
    if "$@"; then
        passed=$((passed + 1))
        echo "pass $text"
    else
        failed=$((failed + 1))
        echo "FAIL $text"
    fi
}
at_least() { awk -v one="$1" -v two="$2" 'BEGIN { exit !(one >= two) }'; }

run off most >/dev/null
run full most >/dev/null
before="$(resident)"
requests=0
for load in offered most; do
    for mode in off full; do : >"$home/$mode.$load"; done
    for ((round = 1; round <= rounds; round++)); do
        for mode in off full; do run "$mode" "$load" >>"$home/$mode.$load"; done
        printf '%s, round %d: off %s, full %s requests a second\n' "$load" "$round" "$(tail -n 1 "$home/off.$load")" \
            "$(tail -n 1 "$home/full.$load")"
        requests="$(awk -v sum="$requests" -v rate="$(tail -n 1 "$home/full.$load")" -v time="$seconds" \
            'BEGIN { printf "%d", sum + rate * time }')"
    done
    off="$(median <"$home/off.$load")" full="$(median <"$home/full.$load")"
    told="$(awk -v off="$off" -v full="$full" 'BEGIN { printf "%.3f", full / off }')"
    judge "$load: off $off, full $full requests a second, ratio $told (wanted $ratio)" at_least "$told" "$ratio"
done
after="$(resident)"
judge "memory: $before MiB before, $after MiB after (at most $growth more)" at_least "$((before + growth))" "$after"

# The loops tell of what they have left out with their next tick.
sleep 1
status="$(call GET status)"
captured="$(member captured <<<"$status")" dropped="$(member dropped <<<"$status")"
judge "counted: $captured captured, $dropped left out, of about $requests requests and those before" \
    at_least "$((captured + dropped))" "$((requests * 95 / 100))"
judge "left out for the budget alone: $(member dropped_queue_full <<<"$status") found the queue full, $(
    member dropped_not_stored <<<"$status") were not stored" \
    test "$(member dropped_queue_full <<<"$status")" -le "$((captured / 10))"

draft="$(python3 -c 'import json, sys; print(json.dumps({"traffic_policy": open(sys.argv[1]).read(),
    "endpoint_url": "http://127.0.0.1", "limit": 10000}))' "$home/draft.yml")"
report="$(call POST rehearse "$draft")"
judge "rehearsal: $(member examined <<<"$report") exchanges, $(member changed <<<"$report") changed, $(
    member duration_ms <<<"$report") ms" at_least 10000 "$(member duration_ms <<<"$report")"
if [ "$configuration" = release ]; then
    judge "rehearsal: all of 10000 are there" test "$(member examined <<<"$report")" -eq 10000
fi
echo "$passed passed, $failed failed"
((failed == 0))
