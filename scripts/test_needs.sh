#!/usr/bin/env bash
# Installs the Debian packages that the tests need. Without root it only says what is missing (an error when CI=true).
set -euo pipefail

missing=()
need() { # package, then a command that succeeds when it is there
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing+=("$package")
}
file() { compgen -G "$1"; }

need chromium command -v chromium
need fonts-noto-cjk file '/usr/share/fonts/opentype/noto/NotoSansCJK-*'
need postgresql file '/usr/lib/postgresql/*/bin/initdb'
need postgresql-postgis file '/usr/share/postgresql/*/extension/postgis.control'
need redis-server command -v redis-server
need nginx file /usr/sbin/nginx

if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi
if command -v apt-get >/dev/null && "${as_root[@]}" true 2>/dev/null; then
    echo "==> installing for the tests: ${missing[*]}"
    "${as_root[@]}" apt-get -qq update
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
    exit 0
fi

echo "The tests need these Debian packages, and this account may not install them: ${missing[*]}" >&2
if [ "${CI:-}" = true ]; then exit 1; fi
echo "What depends on them is skipped." >&2
