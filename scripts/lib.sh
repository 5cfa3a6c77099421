# shellcheck shell=bash
# What the scripts share: where things are, how they speak, how they wait. Sourced, never run.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# Everything that a run leaves behind lies here; it is ignored by git and safe to delete.
# shellcheck disable=SC2034
RUN_DIR="${PORTICO_RUN:-$ROOT/.run}"
# Specifications, vectors and drivers that the project is measured against; not part of the project.
SHARED="${PORTICO_SHARED:-$(dirname "$ROOT")/shared}"
export PORTICO_SHARED="$SHARED"

say() {
    if [ -t 1 ]; then printf '\033[1m▸ %s\033[0m\n' "$*"; else printf '▸ %s\n' "$*"; fi
}
warn() { printf 'warning: %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Prints the comment block at the head of the calling script, when the first argument asks for it, and ends.
help_if_asked() {
    case "${1:-}" in
        -h | --help)
            sed -n '2,/^$/{s/^# \{0,1\}//;p;}' "$0"
            exit 0
            ;;
    esac
}

# The shared folder is needed: says plainly when it is missing.
need_shared() {
    [ -d "$SHARED/conformance" ] && return
    die "the shared folder with vectors and drivers is missing: $SHARED
       put it beside the project folder, or name it: PORTICO_SHARED=/path/to/shared"
}

# free_ports N: N TCP ports of loopback that nobody listens on now, one a line.
free_ports() {
    python3 - "$1" <<'PY'
import socket, sys
held = [socket.socket() for _ in range(int(sys.argv[1]))]
for one in held:
    one.bind(("127.0.0.1", 0))
print("\n".join(str(one.getsockname()[1]) for one in held))
PY
}

# free_port_range N: the first of N neighbouring ports that nobody listens on now, below the range that the
# kernel hands out for outgoing connections.
free_port_range() {
    python3 - "$1" <<'PY'
import random, socket, sys
count = int(sys.argv[1])
for _ in range(200):
    first, held = random.randrange(10000, 32000 - count), []
    try:
        for port in range(first, first + count):
            one = socket.socket()
            held.append(one)
            one.bind(("127.0.0.1", port))
    except OSError:
        continue
    finally:
        for one in held:
            one.close()
    print(first)
    sys.exit()
sys.exit("no free range of ports")
PY
}

# wait_until SECONDS WHAT COMMAND...: polls until COMMAND succeeds; fails, and says for WHAT it waited, when the time
# is over. `wait_pid`, when set, is a process whose end makes further waiting useless.
wait_until() {
    local deadline=$((SECONDS + $1)) what="$2"
    shift 2
    until "$@" >/dev/null 2>&1; do
        if [ -n "${wait_pid:-}" ] && ! kill -0 "$wait_pid" 2>/dev/null; then
            warn "$what: the process that should do it has ended"
            return 1
        fi
        if ((SECONDS >= deadline)); then
            warn "$what: not within the time allowed"
            return 1
        fi
        sleep 0.1
    done
}

# Processes that this script started, each the leader of a group of its own.
STARTED_GROUPS=()

# start LOG COMMAND...: starts COMMAND in a process group of its own, its output in LOG. Its id is left in `started`.
start() {
    local log="$1"
    shift
    # Emptied here, not by the new process: nobody may read what an earlier one left.
    : >"$log"
    setsid "$@" >>"$log" 2>&1 </dev/null &
    started=$!
    STARTED_GROUPS+=("$started")
}

# Ends all that was started, the last first: SIGTERM, a grace period, then SIGKILL.
stop_started() {
    local index group
    for ((index = ${#STARTED_GROUPS[@]} - 1; index >= 0; index--)); do
        group="${STARTED_GROUPS[index]}"
        kill -TERM -- "-$group" 2>/dev/null || continue
        local deadline=$((SECONDS + ${STOP_GRACE:-10}))
        while kill -0 -- "-$group" 2>/dev/null && ((SECONDS < deadline)); do sleep 0.05; done
        kill -KILL -- "-$group" 2>/dev/null || true
        wait "$group" 2>/dev/null || true
    done
    STARTED_GROUPS=()
}

# The sums that closing lines add up to. tally FILE [STATUS]: adds the last `N passed, N failed` of FILE. No such line is
# one failure, and so is what ended with a bad STATUS though its line is clean.
TOTAL_PASSED=0
TOTAL_FAILED=0
tally() {
    local line status="${2:-0}"
    line="$(grep -aoE '^[0-9]+ passed, [0-9]+ failed' "$1" | tail -n 1 || true)"
    if [ -z "$line" ]; then
        TOTAL_FAILED=$((TOTAL_FAILED + 1))
        return
    fi
    line="${line// failed/}"
    TOTAL_PASSED=$((TOTAL_PASSED + ${line%% passed*}))
    TOTAL_FAILED=$((TOTAL_FAILED + ${line##*, }))
    ((status == 0 || ${line##*, } > 0)) || TOTAL_FAILED=$((TOTAL_FAILED + 1))
}

# Prints the sum as the closing line, and fails when something failed or nothing passed.
closing_line() {
    echo "$TOTAL_PASSED passed, $TOTAL_FAILED failed"
    ((TOTAL_FAILED == 0 && TOTAL_PASSED > 0))
}
