#!/bin/sh
# Install what is missing: install.sh STEP... where a step is build, check or bench
# (tools/packages.txt). Asks for nothing, does nothing when all is there.
set -eu
cd "$(dirname "$0")/.."
wanted=$(awk -v steps=" $* " '!/^#/ && NF == 2 && index(steps, " " $2 " ") { print $1 }' tools/packages.txt)

have_node() { # Vite 8 needs Node 20.19 or later
    command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 &&
        node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
}
have_node && wanted=$(echo "$wanted" | grep -vxE 'nodejs|npm' || true)

missing=""
for package in $wanted; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing="$missing $package"
done
if [ -n "$missing" ]; then
    echo "installing:$missing"
    sudo=""
    [ "$(id -u)" = 0 ] || sudo=sudo
    log=$(mktemp)
    if ! { $sudo apt-get update -q && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -q --no-install-recommends $missing; } >"$log" 2>&1; then
        tail -20 "$log" >&2
        echo "could not install the packages above; see $log" >&2
        exit 3
    fi
    rm -f "$log"
fi

# Debian 12 ships Node 18; the npm package `node` carries a newer binary inside the registry.
case " $* " in
*" build "*)
    if ! have_node && [ ! -x build/node/node_modules/node/bin/node ]; then
        echo "installing Node 20 beside Debian's $(node --version 2>/dev/null || echo none) (npm package node@20)"
        mkdir -p build/node
        npm install --prefix build/node --no-audit --no-fund --loglevel=error node@20.20.2
    fi
    ;;
esac
