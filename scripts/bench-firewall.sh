#!/usr/bin/env bash
# Measures the firewall beside nginx with the same engine and the same rules: requests a second, in turns.
#
# usage: scripts/bench-firewall.sh
#
# Both have as many workers as there are cores, and the same service behind them, an nginx of its own. nginx runs the rules for
# requests and for responses, whose bodies it does not look at. Loads: a page, with the edge's rules for requests alone; the same
# page with those for responses too (`both`); a form. Prints a line for each round and load, then the ratio of the medians (edge
# over nginx) for each load. The last line is `N passed, N failed`: a ratio passes from RATIO on.
#
# Environment:
#   ROUNDS (5), DUR (5)   rounds, and seconds of one run
#   CONNECTIONS (32)      visitors at the same time
#   RATIO (0.95)          what passes
#   CONFIG (release)      how the edge is built
#
# Example: ROUNDS=3 DUR=2 scripts/bench-firewall.sh

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
. "$(dirname "${BASH_SOURCE[0]}")/edge.sh"
. "$(dirname "${BASH_SOURCE[0]}")/waf.sh"
. "$(dirname "${BASH_SOURCE[0]}")/turns.sh"
help_if_asked "${1:-}"

rounds="${ROUNDS:-5}" seconds="${DUR:-5}" connections="${CONNECTIONS:-32}" ratio="${RATIO:-0.95}"
configuration="${CONFIG:-release}"
"$ROOT/scripts/install.sh" build firewall
build_programs "$configuration" portico-edge
home="$RUN_DIR/bench-firewall"
rm -rf "$home"
mkdir -p "$home"
trap stop_started EXIT
trap 'exit 130' INT TERM HUP
bin="$(bin_folder "$configuration")"
WAF_WORKERS="$(nproc)"
rules=/usr/share/modsecurity-crs/rules

service="$(free_ports 1)"
answering_nginx "$home" "$service" 'default_type text/plain; return 200 "hello\n";'

cat >"$home/waf.yml" <<'YAML'
on_http_request:
  - actions:
      - { type: owasp-crs-request, config: { process_body: true } }
YAML
cat "$home/waf.yml" - >"$home/both.yml" <<'YAML'
on_http_response:
  - actions:
      - { type: owasp-crs-response, config: { process_body: false } }
YAML
edge_ports
EDGE_CONFIGURATION="upstreams:
  - host: \"*\"
    address: 127.0.0.1:$service
    traffic_policy_file: $home/waf.yml
  - host: both.localhost
    address: 127.0.0.1:$service
    traffic_policy_file: $home/both.yml
policy:
  firewall:
    rules: $rules"
make_edge "$bin" "$home"
start_edge "$bin" "$home"
nginx="$(free_ports 1)"
waf_nginx "$home" "$nginx" "$service" "$rules" /etc/modsecurity/crs/crs-setup.conf 4096 off
start "$home/nginx.log" nginx -c "$home/nginx.conf" -e "$home/nginx/error.log"
wait_pid="$started" wait_until 20 "nginx answers" curl --silent --max-time 2 "http://127.0.0.1:$nginx/"

# A page with a query as browsers ask for it, and a form.
browser='wrk.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
wrk.headers["Accept"] = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
wrk.headers["Accept-Language"] = "en-US,en;q=0.5"
wrk.headers["Cookie"] = "session=5f2b8c1e9a; theme=dark"
wrk.headers["Host"] = "shop.localhost"'
printf '%s\nwrk.path = "/articles/index.html?page=2&lang=en"\n' "$browser" >"$home/page.lua"
sed 's/shop\.localhost/both.localhost/' "$home/page.lua" >"$home/both.lua"
printf '%s\nwrk.path = "/order"\nwrk.method = "POST"\nwrk.body = "name=Ada+Lovelace&city=London&items=3&note=as+soon+as+possible"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"\n' "$browser" >"$home/form.lua"

# run NAME LOAD: requests a second of the edge or of nginx; a run with an answer that is no 2xx ends the bench.
run() {
    local told port="$HTTP_PORT"
    [ "$1" = edge ] || port="$nginx"
    told="$(wrk -t 2 -c "$connections" -d "${seconds}s" -s "$home/$2.lua" "http://127.0.0.1:$port/")"
    ! grep -q 'Non-2xx\|Socket errors' <<<"$told" || die "not every request was served: $told"
    sed -nE 's/^Requests\/sec: *([0-9.]+).*/\1/p' <<<"$told"
}

for load in page both form; do
    run edge "$load" >/dev/null
    run nginx "$load" >/dev/null
    take_turns "$load" edge nginx "$ratio"
done
closing_line
