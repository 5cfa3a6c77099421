#!/usr/bin/env bash
# Runs a published suite of cases against this build. The last line is `N passed, N failed`.
#
# usage: scripts/conformance.sh SUITE [--dir FOLDER] [--strict]
#   SUITE     cel, ip, proxy-protocol, agent-protocol: vectors against the parsers and machines
#             paths: targets of requests against a running edge and its policies
#             http1: raw requests against a running edge
#             http2: raw frames against a running edge
#             http2-abuse: floods of frames, with an eye on memory and on somebody else's connection
#             grpc: a published client and server of gRPC, through an edge and an agent
#             waf-crs: attacks to an edge with an agent and to nginx, with the same firewall: what both find
#             all: each of these
#   --dir     other cases of the same format (not with all)
#   --strict  http1: exactly what we build is asked for, where the RFCs would permit more
#
# Environment: CONFIG=debug|release; of waf-crs WAF_CASES=n, so many of the cases, evenly chosen (all), and WAF_RULES=folder,
# other rules than Debian's, WAF_TABLE=file, the page that tells what came of it.
#
# Example: scripts/conformance.sh http1 --dir ~/more-cases

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
. "$(dirname "${BASH_SOURCE[0]}")/edge.sh"
. "$(dirname "${BASH_SOURCE[0]}")/waf.sh"
help_if_asked "${1:-}"

suites=(cel ip proxy-protocol agent-protocol paths http1 http2 http2-abuse grpc waf-crs)
suite="${1:-}"
[ -n "$suite" ] || die "say which suite: ${suites[*]} or all"
shift
folder=""
strict=()
while (($# > 0)); do
    case "$1" in
        --dir)
            folder="$(realpath "${2:?--dir wants a folder}")"
            shift
            ;;
        --strict) strict=(--strict) ;;
        *) die "no such option: $1 (--help)" ;;
    esac
    shift
done
case "$suite" in
    all) [ -z "$folder" ] || die "--dir needs one suite, not all" ;;
    *)
        [[ " ${suites[*]} " = *" $suite "* ]] || die "no such suite: $suite (${suites[*]} or all)"
        suites=("$suite")
        ;;
esac
need_shared
[ -z "$folder" ] || [ -d "$folder" ] || die "no such folder: $folder"
"$ROOT/scripts/install.sh" build demo

configuration="${CONFIG:-debug}"
home="$RUN_DIR/conformance"
rm -rf "$home"
mkdir -p "$home"
trap stop_started EXIT
trap 'exit 130' INT TERM HUP

# Cases that need no socket: the runner feeds them to the code that the programs are made of.
prepare_vectors() {
    build_programs "$configuration" conformance
    command=("$(bin_folder "$configuration")/conformance" "$1" --dir "$2")
}

# A fresh edge in front of the upstream that says what it saw. More lines of the upstream's may be given.
start_front() {
    build_programs "$configuration" portico-edge
    local bin
    bin="$(bin_folder "$configuration")"
    upstream="$(free_ports 1)"
    start "$home/upstream.log" python3 "$SHARED/conformance/http1/upstream.py" "$upstream"
    edge_ports
    EDGE_CONFIGURATION="upstreams:
  - host: \"*\"
    address: 127.0.0.1:$upstream
${1:-}"
    make_edge "$bin" "$home"
    start_edge "$bin" "$home"
}

prepare_http1() {
    start_front
    command=(python3 "$SHARED/conformance/http1/run_h1.py" "$1/corpus.json" 127.0.0.1 "$HTTP_PORT" "${strict[@]}")
}

# Every answer tells the path as rules see it, and a rule stands before /admin.
prepare_paths() {
    cat >"$home/paths.yml" <<'YAML'
on_http_request:
  - expressions: ["inPath(req.url.path, '/admin')"]
    actions: [{ type: deny, config: { status_code: 403 } }]
on_http_response:
  - actions: [{ type: add-headers, config: { headers: { x-path: "${req.url.uri}" } } }]
YAML
    start_front "    traffic_policy_file: $home/paths.yml"
    command=(python3 "$ROOT/scripts/paths.py" "$1/vectors.json" "$HTTP_PORT")
}

prepare_http2() {
    start_front
    command=(python3 "$SHARED/conformance/http2/run_h2.py" "$1/corpus.json" 127.0.0.1 "$HTTPS_PORT" --tls)
}

prepare_http2_abuse() {
    "$ROOT/scripts/install.sh" http2
    start_front
    command=(
        "$RUN_DIR/venv/http2/bin/python" "$ROOT/scripts/http2_abuse.py" "$1/abuse.py" "$HTTPS_PORT" "$started" "$upstream"
    )
}

