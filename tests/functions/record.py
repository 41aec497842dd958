#!/usr/bin/env python3
"""Records what the real terraform makes of every expression in the tables beside this script.

For each FAMILY.txt (one expression a line) it writes FAMILY.json. Each expression becomes the input of a resource in
one configuration; `terraform plan` says which of them fail and why, a second plan without those says what the others
are, and `terraform console -plan` says their types. Needs terraform on PATH, no provider, no network.

    python3 tests/functions/record.py [FAMILY ...]
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
RUN = {"capture_output": True, "text": True, "encoding": "utf-8"}


class Number(str):
    """A number as terraform wrote it."""


def load(text):
    return json.loads(text, parse_int=Number, parse_float=Number)


def dump(value):
    """JSON with numbers as they were, keys in order."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{dump(str(key))}: {dump(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(dump, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def paths(marks, at=""):
    """The paths at which a structure of terraform's plan JSON says true."""
    if marks is True:
        return [at]
    items = marks.items() if isinstance(marks, dict) else enumerate(marks) if isinstance(marks, list) else []
    return sorted(path for key, inner in items for path in paths(inner, f"{at}/{key}"))


def terraform(folder, *arguments, **options):
    environment = {**os.environ, "NO_COLOR": "1", "TF_CLI_CONFIG_FILE": os.devnull}
    return subprocess.run(["terraform", *arguments], cwd=folder, env=environment, **RUN, **options)


def write(folder, expressions):
    """A resource per expression, on three lines each."""
    blocks = (f'resource "terraform_data" "c{number}" {{\n  input = {text}\n}}\n' for number, text in expressions.items())
    (folder / "cases.tf").write_text("".join(blocks), encoding="utf-8")


def failures(folder, expressions):
    """Messages by expression number."""
    write(folder, expressions)
    found = {}
    for line in terraform(folder, "plan", "-json", "-no-color").stdout.splitlines():
        event = json.loads(line)
        diagnostic = event.get("diagnostic")
        if not diagnostic or diagnostic["severity"] != "error":
            continue
        at = diagnostic.get("range", {"filename": ""})
        if at["filename"] != "cases.tf":
            sys.exit(f"terraform: {diagnostic['summary']}: {diagnostic['detail']}")
        number = list(expressions)[(at["start"]["line"] - 1) // 3]
        detail = diagnostic["detail"].split("\ngoroutine")[0]
        found.setdefault(number, detail)
    return found


def values(folder, expressions):
    """Value, unknown and sensitive paths, type and whether it may be null, by expression number."""
    write(folder, expressions)
    planned = terraform(folder, "plan", "-out", "plan.bin", "-no-color")
    if planned.returncode:
        sys.exit(planned.stdout + planned.stderr)
    plan = load(terraform(folder, "show", "-json", "plan.bin").stdout)
    found = {}
    for change in plan["resource_changes"]:
        if change["name"].startswith("c"):
            change, number = change["change"], int(change["name"][1:])
            after = change["after"].get("input")
            unknown = paths(change["after_unknown"].get("input"))
            found[number] = {
                "value": after,
                "type": {bool: "bool", str: "string", Number: "number"}.get(type(after)),
                "unknown": unknown,
                "sensitive": paths(change["after_sensitive"].get("input")),
            }
    (folder / "cases.tf").unlink()

    def ask(number):
        text = expressions[number]
        row = found[number]
        if not row["type"]:
            row["type"] = compact(console(folder, f"type({text})"))
        if "" in row["unknown"]:
            row["not_null"] = console(folder, f"nonsensitive(({text}) == null)").strip() == "false"

    for number in found:
        ask(number)
    return found


def console(folder, expression):
    answer = terraform(folder, "console", "-plan", input=expression + "\n")
    if answer.returncode:
        sys.exit(expression + "\n" + answer.stdout[-2000:] + answer.stderr)
    return answer.stdout


def compact(text):
    """The type that terraform console prints over several lines, on one."""
    text = re.sub(r"\s+", "", text.replace(": ", ":"))
    return text.replace(",)", ")").replace(",]", "]").replace(",}", "}")


def record(table):
    expressions = dict(enumerate(table.read_text(encoding="utf-8").splitlines()))
    expressions = {number: text for number, text in expressions.items() if text.strip()}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for name in ("files", "keys"):
            shutil.copytree(HERE / name, folder / name, symlinks=True)
        shutil.copy(HERE / "inputs.tf", folder)
        initialised = terraform(folder, "init", "-input=false")
        if initialised.returncode:
            sys.exit(initialised.stderr)
        # Some fail only once those are gone that terraform refuses before it plans.
        failed = {}
        while more := failures(folder, {number: text for number, text in expressions.items() if number not in failed}):
            failed |= more
        worked = values(folder, {number: text for number, text in expressions.items() if number not in failed})
    rows = []
    for number, text in expressions.items():
        row = {"expression": text, **({"error": failed[number]} if number in failed else worked[number])}
        rows.append(dump(row))
    table.with_suffix(".json").write_text("[\n" + ",\n".join(rows) + "\n]\n", encoding="utf-8")
    print(f"{table.stem}: {len(rows)} recorded, {len(failed)} of them errors")


def main():
    signatures = terraform(HERE, "metadata", "functions", "-json").stdout
    (HERE / "signatures.json").write_text(json.dumps(json.loads(signatures), indent=1, sort_keys=True) + "\n")
    wanted = sys.argv[1:]
    for table in sorted(HERE.glob("*.txt")):
        if not wanted or table.stem in wanted:
            record(table)


if __name__ == "__main__":
    main()
