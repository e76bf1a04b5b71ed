#!/usr/bin/env python3
"""Kill the program in the midst of an import, a match run, a payment batch and a bank's return, and see that the store holds all of the work or none of it, and that doing it again finishes it:
crash.py PROGRAM [TRIES]. On SQLite.

Each try begins with a copy of the same store, kills the real process with SIGKILL, and looks at the store with
the program's own eyes (verify, its lists and counts) and with the database's (foreign keys, integrity). The moments
are counted in processor time of the process, so that they fall into the same parts of the work on a busy machine,
and lie closer together where the transaction is: in the last part.
"""
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

program = str(pathlib.Path(sys.argv[1]).resolve())
tries = int(sys.argv[2]) if len(sys.argv) > 2 else 6
folder = pathlib.Path(tempfile.mkdtemp(prefix="queqiao-crash-"))
random.seed(20170228)
problems = 0
WAIT = 60  # seconds for anything that should take one or two


def fail(what, text):
    global problems
    problems += 1
    print(f"  FAIL {what}: {text}")


# --- the program ---------------------------------------------------------------------------------
def command(store, *args):
    return [program, "--lang=en", f"--store={store}", *args]


def run(store, *args):
    p = subprocess.run(command(store, *args), capture_output=True, text=True)
    if p.returncode not in (0, 1):
        raise SystemExit(f"{args}: {p.returncode} {p.stdout}{p.stderr}")
    return p.stdout


def call(store, op, *args):
    reply = json.loads(run(store, "call", op, *args))
    if "code" in reply and "message" in reply:
        raise SystemExit(f"{op} {args}: {reply}")
    return reply


def used(pid):
    """Processor seconds of a process and all of its threads; None when it is gone."""
    total = 0
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/schedstat") as f:
                total += int(f.read().split()[0])
    except (FileNotFoundError, ProcessLookupError):
        return None if total == 0 else total / 1e9
    return total / 1e9


def kill_when_used(process, seconds, done):
    """SIGKILL once so much processor time has gone, or when done() says that there is nothing left to kill."""
    until = time.monotonic() + WAIT
    for i in range(WAIT * 1000):
        now = used(process.pid)
        if now is None or now >= seconds or time.monotonic() > until or (i % 20 == 19 and done()):
            break
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()


class Server:
    """`queqiao serve`, and people signed in to it."""

    def __init__(self, store):
        self.process = subprocess.Popen(command(store, "serve", "--port=0"), stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.began = 0.0
        self.address = None
        for line in self.process.stdout:
            if "http://127.0.0.1:" in line:
                self.address = line.split("http://")[1].strip().rstrip("/")
                break
        if not self.address:
            raise SystemExit("the server did not start")

    def request(self, method, path, user=None, body=None, file=None, key=None):
        c = http.client.HTTPConnection(self.address, timeout=WAIT)
        headers = {"Origin": f"http://{self.address}", "Accept-Language": "en"}
        data = None
        if user:
            headers |= {"Cookie": f"sid={user[0]}", "X-CSRF-Token": user[1]}
        if key:
            headers["Idempotency-Key"] = key
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body), "application/json"
        if file is not None:
            data, headers["X-File-Name"] = file.read_bytes(), file.name
        c.request(method, "/api/v1" + path, data, headers)
        r = c.getresponse()
        text = r.read()
        if r.status >= 300:
            raise RuntimeError(f"{method} {path}: {r.status} {text[:300]!r}")
        return text, r.getheader("Set-Cookie"), r.getheader("X-CSRF-Token")

    def sign_in(self, login, password):
        _, cookie, csrf = self.request("POST", "/session", body={"login": login, "password": password})
        return cookie.split("sid=")[1].split(";")[0], csrf

    def do(self, method, path, user, **more):
        return json.loads(self.request(method, path, user, **more)[0])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(WAIT)


# --- stores --------------------------------------------------------------------------------------
def copy_of(store, name):
    fresh = folder / name
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(store.parent, fresh)
    return fresh / store.name


def ask(store, sql):
    """The first column of the first row, by a reader that can see a store being written."""
    c = sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=WAIT)
    try:
        return c.execute(sql).fetchone()[0]
    finally:
        c.close()


