#!/usr/bin/env python3
"""Records what the real `terraform plan` makes of each configuration here, as `plan.json` beside it.

Usage: record.py [--check] [CASE…]     (all cases where none is named)

With `--check` nothing is written: what terraform plans now is compared with what is recorded. `scripts/test` does that.
With another version of the AWS provider than the recorded one, only what does not hang on the version is compared: which
instances there are, and the values that both versions know. What cannot be compared is reported as skipped, which is an
error where CI=true.

Needs terraform 1.11 on PATH. The rest it sets up below `target/`: the AWS provider (`scripts/aws-provider`), and a mock
AWS on loopback (moto), which answers data sources and imports. No account is needed, and no configuration changed for it.
`plan.json` is what `terraform show -json` prints, less what holds nothing of its own (`planned_values`), what is of the
moment (`timestamp`) and what the test does not look at (`relevant_attributes`).

A case may hold, beside its configuration:
  arguments    extra plan arguments, one a line, and
  environment  NAME=VALUE lines: the test hands both to terravet too;
  existing/    a configuration that is applied to the mock AWS before the plan is made: what data sources find;
  provider_knows  what terravet cannot know although the plan does: see ../configurations.rs.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
RECORDED_VERSION = "5.100.0"
LEFT_OUT = ["planned_values", "relevant_attributes", "timestamp"]
WORKERS = 2
# Attributes whose text a provider version writes in its own way.
DOCUMENTS = ["json", "policy", "assume_role_policy"]


# What a number is kept behind.
NUMBER = "number:"


# Identifiers and times of the mock AWS: which resource gets which hangs on the order in which terraform makes them.
OF_THE_MOMENT = re.compile(r"\b([a-z]+)-[0-9a-f]{17}\b|\bA[A-Z]{3}[A-Z2-7]{17}\b|\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Failed(Exception):
    """Terraform's own words."""


class Unavailable(Exception):
    """Why nothing can be compared."""


class MockAws:
    """A moto server of its own, with the same identifiers each time it is reset."""

    def __init__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        server = PROJECT / "target/mock-aws/bin/moto_server"
        command = [server, "-H", "127.0.0.1", "-p", self.url.rsplit(":", 1)[1]]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not self.answers():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise Unavailable("the mock AWS does not start")
            time.sleep(0.2)

    def answers(self):
        try:
            self.reset()
            return True
        except OSError:
            return False

    def reset(self):
        for path in ("reset", "seed?a=42"):
            urllib.request.urlopen(urllib.request.Request(f"{self.url}/moto-api/{path}", method="POST"), timeout=60).close()


