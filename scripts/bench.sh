#!/usr/bin/env bash
# Measures the release build beside other proxies and tunnels, and prints the ratio table with goals and red lines.
#
# usage: scripts/bench.sh
#
# Environment:
#   ROUNDS    repetitions of each scenario (3; three times as many for policy)
#   DUR       seconds of one run (2)
#   SYSTEMS   the peers, of nginx haproxy envoy traefik caddy ssh-R frp chisel, comma between (all that are here)
#   PARTS     what is measured, of edge bodies tunnel memory policy, comma between (all)
#   BENCH_BIN folder with programs that come from elsewhere: frps, frpc, chisel (.run/bench/bin)
#   PIN       one: the system on core 0, load and target on core 1; none: no pinning (one)
#
# Takes about a quarter of an hour; nothing else should run meanwhile. Raw results: .run/bench/results.jsonl.
#
# Example: SYSTEMS=nginx,envoy ROUNDS=5 scripts/bench.sh

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
help_if_asked "${1:-}"

need_shared
"$ROOT/scripts/install.sh" build bench
build_programs release
bin="$(bin_folder release)"

home="$RUN_DIR/bench"
peers_bin="${BENCH_BIN:-$home/bin}"
results="$home/results.jsonl"
rm -rf "$results" "$home/run"
mkdir -p "$home/run"
sed -e "s|@ROOT@|$ROOT|g" -e "s|@BIN@|$bin|g" "$ROOT/bench/systems.json" >"$home/systems.json"
"$ROOT/bench/policies.py" systems "$ROOT" "$bin" >"$home/policies.json"

# Whether a peer is here and was asked for.
wanted() {
    local name="${1%+*}"
    [[ ",${SYSTEMS:-nginx,haproxy,envoy,traefik,caddy,ssh-R,frp,chisel}," == *",${name%-big},"* ]] || return 1
    case "$name" in
        nginx* | haproxy*) return 0 ;;
        ssh-R) [ "$(id -u)" = 0 ] ;; # its sshd logs in as root
        frp) [ -x "$peers_bin/frps" ] && [ -x "$peers_bin/frpc" ] ;;
        *) [ -x "$peers_bin/$name" ] ;;
    esac
}

bench=""
trap '[ -z "$bench" ] || { kill -TERM "$bench" 2>/dev/null; wait "$bench" 2>/dev/null; } || true' EXIT
trap 'exit 130' INT TERM HUP

# measure GROUP SCENARIOS OURS PEER...: runs the scenarios on our system and those peers that are wanted.
measure() {
    local group="$1" scenarios="$2" systems="$3" peer rounds="${ROUNDS:-3}"
    shift 3
    [[ ",${PARTS:-edge,bodies,tunnel,memory,policy}," == *",$group,"* ]] || return 0
    for peer in "$@"; do
        if wanted "$peer"; then systems+=",$peer"; fi
    done
    # What rules cost is a few hundredths: one run in three rounds doesn't show it.
    case "$group" in memory) rounds=1 ;; policy) rounds=$((3 * rounds)) ;; esac
    local nice=0
    # As root, ask for precedence over whatever else runs; the same for every system.
    if [ "$(id -u)" = 0 ]; then nice=-12; fi
    say "$group: $systems: $scenarios"
    # The target's workers run as another user, who must be able to reach the scratch folder.
    local run
    run="$(mktemp -d /tmp/portico-bench.XXXXXX)"
    python3 "$SHARED/bench/bench.py" --spec "$home/systems.json" --spec "$home/policies.json" --systems "$systems" --scenarios "$scenarios" \
        --rounds "$rounds" --dur "${DUR:-2}" --pin "${PIN:-one}" --nice "$nice" --bin "$peers_bin" \
        --port0 "$(free_port_range 300)" --run "$run" --json "$results" &
    bench=$!
    wait "$bench" || warn "the group $group did not run to its end; logs: $run"
    bench=""
    rm -rf "$run/www"
    mv "$run" "$home/run/$group-${scenarios%%,*}" 2>/dev/null || true
}

edges=(nginx haproxy envoy traefik caddy)
measure edge h1_1k,https_1k,h2_1k,tls_new,lat_h1,lat_https ours "${edges[@]}"
measure bodies h1_1m,https_1m,h2_1m,h1_64k,h1_post64k ours nginx-big haproxy-big envoy
measure tunnel h1_1k,h1_one,h1_1m,bulk_1g ours-tunnel ssh-R frp chisel
# In processes of their own: what one left in a heap would serve the other.
measure memory idle ours "${edges[@]}"
measure memory idle_tls ours "${edges[@]}"
if [[ ",${PARTS:-memory}," == *,memory,* ]]; then
    say "memory: ours-tunnel: idle_session"
    python3 "$ROOT/bench/sessions.py" "$bin" "$home/run/sessions" "$results" || warn "sessions were not measured"
fi
# Each level beside the same without rules, in turn.
measure policy h1_1k ours+0,ours+1,ours+10,ours+50 {nginx,caddy,envoy}+{0,1,10,50}

echo
status=0
if grep -qv '+' <(grep -o '"sys": "[^"]*"' "$results"); then
    python3 "$ROOT/bench/table.py" "$results" | tee "$home/table.md" || status=1
fi
if grep -q '"sys": "[^"]*+' "$results"; then
    echo
    "$ROOT/bench/policies.py" table "$results" | tee "$home/policies.md" || status=1
fi
exit "$status"
