#!/usr/bin/env bash
# Runs a published client's driver against a fresh edge. The last line is `N passed, N failed`.
#
# usage: scripts/interop.sh CLIENT [--driver FILE] [--only KIND]
#   CLIENT          sdk: the official ngrok Python SDK, in each version that a Python here can run
#                   policies: the same SDK, with traffic policies of every action
#                   api: the published client of the REST API, for every operation that it has
#                   command: the same operations, each by the command of `portico api` for it
#                   schemathesis: calls that are made up after the OpenAPI document, with the keys of two accounts
#                   http2: h2 and wsproto of PyPI, curl and nghttp, to a service dialled by the edge and through an agent
#                   websocket: frames of every kind and size with websockets, h2 and wsproto of PyPI, both ways, beside
#                   what the service shows without an edge
#                   tls: sslyze of PyPI and testssl.sh, which look for what is wrong with the edge's TLS
#   pyngrok: PyPI's pyngrok, with our agent as its binary
#   metrics: a scraper of PyPI's prometheus_client, a collector of traces and the access log, beside visits whose
#   number is known
#                   events: events to a web server that fails half of the time, rsyslog, Kafka's mock cluster, a stand-in
#                   for a collector, and a file, while the edge is killed; PORTICO_KILL_ROUNDS says how often (3)
#                   oidc: logins at oidc-provider-mock of PyPI, by a small client and by headless Chromium
#                   inspector: headless Chromium does in the agent's inspector what a person does; pictures of its pages
#                   are left in .run/artifacts/inspector
#                   dashboard: headless Chromium does at the edge's dashboard what people do there, and looks for what is
#                   hard to use; pictures of every page are left in .run/artifacts/dashboard
#                   terminal: the agent's view on terminals of tmux: sizes, colours, logs, Ctrl-C
#                   examples: every example of the agent's help and docs that needs an edge, against one
#                   proxies: the agent's session by tinyproxy, by stunnel in front of it, and by microsocks
#                   release: a release that scripts/release.sh makes, and `portico update`
#   --only KIND     for api: this kind of resource alone, as scripts/api_kinds.py has it
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
only=()
case "${2:-}" in
    "") ;;
    --driver) driver="$(realpath "${3:?--driver wants a file}")" ;;
    --only) only=(--only "${3:?--only wants a kind}") ;;
    *) die "no such option: $2 (--help)" ;;
esac
# What each needs to be installed (scripts/install.sh), and its driver, in scripts/ where no path is given.
case "$client" in
    sdk) needs="test" own="$SHARED/conformance/agent-protocol/sdk_interop.py" ;;
    policies) needs="test" own=sdk_policies.py ;;
    api | command) needs="demo api" own=api_client.py ;;
    schemathesis) needs="demo api schemathesis" own=api_fuzz.py ;;
    http2) needs="http2" own=http2_interop.py ;;
    websocket) needs="http2" own=websocket/__main__.py ;;
    metrics) needs="http2 metrics" own=metrics_interop.py ;;
    pyngrok) needs="demo pyngrok" own=wrapper/__main__.py ;;
    events) needs="events" own=events/__main__.py ;;
    oidc) needs="oidc" own=oidc_interop.py ;;
    inspector) needs="oidc" own=inspector/__main__.py ;;
    dashboard) needs="oidc" own=dashboard/__main__.py ;;
    examples) needs="demo" own=agent_examples.py ;;
    terminal) needs="terminal" own=terminal_view.py ;;
    proxies) needs="demo proxies" own=session_proxies.py ;;
    release) needs="demo" own=release_update.py ;;
    tls) needs="demo tls" own=tls_interop.py ;;
    *) die "no such client: ${client:-none given} (make interop CLIENT=sdk)" ;;
esac
case "$client" in sdk | policies) need_shared ;; esac
[ -n "$driver" ] || driver="$(cd "$ROOT/scripts" && realpath "$own")"
# shellcheck disable=SC2086
"$ROOT/scripts/install.sh" build $needs
[ -f "$driver" ] || die "no such driver: $driver"
build_programs "${CONFIG:-debug}"
bin="$(bin_folder "${CONFIG:-debug}")"