def change(store, *statements):
    c = sqlite3.connect(store, timeout=WAIT)
    with c:
        for sql in statements:
            c.execute(sql)
    c.close()


def check_store(what, store):
    """What must hold of every store, whatever happened to it."""
    broken = ask(store, "SELECT count(*) FROM pragma_foreign_key_check")
    sound = ask(store, "PRAGMA integrity_check(1)")
    if broken or sound != "ok":
        fail(what, f"{broken} broken references, integrity: {sound}")
    out = subprocess.run(command(store, "verify"), capture_output=True, text=True)
    if out.returncode != 0:
        fail(what, f"the journal does not verify: {out.stdout}{out.stderr}")
    rows = ask(store, "SELECT count(*) FROM person")
    listed = call(store, "people.list", "limit=0")["total"]
    counted = call(store, "people.summary")["total"]
    if not rows == listed == counted:
        fail(what, f"{rows} people, the list says {listed}, the summary {counted}")


# --- one kind of work ----------------------------------------------------------------------------
class Work:
    """What is done, and how to tell how much of it is there. `state` gives a tuple of numbers; it must be what it
    was before or what it is when all is done."""
    what = ""

    def start(self, store):
        """Begin; returns (process, seconds of processor time used so far, done)."""
        raise NotImplementedError

    def finish(self, store):
        """Do it again, to the end."""
        raise NotImplementedError

    def state(self, store):
        raise NotImplementedError

    def measure(self, base):
        """Processor seconds at the beginning and the end of the undisturbed work."""
        store = copy_of(base, "whole")
        process, begin, done = self.start(store)
        last, now = begin, begin
        until = time.monotonic() + WAIT
        while now is not None and not done() and time.monotonic() < until:
            time.sleep(0.005)
            now = used(process.pid)
            last = max(last, now or 0)
        process.send_signal(signal.SIGTERM)
        process.wait()
        return store, last - begin

    def hammer(self, base, count):
        whole_store, took = self.measure(base)
        nothing, whole = self.state(base), self.state(whole_store)
        if nothing == whole:
            raise SystemExit(f"{self.what}: undisturbed it did nothing: {nothing}")
        check_store(self.what, whole_store)
        left = {"none": 0, "part": 0, "all": 0}
        for i in range(count):
            store = copy_of(base, "try")
            process, begin, done = self.start(store)
            part = (i + random.random()) / count
            kill_when_used(process, begin + took * (part if i % 2 == 0 else 0.85 + part / 5), done)
            now = self.state(store)
            side = "none" if now == nothing else "all" if now == whole else "part"
            left[side] += 1
            if side == "part":
                fail(self.what, f"killed, it left {now}, neither {nothing} nor {whole}")
            check_store(self.what, store)
            self.finish(store)
            if self.state(store) != whole:
                fail(self.what, f"done again, it left {self.state(store)}, not {whole}")
            check_store(self.what, store)
        print(f"  ok   {self.what}: killed {count} times within {took:.2f} s of work; left nothing {left['none']}, "
              f"part {left['part']}, all {left['all']} times", flush=True)