# A service of gRPC behind an agent that declares HTTP/2.
prepare_grpc() {
    "$ROOT/scripts/install.sh" grpc
    build_programs "$configuration"
    local bin python="$RUN_DIR/venv/grpc/bin/python"
    bin="$(bin_folder "$configuration")"
    mkdir -p "$home/grpc"
    "$python" -m grpc_tools.protoc "-I$1" --python_out="$home/grpc" --grpc_python_out="$home/grpc" t.proto
    PYTHONPATH="$home/grpc" start "$home/server.log" "$python" "$1/server.py"
    edge_ports
    EDGE_CONFIGURATION=""
    make_edge "$bin" "$home"
    start_edge "$bin" "$home"
    # The port is the published server's own.
    start "$home/agent.log" "$bin/portico" http 7795 --url https://grpc.portico.localhost --upstream-protocol http2 \
        --connect-url "localhost:$AGENT_PORT" --connect-cas "$EDGE_CA" --authtoken "$AUTHTOKEN" --log stdout
    wait_pid="$started" wait_until 20 "the agent's URL answers" grep -q "started tunnel" "$home/agent.log" ||
        die "the agent did not start: $(tail -n 5 "$home/agent.log")"
    command=(
        env "PYTHONPATH=$home/grpc" "$python" "$ROOT/scripts/grpc_over_tls.py" "$1/client.py" "$HTTPS_PORT" "$EDGE_CA"
        grpc.portico.localhost
    )
}

# An endpoint for every host that the cases name looks without blocking and tells what it found; an agent serves what stands
# behind it. The host of most cases is localhost, which no agent's own URL may be: the agent has an address for bytes,
# to which the endpoint sends its requests.
prepare_waf_crs() {
    "$ROOT/scripts/install.sh" firewall
    build_programs "$configuration"
    local bin nginx rules="${WAF_RULES:-/usr/share/modsecurity-crs/rules}" bytes=131072
    bin="$(bin_folder "$configuration")"
    upstream="$(free_ports 1)"
    start "$home/upstream.log" python3 "$SHARED/conformance/http1/upstream.py" "$upstream"
    waf_setup "$home/crs-setup.conf"
    cat >"$home/waf.yml" <<'YAML'
on_http_request:
  - actions:
      - { type: owasp-crs-request, config: { on_error: continue, process_body: true } }
on_http_response:
  - actions:
      - type: add-headers
        config:
          headers:
            x-waf-rules: "${actions.ngrok.owasp_crs_request.matched_rules.map(rule, string(rule.id)).join(',')}"
            x-waf-score: "${actions.ngrok.owasp_crs_request.anomaly_score}"
YAML
    edge_ports
    behind="${TCP_PORTS%-*}"
    EDGE_CONFIGURATION="upstreams:
  - host: \"*\"
    address: 127.0.0.1:$behind
    traffic_policy_file: $home/waf.yml
policy:
  firewall:
    rules: $rules
    setup: $home/crs-setup.conf
    body_bytes: $bytes"
    make_edge "$bin" "$home"
    start_edge "$bin" "$home"
    start "$home/agent.log" "$bin/portico" tcp "$upstream" --url "tcp://portico.localhost:$behind" \
        --connect-url "localhost:$AGENT_PORT" --connect-cas "$EDGE_CA" --authtoken "$AUTHTOKEN" --log stdout
    wait_pid="$started" wait_until 20 "the agent serves" grep -q "started tunnel" "$home/agent.log" ||
        die "the agent did not start: $(tail -n 5 "$home/agent.log")"
    nginx="$(free_ports 1)"
    waf_nginx "$home" "$nginx" "$upstream" "$rules" "$home/crs-setup.conf" "$bytes" on
    start "$home/nginx.log" nginx -c "$home/nginx.conf" -e "$home/nginx/error.log"
    wait_pid="$started" wait_until 20 "nginx answers" curl --silent --max-time 2 "http://127.0.0.1:$nginx/" ||
        die "nginx did not start: $(tail -n 5 "$home/nginx/error.log")"
    command=(
        python3 "$ROOT/scripts/waf.py" "$1/tests.jsonl" "$HTTP_PORT" "$nginx" "$home/audit.log" --cases "${WAF_CASES:-0}"
        --table "${WAF_TABLE:-$home/waf-crs.md}"
    )
}

for suite in "${suites[@]}"; do
    say "conformance: $suite"
    cases="${folder:-$SHARED/conformance/${suite%-abuse}}"
    case "$suite" in
        paths) prepare_paths "$cases" ;;
        http1) prepare_http1 "$cases" ;;
        http2) prepare_http2 "$cases" ;;
        http2-abuse) prepare_http2_abuse "$cases" ;;
        grpc) prepare_grpc "$cases" ;;
        waf-crs) prepare_waf_crs "$cases" ;;
        *) prepare_vectors "$suite" "$cases" ;;
    esac
    "${command[@]}" 2>&1 | tee "$home/$suite.log" || true
    tally "$home/$suite.log"
    stop_started
done
closing_line
