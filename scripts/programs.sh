# shellcheck shell=bash
# Building the programs and running a fresh edge. Sourced after lib.sh.

PROGRAMS=(portico portico-edge)

# build_flags debug|release: what `swift build` is told, one word a line.
build_flags() {
    case "$1" in
        debug) printf '%s\n' -c debug ;;
        release)
            printf '%s\n' -c release --scratch-path "$ROOT/.build-release" --static-swift-stdlib \
                -Xswiftc -enforce-exclusivity=unchecked
            ;;
        *) die "no such configuration: $1 (debug or release)" ;;
    esac
}

# build_programs debug|release [PRODUCT...]: builds these products, or the programs.
build_programs() {
    local configuration="$1" flags product
    shift
    mapfile -t flags < <(build_flags "$configuration")
    for product in "${@:-${PROGRAMS[@]}}"; do
        say "building $product ($configuration)"
        (cd "$ROOT" && swift build "${flags[@]}" --product "$product" --quiet) || die "$product does not build"
    done
}

# bin_folder debug|release: where the built programs lie.
bin_folder() {
    local flags
    mapfile -t flags < <(build_flags "$1")
    (cd "$ROOT" && swift build "${flags[@]}" --show-bin-path)
}

# choose_ports NAME PREFERRED ...: sets each variable NAME to its preferred port, or to a free one where that is taken.
choose_ports() {
    local name preferred free
    while (($# > 0)); do
        name="$1" preferred="$2"
        shift 2
        if [ "$preferred" = 0 ] || (exec 3<>"/dev/tcp/127.0.0.1/$preferred") 2>/dev/null; then
            free="$(free_ports 1)"
            printf -v "$name" '%s' "$free"
        else
            printf -v "$name" '%s' "$preferred"
        fi
    done
}
