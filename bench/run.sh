#!/bin/bash
# run.sh [peer] — requests per second and p99 over a million people, each beside a limit measured in the same
# run; with `peer`, beside the best peer in the same run, too. bench/README.md says what is measured and against
# what. PEOPLE=100000 bench/run.sh for a smaller store, BENCH_DIR=/some/disk bench/run.sh for one that is kept
# outside of this tree.
set -eu
cd "$(dirname "$0")/.."
people=${PEOPLE:-1000000}
dir=$(realpath -m "${BENCH_DIR:-build/bench}/people-$people")
port=${PORT:-18100}
url=http://127.0.0.1:$port
make -s build/bench_ledger build/bench_floor

server= nginx= peer=
finish() {
    [ -z "$peer" ] || kill "$peer" 2>/dev/null || true
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    [ -z "$nginx" ] || kill "$nginx" 2>/dev/null || true
}
trap finish EXIT

start() {
    build/queqiao serve --store=$dir/queqiao.db --listen=127.0.0.1:$port >$dir/out 2>$dir/log &
    server=$!
    for _ in $(seq 100); do
        curl -s -o /dev/null $url/api/v1/session && return 0
        kill -0 $server 2>/dev/null || break
        sleep 0.1
    done
    server=
    return 1
}

# The store is in the system's page cache, as that of a server that has run for a while.
[ ! -s $dir/done ] || cat $dir/queqiao.db >/dev/null

# A store of an older schema is made anew.
if [ ! -s $dir/done ] || ! start; then
    rm -rf $dir
    mkdir -p $dir
    build/bench_ledger $dir $people | tee $dir/done.part
    mv $dir/done.part $dir/done
    start
fi
pss() { awk '/^Pss:/ { printf "%.1f", $2 / 1024 }' /proc/$server/smaps_rollup; }
sleep 3 # what the last run left is sealed
at_rest=$(pss)

reply=$(curl -s -D $dir/headers -H 'Content-Type: application/json' -H "Origin: $url" \
    -d '{"login":"bench","password":"bench-bench-bench"}' $url/api/v1/session)
sid=$(grep -oi 'sid=[^;]*' $dir/headers | cut -d= -f2)
csrf=$(grep -o '"csrf":"[^"]*' <<<"$reply" | cut -d'"' -f4)
[ -n "$sid" ] || { echo "cannot sign in: $reply" >&2; exit 1; }
[ -s $dir/ids ] || sqlite3 "file:$dir/queqiao.db?mode=ro" \
    "SELECT id FROM person WHERE id % 50 = 0 LIMIT 20000" >$dir/ids

# The static limit: a reply of the size of one person, from nginx with one worker a processor.
curl -s -b "sid=$sid" $url/api/v1/people/$(head -1 $dir/ids) >$dir/person.json
[ "$(id -u)" != 0 ] || user="user $(id -un);" # the folder is its owner's alone
cat >$dir/nginx.conf <<CONF
${user-}
worker_processes auto; daemon off; pid $dir/nginx.pid; error_log $dir/nginx.log;
events { worker_connections 512; }
http { access_log off; default_type application/json; keepalive_requests 1000000;
  client_body_temp_path $dir/t1; proxy_temp_path $dir/t2; fastcgi_temp_path $dir/t3;
  uwsgi_temp_path $dir/t4; scgi_temp_path $dir/t5;
  server { listen 127.0.0.1:$((port + 1)); root $dir; } }
CONF
PATH=$PATH:/usr/sbin nginx -c $dir/nginx.conf 2>/dev/null &
nginx=$!
sleep 0.5
curl -fs -o /dev/null http://127.0.0.1:$((port + 1))/person.json || { echo "nginx: see $dir/nginx.log" >&2; exit 1; }

ticks() { awk '{ print $14 + $15 }' /proc/$server/stat; }
# CONNECTIONS KIND [PORT] → "requests/s p50 p99 errors µs-of-our-processor", the median of three runs.
load() {
    for _ in 1 2 3; do
        before=$(ticks)
        got=$(wrk -t1 -c$1 -d3 -s bench/load.lua http://127.0.0.1:${3-$port} -- "$2" $dir/ids $sid $csrf | grep RESULT)
        after=$(ticks)
        awk -v t=$((after - before)) '{ printf "%s %s %s %s %.0f\n", $2, $3, $4, $5, t * 10000 / ($2 * 3) }' <<<"$got"
    done | sort -n | sed -n 2p
}

# NAME|CONNECTIONS|KIND|BEST_PEER|FLOOR: the best of bench/README.md, unless the peer runs here and now.
list='/api/v1/people?limit=50&labour_status=SEEKING&home='
operations="one person|64|get|12508|get
list + exact count, county|16|${list}621121000000|1299|county
list + exact count, city prefix|16|${list}621100000000|142|city
list + exact count, province prefix|16|${list}620000000000|142|province
name, two characters, 50 of all + count|4|/api/v1/people?limit=50&q=%E7%A7%80%E8%8B%B1|11.5|search
durable change with journal|16|patch|5179|patch
dashboard county × status|1|/api/v1/people/summary|9.3|summary"

: >$dir/peer.out
if [ "${1-}" = peer ]; then
    bench/peer/start.sh $dir/queqiao.db $dir/peer $((port + 2)) >$dir/peer.log 2>&1 &
    peer=$!
    until curl -fs -o /dev/null "http://127.0.0.1:$((port + 2))/api/v1/people/$(head -1 $dir/ids)"; do
        kill -0 $peer || { echo "the peer: see $dir/peer.log" >&2; exit 1; }
        sleep 0.5
    done
    while IFS='|' read -r name connections kind _; do
        echo "$name|$(load $connections "$kind" $((port + 2)))"
    done <<<"$operations" >$dir/peer.out
    kill $peer
    wait $peer || true
    peer=
fi

echo "load before: $(cut -d' ' -f1-3 /proc/loadavg), $(nproc) processors, $people people, store $(du -h $dir/queqiao.db | cut -f1)"
static=$(wrk -t1 -c64 -d3 http://127.0.0.1:$((port + 1))/person.json | awk '/Requests\/sec/ { print $2 }')
build/bench_floor $dir/queqiao.db >$dir/floor
floor() { awk -v n=$1 '$1 == n { print $2 }' $dir/floor; }
printf '%-44s %9s %7s %7s %6s %7s %10s %9s %6s %12s\n' operation req/s p50ms p99ms errors cpu_us peer peer_p99 times bare_SQLite
while IFS='|' read -r name connections kind recorded floor; do
    beside=$(grep -F "$name|" $dir/peer.out | cut -d'|' -f2 || true)
    got=$(load $connections "$kind")
    awk -v name="$name, c=$connections" -v beside="${beside:-$recorded 0 0}" -v floor="$(floor $floor)" '{
        split(beside, p, " ")
        printf "%-44s %9.1f %7.1f %7.1f %6d %7d %10.1f %9.1f %5.1fx %12s\n",
            name, $1, $2, $3, $4, $5, p[1], p[3], $1 / p[1], floor }' <<<"$got"
    [ "$kind" != get ] || during=$(pss)
done <<<"$operations"
echo "nginx, static reply of the same size, c=64: $static/s; bare SQLite, 16 durable rows a commit: $(floor patch16)/s"
echo "memory (PSS): at rest $at_rest MB, after the point reads $during MB, at the end $(pss) MB"
echo "load after: $(cut -d' ' -f1-3 /proc/loadavg)"
