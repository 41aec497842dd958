"""Asks the real `terraform console` (1.11): many expressions in one process."""

import os
import re
import subprocess

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# Where a line of a diagnostic is no part of its detail.
NOISE = re.compile(r"^(on .* line \d+|\(source code not available\)|Error: |Warning: |\d+: |│)")
# A line of input holds 64 KiB.
MAX_LINE = 60_000


def console(directory, line):
    """Output and errors of a console that is given a line."""
    environment = dict(os.environ, TF_CLI_CONFIG_FILE=os.devnull, NO_COLOR="1", CHECKPOINT_DISABLE="1")
    done = subprocess.run(
        ["terraform", "console", "-plan"],
        input=(line + "\n").encode(),
        capture_output=True,
        cwd=directory,
        env=environment,
    )
    return COLOUR.sub("", done.stdout.decode()).removesuffix("\n"), COLOUR.sub("", done.stderr.decode())


def detail(errors):
    """The detail of the first error: its text after the place."""
    lines = [line.lstrip("╷│╵ ").rstrip() for line in errors.splitlines()]
    starts = [index for index, line in enumerate(lines) if line.startswith("Error: ")]
    if not starts:
        return " ".join(line for line in lines if line)
    lines = lines[starts[0] :]
    ends = [index for index, line in enumerate(lines[1:], 1) if line.startswith(("Error: ", "Warning: "))]
    lines = lines[: ends[0]] if ends else lines
    words = " ".join(line for line in lines if line and not NOISE.match(line))
    # What a panic of Go adds says nothing of the expression.
    return words.split(" goroutine ")[0]


def elements(text, indent):
    """The elements of a tuple that the console printed over several lines, without their indent."""
    found = []
    margin = " " * indent
    for line in text.split("\n")[1:-1]:
        starts = line.startswith(margin) and not line.startswith((margin + " ", margin + "]", margin + "}", margin + ")"))
        # The lines of a heredoc are not told from others by their indent.
        if starts and not (found and heredoc(found[-1])):
            found.append([])
        found[-1].append(line.removeprefix(margin))
    return ["\n".join(lines).removesuffix(",") for lines in found]


def heredoc(lines):
    """Whether a heredoc is open after these lines."""
    is_open = False
    for line in lines:
        if is_open:
            is_open = line.strip() not in ("EOT", "EOT,")
        else:
            is_open = line.endswith("<<-EOT")
    return is_open


def batches(expressions, most=200):
    batch = []
    for expression in expressions:
        if batch and (len(batch) == most or sum(map(len, batch)) + len(expression) + 12 * len(batch) > MAX_LINE):
            yield batch
            batch = []
        batch.append(expression)
    if batch:
        yield batch


def succeeds(directory, batch):
    """Whether each of the expressions is evaluated; where one is refused before evaluation, the halves are tried."""
    output, _ = console(directory, "[" + ", ".join(f"can({expression})" for expression in batch) + "]")
    if output.startswith("["):
        return [verdict != "false" for verdict in elements(output, 2)]
    if len(batch) == 1:
        return [False]
    middle = len(batch) // 2
    return succeeds(directory, batch[:middle]) + succeeds(directory, batch[middle:])


def values(directory, batch):
    """Rows of the expressions, all of which are evaluated."""
    tuple = "[" + ", ".join(batch) + "]"
    (printed, errors), (types, _) = console(directory, tuple), console(directory, f"type({tuple})")
    if printed.startswith("[") and types.startswith("tuple("):
        printed, types = elements(printed, 2), elements(types, 4)
    if len(printed) == len(types) == len(batch):
        return [{"value": value, "type": kind} for value, kind in zip(printed, types)]
    if len(batch) == 1:
        return [{"error": detail(errors)}]
    middle = len(batch) // 2
    return values(directory, batch[:middle]) + values(directory, batch[middle:])


def alone(directory, expression):
    """The row of an expression that only stands alone: `type(...)`."""
    output, errors = console(directory, expression)
    return {"value": output, "type": "type"} if output else {"error": detail(errors)}


def ask(directory, expressions, words=True):
    """For each expression, none of several lines, {"value", "type"} as the console prints them in a tuple, or {"error"}:
    its words, or nothing where they are not wanted."""
    rows = {expression: alone(directory, expression) for expression in expressions if expression.startswith("type(")}
    rest = [expression for expression in dict.fromkeys(expressions) if expression not in rows]
    good = []
    for batch in batches(rest):
        good += [expression for expression, verdict in zip(batch, succeeds(directory, batch)) if verdict]
    for batch in batches(good):
        rows |= zip(batch, values(directory, batch))
    for expression in rest:
        if expression not in rows:
            rows[expression] = {"error": detail(console(directory, expression)[1]) if words else ""}
    return [rows[expression] for expression in expressions]