class Lab:
    """A real terraform with an AWS provider; each thread has a mock AWS of its own."""

    def __init__(self):
        if not shutil.which("terraform"):
            raise Unavailable("terraform is not on PATH")
        version = json.loads(run(["terraform", "version", "-json"]))["terraform_version"]
        if not version.startswith("1.11."):
            raise Unavailable(f"recorded plans are of terraform 1.11, and {version} is on PATH")
        installed = Path(run([PROJECT / "scripts/aws-provider", PROJECT / "target/aws-provider"]).strip()).parent
        versions = {path.parent.name: path for path in installed.glob("mirror/*/*/aws/*/*")}
        self.version = RECORDED_VERSION if RECORDED_VERSION in versions else max(versions)
        self.same_version = self.version == RECORDED_VERSION
        # No `init`: it would read through the provider's 700 MB each time.
        self.settings = PROJECT / "target/aws-provider/configurations.terraformrc"
        self.settings.write_text(
            'provider_installation {\n  dev_overrides {\n    "hashicorp/aws" = '
            f'"{versions[self.version].resolve()}"\n  }}\n  direct {{}}\n}}\n'
        )
        self.idle, self.lock, self.mocks = [], Lock(), []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for mock in self.mocks:
            mock.process.terminate()

    def mock(self):
        with self.lock:
            if self.idle:
                return self.idle.pop()
            if not (PROJECT / "target/mock-aws/bin/moto_server").exists():
                run([sys.executable, "-m", "venv", PROJECT / "target/mock-aws"])
                python = PROJECT / "target/mock-aws/bin/python"
                run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "moto[server]==5.2.5"])
            mock = MockAws()
            self.mocks.append(mock)
            return mock

    def plan_of(self, case):
        """What is recorded of a case."""
        mock = self.mock()
        try:
            mock.reset()
            with tempfile.TemporaryDirectory() as temporary:
                directory = Path(temporary) / "case"
                shutil.copytree(case, directory)
                if (directory / "existing").exists():
                    self.apply(directory / "existing", mock)
                return self.plan(case, directory, mock)
        finally:
            with self.lock:
                self.idle.append(mock)

    def terraform(self, directory, mock, more, *arguments):
        environment = {
            "CHECKPOINT_DISABLE": "1",
            "TF_CLI_CONFIG_FILE": str(self.settings),
            "TF_IN_AUTOMATION": "1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": mock.url,
        }
        environment = dict(os.environ, **environment, **dict(line.split("=", 1) for line in more))
        return run(["terraform", *arguments], cwd=directory, env=environment)

    def apply(self, directory, mock):
        self.before(directory, mock)
        self.terraform(directory, mock, [], "apply", "-no-color", "-auto-approve", "-parallelism=1")

    def plan(self, case, directory, mock):
        self.before(directory, mock)
        more = lines(case / "environment")
        self.terraform(directory, mock, more, "get", "-no-color")
        # One after the other, so that the mock's identifiers come in the same order.
        steps = ["plan", "-no-color", "-input=false", "-out=tfplan", "-parallelism=1", *lines(case / "arguments")]
        self.terraform(directory, mock, more, *steps)
        text = self.terraform(directory, mock, more, "show", "-json", "tfplan")
        # Numbers with all their digits, which a float has not.
        plan = json.loads(text, parse_float=lambda digits: NUMBER + digits, parse_int=lambda digits: NUMBER + digits)
        return {name: value for name, value in plan.items() if name not in LEFT_OUT}

    def before(self, directory, mock):
        """Before 5.0 the provider has no environment variable for endpoints."""
        if self.same_version:
            return
        services = "autoscaling cloudwatch cloudwatchlogs ec2 elb elbv2 iam kms rds route53 s3 sns sqs ssm sts".split()
        endpoints = "".join(f'    {service} = "{mock.url}"\n' for service in services)
        body = f"  skip_credentials_validation = true\n  skip_metadata_api_check = true\n  endpoints {{\n{endpoints}  }}\n"
        text = "\n".join(path.read_text() for path in sorted(directory.glob("*.tf")))
        blocks = re.findall(r'^provider "aws" \{(.*?)^\}', text, re.S | re.M)
        aliases = [re.search(r'^\s*alias\s*=.*$', block, re.M) for block in blocks]
        overrides = [f'provider "aws" {{\n{alias.group() if alias else ""}\n{body}}}\n' for alias in aliases]
        (directory / "zz_mock_override.tf").write_text("".join(overrides))


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        raise Failed(f"{' '.join(map(str, command))}: {done.stdout}{done.stderr}")
    return done.stdout


def lines(path):
    return path.read_text().splitlines() if path.exists() else []


def written(plan):
    """JSON with a line for each member of a list at the top: for people to compare."""
    members = []
    for name, value in sorted(plan.items()):
        if isinstance(value, list) and value:
            elements = ",\n".join("  " + json.dumps(element, sort_keys=True) for element in value)
            members.append(f" {json.dumps(name)}: [\n{elements}\n ]")
        else:
            members.append(f" {json.dumps(name)}: {json.dumps(value, sort_keys=True)}")
    text = "{\n" + ",\n".join(members) + "\n}\n"
    return re.sub(rf'"{NUMBER}([^"]*)"', r"\1", text)


