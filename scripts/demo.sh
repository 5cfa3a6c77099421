#!/usr/bin/env bash
# Starts an edge, a sample service and an agent, and prints the URL of the service. Ctrl-C ends everything.
#
# usage: scripts/demo.sh [--check]
#   --check   runs a demo of its own, asks the printed URL, checks the answer, sends what Ctrl-C sends, and makes sure
#             that no process is left
#
# Environment: CONFIG=debug|release, DEMO_HTTPS_PORT, DEMO_HTTP_PORT, DEMO_AGENT_PORT, DEMO_MANAGEMENT_PORT,
# DEMO_API_PORT (8443, 8080, 4443, 8090 and 8091, or free ones where these are taken). Data folder and logs lie in
# .run/demo; the certificate authority in it stays from one demo to the next, so that a browser needs to be told once.
#
# Example: CONFIG=release scripts/demo.sh

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
. "$(dirname "${BASH_SOURCE[0]}")/edge.sh"
help_if_asked "${1:-}"

configuration="${CONFIG:-debug}"
home="$RUN_DIR/demo"

demo() {
    mkdir -p "$home"
    rm -f "$home/url" "$home/groups"
    trap stop_started EXIT
    trap 'printf "\nstopping\n"; exit 0' INT TERM HUP

    "$ROOT/scripts/install.sh" build demo
    build_programs "$configuration"
    local bin
    bin="$(bin_folder "$configuration")"

    choose_ports HTTPS_PORT "${DEMO_HTTPS_PORT:-8443}" HTTP_PORT "${DEMO_HTTP_PORT:-8080}" \
        AGENT_PORT "${DEMO_AGENT_PORT:-4443}" MANAGEMENT_PORT "${DEMO_MANAGEMENT_PORT:-8090}" \
        API_PORT "${DEMO_API_PORT:-8091}"
    TCP_PORTS="$(free_port_range 100)"
    TCP_PORTS="$TCP_PORTS-$((TCP_PORTS + 99))"

    say "starting the edge"
    if [ ! -d "$home/data" ] || [ ! -s "$home/authtoken" ]; then rm -f "$home/api-key"; fi
    make_edge "$bin" "$home"
    api_key "$bin" "$home" api-key --description demo
    start_edge "$bin" "$home"

    say "starting a sample service"
    start "$home/service.log" python3 -u "$ROOT/scripts/sample_service.py"
    wait_pid="$started" wait_until 10 "the sample service starts" test -s "$home/service.log"
    local service_port
    service_port="$(head -n 1 "$home/service.log")"

    say "starting the agent"
    start "$home/agent.log" "$bin/portico" http "$service_port" --url "https://hello.portico.localhost" \
        --connect-url "localhost:$AGENT_PORT" --connect-cas "$EDGE_CA" --authtoken "$AUTHTOKEN" --log stdout
    local url="https://hello.portico.localhost:$HTTPS_PORT"
    wait_pid="$started" wait_until 20 "the URL answers" curl --silent --fail --max-time 2 --cacert "$EDGE_CA" "$url/" || {
        tail -n 15 "$home/agent.log" >&2
        exit 1
    }

    printf '%s\n' "${STARTED_GROUPS[@]}" >"$home/groups"
    cat <<TEXT

  Portico is running: a visitor's request goes to the edge, through the agent's session, to the sample service.

    URL       $url
    with curl curl --cacert $(shown_path "$EDGE_CA") $url
    browser   warns until it trusts the certificate authority $(shown_path "$EDGE_CA")
    your own  $(shown_path "$bin/portico") http 3000 --connect-url localhost:$AGENT_PORT --connect-cas $(shown_path "$EDGE_CA") --authtoken "\$(cat $(shown_path "$home/authtoken"))"
    API       curl -H "Authorization: Bearer \$(cat $(shown_path "$home/api-key"))" -H "Ngrok-Version: 2" http://127.0.0.1:$API_PORT/self
    health    http://127.0.0.1:$MANAGEMENT_PORT/readyz
    logs      $(shown_path "$home")/edge.log, agent.log

  Ctrl-C ends everything.

TEXT
    echo "$url" >"$home/url"

    # Until Ctrl-C, or until one of them ends, which it should not.
    local status=0
    wait -n "${STARTED_GROUPS[@]}" || status=$?
    tail -n 5 "$home"/edge.log "$home"/service.log "$home"/agent.log >&2
    die "one of the programs ended by itself, with status $status (above: the ends of the logs)"
}

# A path as it is typed from the folder that the user stands in.
shown_path() { realpath --relative-to="$PWD" "$1"; }

check() {
    mkdir -p "$home"
    rm -f "$home/url" "$home/groups"
    local log="$home/check.log" demo
    # As a terminal would run it: a process group of its own, in which Ctrl-C is not ignored.
    setsid env --default-signal=INT,QUIT "$0" >"$log" 2>&1 </dev/null &
    demo=$!
    trap 'kill -INT -- "-$demo" 2>/dev/null || true' EXIT
    if ! wait_pid="$demo" wait_until 1500 "the demo prints its URL" test -s "$home/url"; then
        tail -n 30 "$log" >&2
        exit 1
    fi
    local url answer
    url="$(cat "$home/url")"
    say "asking $url"
    answer="$(curl --silent --show-error --fail --max-time 10 --cacert "$home/data/ca.pem" "$url/")"
    grep -q "It works" <<<"$answer" || die "the sample service's answer was not that: $answer"
    grep -qi "x-forwarded-proto: https" <<<"$answer" || die "the service did not see X-Forwarded-Proto: $answer"

    say "ending it as Ctrl-C does"
    kill -INT -- "-$demo"
    local status=0 left="" group
    wait "$demo" || status=$?
    ((status == 0)) || die "the demo ended with status $status"
    trap - EXIT
    while read -r group; do
        left+="$(pgrep --pgroup "$group" --list-full || true)"
    done <"$home/groups"
    [ -z "$left" ] || die "processes were left: $left"
    echo "the demo answered and left nothing behind"
}

case "${1:-}" in
    --check) check ;;
    "") demo ;;
    *) die "no such option: $1 (--help)" ;;
esac
