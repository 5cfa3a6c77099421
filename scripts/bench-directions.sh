#!/usr/bin/env bash
# Measures one large body down and up: through edge and agent, the edge alone, `ssh -R`, and with nothing between.
#
# Environment:
#   SIZE     bytes of the body (1 GiB)
#   ROUNDS   repetitions (3)
#
# Prints a table of the release build: the rates, and what CPU edge and agent used for each MB. `ssh -R` is left out where this isn't root.
#
# Example: SIZE=268435456 ROUNDS=5 scripts/bench-directions.sh

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
. "$(dirname "${BASH_SOURCE[0]}")/edge.sh"
help_if_asked "${1:-}"

"$ROOT/scripts/install.sh" build bench
build_programs release
bin="$(bin_folder release)"
home="$RUN_DIR/bench-directions"
rm -rf "$home"
mkdir -p "$home"
trap stop_started EXIT
trap 'exit 130' INT TERM HUP

mapfile -t ports < <(free_ports 3)
service="${ports[0]}" ssh_login="${ports[1]}" ssh_front="${ports[2]}"
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
start "$home/service.log" python3 "$ROOT/bench/directions.py" --serve "$service"
wait_until 10 "the service listens" listens "$service"

edge_ports
EDGE_CONFIGURATION="upstreams:
  - host: static.portico.localhost
    address: 127.0.0.1:$service"
make_edge "$bin" "$home"
start_edge "$bin" "$home"
edge="$started"
cat >"$home/agent.yml" <<YAML
version: 3
agent:
  authtoken: $AUTHTOKEN
  connect_url: localhost:$AGENT_PORT
  connect_cas: $EDGE_CA
  web_addr: false
endpoints:
  - name: plain
    url: http://tunnel.portico.localhost
    upstream:
      url: http://127.0.0.1:$service
  - name: secure
    url: https://tunnel.portico.localhost
    upstream:
      url: http://127.0.0.1:$service
YAML
start "$home/agent.log" "$bin/portico" start --all --config "$home/agent.yml"
agent="$started"
serves() { curl --silent --fail --max-time 2 --header "Host: tunnel.portico.localhost" "http://127.0.0.1:$HTTP_PORT/bytes/1"; }
wait_pid="$agent" wait_until 30 "the agent serves" serves || die "the end of $home/agent.log:
$(tail -n 5 "$home/agent.log")"

ways=(
    --way "nothing between=http://127.0.0.1:$service"
    --way "edge alone, HTTP=http://static.portico.localhost:$HTTP_PORT"
    --way "edge alone, HTTPS=https://static.portico.localhost:$HTTPS_PORT"
    --way "edge and agent, HTTP=http://tunnel.portico.localhost:$HTTP_PORT"
    --way "edge and agent, HTTPS=https://tunnel.portico.localhost:$HTTPS_PORT"
)
if [ "$(id -u)" = 0 ]; then
    for key in login host; do ssh-keygen -q -t ed25519 -N '' -f "$home/$key"; done
    cp "$home/login.pub" "$home/authorized_keys"
    chmod 600 "$home/authorized_keys"
    mkdir -p /run/sshd
    cat >"$home/sshd.conf" <<CONF
Port $ssh_login
ListenAddress 127.0.0.1
HostKey $home/host
AuthorizedKeysFile $home/authorized_keys
StrictModes no
PermitRootLogin yes
UsePAM no
PidFile none
CONF
    start "$home/sshd.log" /usr/sbin/sshd -D -e -f "$home/sshd.conf"
    wait_until 10 "sshd listens" listens "$ssh_login"
    start "$home/ssh.log" ssh -N -T -c aes128-gcm@openssh.com -o StrictHostKeyChecking=no \
        -o UserKnownHostsFile=/dev/null -o BatchMode=yes -o ExitOnForwardFailure=yes -i "$home/login" \
        -p "$ssh_login" -R "127.0.0.1:$ssh_front:127.0.0.1:$service" root@127.0.0.1
    wait_until 10 "ssh -R listens" listens "$ssh_front"
    ways+=(--way "ssh -R=http://127.0.0.1:$ssh_front")
fi

say "one body of ${SIZE:-$((1 << 30))} bytes, ${ROUNDS:-3} rounds"
python3 "$ROOT/bench/directions.py" --size "${SIZE:-$((1 << 30))}" --rounds "${ROUNDS:-3}" --ca "$EDGE_CA" \
    --process "edge=$edge" --process "agent=$agent" "${ways[@]}" | tee "$home/table.md"
