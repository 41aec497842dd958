#!/usr/bin/env python3
"""Records what the real Terraform says of each small configuration in the .txt files here: whether it takes it, and if
not, the summaries of its errors with their lines, as a .json file beside each.

Usage: record.py [--check] [FILE…]     (all .txt files but known.txt where none is named)

With `--check` nothing is written: what terraform says now is compared with what is recorded. `scripts/test` does that.

`=== name` begins a configuration, `--- path` a file in it (before the first one: main.tf). `terraform init` is asked
where modules or providers are to be installed, then `terraform validate`, then `terraform plan`; the first that refuses
gives the verdict, and `by` names it. The configurations in aws.txt need the AWS provider, and are only validated: no
AWS account is needed. Needs terraform 1.11 on PATH; for aws.txt TF_CLI_CONFIG_FILE must name a configuration with a
mirror that has the provider.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
# What `validate` says after an `init` that failed: its own errors tell more then.
NOT_INSTALLED = ["Module not installed", "Missing required provider", "Missing required provider plugin", "Required plugins are not installed"]


def configurations(path):
    """Name and files of each configuration in a file."""
    for part in re.split(r"^=== ", path.read_text(), flags=re.M)[1:]:
        name, _, body = part.partition("\n")
        files = {}
        pieces = re.split(r"^--- (.*)\n", body, flags=re.M)
        if pieces[0].strip():
            files["main.tf"] = pieces[0]
        files.update(zip(pieces[1::2], pieces[2::2]))
        yield name, files or {"main.tf": ""}


def located(diagnostic):
    place = diagnostic.get("range")
    return f"{place['filename']}:{place['start']['line']}" if place else None


class Errors(list):
    """The errors of one command."""

    def add(self, diagnostics):
        for diagnostic in diagnostics:
            if diagnostic["severity"] == "error":
                self.append({"summary": steady(diagnostic["summary"]), "at": located(diagnostic)})


def steady(summary):
    """A cycle's members come in another order each time."""
    kind, colon, members = summary.partition("Cycle: ")
    return kind + colon + ", ".join(sorted(members.split(", "))) if colon else summary


def verdict(files, is_aws):
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        for name, text in files.items():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            (directory / name).write_text(text)
        environment = dict(os.environ, CHECKPOINT_DISABLE="1", TF_IN_AUTOMATION="1")
        if not is_aws:
            # No registry is asked: with a network and without, the answers are the same.
            environment["TF_CLI_CONFIG_FILE"] = str(directory / ".offline.tfrc")
            (directory / ".none").mkdir()
            (directory / ".offline.tfrc").write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{directory}/.none"\n  }}\n}}\n')

        def terraform(*arguments):
            return subprocess.run(["terraform", *arguments], cwd=directory, env=environment, capture_output=True, text=True)

        text = "".join(files.values())
        by_init = []
        if is_aws or re.search(r"module|backend|cloud|required_|provider", text):
            done = terraform("init", "-no-color", "-input=false")
            if done.returncode:
                by_init = re.findall(r"^(?:│ )?Error: (.*)", done.stdout + done.stderr, re.M)
        errors = Errors()
        done = terraform("validate", "-json", "-no-color")
        errors.add(json.loads(done.stdout).get("diagnostics", []))
        if by_init and all(error["summary"] in NOT_INSTALLED for error in errors):
            return refused("init", [{"summary": summary, "at": None} for summary in by_init])
        if errors:
            return refused("validate", errors)
        if is_aws:
            return {"verdict": "accepted"}
        done = terraform("plan", "-json", "-input=false", "-lock=false")
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        errors.add(line["diagnostic"] for line in lines if "diagnostic" in line)
        if errors:
            return refused("plan", errors)
        warnings = sorted({line["diagnostic"]["summary"] for line in lines if "diagnostic" in line})
        return {"verdict": "accepted", **({"warnings": warnings} if warnings else {})}


def refused(by, errors):
    errors = sorted(errors, key=lambda error: (error["summary"], error["at"] or ""))
    return {"verdict": "refused", "by": by, "errors": [error for index, error in enumerate(errors) if error not in errors[:index]]}


def verdicts(path):
    is_aws = path.stem == "aws"
    named = list(configurations(path))
    assert len({name for name, _ in named}) == len(named), f"{path.name}: a name stands there twice"
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip((name for name, _ in named), pool.map(lambda case: verdict(case[1], is_aws), named)))


def check(paths):
    """Compares; the exit code."""
    project = HERE.parent.parent
    is_ci = os.environ.get("CI") == "true"
    if not shutil.which("terraform"):
        print("SKIPPED: recorded verdicts are not compared with terraform, which is not on PATH")
        return is_ci
    version = json.loads(subprocess.run(["terraform", "version", "-json"], capture_output=True, text=True).stdout)["terraform_version"]
    if not version.startswith("1.11."):
        print(f"SKIPPED: recorded verdicts are of terraform 1.11, and {version} is on PATH")
        return is_ci
    differ = False
    for path in paths:
        recorded = json.loads(path.with_suffix(".json").read_text())
        if path.stem == "aws":
            # A validation of these takes seconds each: they hang on the recorded provider version, which stays.
            continue
        now = verdicts(path)
        different = [name for name in recorded.keys() | now.keys() if recorded.get(name) != now.get(name)]
        for name in sorted(different):
            print(f"{path.stem}: {name}: {recorded.get(name)} is now {now.get(name)}")
        print(f"{path.stem}: {len(now)} verdicts, {len(different)} differ")
        differ |= bool(different)
    return differ


def main():
    names = [name for name in sys.argv[1:] if name != "--check"]
    paths = [HERE / Path(name).name for name in names] or sorted(HERE.glob("*.txt"))
    paths = [path for path in paths if path.name != "known.txt"]
    if "--check" in sys.argv:
        sys.exit(check(paths))
    for path in paths:
        found = verdicts(path)
        path.with_suffix(".json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        taken = sum(entry["verdict"] == "accepted" for entry in found.values())
        print(f"{path.stem}: {taken} accepted, {len(found) - taken} refused")


if __name__ == "__main__":
    main()
