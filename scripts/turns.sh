# shellcheck shell=bash disable=SC2034,SC2154
# Benches that measure two things in turns: the service behind both, medians, and cases that pass or fail. Sourced after
# lib.sh. The script sets `home` and `rounds`, and has a function `run NAME LOAD` that prints requests a second.

# answering_nginx HOME PORT LINES: starts an nginx that answers every request as the LINES of its location say.
answering_nginx() {
    local folder="$1/service"
    mkdir -p "$folder"
    cat >"$1/service.conf" <<CONF
daemon off;
worker_processes 1;
pid $folder/pid;
error_log $folder/error.log crit;
events { worker_connections 4096; }
http {
    access_log off;
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    keepalive_requests 100000000;
    server {
        listen 127.0.0.1:$2;
        location / { $3 }
    }
}
CONF
    start "$1/service.log" nginx -c "$1/service.conf" -e "$folder/error.log"
}

median() { sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }

# take_turns LOAD ONE TWO WANTED: runs both in turns and judges the ratio of the medians, ONE over TWO.
take_turns() {
    local load="$1" one="$2" two="$3" wanted="$4" round name ratio
    : >"$home/$one.$load"
    : >"$home/$two.$load"
    for ((round = 1; round <= rounds; round++)); do
        for name in "$one" "$two"; do run "$name" "$load" >>"$home/$name.$load"; done
        printf '%s, round %d: %s %s, %s %s requests a second\n' "$load" "$round" "$one" \
            "$(tail -n 1 "$home/$one.$load")" "$two" "$(tail -n 1 "$home/$two.$load")"
    done
    one="$(median <"$home/$2.$load")" two="$(median <"$home/$3.$load")"
    ratio="$(awk -v one="$one" -v two="$two" 'BEGIN { printf "%.3f", one / two }')"
    judge "$load: $2 $one, $3 $two requests a second, ratio $ratio (wanted $wanted)" at_least "$ratio" "$wanted"
}

# judge TEXT COMMAND...: counts one case, which passes where COMMAND does.
judge() {
    local text="$1"
    shift
    if "$@"; then
        TOTAL_PASSED=$((TOTAL_PASSED + 1))
        echo "pass $text"
    else
        TOTAL_FAILED=$((TOTAL_FAILED + 1))
        echo "FAIL $text"
    fi
}

at_least() { awk -v one="$1" -v two="$2" 'BEGIN { exit !(one >= two) }'; }
