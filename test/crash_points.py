#!/usr/bin/env python3
"""Kill the program at each named point of each step of a payment, and see that money is where it was or where it should
be: crash_points.py PROGRAM. On SQLite.

A point is a system call of the real process, as strace stops it: the process gets SIGKILL when it is about to make that
call, so nothing of the program knows of the test. Points stand before and within the writing of the pages, before
the wait for the disk, and between the commit and the reply. Each begins with a copy of the store as it is before
the step; afterwards the store must hold all of the step or nothing; the same request again, with its key, finishes
it; and at the end of the road the return and the batch are sent a hundred times more.
"""
import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time

import crash
from crash import WAIT, Server, ask, call, change, copy_of, fail, folder

TRIES = 5
REPLY = "sendmsg,sendto,writev,sendfile"
POINTS = {
    "before its first page is written": ("pwrite64", 1),
    "within a page": ("pwrite64", 4),
    "before the wait for the disk": ("fdatasync", 1),
    "done, before the reply": (REPLY, 1),
}
FUND = {"payer": 350100000000, "fund": "DESTINATION_BUDGET"}


class Step:
    """One request. What it needs to know of the store is asked for when it is sent."""

    def __init__(self, name, user, method, path, body=None, file=None):
        self.name, self.user, self.method, self.path, self.body, self.file = name, user, method, path, body, file

    def send(self, server, store):
        path = self.path(store) if callable(self.path) else self.path
        return server.request(self.method, "/" + path, self.user, key=f"points-{self.name}", file=self.file,
                              body=None if self.method == "GET" or self.file else self.body or {})[0]


def batch(store):
    return ask(store, "SELECT max(id) FROM payment_batch")


def first_batch(store):
    return ask(store, "SELECT min(id) FROM payment_batch")


def returned_line(store):
    return ask(store, "SELECT min(id) FROM payment_line WHERE return_code = 'ACCOUNT_CLOSED'")


def state(store):
    """All that a step of a payment changes."""
    return tuple(ask(store, sql) for sql in (
        "SELECT group_concat(state || total_fen || '-' || paid_fen || coalesce(content_hash, '') || (approved_by IS NULL)"
        " || (approved_by_2 IS NULL) || (sent_at IS NULL)) FROM (SELECT * FROM payment_batch ORDER BY lines DESC)",
        "SELECT group_concat(n) FROM (SELECT state || count(*) || '-' || sum(amount_fen) AS n FROM payment_line GROUP BY state ORDER BY 1)",
        "SELECT group_concat(n) FROM (SELECT state || count(*) AS n FROM claim GROUP BY state ORDER BY 1)",
        "SELECT group_concat(n) FROM (SELECT event || count(*) || '-' || sum(amount_fen) AS n FROM ledger_entry GROUP BY event ORDER BY 1)",
        "SELECT count(*) FROM payment_return",
        "SELECT count(*) > 0 FROM journal WHERE action = 'bank_file' AND record_id IN (SELECT id FROM payment_batch)",
        "SELECT count(*) FROM payment_line WHERE corrected_mask IS NOT NULL"))


LAWS = {
    "the sum of the lines is the batch": """SELECT count(*) FROM payment_batch b WHERE b.total_fen <> (SELECT coalesce(sum(
        l.amount_fen - l.offset_fen), 0) FROM payment_line l WHERE l.batch_id = b.id AND coalesce(l.return_code, '') <> 'NO_ACCOUNT')""",
    "no claim is in two live lines": """SELECT count(*) FROM (SELECT claim_id FROM payment_line WHERE state IN ('PENDING',
        'SUCCESS') GROUP BY claim_id HAVING count(*) > 1)""",
    "what is in payment has one live line": """SELECT count(*) FROM claim c WHERE c.state IN ('IN_PAYMENT', 'PAID') AND 1 <>
        (SELECT count(*) FROM payment_line l WHERE l.claim_id = c.id AND l.state IN ('PENDING', 'SUCCESS'))""",
    "what is approved is in no batch": """SELECT count(*) FROM claim c WHERE c.state = 'APPROVED' AND EXISTS (SELECT 1 FROM
        payment_line l WHERE l.claim_id = c.id)""",
}


def check(what, store):
    for law, sql in LAWS.items():
        if broken := ask(store, sql):
            fail(what, f"{law}: not so {broken} times")
    out = subprocess.run(crash.command(store, "verify"), capture_output=True, text=True)
    if out.returncode != 0:
        fail(what, f"the store does not verify: {out.stdout}{out.stderr}")


def traced(pid):
    """All of its threads."""
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/status") as f:
                if not re.search(r"TracerPid:\s+[1-9]", f.read()):
                    return False
    except (FileNotFoundError, ProcessLookupError):
        return False
    return True


