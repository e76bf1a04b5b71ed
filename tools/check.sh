#!/bin/sh
# Every test of the project: check.sh all, or check.sh fast for what needs neither browser nor npm.
# Each step says what it did; the first failure ends the run.
set -eu
cd "$(dirname "$0")/.."
mode=${1:-all}
start=$(date +%s)
step() { echo; echo "== $1 ($(($(date +%s) - start)) s)"; }

step "layers, words, scripts"
tools/check-layers.py
tools/check-text.py

step "format"
make --no-print-directory format-check

step "unit and operation tests, sanitized, on both stores"
make --no-print-directory -j2 SAN=1 test-binary | grep -v '^  ' || true
make --no-print-directory SAN=1 test-binary >/dev/null
build/san/run-tests > build/tests.log 2>&1 || { tail -60 build/tests.log; exit 1; }
tail -3 build/tests.log
summary=$(grep -E '^[0-9]+ passed, [0-9]+ failed' build/tests.log | tail -1)

if [ "$mode" = all ]; then
    step "console"
    make --no-print-directory web
    tools/check-web.sh

    step "program"
    make --no-print-directory -j2 queqiao | grep -v '^  ' || true
    make --no-print-directory queqiao >/dev/null

    step "interface description"
    build/queqiao openapi > build/openapi.json
    web/node_modules/.bin/validate-api build/openapi.json | tr -d '\n\t' | grep -q '"valid": *true' || { web/node_modules/.bin/validate-api build/openapi.json | head -40; exit 1; }
    echo "OpenAPI 3.1: valid, $(grep -o '"operationId"' build/openapi.json | wc -l) operations"

    step "killed in the midst of an import, a match run, a payment"
    test/crash.py build/queqiao 3

    step "killed at each named point of each step of a payment"
    test/crash_points.py build/queqiao

    step "the road, from spreadsheets to payments"
    rm -rf build/check-demo
    build/queqiao demo --serve=0 --store=build/check-demo/queqiao.db > build/demo.log 2>&1 || { tail -40 build/demo.log; exit 1; }
    tail -25 build/demo.log
    build/queqiao verify --store=build/check-demo/queqiao.db

    step "console in a browser"
    tools/check-browser.sh build/check-demo
fi

step "done"
echo "$summary"
