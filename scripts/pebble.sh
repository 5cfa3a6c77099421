#!/usr/bin/env bash
# Runs Debian's Pebble, an ACME server for tests, in a folder of its own, with a DNS server whose answers can be told.
#
# usage: scripts/pebble.sh HTTP-PORT TLS-PORT
#   HTTP-PORT, TLS-PORT   where it looks for the answers to its challenges, at the address that every name has: 127.0.0.1
#
# Half of all nonces are refused, and half of the authorizations that are valid are used again. Prints a line of JSON:
# the directory's URL, that of the management interface, that of the DNS server's, and the file with the authority of
# Pebble's own certificate. Ends at the end of its input, and removes the folder.
#
# PEBBLE_EAB=ID:KEY   accounts must belong to this one
# PEBBLE_ZONE=NAME:PORT   names are resolved by Debian's Unbound: this zone at this port of 127.0.0.1, and shop.example as
#                     a file says, which the line names as `zone`, read anew when the process `resolver` gets SIGHUP
#
# Example: sleep 1h | scripts/pebble.sh 80 443

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
help_if_asked "${1:-}"

[ $# = 2 ] || die "usage: scripts/pebble.sh HTTP-PORT TLS-PORT"
if ! command -v pebble >/dev/null || ! command -v pebble-challtestsrv >/dev/null; then
    die "Pebble is not installed: run scripts/install.sh test"
fi

folder="$(mktemp -d "${TMPDIR:-/tmp}/portico-pebble-XXXXXX")"
pids=()
clean_up() {
    ((${#pids[@]} == 0)) || kill "${pids[@]}" 2>/dev/null || true
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=pebble" \
    -addext "subjectAltName=IP:127.0.0.1" -keyout "$folder/key.pem" -out "$folder/cert.pem" 2>"$folder/openssl.log" ||
    die "no certificate for Pebble: $(cat "$folder/openssl.log")"

mapfile -t ports < <(free_ports 5)
acme="${ports[0]}" management="${ports[1]}" dns="${ports[2]}" control="${ports[3]}" resolver="${ports[2]}"
eab=""
if [ -n "${PEBBLE_EAB:-}" ]; then
    eab=", \"externalAccountBindingRequired\": true, \"externalAccountMACKeys\": {\"${PEBBLE_EAB%%:*}\": \"${PEBBLE_EAB#*:}\"}"
fi
cat >"$folder/config.json" <<JSON
{"pebble": {"listenAddress": "127.0.0.1:$acme", "managementListenAddress": "127.0.0.1:$management",
    "certificate": "$folder/cert.pem", "privateKey": "$folder/key.pem", "httpPort": $1, "tlsPort": $2,
    "ocspResponderURL": ""$eab}}
JSON

pebble-challtestsrv -defaultIPv4 127.0.0.1 -defaultIPv6 "" -dns01 "127.0.0.1:$dns" -management "127.0.0.1:$control" \
    -http01 "" -https01 "" -tlsalpn01 "" </dev/null >"$folder/dns.log" 2>&1 &
pids+=($!)
unbound_pid=0
if [ -n "${PEBBLE_ZONE:-}" ]; then
    command -v unbound >/dev/null || die "Unbound is not installed: run scripts/install.sh test"
    resolver="${ports[4]}"
    cat >"$folder/shop.zone" <<'ZONE'
shop.example. 1 IN SOA ns.shop.example. hostmaster.shop.example. 1 3600 600 86400 1
shop.example. 1 IN NS ns.shop.example.
ZONE
    cat >"$folder/unbound.conf" <<CONF
server:
    interface: 127.0.0.1@$resolver
    chroot: ""
    username: ""
    directory: "$folder"
    pidfile: ""
    use-syslog: no
    logfile: "$folder/unbound.log"
    module-config: "iterator"
    do-ip6: no
    do-not-query-localhost: no
    cache-max-ttl: 0
    cache-max-negative-ttl: 0
    infra-host-ttl: 0
    local-zone: "test." nodefault
stub-zone:
    name: "${PEBBLE_ZONE%%:*}"
    stub-addr: 127.0.0.1@${PEBBLE_ZONE#*:}
auth-zone:
    name: "shop.example"
    zonefile: "$folder/shop.zone"
    for-downstream: no
    for-upstream: yes
    fallback-enabled: no
CONF
    unbound -d -c "$folder/unbound.conf" </dev/null >"$folder/unbound.out" 2>&1 &
    unbound_pid=$!
    pids+=("$unbound_pid")
fi
env -u PEBBLE_VA_ALWAYS_VALID PEBBLE_WFE_NONCEREJECT=50 PEBBLE_AUTHZREUSE=50 PEBBLE_VA_NOSLEEP=1 \
    pebble -config "$folder/config.json" -dnsserver "127.0.0.1:$resolver" -strict </dev/null >"$folder/pebble.log" 2>&1 &
pids+=($!)
wait_pid="${pids[1]}" wait_until 30 "Pebble's directory" \
    curl -sf --cacert "$folder/cert.pem" "https://127.0.0.1:$acme/dir" || { tail -n 20 "$folder/pebble.log" >&2; exit 1; }

printf '{"directory": "https://127.0.0.1:%s/dir", "management": "https://127.0.0.1:%s", "dns": "http://127.0.0.1:%s", "authority": "%s", "zone": "%s", "resolver": %s}\n' \
    "$acme" "$management" "$control" "$folder/cert.pem" "$folder/shop.zone" "$unbound_pid"
cat >/dev/null
