#!/bin/bash
# start.sh — the peer of bench/run.sh over the people of STORE.db: a PostgreSQL of its own in FOLDER,
# filled once, and server.mjs before it. Runs until it is told to end.
#
#     bench/peer/start.sh STORE.db FOLDER PORT
set -eu
store=$1 dir=$2 port=$3
cd "$(dirname "$0")"
bin=$(echo /usr/lib/postgresql/*/bin)
as=
[ "$(id -u)" != 0 ] || as='setpriv --reuid=postgres --regid=postgres --clear-groups --'
columns='id, version, home, name, id_no_mask, birth, sex, phone_mask, household_type, willingness,
    labour_status, source, collected_on, remark, created_at, updated_at'

[ -d node_modules ] || npm ci --silent
if [ ! -s $dir/done ]; then
    rm -rf $dir
    mkdir -p $dir
    [ -z "$as" ] || chown postgres $dir
    $as $bin/initdb -D $dir/data -U admin -A trust -E UTF8 --locale=C.UTF-8 >$dir/initdb.log
fi

node= postgres=
finish() {
    [ -z "$node" ] || { kill $node && wait $node; } 2>/dev/null || true
    [ -z "$postgres" ] || { kill -INT $postgres && wait $postgres; } 2>/dev/null || true
}
trap finish EXIT
trap 'exit 0' TERM INT

$as $bin/postgres -D $dir/data -k $dir -c listen_addresses= -c shared_buffers=2GB -c work_mem=64MB \
    -c max_wal_size=4GB 2>$dir/postgres.log &
postgres=$!
until $bin/pg_isready -q -h $dir; do sleep 0.2; done

if [ ! -s $dir/done ]; then
    sql="$bin/psql -qX -v ON_ERROR_STOP=1 -h $dir -U admin postgres"
    $sql -c "CREATE TABLE person (id bigint, version bigint, home bigint, name text, id_no_mask text,
        birth text, sex text, phone_mask text, household_type text, willingness text,
        labour_status text, source text, collected_on text, remark text, created_at bigint,
        updated_at bigint);
        CREATE TABLE audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person_id bigint,
        at timestamptz, change jsonb)"
    sqlite3 -csv "file:$store?mode=ro" "SELECT $columns FROM person" | $sql -c "COPY person FROM STDIN CSV"
    $sql -c "ALTER TABLE person ADD PRIMARY KEY (id);
        CREATE INDEX ON person (labour_status, home, id); CREATE INDEX ON person (home, id)" \
        -c 'VACUUM ANALYZE person' -c CHECKPOINT
    echo loaded >$dir/done
fi
node server.mjs $port $dir &
node=$!
wait $node