home="$RUN_DIR/interop"
rm -rf "$home"
mkdir -p "$home"
trap stop_started EXIT
trap 'exit 130' INT TERM HUP

# fresh_edge: an edge of its own, with what is in EDGE_CONFIGURATION, and an API key.
fresh_edge() {
    edge_ports
    make_edge "$bin" "$home"
    api_key "$bin" "$home" api-key
    start_edge "$bin" "$home"
}

# agent_file [LINE...]: begins the configuration of an agent of that edge; LINEs are more of its section.
agent_file() {
    printf '%s\n' "version: 3" "agent:" "  connect_url: localhost:$AGENT_PORT" "  connect_cas: $EDGE_CA" \
        "  authtoken: $AUTHTOKEN" "${@/#/  }" "endpoints:" >"$home/agent.yml"
}

# drive COMMAND...: runs the driver, adds its closing line to the sum, and ends what was started for it.
drive() {
    local log="$home/$client.log"
    PYTHONDONTWRITEBYTECODE=1 "$@" 2>&1 | tee "$log" || true
    tally "$log"
    stop_started
}

# start_both NAME=PORT ...: an edge and an agent of ours, and services at these ports behind both: the edge dials
# static-NAME.portico.localhost itself, and agent-NAME goes through the agent, over HTTP and HTTPS.
start_both() {
    local service host
    EDGE_CONFIGURATION="${EDGE_MORE:-}
upstreams:"
    for service in "$@"; do
        EDGE_CONFIGURATION+="
  - host: static-${service%=*}.portico.localhost
    address: 127.0.0.1:${service#*=}"
    done
    fresh_edge
    agent_file
    for service in "$@"; do
        for scheme in http https; do
            cat >>"$home/agent.yml" <<YAML
  - name: ${service%=*}-$scheme
    url: $scheme://agent-${service%=*}.portico.localhost
    upstream: { url: ${service#*=} }
YAML
        done
    done
    start "$home/agent.log" "$bin/portico" start --all --config "$home/agent.yml" --log stdout
    for service in "$@"; do
        for host in {static,agent}-"${service%=*}.portico.localhost"; do
            wait_until 20 "$host answers" is_served "$host" || die "$host does not answer; see $home"
        done
    done
}

# Whether something is there for HOST, over HTTP and HTTPS; which answer it gives is its own matter.
is_served() {
    local url code
    for url in "http://$1:$HTTP_PORT/" "https://$1:$HTTPS_PORT/"; do
        code="$(curl --silent --max-time 2 --cacert "$EDGE_CA" --output /dev/null --write-out '%{http_code}' \
            --resolve "$1:$HTTP_PORT:127.0.0.1" --resolve "$1:$HTTPS_PORT:127.0.0.1" "$url")" && [ "$code" != 404 ] || return 1
    done
}

# ways NAME OTHER: what a driver is told of the two services that start_both put behind both.
ways() {
    local way
    for way in static agent; do echo "$way=$way-$1.portico.localhost,$way-$2.portico.localhost"; done
}

run_http2() {
    local python="$RUN_DIR/venv/http2/bin/python" ports ways
    mapfile -t ports < <(free_ports 2)
    start "$home/service.log" "$python" "$ROOT/scripts/http2_service.py" "${ports[@]}"
    start_both "http=${ports[0]}" "ws=${ports[1]}"
    mapfile -t ways < <(ways http ws)
    drive "$python" "$driver" "$HTTPS_PORT" "$EDGE_CA" "${ways[@]}"
}

run_websocket() {
    local python="$RUN_DIR/venv/http2/bin/python" ports ways
    mapfile -t ports < <(free_ports 2)
    start "$home/service.log" "$python" "$ROOT/scripts/websocket/service.py" "${ports[@]}"
    start_both "ws=${ports[0]}" "half=${ports[1]}"
    mapfile -t ways < <(ways ws half)
    drive "$python" "$driver" "${ports[@]}" "$HTTP_PORT" "$HTTPS_PORT" "$EDGE_CA" "${ways[@]}"
}

run_metrics() {
    local ports
    mapfile -t ports < <(free_ports 3)
    start "$home/service.log" "$RUN_DIR/venv/http2/bin/python" "$ROOT/scripts/http2_service.py" "${ports[@]:0:2}"
    # The third is where the driver listens as a collector of traces.
    EDGE_MORE="limits:
  head_timeout: 1s
access_log:
  to: $home/access.log
tracing:
  collector: http://127.0.0.1:${ports[2]}
  per_mille: 1000"
    start_both "http=${ports[0]}"
    drive "$RUN_DIR/venv/metrics/bin/python" "$driver" "$MANAGEMENT_PORT" "$HTTP_PORT" "$HTTPS_PORT" "$EDGE_CA" \
        {static,agent}-http.portico.localhost "${ports[2]}" "$home/access.log"
}

run_events() {
    local ports
    mapfile -t ports < <(free_ports 4)
    edge_ports
    # The driver makes the authority, and starts the edge itself.
    EDGE_CONFIGURATION="events:
  allow_networks: [127.0.0.0/8]
  files: $home/files
  authorities: $home/certificates/ca.pem
  spool_bytes: 2MiB
  longest_pause: 1s"
    make_edge "$bin" "$home"
    api_key "$bin" "$home" api-key
    drive "$RUN_DIR/venv/events/bin/python" "$driver" --bin "$bin" --home "$home" --http "$HTTP_PORT" --api "$API_PORT" \
        --key "$API_KEY" --ports "$(IFS=, && echo "${ports[*]}")" --rounds "${PORTICO_KILL_ROUNDS:-3}"
}

run_tls() {
    # Scanners open more connections a second than one visitor is allowed to hold.
    EDGE_CONFIGURATION="limits:
  connections_per_address: 10000"
    fresh_edge
    drive python3 "$driver" "$HTTPS_PORT" "$EDGE_CA" portico.localhost "$RUN_DIR/venv/tls/bin/sslyze" "$(command -v testssl)" "$home"
}

# login HOST SETTINGS [RULES]: an endpoint of the agent whose policy wants a login.
login() {
    cat <<YAML
  - name: $1
    url: https://$1.portico.localhost
    upstream: { url: $service_port }
    traffic_policy:
      on_http_request:
        - actions:
            - type: openid-connect
              config: { issuer_url: "$provider", client_id: portico, client_secret: s3cret-of-portico,
                scopes: [profile, email]${2:+, $2} }
${3:-}
YAML
}

# deny EXPRESSION: a rule.
deny() {
    printf '        - expressions: ["%s"]\n          actions: [{ type: deny, config: { status_code: 403 } }]' "$1"
}

run_oidc() {
    local ports service_port provider
    mapfile -t ports < <(free_ports 2)
    # The first is where the driver listens as the service.
    service_port="${ports[0]}" provider="http://127.0.0.1:${ports[1]}"
    start "$home/provider.log" "$RUN_DIR/venv/oidc/bin/oidc-provider-mock" --port "${ports[1]}" --require-nonce false
    wait_until 20 "the provider answers" curl --silent --fail "$provider/jwks" || die "the provider did not start"
    EDGE_CONFIGURATION="policy:
  outbound:
    allow_networks: [127.0.0.0/8]
log:
  level: trace
logins:
  gitlab:
    client_id: of-the-edge
    client_secret: s3cret-of-portico
    authorization_url: $provider/oauth2/authorize
    token_url: $provider/oauth2/token
    user_url: $provider/userinfo"
    fresh_edge
    agent_file
    {
        login login ""
        login group "" "$(deny "!actions.ngrok.oidc.identity.email.endsWith('@example.test')")"
        login listed "email_domains: [example.test]"
        login claims "" "$(deny "!('admins' in string(base64.decode(actions.ngrok.oidc.identity_token.split('.')[1].replace('-', '+').replace('_', '/'))).decodeJson()['groups'])")"
        login short "max_session_duration: 3s"
        login idle "idle_session_duration: 2s"
        login fresh "userinfo_refresh_interval: 1s"
        login cors "allow_cors_preflight: true"
        cat <<YAML
  - name: oauth
    url: https://oauth.portico.localhost
    upstream: { url: $service_port }
    traffic_policy:
      on_http_request:
        - actions: [{ type: oauth, config: { provider: gitlab } }]
YAML
    } >>"$home/agent.yml"
    start "$home/agent.log" "$bin/portico" start --all --config "$home/agent.yml" --log stdout
    wait_until 20 "the endpoints are served" is_offered oauth || die "the endpoints are not served; see $home"
    drive "$RUN_DIR/venv/oidc/bin/python" "$driver" "$service_port" "$HTTPS_PORT" "$EDGE_CA" "$provider" "http://127.0.0.1:$API_PORT" \
        "$API_KEY" "$(command -v chromium)" "$home/edge.log"
}

# one_service: a service, an edge, and the configuration of an agent that serves it as web.portico.localhost. Sets
# `service`, the number of its process.
one_service() {
    local port
    port="$(free_ports 1)"
    start "$home/service.log" python3 "$ROOT/scripts/sample_service.py" "$port"
    # shellcheck disable=SC2154
    service="$started"
    fresh_edge
    agent_file
    echo "  - { name: web, url: 'https://web.portico.localhost', upstream: { url: $port } }" >>"$home/agent.yml"
}

run_terminal() {
    local service
    one_service
    drive python3 "$driver" "$bin/portico" "$home/agent.yml" "$HTTPS_PORT" "$EDGE_CA" "$home" "$service"
}

run_examples() {
    fresh_edge
    mkdir -p "$home/examples"
    drive python3 "$driver" "$bin/portico" "$ROOT/docs/agent.md" "$home/examples" "localhost:$AGENT_PORT" "$EDGE_CA" "$AUTHTOKEN" \
        "http://127.0.0.1:$API_PORT" "$API_KEY" "${TCP_PORTS%-*}" "$HTTP_PORT"
}

run_proxies() {
    local service
    one_service
    drive python3 "$driver" "$bin/portico" "$home/agent.yml" "$AGENT_PORT" "$HTTPS_PORT" "$EDGE_CA" "$home"
}

run_release() { drive python3 "$driver" "$bin/portico" "$ROOT/scripts/release.sh" "$home"; }

run_inspector() {
    local ports artifacts="$RUN_DIR/artifacts/inspector"
    # The first is where the driver listens as the service; at the last nobody does.
    mapfile -t ports < <(free_ports 3)
    fresh_edge
    rm -rf "$artifacts"
    agent_file "web_addr: 127.0.0.1:${ports[1]}"
    cat >>"$home/agent.yml" <<YAML
  - name: web
    url: https://web.portico.localhost
    upstream: { url: ${ports[0]} }
    traffic_policy: { on_http_request: [{ actions: [{ type: add-headers, config: { headers: { x-by: portico } } }] }] }
  - { name: down, url: "https://down.portico.localhost", upstream: { url: ${ports[2]} } }
  - { name: ssh, url: "tcp://", upstream: { url: ${ports[0]} } }
YAML
    start "$home/agent.log" "$bin/portico" start --all --config "$home/agent.yml" --log stdout
    local agent="$started"
    wait_until 20 "the inspector answers" curl --silent --fail "http://127.0.0.1:${ports[1]}/status" ||
        die "the inspector does not answer; see $home"
    wait_until 20 "the endpoints are online" grep -q "name=ssh" "$home/agent.log" || die "no endpoint came online; see $home"
    drive "$RUN_DIR/venv/oidc/bin/python" "$driver" "${ports[0]}" "${ports[1]}" "$HTTPS_PORT" "$EDGE_CA" "$(command -v chromium)" \
        "$artifacts" "$agent"
}

run_dashboard() {
    local artifacts="$RUN_DIR/artifacts/dashboard" door ports provider
    # Where the driver listens as the service, and the identity provider.
    mapfile -t ports < <(free_ports 3)
    DASHBOARD_PORT="${ports[0]}" provider="http://127.0.0.1:${ports[2]}"
    start "$home/provider.log" "$RUN_DIR/venv/oidc/bin/oidc-provider-mock" --port "${ports[2]}" --require-nonce true
    wait_until 20 "the provider answers" curl --silent --fail "$provider/jwks" || die "the provider did not start"
    EDGE_CONFIGURATION="sign_in:
  issuer: $provider
  client_id: portico
  client_secret: s3cret-of-portico
  name: Harbor ID
  administrators: [ops]
  allow_networks: [127.0.0.0/8]"
    fresh_edge
    rm -rf "$artifacts"
    door="$(grep -oE '/door/[0-9A-Za-z_]+' "$home/init.log")" || die "init printed no link; see $home/init.log"
    drive "$RUN_DIR/venv/oidc/bin/python" "$driver" "$DASHBOARD_PORT" "$door" "$HTTPS_PORT" "$AGENT_PORT" "$EDGE_CA" \
        "$bin/portico" "$(command -v chromium)" "$artifacts" "${ports[1]}" "$provider"
}

# Whether an endpoint sends visitors to a login.
is_offered() {
    [ "$(curl --silent --max-time 2 --cacert "$EDGE_CA" --output /dev/null --write-out '%{http_code}' \
        --resolve "$1.portico.localhost:$HTTPS_PORT:127.0.0.1" "https://$1.portico.localhost:$HTTPS_PORT/")" = 302 ]
}

# A fresh edge with two accounts, and a key of each for the driver.
run_api() {
    local more foreign python="${client/command/api}"
    edge_ports
    more=(--home "$home")
    [ "$client" != command ] || more+=(--command)
    [ "$client" = schemathesis ] || more+=("${only[@]}" --bin "$bin" --server "localhost:$AGENT_PORT" --ca "$home/data/ca.pem")
    # All that the edge ever logs, for the search for secrets.
    EDGE_CONFIGURATION="limits:
  api_calls: 1000000
  api_failures: 1000000
log:
  level: trace"
    make_edge "$bin" "$home"
    "$bin/portico-edge" user add --email other@portico.localhost --new-account Other --config "$home/edge.yml" >/dev/null
    api_key "$bin" "$home" other-key --user other@portico.localhost
    foreign="$API_KEY"
    api_key "$bin" "$home" api-key
    start_edge "$bin" "$home"
    drive "$RUN_DIR/venv/$python/bin/python" "$driver" --url "http://127.0.0.1:$API_PORT" --key "$API_KEY" --other-key "$foreign" "${more[@]}"
}

# The agent is the wrapper's own child, under the name by which it knows its binary.
run_pyngrok() {
    fresh_edge
    mkdir -p "$home/bin" "$home/agents"
    ln -sf "$bin/portico" "$home/bin/ngrok"
    drive "$RUN_DIR/venv/pyngrok/bin/python" "$driver" --ngrok "$home/bin/ngrok" \
        --home "$home/agents" --server "localhost:$AGENT_PORT" --ca "$EDGE_CA" --authtoken "$AUTHTOKEN" \
        --http "$HTTP_PORT" --https "$HTTPS_PORT" --api "http://127.0.0.1:$API_PORT" --api-key "$API_KEY"
}

# The published SDK, in each version that is there.
run_sdk() {
    local environment name
    for environment in "$RUN_DIR"/venv/sdk-*; do
        name="$(basename "$environment")"
        say "$name: $(basename "$driver")"
        if [ "$client" = policies ]; then
            # Where the driver has a service that policies may ask.
            OUTBOUND_PORT="$(free_ports 1)"
            export OUTBOUND_PORT
            EDGE_CONFIGURATION="policy:
  outbound:
    enabled: true
    ports: [$OUTBOUND_PORT]
    allow_networks: [127.0.0.0/8]"
        fi
        home="$RUN_DIR/interop/$name"
        fresh_edge
        # A driver may stand on the published one.
        PYTHONPATH="$SHARED/conformance/agent-protocol" drive "$environment/bin/python" "$driver" \
            --server "localhost:$AGENT_PORT" --ca "$EDGE_CA" --authtoken "$AUTHTOKEN" \
            --edge-http "127.0.0.1:$HTTP_PORT" --edge-https "127.0.0.1:$HTTPS_PORT" --edge-tls "127.0.0.1:$HTTPS_PORT" \
            --edge-ca "$EDGE_CA" --max-latency-ms 5
    done
}

case "$client" in
    api | command | schemathesis) run_api ;;
    sdk | policies) run_sdk ;;
    *) "run_$client" ;;
esac
closing_line
