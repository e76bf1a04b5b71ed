#!/bin/sh
# The console in Chromium over a store that the demo has made: check-browser.sh FOLDER. The folder holds
# queqiao.db and accounts.json, as `queqiao demo --store=FOLDER/queqiao.db` leaves them.
set -eu
cd "$(dirname "$0")/.."
folder=$1
[ -x build/node/node_modules/node/bin/node ] && PATH="$PWD/build/node/node_modules/node/bin:$PATH"
port=$((20000 + $$ % 20000))
build/queqiao serve --store="$folder/queqiao.db" --port=$port > "$folder/serve.log" 2> "$folder/requests.log" &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null || true' EXIT INT TERM
for _ in $(seq 1 100); do
    curl -sf "http://127.0.0.1:$port/ready" > /dev/null && break
    sleep 0.1
done
BASE="http://127.0.0.1:$port" ACCOUNTS="$(cat "$folder/accounts.json")" SHOTS="${SHOTS:-}" \
    node web/test/e2e.mjs
