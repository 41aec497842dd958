#!/usr/bin/env python3
"""Records what the real `terraform console` makes of the expressions in *.json beside this file.

Each row is {"expression": ...}; this script adds "value" (as the console prints it) and "type" (what `type(...)` prints), or
"error" (the detail of the first error). To add a case, add a row with the expression alone and run this script with
the names of the files, or without any for all of them. Needs terraform 1.11 on PATH.
"""

import json
import pathlib
import shutil
import sys
import tempfile

from console import ask

HERE = pathlib.Path(__file__).resolve().parent


def record(expression):
    with tempfile.TemporaryDirectory() as directory:
        shutil.copy(HERE / "main.tf", directory)
        # The console reads line by line.
        text = "locals {\n  it = " + expression + "\n}\n"
        (pathlib.Path(directory) / "locals.tf").write_text(text)
        return ask(directory, ["local.it"])[0]


def main():
    names = sys.argv[1:] or sorted(path.name for path in HERE.glob("*.json"))
    for name in names:
        path = HERE / name
        rows = json.loads(path.read_text())
        single = [row["expression"] for row in rows if "\n" not in row["expression"]]
        answers = dict(zip(single, ask(HERE, single)))
        kept = [{key: row[key] for key in ("expression", "differs") if key in row} for row in rows]
        rows = [row | (answers.get(row["expression"]) or record(row["expression"])) for row in kept]
        text = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
        path.write_text("[\n" + text + "\n]\n")
        print(f"{name}: {len(rows)} expressions, {sum('error' in row for row in rows)} of them errors")


if __name__ == "__main__":
    main()