def instances(plan):
    """Values by address: of what is planned, and of data sources that were read."""
    found = {change["address"]: change["change"]["after"] for change in plan.get("resource_changes", [])}
    pending = [plan.get("prior_state", {}).get("values", {}).get("root_module", {})]
    while pending:
        module = pending.pop()
        pending += module.get("child_modules", [])
        found.update({each["address"]: each["values"] for each in module.get("resources", []) if each["mode"] == "data"})
    return found


def settled(value, of=""):
    """A plan without what is of the moment, and with what has no order of its own in one: resources, and references."""
    if isinstance(value, dict):
        return {settled(name): settled(below, name) for name, below in value.items()}
    if isinstance(value, list):
        elements = [settled(element) for element in value]
        unordered = of == "references" or all(isinstance(each, dict) and "address" in each for each in elements)
        return sorted(elements, key=lambda each: json.dumps(each, sort_keys=True)) if unordered else elements
    return OF_THE_MOMENT.sub(r"\1-…", value) if isinstance(value, str) else value


def differences(recorded, planned, same_version):
    """What terraform plans now in another way than is recorded."""
    if same_version:
        recorded, planned = settled(recorded), settled(planned)
        for name in sorted(recorded.keys() | planned.keys()):
            then, now = recorded.get(name), planned.get(name)
            if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
                yield from (f"{name}: {a} is planned as {b}" for a, b in zip(then, now) if a != b)
            elif then != now:
                yield f"{name}: {then} is planned as {now}"
        return
    recorded, planned = instances(recorded), instances(planned)
    for address in sorted(recorded.keys() ^ planned.keys()):
        yield f"{address} is only {'recorded' if address in recorded else 'planned'}"
    for address in sorted(recorded.keys() & planned.keys()):
        then, now = recorded[address] or {}, planned[address] or {}
        for name in sorted(then.keys() & now.keys()):
            known = isinstance(then[name], (str, int)) and then[name] != "" and now[name] is not None
            if known and name not in DOCUMENTS and str(then[name]) != str(now[name]):
                yield f"{address} {name}: {then[name]!r} is planned as {now[name]!r}"


def skip(why):
    print(f"SKIPPED: {why}")
    return os.environ.get("CI") == "true"


def check(lab, case):
    """Compares a case: what to say, and whether it is as recorded."""
    recorded = json.loads((case / "plan.json").read_text())
    try:
        planned = json.loads(written(lab.plan_of(case)))
        found = list(differences(recorded, planned, lab.same_version or not uses_aws(recorded)))
    except Failed as failure:
        if uses_aws(recorded) and not lab.same_version:
            return f"{case.name}: {lab.version} of the AWS provider does not know all that it needs", True
        found = [str(failure)]
    said = [f"{case.name}: {'differs' if found else 'as recorded'}", *(f"  {difference}" for difference in found)]
    return "\n".join(said), not found


def record(lab, case):
    try:
        plan = lab.plan_of(case)
    except Failed as failure:
        return f"{case.name}: {failure}", False
    (case / "plan.json").write_text(written(plan))
    return f"{case.name}: {len(instances(plan))} resources", True


def uses_aws(plan):
    return any("aws" in change["provider_name"] for change in plan.get("resource_changes", []))


def main():
    names = [name for name in sys.argv[1:] if name != "--check"]
    cases = [HERE / name for name in names] or sorted(path.parent for path in HERE.glob("*/main.tf*"))
    action = check if "--check" in sys.argv else record
    try:
        with Lab() as lab, ThreadPoolExecutor(WORKERS) as pool:
            results = []
            for said, good in pool.map(lambda case: action(lab, case), cases):
                print(said, flush=True)
                results.append(good)
    except Unavailable as why:
        sys.exit(skip(f"recorded plans are not compared: {why}"))
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
