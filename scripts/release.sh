#!/usr/bin/env bash
# Describes and signs a release for `portico update`: DIR gets CHANNEL.json and vVERSION.json, each with a signature.
#
# usage: scripts/release.sh --key FILE --version X.Y.Z [--channel stable|beta|unstable] --dir DIR OS/ARCH=PROGRAM...
#        scripts/release.sh --new-key FILE
#   --key FILE       the Ed25519 private key, in PEM
#   --new-key FILE   makes one, which nobody else may read
#   OS/ARCH=PROGRAM  a built program, as in linux/amd64=.build-release/release/portico; it is copied to DIR
#
# Prints the public key, which is what agents have as agent.update_key; agent.update_url is where DIR is served.
#
# Example: scripts/release.sh --key release.pem --version 1.5.0 --dir public linux/amd64=portico

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
help_if_asked "${1:-}"

key='' version='' channel=stable dir='' programs=()
while (($# > 0)); do
    case "$1" in
        --new-key)
            (umask 077 && openssl genpkey -algorithm ed25519 -out "${2:?--new-key wants a file}")
            key="$2"
            shift
            ;;
        --key | --version | --channel | --dir)
            printf -v "${1#--}" '%s' "${2:?$1 wants a value}"
            shift
            ;;
        */*=*) programs+=("$1") ;;
        *) die "no such option: $1 (--help)" ;;
    esac
    shift
done
[ -n "$key" ] || die "say which key: --key FILE, or --new-key FILE (--help)"
# The last 32 bytes of the DER form are the key itself.
public="$(openssl pkey -in "$key" -pubout -outform DER | tail -c 32 | base64)"
if ((${#programs[@]} > 0)); then
    if [ -z "$version" ] || [ -z "$dir" ]; then die "--version and --dir are missing (--help)"; fi
    case "$channel" in stable | beta | unstable) ;; *) die "no such channel: $channel" ;; esac
    mkdir -p "$dir"
    described="$(mktemp)"
    trap 'rm -f "$described" "$described.signed"' EXIT
    python3 - "$version" "$channel" "$dir" "${programs[@]}" >"$described" <<'PY'
import hashlib, json, pathlib, shutil, sys

version, channel, folder, *programs = sys.argv[1:]
listed = []
for program in programs:
    place, _, path = program.partition("=")
    system, _, architecture = place.partition("/")
    name = f"portico-{version}-{system}-{architecture}"
    shutil.copy(path, pathlib.Path(folder, name))
    data = pathlib.Path(path).read_bytes()
    listed.append({"os": system, "arch": architecture, "url": name, "size": len(data),
                   "sha256": hashlib.sha256(data).hexdigest()})
print(json.dumps({"format": 1, "channel": channel, "version": version, "programs": listed}, indent=2))
PY
    { printf 'portico release 1\n' && cat "$described"; } >"$described.signed"
    signature="$(openssl pkeyutl -sign -rawin -inkey "$key" -in "$described.signed" | base64 -w 0)"
    for name in "$channel" "v$version"; do
        # The signature comes last: until it is there, the description is refused, which is no harm.
        cp "$described" "$dir/$name.json"
        printf '%s\n' "$signature" >"$dir/$name.json.sig"
    done
    say "described $version in $dir"
fi
echo "$public"
