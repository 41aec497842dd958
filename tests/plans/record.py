#!/usr/bin/env python3
"""Records real plans: the saved plan file, its JSON and the state after apply, made by the real terraform with the real AWS
provider against a mock AWS on loopback.

Usage: record.py [CASE…]     (all cases where none is named)

Needs terraform 1.11 on PATH, an AWS provider 5.100 that `terraform init` can get at (TF_CLI_CONFIG_FILE, as
`scripts/aws-provider` prints it), and moto (`python3 -m pip install 'moto[server]' boto3`).

A case is a folder: `configuration/` is what is planned; `before/`, or `before: same` in the file `case`, is applied first;
`setup.py` makes objects in the mock AWS before that, and `drift.py` changes some, or the state, between. `case` says what
the case shows (`#` lines), then `plan:` (arguments), `plan-exit:`, `environment: NAME=VALUE`, `workspace:` and `apply: yes`.
Written are `tfplan`, `plan.json` and, where the plan is applied, `tfstate.json` (the state file) and `state.json` (`terraform show -json` of it).
"""

import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import boto3

HERE = Path(__file__).resolve().parent


def main():
    names = sys.argv[1:] or sorted(path.parent.name for path in HERE.glob("*/case"))
    with MockAws() as aws:
        for name in names:
            aws.reset()
            Case(HERE / name, aws).record()
            print(f"{name}: recorded", flush=True)


class MockAws:
    """moto's server on a free port of loopback."""

    def __enter__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.server = subprocess.Popen(["moto_server", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            try:
                self.reset()
                return self
            except OSError:
                time.sleep(0.2)
        raise SystemExit("moto_server does not answer")

    def __exit__(self, *_):
        self.server.terminate()

    def reset(self):
        """Nothing is there, and the ids of what is made come in the same order."""
        for path in ("reset", "seed?a=42"):
            urllib.request.urlopen(urllib.request.Request(f"{self.url}/moto-api/{path}", method="POST"))

    def environment(self):
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }


class Case:
    def __init__(self, folder, aws):
        self.folder, self.aws = folder, aws
        self.settings, self.variables = {}, {}
        for line in (folder / "case").read_text().splitlines():
            if not line.startswith("#"):
                key, value = line.split(": ", 1)
                if key == "environment":
                    name, value = value.split("=", 1)
                    self.variables[name] = value
                else:
                    self.settings[key] = value

    def record(self):
        for name in ("tfplan", "plan.json", "tfstate.json", "state.json"):
            (self.folder / name).unlink(missing_ok=True)
        with tempfile.TemporaryDirectory() as temporary:
            self.directory = Path(temporary)
            self.run("setup.py")
            before = self.folder / "before"
            if self.settings.get("before") == "same":
                before = self.folder / "configuration"
            if before.exists():
                self.configure(before)
                self.terraform("apply", "-auto-approve")
                for path in self.directory.rglob("*.tf*"):
                    if path.is_file() and ".terraform" not in path.parts and "tfstate" not in str(path):
                        path.unlink()
            self.configure(self.folder / "configuration")
            self.run("drift.py")
            expected = int(self.settings.get("plan-exit", 0))
            self.terraform("plan", "-out=tfplan", *shlex.split(self.settings.get("plan", "")), expected=expected)
            shutil.copy(self.directory / "tfplan", self.folder / "tfplan")
            (self.folder / "plan.json").write_text(self.terraform("show", "-json", "tfplan"))
            if self.settings.get("apply") == "yes":
                self.terraform("apply", "tfplan")
                shutil.copy(self.state_file(), self.folder / "tfstate.json")
                (self.folder / "state.json").write_text(self.terraform("show", "-json"))

    def configure(self, source):
        shutil.copytree(source, self.directory, dirs_exist_ok=True)
        self.terraform("init")
        workspace = self.settings.get("workspace")
        if workspace and not self.state_file().parent.exists():
            self.terraform("workspace", "new", workspace)

    def state_file(self):
        workspace = self.settings.get("workspace")
        folder = self.directory / "terraform.tfstate.d" / workspace if workspace else self.directory
        return folder / "terraform.tfstate"

    def terraform(self, command, *arguments, expected=0):
        environment = dict(os.environ, CHECKPOINT_DISABLE="1", TF_IN_AUTOMATION="1", **self.aws.environment(), **self.variables)
        options = {"plan": ["-input=false", "-parallelism=1"], "apply": ["-input=false", "-parallelism=1"]}.get(command, [])
        color = [] if command == "workspace" else ["-no-color"]
        words = ["terraform", command, *color, *options, *arguments]
        if command == "workspace":
            words = ["terraform", command, arguments[0], "-no-color", *arguments[1:]]
        done = subprocess.run(words, cwd=self.directory, env=environment, capture_output=True, text=True)
        if done.returncode != expected:
            raise SystemExit(f"{self.folder.name}: {shlex.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def run(self, script):
        """Runs a script of the case: with `ec2`, the state and its resources, and files of the configuration to write."""
        path = self.folder / script
        if not path.exists():
            return

        def write(name, text):
            (self.folder / "configuration" / name).write_text(text)

        def write_state(state):
            state["serial"] += 1
            self.state_file().write_text(json.dumps(state, indent=2))

        state = json.loads(self.state_file().read_text()) if self.state_file().exists() else {}

        def resource(address):
            for found in state["resources"]:
                if f"{found['type']}.{found['name']}" == address:
                    return found["instances"][0]["attributes"]
            raise KeyError(address)

        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        ec2 = boto3.client("ec2", region_name="us-east-1", endpoint_url=self.aws.url, **keys)
        exec(path.read_text(), {"ec2": ec2, "state": state, "resource": resource, "write": write, "write_state": write_state})


if __name__ == "__main__":
    main()
