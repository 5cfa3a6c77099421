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
#                   oidc: logins at oidc-provider-mock of PyPI, by a small client and by headless Chromium
#                   inspector: headless Chromium does in the agent's inspector what a person does; pictures of its pages
#                   are left in .run/artifacts/inspector
#                   terminal: the agent's view on terminals of tmux: sizes, colours, logs, Ctrl-C
#                   examples: every example of the agent's help and docs that needs an edge, against one
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
    api | command)
        driver="${driver:-$ROOT/scripts/api_client.py}"
        "$ROOT/scripts/install.sh" build demo api
        ;;
    schemathesis)
        driver="${driver:-$ROOT/scripts/api_fuzz.py}"
        "$ROOT/scripts/install.sh" build demo api schemathesis
        ;;
    http2)
        driver="${driver:-$ROOT/scripts/http2_interop.py}"
        "$ROOT/scripts/install.sh" build http2
        ;;
    websocket)
        driver="${driver:-$ROOT/scripts/websocket/__main__.py}"
        "$ROOT/scripts/install.sh" build http2
        ;;
    metrics)
        driver="${driver:-$ROOT/scripts/metrics_interop.py}"
        "$ROOT/scripts/install.sh" build http2 metrics
        ;;
    pyngrok)
        driver="${driver:-$ROOT/scripts/wrapper/__main__.py}"
        "$ROOT/scripts/install.sh" build demo pyngrok
        ;;
    oidc)
        driver="${driver:-$ROOT/scripts/oidc_interop.py}"
        "$ROOT/scripts/install.sh" build oidc
        ;;
    inspector)
        driver="${driver:-$ROOT/scripts/inspector/__main__.py}"
        "$ROOT/scripts/install.sh" build oidc
        ;;
    examples)
        driver="${driver:-$ROOT/scripts/agent_examples.py}"
        "$ROOT/scripts/install.sh" build demo
        ;;
    terminal)
        driver="${driver:-$ROOT/scripts/terminal_view.py}"
        "$ROOT/scripts/install.sh" build terminal
        ;;
    tls)
        driver="${driver:-$ROOT/scripts/tls_interop.py}"
        "$ROOT/scripts/install.sh" build demo tls
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

