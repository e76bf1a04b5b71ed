#!/usr/bin/env python3
"""The one architecture rule: base <- auction <- sheet <- platform <- http <- modules <- app (docs/architecture.md).

A file includes only from its own folder or from a layer below; a module includes only modules that stand
before it in src/app/modules.c. A module's SQL names no scoped table of a module that stands behind it.
"""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parent.parent
source = root / "src"
modules = re.findall(r"&(\w+)_module\b", (source / "app/modules.c").read_text())
order = {name: i for i, name in enumerate(["base", "auction", "sheet", "platform", "http", *[m for m in modules if m != "description"], "app"])}
problems = []

owners = {}
for path in source.glob("*/*.c"):
    for block in re.findall(r"const struct scoped \w+\[\] = \{(.*?)\n\};", path.read_text(), re.S):
        for table in re.findall(r'(?:^|\{)\s*(?:\.table = )?"(\w+)",\s*\.', block, re.M) + re.findall(r'OPEN_TABLE\("(\w+)"\)', block):
            owners[table] = path.parent.name

for path in sorted(source.glob("*/*.[ch]")):
    folder, text = path.parent.name, path.read_text()
    where = path.relative_to(root)
    if folder not in order:
        problems.append(f"{where}: folder {folder} is not a layer nor listed in src/app/modules.c")
        continue
    for line, include in enumerate(text.splitlines(), 1):
        m = re.match(r'#include "(\w+)/', include)
        if m and m[1] in order and order[m[1]] > order[folder]:
            problems.append(f"{where}:{line}: {folder} must not include {m[1]}")
    for number, line in enumerate(text.splitlines() if path.suffix == ".c" else [], 1):
        if line.lstrip().startswith(("*", "/*")):
            continue
        for sql in re.finditer(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)", line):
            owner = owners.get(sql[1])
            if owner in order and order[owner] > order[folder]:
                problems.append(f"{where}:{number}: {folder} names table {sql[1]} of {owner}, which stands behind it")

print("\n".join(problems) or f"layers: {len(order)} in order, {len(owners)} tables owned")
sys.exit(bool(problems))
