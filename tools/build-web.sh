#!/bin/sh
# Build the console and the phone pages into web/dist.
set -eu
cd "$(dirname "$0")/.."
[ -x build/node/node_modules/node/bin/node ] && PATH="$PWD/build/node/node_modules/node/bin:$PATH"
cd web
lock_hash=$(sha256sum package-lock.json | cut -d' ' -f1)
if [ ! -f node_modules/.lock ] || [ "$(cat node_modules/.lock)" != "$lock_hash" ]; then
    npm ci --no-audit --no-fund --loglevel=error
    echo "$lock_hash" > node_modules/.lock
fi
npm run --silent build
