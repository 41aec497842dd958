#!/usr/bin/env python3
"""Records what the real `terraform plan` makes of each configuration here, as `plan.json` beside it.

Usage: record.py [CASE…]     (all cases where none is named)

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


def offline(directory):
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
        (directory / "versions_offline.tf").write_text(VERSIONS)
    (directory / "zz_offline_override.tf").write_text("".join(overrides))


def lines(path):
    return path.read_text().splitlines() if path.exists() else []


def record(case):
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary) / "case"
        shutil.copytree(case, directory)
        offline(directory)
        environment = dict(os.environ, **dict(line.split("=", 1) for line in lines(case / "environment")))

        def terraform(*arguments):
            done = subprocess.run(["terraform", *arguments], cwd=directory, env=environment, capture_output=True, text=True)
            if done.returncode:
                sys.exit(f"{case.name}: terraform {arguments[0]}: {done.stdout}{done.stderr}")
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
    (case / "plan.json").write_text(json.dumps({"resources": resources}, indent=1, sort_keys=True) + "\n")
    print(f"{case.name}: {len(resources)} resources")


names = sys.argv[1:] or sorted(path.name for path in HERE.iterdir() if path.is_dir())
for name in names:
    record(HERE / name)