class CommandWork(Work):
    """A command of its own."""

    def args(self):
        raise NotImplementedError

    def start(self, store):
        process = subprocess.Popen(command(store, *self.args()), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return process, 0.0, lambda: process.poll() is not None

    def finish(self, store):
        run(store, *self.args())


class BackgroundWork(Work):
    """Something that waits in the store and that a starting server takes up."""

    def is_done(self, store):
        raise NotImplementedError

    def start(self, store):
        server = Server(store)
        return server.process, 0.0, lambda: self.is_done(store)

    def finish(self, store):
        server = Server(store)
        until = time.monotonic() + WAIT / 2
        while not self.is_done(store) and time.monotonic() < until:
            time.sleep(0.05)
        if not self.is_done(store):
            fail(self.what, "a restarted server does not finish it")
        server.stop()


class RequestWork(Work):
    """One request to a running server."""

    def send(self, server):
        raise NotImplementedError

    def start(self, store):
        server = Server(store)
        begin = used(server.process.pid)
        over = threading.Event()

        def go():
            try:
                self.send(server)
            except (OSError, http.client.HTTPException):
                pass  # killed
            over.set()

        threading.Thread(target=go, daemon=True).start()
        return server.process, begin, over.is_set

    def finish(self, store):
        server = Server(store)
        self.send(server)
        server.stop()


# --- the works -----------------------------------------------------------------------------------
class ImportCommand(CommandWork):
    what = "an import by the command"

    def args(self):
        return ["import", "person", str(folder / "roster.csv"), "--commit"]

    def state(self, store):
        return (ask(store, "SELECT count(*) FROM person"), ask(store, "SELECT count(*) FROM household"),
                ask(store, "SELECT count(*) FROM person_gram"), ask(store, "SELECT count(*) FROM job_intention"))


class ImportInBackground(BackgroundWork):
    what = "an import by the server"

    def is_done(self, store):
        return ask(store, "SELECT count(*) FROM import_batch WHERE state = 'COMMITTING'") == 0

    def state(self, store):
        return ImportCommand.state(self, store) + (ask(store, "SELECT created_rows FROM import_batch ORDER BY id DESC LIMIT 1")
                                                   if self.is_done(store) else 0,)


class MatchRun(BackgroundWork):
    what = "a match run"

    def is_done(self, store):
        return ask(store, "SELECT count(*) FROM match_run WHERE state = 'RUNNING'") == 0

    def state(self, store):
        return (ask(store, "SELECT count(*) FROM match_run WHERE state = 'DONE'"), ask(store, "SELECT count(*) FROM match_result"),
                ask(store, "SELECT count(*) FROM match_result WHERE post_id IS NOT NULL"),
                ask(store, "SELECT count(*) FROM match_post"),
                ask(store, "SELECT coalesce(sum(placed), 0) FROM match_run"))


class MakePayment(RequestWork):
    what = "a payment batch made of approved claims"

    def __init__(self, user):
        self.user = user

    def send(self, server):
        server.request("POST", "/payment-batches", self.user, key="crash-make-1",
                       body={"payer": 350100000000, "fund": "DESTINATION_BUDGET"})

    def state(self, store):
        return (ask(store, "SELECT count(*) FROM payment_batch"), ask(store, "SELECT count(*) FROM payment_line"),
                ask(store, "SELECT coalesce(sum(amount_fen), 0) FROM payment_line WHERE state = 'PENDING'"),
                ask(store, "SELECT coalesce(sum(total_fen), 0) FROM payment_batch"),
                ask(store, "SELECT count(*) FROM claim WHERE state = 'APPROVED'"))


class ReadReturn(RequestWork):
    what = "the bank's return of a batch"

    def __init__(self, user, batch, file):
        self.user, self.batch, self.file = user, batch, file

    def send(self, server):
        server.request("PUT", f"/payment-batches/{self.batch}/return", self.user, file=self.file, key="crash-return-1")

    def state(self, store):
        return (ask(store, "SELECT count(*) FROM payment_return"), ask(store, "SELECT count(*) FROM payment_line WHERE state = 'SUCCESS'"),
                ask(store, "SELECT count(*) FROM payment_line WHERE state = 'FAILED'"),
                ask(store, "SELECT count(*) FROM claim WHERE state = 'PAID'"),
                ask(store, "SELECT coalesce(sum(paid_fen), 0) FROM payment_batch"),
                ask(store, "SELECT count(*) FROM payment_batch WHERE state = 'SENT'"))


# --- the stores they begin with ------------------------------------------------------------------
def citizen_number(i):
    digits = f"621121{1970 + i % 35:04d}{1 + i // 35 % 12:02d}{1 + i // 420 % 28:02d}{i // 11760 * 100 + i % 100:03d}"
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights)) % 11]


def write_roster(path, people):
    rows = ["姓名,身份证号,户籍地,户编号,户主姓名,户类型,认定时间,联系电话,务工意愿,意向地点,意向薪资(元)"]
    for i in range(people):
        rows.append(f"人{chr(0x4e00 + i % 5000)}{chr(0x4e00 + i // 7 % 5000)},{citizen_number(i)},甘肃省定西市通渭县,T{i // 3:05d},"
                    f"户{chr(0x4e00 + i // 3 % 5000)},脱贫户,2014-01-01,139{i:08d},有意愿,福建省福州市,{3000 + i % 10 * 100}")
    path.write_text("\ufeff" + "\r\n".join(rows) + "\r\n")


