#!/usr/bin/env python3
"""Kill the program at moments of its own choosing, and see that a store holds all of a piece of work or
none of it, and that doing it again finishes it: crash.py PROGRAM [TRIES].

The moments are spread over the time that the work takes undisturbed, so that they fall into reading, checking,
writing and committing alike.
"""
import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

program = str(pathlib.Path(sys.argv[1]).resolve())
tries = int(sys.argv[2]) if len(sys.argv) > 2 else 8
folder = pathlib.Path(tempfile.mkdtemp(prefix="queqiao-crash-"))
random.seed(20170228)
problems = 0


def run(*args, store, kill_after=None):
    """Exit status, or None when it was killed."""
    p = subprocess.Popen([program, "--lang=en", f"--store={store}", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if kill_after is not None:
        try:
            p.wait(kill_after)
        except subprocess.TimeoutExpired:
            p.send_signal(signal.SIGKILL)
    out, err = p.communicate()
    return (p.returncode, out.decode(), err.decode())


def total(op, store):
    status, out, err = run("call", op, "limit=0", store=store)
    if status != 0:
        raise SystemExit(f"{op}: {out}{err}")
    return json.loads(out)["total"]


def copy_of(store, name):
    fresh = folder / name
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(store.parent, fresh)
    return fresh / store.name


def hammer(what, base, work, count):
    """`work` is a list of arguments, `count` tells from a store how much of it is there."""
    global problems
    whole_store = copy_of(base, "whole")
    began = time.monotonic()
    status, out, err = run(*work, store=whole_store)
    took = time.monotonic() - began
    whole, nothing = count(whole_store), count(base)
    if status not in (0, 1) or whole == nothing:
        raise SystemExit(f"{what}: undisturbed it ended with {status}, {nothing} -> {whole}\n{out}{err}")
    left = {"none": 0, "all": 0}
    for i in range(tries):
        store = copy_of(base, "try")
        run(*work, store=store, kill_after=took * (i + random.random()) / tries)
        n = count(store)
        if n not in (nothing, whole):
            print(f"  FAIL {what}: killed, it left {n} of {whole}")
            problems += 1
        left["all" if n == whole else "none"] += 1
        run(*work, store=store)
        if count(store) != whole:
            print(f"  FAIL {what}: done again, it left {count(store)} of {whole}")
            problems += 1
        status, out, err = run("verify", store=store)
        if status != 0:
            print(f"  FAIL {what}: the journal does not verify: {out}{err}")
            problems += 1
    print(f"  ok   {what}: killed {tries} times within {took:.2f} s, left nothing {left['none']} times, all {left['all']} times")


try:
    files = folder / "files"
    status, out, err = run("simulate", "--workers=3000", "--posts=30", "--months=1", "--seed=7", "--messy=0", f"--out={files}", store=folder / "none" / "q.db")
    if status != 0:
        raise SystemExit(out + err)
    roster = next(f for f in sorted(files.rglob("*.xlsx")) if "roster" in f.name or "花名册" in f.name)
    base = folder / "base" / "q.db"
    base.parent.mkdir()
    run("migrate", store=base)
    hammer("an import", base, ["import", "person", str(roster), "--commit"], lambda s: total("people.list", s))
finally:
    shutil.rmtree(folder, ignore_errors=True)
sys.exit(problems > 0)