def killed_at(step, store, calls, number):
    """True: in this step. None: before it was asked for, by the program's own work in the background, such as sealing."""
    server = Server(store)
    tracer = subprocess.Popen(["strace", "-qq", "-f", "-o", "/dev/null", "-e", f"trace={calls}", "-e",
                               f"inject={calls}:signal=KILL:when={number}", "-p", str(server.process.pid)],
                              stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + WAIT
    while not traced(server.process.pid):
        if server.process.poll() is not None:
            return None
        if tracer.poll() is not None or time.monotonic() > until:
            server.stop()
            raise SystemExit(f"strace cannot look at the program: {tracer.stderr.read()}")
        time.sleep(0.01)

    def send():
        try:
            step.send(server, store)
        except (OSError, http.client.HTTPException):
            pass  # killed

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    thread.join(WAIT)
    time.sleep(0.05)
    dead = server.process.poll() == -signal.SIGKILL
    if not dead:
        server.stop()
    tracer.wait(WAIT)
    return dead


def kill(step, before, calls, number):
    """The store as it was left."""
    for _ in range(TRIES):
        store = copy_of(before, "try")
        dead = killed_at(step, store, calls, number)
        if dead is not None:
            return store, dead
    return store, False


def finish(step, store):
    server = Server(store)
    reply = step.send(server, store)
    server.stop()
    return reply


def settle(store):
    """What a server does of its own is done, so that one of this store or of a copy has nothing to begin with."""
    server = Server(store)
    until = time.monotonic() + WAIT
    while ask(store, """SELECT (SELECT max(seq) FROM journal) <> (SELECT max(last_seq) FROM journal_block)
              OR (SELECT max(seq) FROM journal) <> (SELECT cursor FROM claim_discovery)"""):
        if time.monotonic() > until:
            raise SystemExit("the server does not come to rest")
        time.sleep(0.05)
    server.stop()


def through(step, before):
    """All points of one step; the store after it."""
    after = copy_of(before, f"after-{step.name}")
    finish(step, after)
    settle(after)
    nothing, whole = state(before), state(after)
    if nothing == whole:
        raise SystemExit(f"{step.name}: undisturbed it did nothing")
    left = []
    for point, (calls, number) in POINTS.items():
        what = f"{step.name}, killed {point}"
        store, dead = kill(step, before, calls, number)
        if not dead:
            fail(what, "the point was not reached")
        now = state(store)
        left.append("nothing" if now == nothing else "all" if now == whole else "PART")
        if left[-1] == "PART":
            fail(what, f"it left {now}, neither {nothing} nor {whole}")
        check(what, store)
        finish(step, store)
        if state(store) != whole:
            fail(what, f"done again, it left {state(store)}, not {whole}")
        check(what, store)
    print(f"  ok   {step.name}: killed {', '.join(f'{p} (left {n})' for p, n in zip(POINTS, left))}", flush=True)
    return after


def answer_of(sheet, is_bad):
    """The bank's answer to its file."""
    lines = [",".join(row.split(",")[:5]) for row in sheet.decode("utf-8-sig").split("\r\n") if row and "合计" not in row]
    text = [lines[0] + ",结果,原因"] + [line + (",失败,账户已销户" if is_bad(i) else ",成功,") for i, line in enumerate(lines[1:])]
    file = folder / f"return-{len(lines)}.csv"
    file.write_text("\ufeff" + "\r\n".join(text) + "\r\n")
    return file


def replay(store, payer, first, file):
    """The return and the batch a hundred times more."""
    server, before = Server(store), state(store)
    for i in range(100):
        server.request("PUT", f"/payment-batches/{first}/return", payer, file=file, key=f"points-again-{i}")
        for path, body in ((f"payment-batches/{first}/send", {}), ("payment-batches", FUND), (f"payment-batches/{first}/reissue", {})):
            try:
                server.request("POST", f"/{path}", payer, body=body, key=f"points-again-{path.replace(chr(47), chr(45))}-{i}")
                fail("replays", f"{path} was done again")
            except RuntimeError:
                pass  # refused
    server.stop()
    if state(store) != before:
        fail("replays", f"they changed {before} to {state(store)}")
    check("replays", store)
    paid, owed = ask(store, "SELECT sum(amount_fen) FROM ledger_entry WHERE event = 'PAID' AND debit = 'IN_PAYMENT'"), ask(
        store, "SELECT sum(amount_fen - offset_fen) FROM payment_line WHERE state = 'SUCCESS'")
    if paid != owed:
        fail("replays", f"the ledger paid {paid}, the lines say {owed}")
    print(f"  ok   the batch, its return and its reissue sent a hundred times more pay once: {paid / 100:,.2f} yuan", flush=True)


def main():
    demo, users = crash.make_demo()
    payer, second, approver = users["fuzhou-payer"], users["fuzhou-payer2"], users["fuzhou-approver2"]
    store = copy_of(demo, "claims")
    change(store, *crash.NO_PAYMENTS)
    settle(store)  # opened once, the ledger is filled from the claims

    def post(name, user, path):
        return Step(name, user, "POST", path)

    store = through(Step("make", payer, "POST", "payment-batches", FUND), store)
    store = through(post("lock", payer, lambda s: f"payment-batches/{batch(s)}/lock"), store)
    store = through(post("the first approval", approver, lambda s: f"payment-batches/{batch(s)}/approve"), store)
    store = through(post("the second approval", second, lambda s: f"payment-batches/{batch(s)}/approve"), store)
    file_step = Step("the bank's file", second, "GET", lambda s: f"payment-batches/{first_batch(s)}/bank-file")
    sheet = finish(file_step, copy_of(store, "file"))
    store = through(file_step, store)
    store = through(post("send", second, lambda s: f"payment-batches/{batch(s)}/send"), store)
    file = answer_of(sheet, lambda i: i == 2)
    first = batch(store)
    store = through(Step("the bank's return", payer, "PUT", lambda s: f"payment-batches/{batch(s)}/return", file=file), store)
    store = through(Step("a correction", payer, "POST", lambda s: f"payment-lines/{returned_line(s)}/correct",
                         {"account": "6228480000000000999"}), store)
    store = through(post("the reissue", payer, lambda s: f"payment-batches/{first_batch(s)}/reissue"), store)
    replay(store, payer, first, file)


if __name__ == "__main__":
    crash.finish(main)
