#!/usr/bin/env python3
"""Print a C file that holds every file below a folder: embed.py NAME FOLDER.

It defines `const struct asset NAME_assets[]` (src/platform/asset.h), sorted by path and ended
by an empty row. The bytes come in by the assembler's .incbin, so large files cost no compile time.
"""
import os
import sys

name, folder = sys.argv[1], sys.argv[2]
paths = sorted(
    os.path.relpath(os.path.join(d, f), folder)
    for d, _, files in os.walk(folder)
    for f in files
    if not f.startswith(".")
)
print(f"/* Generated from {folder}/ by tools/embed.py. */")
print('#include "platform/asset.h"')
for i, path in enumerate(paths):
    full = os.path.abspath(os.path.join(folder, path))
    print(
        f'__asm__(".section .rodata\\n.global {name}_{i}_start\\n.balign 16\\n{name}_{i}_start:\\n'
        f'.incbin \\"{full}\\"\\n.global {name}_{i}_end\\n{name}_{i}_end:\\n.byte 0\\n.previous\\n");'
    )
    print(f"extern const unsigned char {name}_{i}_start[], {name}_{i}_end[];")
print(f"extern const struct asset {name}_assets[];")
print(f"const struct asset {name}_assets[] = {{")
for i, path in enumerate(paths):
    print(f'    {{ "{path}", {name}_{i}_start, {name}_{i}_end }},')
print("    { 0, 0, 0 },\n};")
