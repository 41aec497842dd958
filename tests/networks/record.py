#!/usr/bin/env python3
"""Records networks that the real `terraform apply` makes on a mock AWS: of each design here the saved plan file, its JSON,
the state after apply, and what AWS then says of the network (`describe.py`).

Usage: record.py [--into DIRECTORY] [DESIGN…]     (all designs where none is named)

With `--into`, copies of the designs are recorded there: `NETWORKS=DIRECTORY cargo test --test networks` looks at those.
What the mock has not as AWS has it, designs keep away from: its default groups do not let their members in, transit
gateways associate all attachments with their default table and propagate nothing, routes of theirs name no attachment, subnets get no IPv6 addresses, and
instances without a public address have an empty association, which the provider takes for one.

Needs terraform 1.11 on PATH; the rest is set up below `target/`, as for ../configurations/record.py.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent


def lab():
    """What the recorded plans are made with."""
    found = importlib.util.spec_from_file_location("configurations", HERE.parent / "configurations/record.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def record(lab, design, into):
    mock = lab.mock()
    try:
        mock.reset()
        with tempfile.TemporaryDirectory() as temporary:
            directory = Path(temporary)
            for path in design.glob("*.tf"):
                shutil.copy(path, directory)
            lab.before(directory, mock)
            lab.terraform(directory, mock, [], "plan", "-input=false", "-no-color", "-out=tfplan", "-parallelism=1")
            (into / "plan.json").write_text(lab.terraform(directory, mock, [], "show", "-json", "tfplan"))
            lab.terraform(directory, mock, [], "apply", "-input=false", "-no-color", "tfplan")
            shutil.copy(directory / "tfplan", into / "tfplan")
            shutil.copy(directory / "terraform.tfstate", into / "tfstate.json")
        environment = dict(
            os.environ,
            AWS_ENDPOINT_URL=mock.url,
            AWS_ACCESS_KEY_ID="test",
            AWS_SECRET_ACCESS_KEY="test",
            AWS_DEFAULT_REGION="us-east-1",
        )
        python = PROJECT / "target/mock-aws/bin/python"
        done = subprocess.run([python, HERE / "describe.py"], env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
        (into / "described.json").write_text(done.stdout)
    finally:
        with lab.lock:
            lab.idle.append(mock)


def main():
    arguments = sys.argv[1:]
    into = None
    if arguments[:1] == ["--into"]:
        into, arguments = Path(arguments[1]), arguments[2:]
    names = arguments or sorted(path.parent.name for path in HERE.glob("*/main.tf"))
    module = lab()

    def one(name):
        target = HERE / name if into is None else into / name
        target.mkdir(parents=True, exist_ok=True)
        if into is not None:
            shutil.copytree(HERE / name, target, dirs_exist_ok=True)
        try:
            record(real, HERE / name, target)
        except (module.Failed, RuntimeError) as failed:
            print(f"{name}: {failed}", flush=True)
            return False
        print(f"{name}: recorded", flush=True)
        return True

    try:
        with module.Lab() as real, ThreadPoolExecutor(module.WORKERS) as threads:
            recorded = list(threads.map(one, names))
        sys.exit(0 if all(recorded) else 1)
    except module.Unavailable as why:
        sys.exit(module.skip(why))


if __name__ == "__main__":
    main()
