#!/usr/bin/env python3
"""Records what the real `terraform console` makes of the expressions in *.json beside this file.

Each row is {"expression": ...}; this script adds "value" (as the console prints it) and "type" (what `type(...)` prints), or
"error" (the detail of the first error). To add a case, add a row with the expression alone and run this script with
the names of the files, or without any for all of them. Needs terraform 1.11 on PATH.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# Where a line of a diagnostic is no part of its detail.
NOISE = re.compile(r"^(on .* line \d+|\(source code not available\)|Error: |Warning: |\d+: |│)")


def console(directory, lines):
    """Exit code, output and errors of a console that is given these lines."""
    environment = dict(os.environ, TF_CLI_CONFIG_FILE=os.devnull, NO_COLOR="1", CHECKPOINT_DISABLE="1")
    # A console whose standard input is not a terminal stops at the first error.
    done = subprocess.run(
        ["terraform", "console", "-plan"],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        cwd=directory,
        env=environment,
    )
    return done.returncode, COLOUR.sub("", done.stdout), COLOUR.sub("", done.stderr)


def detail(errors):
    """The detail of the first error: its text after the place."""
    lines = [line.lstrip("╷│╵ ").rstrip() for line in errors.splitlines()]
    starts = [index for index, line in enumerate(lines) if line.startswith("Error: ")]
    if not starts:
        return " ".join(line for line in lines if line)
    lines = lines[starts[0] :]
    ends = [index for index, line in enumerate(lines[1:], 1) if line.startswith(("Error: ", "Warning: "))]
    lines = lines[: ends[0]] if ends else lines
    return " ".join(line for line in lines if line and not NOISE.match(line))


def record(row):
    expression = row["expression"]
    with tempfile.TemporaryDirectory() as directory:
        shutil.copy(HERE / "main.tf", directory)
        if "\n" in expression:
            # The console reads line by line.
            text = "locals {\n  it = " + expression + "\n}\n"
            (pathlib.Path(directory) / "locals.tf").write_text(text)
            expression = "local.it"
        code, output, errors = console(directory, [expression])
        if code != 0 or "Error:" in errors:
            return {"expression": row["expression"], "error": detail(errors)}
        _, types, _ = console(directory, [f"type({expression})"])
    return {"expression": row["expression"], "value": output.removesuffix("\n"), "type": types.removesuffix("\n")}


def main():
    names = sys.argv[1:] or sorted(path.name for path in HERE.glob("*.json"))
    for name in names:
        path = HERE / name
        rows = json.loads(path.read_text())
        with ThreadPoolExecutor(4) as pool:
            rows = list(pool.map(record, rows))
        text = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
        path.write_text("[\n" + text + "\n]\n")
        print(f"{name}: {len(rows)} expressions, {sum('error' in row for row in rows)} of them errors")


if __name__ == "__main__":
    main()
