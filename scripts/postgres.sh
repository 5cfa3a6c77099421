#!/usr/bin/env bash
# Runs a PostgreSQL server of Debian's for tests: in a folder of its own, as a user without rights, on a Unix socket.
#
# Prints the server's URL, then reads commands, one a line, and answers each with `done`:
#   stop    ends the server, cutting what is under way
#   kill    ends it as a crash would: SIGKILL for all of its processes
#   start   starts it again, on the same data
#   database NAME   makes a database
# At the end of its input it ends the server and removes the folder.
#
# Texts are sorted as in a dictionary there (ICU), so that a store that counts on the order of bytes shows it.
#
# Example: sleep 1h | scripts/postgres.sh

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
help_if_asked "${1:-}"

# The newest version that is installed.
programs="$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)"
[[ -n "$programs" && -x "$programs/initdb" ]] ||
    die "PostgreSQL is not installed: run scripts/install.sh test"

# Short: the path of a socket has 107 bytes at most.
folder="$(mktemp -d /tmp/portico-pg-XXXXXX)"
data="$folder/data"
log="$folder/log"

# PostgreSQL refuses to run as root.
as_user=()
if [ "$(id -u)" = 0 ]; then
    user=nobody
    id postgres >/dev/null 2>&1 && user=postgres
    chown "$user" "$folder"
    as_user=(setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups env HOME="$folder")
fi

control() {
    (cd "$folder" && "${as_user[@]}" "$programs/pg_ctl" --pgdata "$data" --silent "$@") </dev/null >>"$log" 2>&1
}

start_server() {
    control --wait --timeout 60 --log "$folder/server.log" --options "-c listen_addresses='' -c unix_socket_directories='$folder' \
        -c max_connections=400 -c shared_buffers=32MB" start || {
        tail -n 20 "$log" "$folder/server.log" >&2
        die "PostgreSQL cannot be started (above: its last lines)"
    }
}

kill_server() {
    local main children
    main="$(head -n 1 "$data/postmaster.pid")"
    children="$(pgrep -P "$main" || true)"
    # shellcheck disable=SC2086
    kill -KILL "$main" $children 2>/dev/null || true
    # The next start waits for those that still have the shared memory.
    local process
    for process in $main $children; do
        while kill -0 "$process" 2>/dev/null; do sleep 0.02; done
    done
}

clean_up() {
    control --mode immediate stop || true
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

(cd "$folder" && "${as_user[@]}" "$programs/initdb" --pgdata "$data" --username portico --auth trust --encoding UTF8 \
    --locale C.UTF-8 --locale-provider icu --icu-locale en --no-sync) </dev/null >>"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    die "the data folder of PostgreSQL cannot be made (above: its last lines)"
}
start_server
printf 'postgres:///postgres?host=%s&user=portico\n' "$folder"

while read -r command name; do
    case "$command" in
        stop) control --wait --mode immediate stop ;;
        kill) kill_server ;;
        start) start_server ;;
        database) "$programs/createdb" --host "$folder" --username portico "$name" </dev/null >>"$log" 2>&1 ;;
        *) die "no such command: $command" ;;
    esac
    echo "done"
done
