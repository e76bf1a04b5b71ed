#!/bin/sh
# Unit tests of the console's own code. Types and page budgets are checked by its build.
set -eu
cd "$(dirname "$0")/.."
[ -x build/node/node_modules/node/bin/node ] && PATH="$PWD/build/node/node_modules/node/bin:$PATH"
cd web
npx --no-install vitest run > ../build/web-tests.log 2>&1 || { tail -40 ../build/web-tests.log; exit 1; }
grep -E 'Tests|Test Files' ../build/web-tests.log