# start_both NAME=PORT ...: an edge and an agent of ours, and services at these ports behind both: the edge dials
# static-NAME.portico.localhost itself, and agent-NAME goes through the agent, over HTTP and HTTPS.
start_both() {
    local service host
    edge_ports
    EDGE_CONFIGURATION="${EDGE_MORE:-}
upstreams:"
    for service in "$@"; do
        EDGE_CONFIGURATION+="
  - host: static-${service%=*}.portico.localhost
    address: 127.0.0.1:${service#*=}"
    done
    make_edge "$bin" "$home"
    start_edge "$bin" "$home"
    cat >"$home/agent.yml" <<YAML
version: 3
agent:
  connect_url: localhost:$AGENT_PORT
  connect_cas: $EDGE_CA
  authtoken: $AUTHTOKEN
endpoints:
YAML
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
    local python="$RUN_DIR/venv/http2/bin/python" ports ways log="$home/http2.log"
    mapfile -t ports < <(free_ports 2)
    start "$home/service.log" "$python" "$ROOT/scripts/http2_service.py" "${ports[@]}"
    start_both "http=${ports[0]}" "ws=${ports[1]}"
    mapfile -t ways < <(ways http ws)
    "$python" "$driver" "$HTTPS_PORT" "$EDGE_CA" "${ways[@]}" 2>&1 | tee "$log" || true
    tally "$log"
    stop_started
}

run_websocket() {
    local python="$RUN_DIR/venv/http2/bin/python" ports ways log="$home/websocket.log"
    mapfile -t ports < <(free_ports 2)
    start "$home/service.log" "$python" "$ROOT/scripts/websocket/service.py" "${ports[@]}"
    start_both "ws=${ports[0]}" "half=${ports[1]}"
    mapfile -t ways < <(ways ws half)
    PYTHONDONTWRITEBYTECODE=1 "$python" "$driver" "${ports[@]}" "$HTTP_PORT" "$HTTPS_PORT" "$EDGE_CA" "${ways[@]}" 2>&1 |
        tee "$log" || true
    tally "$log"
    stop_started
}

run_metrics() {
    local ports log="$home/metrics.log"
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
    "$RUN_DIR/venv/metrics/bin/python" "$driver" "$MANAGEMENT_PORT" "$HTTP_PORT" "$HTTPS_PORT" "$EDGE_CA" \
        {static,agent}-http.portico.localhost "${ports[2]}" "$home/access.log" 2>&1 | tee "$log" || true
    tally "$log"
    stop_started
}

run_tls() {
    local log="$home/tls.log"
    edge_ports
    # Scanners open more connections a second than one visitor is allowed to hold.
    EDGE_CONFIGURATION="limits:
  connections_per_address: 10000"
    make_edge "$bin" "$home"
    start_edge "$bin" "$home"
    PYTHONDONTWRITEBYTECODE=1 python3 "$driver" "$HTTPS_PORT" "$EDGE_CA" portico.localhost \
        "$RUN_DIR/venv/tls/bin/sslyze" "$(command -v testssl)" "$home" 2>&1 | tee "$log" || true
    tally "$log"
    stop_started
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
    local ports log="$home/oidc.log" python="$RUN_DIR/venv/oidc/bin/python" service_port provider
    mapfile -t ports < <(free_ports 2)
    # The first is where the driver listens as the service.
    service_port="${ports[0]}" provider="http://127.0.0.1:${ports[1]}"
    start "$home/provider.log" "$RUN_DIR/venv/oidc/bin/oidc-provider-mock" --port "${ports[1]}" --require-nonce false
    wait_until 20 "the provider answers" curl --silent --fail "$provider/jwks" || die "the provider did not start"
    edge_ports
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
    make_edge "$bin" "$home"
    api_key "$bin" "$home" api-key
    start_edge "$bin" "$home"
    {
        cat <<YAML
version: 3
agent:
  connect_url: localhost:$AGENT_PORT
  connect_cas: $EDGE_CA
  authtoken: $AUTHTOKEN
endpoints:
YAML
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
    } >"$home/agent.yml"
    start "$home/agent.log" "$bin/portico" start --all --config "$home/agent.yml" --log stdout
    wait_until 20 "the endpoints are served" is_offered oauth || die "the endpoints are not served; see $home"
    "$python" "$driver" "$service_port" "$HTTPS_PORT" "$EDGE_CA" "$provider" "http://127.0.0.1:$API_PORT" "$API_KEY" "$(command -v chromium)" \
        "$home/edge.log" 2>&1 | tee "$log" || true
    tally "$log"
    stop_started
}

run_terminal() {
    local log="$home/terminal.log"
    edge_ports
    make_edge "$bin" "$home"
    start_edge "$bin" "$home"
    cat >"$home/agent.yml" <<YAML
version: 3
agent:
  connect_url: localhost:$AGENT_PORT
  connect_cas: $EDGE_CA
  authtoken: $AUTHTOKEN
endpoints:
  - { name: web, url: "https://web.portico.localhost", upstream: { url: $(free_ports 1) } }
YAML
    python3 "$driver" "$bin/portico" "$home/agent.yml" "$HTTPS_PORT" "$EDGE_CA" "$home" 2>&1 | tee "$log" || true
    tally "$log"
    stop_started
}

run_examples() {
    local log="$home/examples.log"
    edge_ports
    make_edge "$bin" "$home"
    api_key "$bin" "$home" api-key
    start_edge "$bin" "$home"
    mkdir -p "$home/examples"
    python3 "$driver" "$bin/portico" "$ROOT/docs/agent.md" "$home/examples" "localhost:$AGENT_PORT" "$EDGE_CA" "$AUTHTOKEN" \
        "http://127.0.0.1:$API_PORT" "$API_KEY" "${TCP_PORTS%-*}" 2>&1 | tee "$log" || true
    tally "$log"
    stop_started
}

run_inspector() {
    local ports log="$home/inspector.log" artifacts="$RUN_DIR/artifacts/inspector"
    # The first is where the driver listens as the service; at the last nobody does.
    mapfile -t ports < <(free_ports 3)
    edge_ports
    make_edge "$bin" "$home"
    start_edge "$bin" "$home"
    rm -rf "$artifacts"
    cat >"$home/agent.yml" <<YAML
version: 3
agent:
  connect_url: localhost:$AGENT_PORT
  connect_cas: $EDGE_CA
  authtoken: $AUTHTOKEN
  web_addr: 127.0.0.1:${ports[1]}
endpoints:
  - name: web
    url: https://web.portico.localhost
    upstream: { url: ${ports[0]} }
    traffic_policy: { on_http_request: [{ actions: [{ type: add-headers, config: { headers: { x-by: portico } } }] }] }
  - { name: down, url: "https://down.portico.localhost", upstream: { url: ${ports[2]} } }
  - { name: ssh, url: "tcp://", upstream: { url: ${ports[0]} } }
YAML
    start "$home/agent.log" "$bin/portico" start --all --config "$home/agent.yml" --log stdout
    # shellcheck disable=SC2154
    local agent="$started"
    wait_until 20 "the inspector answers" curl --silent --fail "http://127.0.0.1:${ports[1]}/status" ||
        die "the inspector does not answer; see $home"
    wait_until 20 "the endpoints are online" grep -q "name=ssh" "$home/agent.log" || die "no endpoint came online; see $home"
    PYTHONDONTWRITEBYTECODE=1 "$RUN_DIR/venv/oidc/bin/python" "$driver" "${ports[0]}" "${ports[1]}" "$HTTPS_PORT" "$EDGE_CA" \
        "$(command -v chromium)" "$artifacts" "$agent" 2>&1 | tee "$log" || true
    tally "$log"
    stop_started
}

# Whether an endpoint sends visitors to a login.
is_offered() {
    [ "$(curl --silent --max-time 2 --cacert "$EDGE_CA" --output /dev/null --write-out '%{http_code}' \
        --resolve "$1.portico.localhost:$HTTPS_PORT:127.0.0.1" "https://$1.portico.localhost:$HTTPS_PORT/")" = 302 ]
}

# A fresh edge with two accounts, and a key of each for the driver.
run_api() {
    local log="$home/$client.log" more foreign python="${client/command/api}"
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
    PYTHONDONTWRITEBYTECODE=1 "$RUN_DIR/venv/$python/bin/python" "$driver" --url "http://127.0.0.1:$API_PORT" \
        --key "$API_KEY" --other-key "$foreign" "${more[@]}" 2>&1 | tee "$log" || true
    tally "$log"
    stop_started
}

# The agent is the wrapper's own child, under the name by which it knows its binary.
run_pyngrok() {
    local log="$home/pyngrok.log"
    edge_ports
    make_edge "$bin" "$home"
    api_key "$bin" "$home" api-key
    start_edge "$bin" "$home"
    mkdir -p "$home/bin" "$home/agents"
    ln -sf "$bin/portico" "$home/bin/ngrok"
    PYTHONDONTWRITEBYTECODE=1 "$RUN_DIR/venv/pyngrok/bin/python" "$driver" --ngrok "$home/bin/ngrok" \
        --home "$home/agents" --server "localhost:$AGENT_PORT" --ca "$EDGE_CA" --authtoken "$AUTHTOKEN" \
        --http "$HTTP_PORT" --https "$HTTPS_PORT" --api "http://127.0.0.1:$API_PORT" --api-key "$API_KEY" 2>&1 |
        tee "$log" || true
    tally "$log"
    stop_started
}

case "$client" in
    pyngrok) run_pyngrok ;;
    http2) run_http2 ;;
    websocket) run_websocket ;;
    metrics) run_metrics ;;
    tls) run_tls ;;
    oidc) run_oidc ;;
    inspector) run_inspector ;;
    terminal) run_terminal ;;
    examples) run_examples ;;
    api | command | schemathesis) run_api ;;
esac
if [[ "$client" = @(http2|websocket|metrics|tls|oidc|inspector|terminal|examples|pyngrok|api|command|schemathesis) ]]; then
    closing_line
    exit
fi

for environment in "$RUN_DIR"/venv/sdk-*; do
    name="$(basename "$environment")"
    say "$name: $(basename "$driver")"
    edge_ports
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
