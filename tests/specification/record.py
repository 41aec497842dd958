#!/usr/bin/env python3
"""Records what the real terraform makes of the rows of statements.json beside this file.

Each row names a section of HashiCorp's specification of HCL (`spec.md`, `hclsyntax/spec.md` and `json/spec.md` of the
repository hashicorp/hcl), a statement of it in our words, and a case: an `expression`, or a whole file in `native`
syntax or in `json` with the expression to `ask` in it. This script adds "value" and "type" as the console prints them, or
"error". To add a case, add a row without an answer; rows that have one are left as they are, unless --all is given.
Needs terraform 1.11 on PATH.
"""

import json
import pathlib
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "values"))

from console import ask  # noqa: E402

ANSWER = ("value", "type", "error")


def record(row):
    with tempfile.TemporaryDirectory() as directory:
        name = "main.tf.json" if "json" in row else "main.tf"
        text = row.get("json", row.get("native", f"locals {{\n  it = {row.get('expression')}\n}}\n"))
        (pathlib.Path(directory) / name).write_bytes(text.encode())
        asked = row.get("ask", "local.it")
        return row | ask(directory, [asked])[0]


def main():
    path = HERE / "statements.json"
    rows = json.loads(path.read_text())
    known = [row if "--all" not in sys.argv and any(key in row for key in ANSWER) else None for row in rows]
    bare = [{key: value for key, value in row.items() if key not in ANSWER} for row in rows]
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda pair: pair[0] or record(pair[1]), zip(known, bare)))
    text = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("[\n" + text + "\n]\n")
    print(f"{len(rows)} statements, {sum('error' in row for row in rows)} of them refused")


if __name__ == "__main__":
    main()
