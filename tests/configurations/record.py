#!/usr/bin/env python3
"""Records what the real `terraform plan` makes of each configuration here, as `plan.json` beside it.

Usage: record.py [--check] [CASE…]     (all cases where none is named)

With `--check` nothing is written: what terraform plans now is compared with what is recorded. `scripts/test` does that.
It takes the AWS provider that `scripts/aws-provider` finds; with another than the recorded version, only what does not
hang on the version is compared: which instances there are, and the values that both versions know. What cannot be
compared is reported as skipped, which is an error where CI=true.

Needs terraform 1.11 on PATH and an AWS provider that `terraform init` can get at (with TF_CLI_CONFIG_FILE, from a mirror).
No AWS account is needed: nothing is asked of AWS. A case may hold `arguments`, a file of extra plan arguments, one a line,
and `environment`, a file of NAME=VALUE lines: the test hands both to terravet too.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
RECORDED_VERSION = "5.100.0"
# Attributes whose text a provider version writes in its own way.
DOCUMENTS = ["json", "policy", "assume_role_policy"]
OFFLINE = """
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
"""
VERSIONS = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "5.100.0" }
  }
}
"""


def offline(directory, version):
    """An override file that lets every provider configuration of the root module do without AWS."""
    text = "\n".join(path.read_text() for path in directory.glob("*.tf"))
    if any("skip_requesting_account_id" in path.read_text() for path in directory.glob("*.tf.json")):
        return
    blocks = re.findall(r'^provider "aws" \{(.*?)^\}', text, re.S | re.M)
    aliases = [re.search(r'alias\s*=\s*"(\w+)"', block) for block in blocks]
    overrides = [f'provider "aws" {{\n  alias = "{alias.group(1)}"\n{OFFLINE}}}\n' if alias else f'provider "aws" {{{OFFLINE}}}\n' for alias in aliases]
    if not any(alias is None for alias in aliases):
        (directory / "offline.tf").write_text(f'provider "aws" {{\n  region = "us-east-1"\n{OFFLINE}}}\n')
    if "required_providers" not in text:
        (directory / "versions_offline.tf").write_text(VERSIONS.replace(RECORDED_VERSION, version))
    (directory / "zz_offline_override.tf").write_text("".join(overrides))


def lines(path):
    return path.read_text().splitlines() if path.exists() else []


class Failed(Exception):
    """Terraform's own words."""


def plan_of(case, settings):
    """What is recorded of a case: each resource instance with its values."""
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary) / "case"
        shutil.copytree(case, directory)
        offline(directory, settings.get("version", RECORDED_VERSION))
        environment = dict(os.environ, CHECKPOINT_DISABLE="1", **settings.get("environment", {}))
        environment.update(line.split("=", 1) for line in lines(case / "environment"))

        def terraform(*arguments):
            done = subprocess.run(["terraform", *arguments], cwd=directory, env=environment, capture_output=True, text=True)
            if done.returncode:
                raise Failed(f"{case.name}: terraform {arguments[0]}: {done.stdout}{done.stderr}")
            return done.stdout

        terraform("init", "-no-color")
        terraform("plan", "-no-color", "-input=false", "-out=tfplan", *lines(case / "arguments"))
        plan = json.loads(terraform("show", "-json", "tfplan"))
    resources = []
    for change in plan.get("resource_changes", []):
        resources.append({
            "address": change["address"],
            "mode": change["mode"],
            "provider": change["provider_name"],
            "values": change["change"]["after"],
            "unknown": change["change"]["after_unknown"],
            "sensitive": change["change"]["after_sensitive"],
        })
    read = plan.get("prior_state", {}).get("values", {}).get("root_module", {})
    pending = [read]
    while pending:
        module = pending.pop()
        pending += module.get("child_modules", [])
        for resource in module.get("resources", []):
            resources.append({
                "address": resource["address"],
                "mode": resource["mode"],
                "provider": resource["provider_name"],
                "values": resource["values"],
                "unknown": {},
                "sensitive": resource.get("sensitive_values", {}),
            })
    resources.sort(key=lambda resource: resource["address"])
    return {"resources": resources}


def differences(recorded, planned, same_version):
    """What terraform plans now in another way than is recorded."""
    recorded, planned = ({resource["address"]: resource for resource in plan["resources"]} for plan in (recorded, planned))
    for address in sorted(recorded.keys() ^ planned.keys()):
        yield f"{address} is only {'recorded' if address in recorded else 'planned'}"
    for address in sorted(recorded.keys() & planned.keys()):
        if same_version and recorded[address] != planned[address]:
            yield f"{address}: {recorded[address]} is planned as {planned[address]}"
        elif not same_version:
            then, now = recorded[address]["values"] or {}, planned[address]["values"] or {}
            for name in sorted(then.keys() & now.keys()):
                known = isinstance(then[name], (str, int)) and then[name] != "" and now[name] is not None
                if known and name not in DOCUMENTS and str(then[name]) != str(now[name]):
                    yield f"{address} {name}: {then[name]!r} is planned as {now[name]!r}"


def skip(why):
    print(f"SKIPPED: {why}")
    return os.environ.get("CI") == "true"


def check(cases):
    """Compares; the exit code."""
    if not shutil.which("terraform"):
        return skip("recorded plans are not compared with terraform, which is not on PATH")
    version = json.loads(subprocess.run(["terraform", "version", "-json"], capture_output=True, text=True).stdout)["terraform_version"]
    if not version.startswith("1.11."):
        return skip(f"recorded plans are of terraform 1.11, and {version} is on PATH")
    prepared = subprocess.run([PROJECT / "scripts/aws-provider", PROJECT / "target/aws-provider"], stdout=subprocess.PIPE, text=True)
    settings, same_version, failed = {"environment": {"TF_CLI_CONFIG_FILE": "/dev/null"}}, False, False
    if prepared.returncode == 0:
        configuration = Path(prepared.stdout.strip())
        versions = [path.name for path in configuration.parent.glob("mirror/*/*/aws/*")]
        same_version = RECORDED_VERSION in versions
        settings = {
            "environment": {"TF_CLI_CONFIG_FILE": str(configuration)},
            "version": RECORDED_VERSION if same_version else max(versions),
        }
    for case in cases:
        if prepared.returncode and uses_aws(case):
            failed |= skip(f"{case.name}: no AWS provider is to be had")
            continue
        recorded = json.loads((case / "plan.json").read_text())
        try:
            found = list(differences(recorded, plan_of(case, settings), same_version or not uses_aws(case)))
        except Failed as failure:
            if uses_aws(case) and not same_version:
                print(f"{case.name}: {settings['version']} of the AWS provider does not know all that it needs")
                continue
            found = [str(failure)]
        print(f"{case.name}: {'differs' if found else 'as recorded'}")
        for difference in found:
            print(f"  {difference}")
        failed |= bool(found)
    return failed


def uses_aws(case):
    return any("aws" in resource["provider"] for resource in json.loads((case / "plan.json").read_text())["resources"])


def main():
    names = [name for name in sys.argv[1:] if name != "--check"]
    cases = [HERE / name for name in names] or sorted(path.parent for path in HERE.glob("*/main.tf*"))
    if "--check" in sys.argv:
        sys.exit(check(cases))
    for case in cases:
        plan = plan_of(case, {})
        (case / "plan.json").write_text(json.dumps(plan, indent=1, sort_keys=True) + "\n")
        print(f"{case.name}: {len(plan['resources'])} resources")


if __name__ == "__main__":
    main()