def make_demo():
    store = folder / "demo" / "q.db"
    store.parent.mkdir()
    p = subprocess.run(command(store, "demo", "--serve=0"), capture_output=True, text=True)
    if p.returncode != 0:
        raise SystemExit(f"the demo failed: {p.stdout}{p.stderr}")
    server = Server(store)
    accounts = json.loads((store.parent / "accounts.json").read_text())
    users = {name: server.sign_in(*accounts[name])
             for name in ("clerk", "fuzhou-clerk", "fuzhou-approver2", "fuzhou-payer", "fuzhou-payer2")}
    server.stop()
    return store, users


def with_import(demo, user):
    """A checked roster that somebody has said to commit."""
    store = copy_of(demo, "import")
    server = Server(store)
    batch = server.do("PUT", "/imports/file?record=person", user, file=folder / "roster.csv")["id"]
    until = time.monotonic() + WAIT
    while server.do("GET", f"/imports/{batch}", user)["state"] == "CHECKING" and time.monotonic() < until:
        time.sleep(0.05)
    server.stop()
    call(store, "imports.commit", f"id={batch}")
    return store


def with_run(imported):
    """Posts for everybody, and a run that has been asked for."""
    store = copy_of(imported, "match")
    employer = call(store, "employers.create", "name=福清瑞云电子有限公司", "work=350181000000", "contact_name=陈经理",
                    "phone=13905910001")["id"]
    for i in range(8):
        post = call(store, "posts.create", f"employer_id={employer}", f"title=普工{i}", "headcount=900", "pay=4500-6000元")["id"]
        call(store, "posts.submit", f"id={post}")
        call(store, "posts.open", f"id={post}")
    call(store, "match_runs.create", "home=621100000000", "work=350100000000")
    return store


NO_PAYMENTS = ("DELETE FROM payment_return", "DELETE FROM payment_line", "DELETE FROM payment_batch", "DELETE FROM idempotency",
               "UPDATE claim SET state = 'APPROVED', reason = NULL, budget_year = NULL",
               # an empty ledger is filled from the claims when the store is opened next
               "DROP TRIGGER ledger_keeps", "DELETE FROM ledger_entry",
               # and what a budget had reserved with it
               "DELETE FROM budget_use", "DELETE FROM budget",
               "CREATE TRIGGER ledger_keeps BEFORE DELETE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END")


def with_batch_sent(claims, users):
    """One batch at the bank, and the bank's answer: some accounts are closed."""
    store = copy_of(claims, "sent")
    server = Server(store)
    payer, second, approver = users["fuzhou-payer"], users["fuzhou-payer2"], users["fuzhou-approver2"]
    batch = server.do("POST", "/payment-batches", payer, body={"payer": 350100000000, "fund": "DESTINATION_BUDGET"})["id"]
    for user, step in ((payer, "lock"), (approver, "approve"), (second, "approve"), (second, "send")):
        server.do("POST", f"/payment-batches/{batch}/{step}", user, body={})
    sheet = server.request("GET", f"/payment-batches/{batch}/bank-file", second)[0].decode("utf-8-sig").split("\r\n")
    server.stop()
    lines = [",".join(row.split(",")[:5]) for row in sheet if row]
    answer = [lines[0] + ",结果,原因"] + [line + (",失败,账户已销户" if i % 29 == 3 else ",成功,") for i, line in enumerate(lines[1:])]
    file = folder / "return.csv"
    file.write_text("\ufeff" + "\r\n".join(answer) + "\r\n")
    return store, batch, file


def main():
    demo, users = make_demo()
    write_roster(folder / "roster.csv", 21000)
    importing = with_import(demo, users["clerk"])
    ImportInBackground().hammer(importing, tries)
    run_waits = with_run(folder / "whole" / "q.db")
    ImportCommand().hammer(demo, max(1, tries // 3))
    MatchRun().hammer(run_waits, tries)
    claims = copy_of(demo, "claims")
    change(claims, *NO_PAYMENTS)
    MakePayment(users["fuzhou-payer"]).hammer(claims, 2 * tries)
    sent, batch, file = with_batch_sent(claims, users)
    ReadReturn(users["fuzhou-payer"], batch, file).hammer(sent, 2 * tries)


def finish(work):
    try:
        work()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(problems > 0)


if __name__ == "__main__":
    finish(main)
