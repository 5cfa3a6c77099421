# shellcheck shell=bash
# An edge with an agent behind it, and nginx, with the same engine and the same rules. Sourced after edge.sh.

# waf_setup FILE: the set-up that the published cases are made for, for both.
waf_setup() {
    cat >"$1" <<'CONF'
SecDefaultAction "phase:1,log,auditlog,pass"
SecDefaultAction "phase:2,log,auditlog,pass"
SecAction "id:900990,phase:1,pass,nolog,t:none,setvar:tx.crs_setup_version=334,\
setvar:tx.paranoia_level=4,setvar:tx.executing_paranoia_level=4,\
setvar:tx.blocking_paranoia_level=4,setvar:tx.detection_paranoia_level=4,\
setvar:tx.arg_name_length=100,setvar:tx.arg_length=400,setvar:tx.total_arg_length=64000,setvar:tx.max_num_args=255,\
setvar:tx.max_file_size=64100,setvar:tx.combined_file_sizes=65535,setvar:tx.crs_validate_utf8_encoding=1"
CONF
}

# waf_nginx HOME PORT UPSTREAM_PORT RULES SETUP BODY_BYTES on|off: writes HOME/nginx.conf. The last says whether it looks
# without blocking and tells all that it finds in HOME/audit.log; otherwise it blocks and tells nothing.
waf_nginx() {
    local home="$1" port="$2" upstream="$3" rules="$4" setup="$5" bytes="$6" tells="$7"
    local module=/usr/lib/nginx/modules/ngx_http_modsecurity_module.so engine=On
    [ -f "$module" ] || die "there is no $module (Debian: libnginx-mod-http-modsecurity)"
    [ "$tells" = off ] || engine=DetectionOnly
    mkdir -p "$home/nginx"
    {
        cat <<CONF
SecRuleEngine $engine
SecRequestBodyAccess On
SecRequestBodyLimit $bytes
SecRequestBodyNoFilesLimit $bytes
SecRequestBodyLimitAction ProcessPartial
SecRequestBodyJsonDepthLimit 512
SecArgumentsLimit 1000
SecResponseBodyAccess Off
SecArgumentSeparator &
SecCookieFormat 0
SecRule REQUEST_HEADERS:Content-Type "@rx ^(?:application|text)/(?:[a-z0-9.-]+[+])?xml" \\
"id:200000,phase:1,pass,nolog,t:none,t:lowercase,ctl:requestBodyProcessor=XML"
SecRule REQUEST_HEADERS:Content-Type "@rx ^application/(?:[a-z0-9.-]+[+])?json" \\
"id:200001,phase:1,pass,nolog,t:none,t:lowercase,ctl:requestBodyProcessor=JSON"
CONF
        # A body that is not what it says that it is counts as one critical rule, as it does on the edge.
        local id=200002 variable
        for variable in REQBODY_ERROR MULTIPART_STRICT_ERROR MULTIPART_UNMATCHED_BOUNDARY; do
            cat <<CONF
SecRule $variable "@eq 1" "id:$id,phase:2,pass,log,t:none,severity:CRITICAL,msg:'body',chain"
SecRule INBOUND_DATA_ERROR "@eq 0" "t:none,setvar:'tx.anomaly_score_pl1=+%{tx.critical_anomaly_score}',\\
setvar:'tx.inbound_anomaly_score_pl1=+%{tx.critical_anomaly_score}'"
CONF
            id=$((id + 1))
        done
        if [ "$tells" = on ]; then
            printf 'SecAuditEngine On\nSecAuditLogParts AHZ\nSecAuditLogFormat JSON\nSecAuditLogType Serial\n'
            printf 'SecAuditLog %s\n' "$home/audit.log"
        else
            printf 'SecAuditEngine Off\n'
        fi
        printf 'Include %s\n' "$setup"
        printf 'Include %s/*.conf\n' "$rules"
        if [ "$tells" = on ]; then
            cat <<'CONF'
SecAction "id:99,phase:2,pass,log,t:none,msg:'%{tx.anomaly_score}'"
CONF
        fi
    } >"$home/modsecurity.conf"
    cat >"$home/nginx.conf" <<CONF
load_module $module;
daemon off;
worker_processes ${WAF_WORKERS:-1};
pid $home/nginx/pid;
error_log $home/nginx/error.log crit;
events { worker_connections 4096; }
http {
    access_log off;
    client_body_temp_path $home/nginx/body;
    proxy_temp_path $home/nginx/proxy;
    fastcgi_temp_path $home/nginx/fastcgi;
    uwsgi_temp_path $home/nginx/uwsgi;
    scgi_temp_path $home/nginx/scgi;
    client_max_body_size 0;
    client_body_buffer_size 1m;
    large_client_header_buffers 8 64k;
    underscores_in_headers on;
    ignore_invalid_headers off;
    modsecurity on;
    modsecurity_rules_file $home/modsecurity.conf;
    upstream service { server 127.0.0.1:$upstream; keepalive 64; }
    server {
        listen 127.0.0.1:$port default_server;
        location / {
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host \$http_host;
            proxy_pass http://service;
        }
    }
}
CONF
    : >"$home/audit.log"
    nginx -t -q -c "$home/nginx.conf" -e "$home/nginx/error.log" || die "nginx does not take $home/nginx.conf"
}
