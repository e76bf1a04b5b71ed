#!/usr/bin/env python3
"""Small rules about text that a compiler does not see.

No formatted text inside SQL, no unbounded string functions, no wall clock in modules, no file over 1,000
lines, every migration numbered without gaps.
"""
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parent.parent
problems = []
banned = re.compile(r"\b(strcpy|strcat|sprintf|vsprintf|strtok|gets|localtime|ctime|atoi|atol|system|popen)\s*\(")
clock = re.compile(r"\b(time|gettimeofday|clock_gettime)\s*\(")
formatted_sql = re.compile(r"db_(?:rows|one)\s*\(cx,\s*&?\w+,\s*arena_printf|db_exec\s*\(cx,\s*arena_printf|db_each\s*\(cx,\s*\w+,\s*[^,]+,\s*arena_printf")
allowed_clock = {"base", "platform", "http", "app"}
# Imports work over the table of any record.
any_record = {"src/imports/known.c", "src/imports/undo.c"}

for path in sorted([*root.glob("src/*/*.[ch]"), *root.glob("test/*.[ch]")]):
    text, where = path.read_text(), path.relative_to(root)
    for number, line in enumerate(text.splitlines(), 1):
        code = line.split("//")[0]
        if path.parts[-3] == "src" and banned.search(code) and not line.lstrip().startswith(("*", "/*")):
            problems.append(f"{where}:{number}: {banned.search(code)[1]} is not used here")
        if path.parts[-3] == "src" and path.parent.name not in allowed_clock and "CLOCK_MONOTONIC" not in code and "ctx_new(" not in code and clock.search(code) and not line.lstrip().startswith(("*", "/*")):
            problems.append(f"{where}:{number}: modules take the time from cx->now")
    if path.parts[-3] == "src" and path.parent.name != "platform" and str(where) not in any_record and formatted_sql.search(text):
        line = text.count("\n", 0, formatted_sql.search(text).start()) + 1
        problems.append(f"{where}:{line}: SQL is a literal with parameters")
    if text.count("\n") > 1000:
        problems.append(f"{where}: {text.count(chr(10))} lines: is it one subject?")

numbers = sorted(int(p.name[:4]) for p in (root / "schema").glob("*.sql"))
if numbers != list(range(1, len(numbers) + 1)):
    problems.append(f"schema/: migrations are numbered {numbers}")

tracked = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True).stdout.split("\n")
print("\n".join(problems) or f"text: {len(tracked)} files in order")
sys.exit(bool(problems))
