#!/usr/bin/env python3
"""Records what the AWS provider plans for what is not set, as `aws-planned.json`: no schema tells. And what its schema
marks as sensitive, which that of `aws-schema.json` does not say of what came after 3.39.0.

Usage: record_planned.py [TYPE…]     (all resource types where none is named; half an hour)

Of each resource type, instances are planned whose required arguments are all unknown: one with nothing else, and one for
each nested block. What such a plan knows of an argument that is not set is the provider's default; a block type that is
not set and planned as unknown is one that the provider fills in. Types that no such instance can be made of are left out.

Needs terraform 1.11 on PATH and AWS provider 5.100.0 (`scripts/aws-provider` finds it). Nothing is asked of AWS.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests/configurations"))
import record

# So many instances are planned at once, and so many of a type.
BATCH = 400
OF_A_TYPE = 40
# Defaults that 6.0 changed (the AWS provider's "Version 6 Upgrade Guide").
CHANGED = {"aws_redshift_cluster": ["encrypted", "publicly_accessible"]}
# What a type needs that no error asks for by name.
HINTS = {
    "aws_lambda_function": """
        s3_bucket = "b"
        s3_key    = "k"
        handler   = "h"
        runtime   = "python3.12"
    """,
    "aws_dynamodb_table": """
        billing_mode = "PAY_PER_REQUEST"
        hash_key     = "k"
        attribute {
          name = "k"
          type = "S"
        }
    """,
}
# What the provider leaves out as long as it does not know which kind of action it is (the provider's documentation).
REDIRECT = {"host": "#{host}", "path": "/#{path}", "port": "#{port}", "protocol": "#{protocol}", "query": "#{query}"}
DOCUMENTED = {
    **{name: {f"default_action.redirect.{key}": text for key, text in REDIRECT.items()} for name in ["aws_alb_listener", "aws_lb_listener"]},
    **{name: {f"action.redirect.{key}": text for key, text in REDIRECT.items()} for name in ["aws_alb_listener_rule", "aws_lb_listener_rule"]},
}
NEEDED = [
    re.compile(r"(?:one of|all of) `([\w.,]+)`"),
    re.compile(r'Attribute "(\w+)" must be specified'),
    re.compile(r'"(\w+)" (?:is required|must be set)'),
    re.compile(r"(\w+) and \w+ must be set"),
    re.compile(r"\w+ and (\w+) must be set"),
]


def unknown(type_):
    """An expression of a type whose value is known only after apply."""
    if isinstance(type_, str):
        return {"string": "terraform_data.u.id", "number": "tonumber(terraform_data.u.output)"}.get(
            type_, f"to{type_}(terraform_data.u.output)"
        )
    kind, element = type_
    return {"list": f"[{unknown(element)}]", "set": f"toset([{unknown(element)}])", "map": f"{{ k = {unknown(element)} }}"}.get(
        kind, "terraform_data.u.output"
    ) if not isinstance(element, dict) else "terraform_data.u.output"


def body(block, path=(), more=()):
    """A body with what it needs, with the blocks on the way of a path, and with more arguments."""
    text = ""
    for name, attribute in block.get("attributes", {}).items():
        if attribute.get("required") or name in more:
            text += f"{name} = {unknown(attribute.get('type', 'any'))}\n"
    for name, nested in block.get("block_types", {}).items():
        on_the_way = path[:1] == (name,)
        for number in range(max(nested.get("min_items", 0), on_the_way, name in more)):
            inner = body(nested["block"], path[1:] if on_the_way and not number else ())
            text += f"{name} {{\n{inner}}}\n"
    return text


def paths(block, depth):
    """The paths of nested blocks, the short ones first."""
    names = sorted(block.get("block_types", {}))
    found = [(name,) for name in names if not block["block_types"][name].get("min_items")]
    if depth > 1:
        found += [(name, *path) for name in names for path in paths(block["block_types"][name]["block"], depth - 1)]
    return sorted(found, key=len)


class Probe:
    """An instance to plan: of a type, with one block that need not be there."""

    def __init__(self, type_name, schema, path, number):
        self.type_name, self.schema, self.path = type_name, schema, path
        self.address = f"{type_name}.p{number}"
        self.more = set()

    def text(self):
        inner = body(self.schema, self.path, self.more) + HINTS.get(self.type_name, "")
        return f'resource "{self.type_name}" "{self.address.split(".")[1]}" {{\n{inner}}}\n'

    def add(self, errors):
        """Sets what the errors ask for; whether there was something."""
        for error in errors:
            for pattern in NEEDED:
                for names in pattern.findall(error):
                    names = [name for name in names.split(",") if "." not in name]
                    if self.more.intersection(names) or set(self.path[:1]).intersection(names):
                        continue
                    attributes = [name for name in names if self.schema["attributes"].get(name, {}).get("optional")]
                    if attributes:
                        self.more.add(attributes[0])
                        return True
        return False


def probes(schemas):
    for type_name, schema in sorted(schemas.items()):
        for number, path in enumerate([(), *paths(schema["block"], 2)][:OF_A_TYPE]):
            yield Probe(type_name, schema["block"], path, number)


def blocks_of(block, values, unknown):
    """Nested blocks with their planned values: name, schema, values, what is unknown."""
    for name, nested in block.get("block_types", {}).items():
        elements, mirrors = values.get(name) or [], unknown.get(name) or []
        elements = [elements] if isinstance(elements, dict) else elements
        mirrors = [mirrors] if isinstance(mirrors, dict) else mirrors
        for index, element in enumerate(elements):
            mirror = mirrors[index] if isinstance(mirrors, list) and index < len(mirrors) else {}
            if isinstance(element, dict):
                yield name, nested["block"], element, mirror


def planned(block, values, unknown, path=""):
    """What is planned for arguments that are not required, by path; only texts, numbers and truth values."""
    for name, attribute in block.get("attributes", {}).items():
        value = values.get(name)
        if not (attribute.get("required") or isinstance(value, (list, dict)) or unknown.get(name) is True):
            yield path + name, value
    for name, below, element, mirror in blocks_of(block, values, unknown):
        yield from planned(below, element, mirror, f"{path}{name}.")


def is_default(path, values):
    """Whether all plans agree. Where a block is there, the provider's SDK has zeros for nulls: those tell nothing."""
    if len(values) > 1 and len([value for value in values if value != "null"]) != 1:
        return False
    value = json.loads(max(values, key=lambda value: value != "null"))
    return value is not None and not ("." in path and value in ("", 0, False))


def sensitive(block, path=""):
    """The paths of what the schema marks as sensitive."""
    for name, attribute in block.get("attributes", {}).items():
        if attribute.get("sensitive"):
            yield path + name
    for name, nested in block.get("block_types", {}).items():
        yield from sensitive(nested["block"], f"{path}{name}.")


def facts(probes, changes):
    """The recorded facts, by type."""
    defaults, filled = {}, {}
    for probe in probes:
        if probe.address not in changes:
            continue
        after, unknown = (changes[probe.address][name] for name in ("after", "after_unknown"))
        for path, value in planned(probe.schema, after, unknown):
            hinted = re.findall(r"^\s*(\w+)\s*=", HINTS.get(probe.type_name, ""), re.MULTILINE)
            if path not in {*probe.more, *hinted} and path not in CHANGED.get(probe.type_name, []):
                defaults.setdefault(probe.type_name, {}).setdefault(path, set()).add(json.dumps(value))
        names = {name for name in probe.schema.get("block_types", {}) if unknown.get(name) is True}
        filled.setdefault(probe.type_name, set()).update(names)
    found = {}
    for type_name in sorted(filled):
        of_type = {path: values for path, values in defaults.get(type_name, {}).items() if is_default(path, values)}
        of_type = {path: json.loads(max(values, key=lambda value: value != "null")) for path, values in of_type.items()}
        entry = {"defaults": dict(sorted(of_type.items())), "filled": sorted(filled[type_name])}
        found[type_name] = {name: value for name, value in entry.items() if value}
    return {type_name: entry for type_name, entry in found.items() if entry}


HEAD = """
provider "aws" {
  skip_credentials_validation = true
  skip_requesting_account_id  = true
}
resource "terraform_data" "u" {
  input = plantimestamp()
}
"""


class Terraform:
    def __init__(self, directory, settings):
        self.directory = directory
        self.environment = dict(
            os.environ, TF_CLI_CONFIG_FILE=str(settings), CHECKPOINT_DISABLE="1", AWS_DEFAULT_REGION="us-east-1",
            AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_EC2_METADATA_DISABLED="true",
            AWS_ENDPOINT_URL="http://127.0.0.1:9", AWS_MAX_ATTEMPTS="1",
        )

    def run(self, *arguments):
        return subprocess.run(["terraform", *arguments], cwd=self.directory, env=self.environment, capture_output=True, text=True)

    def plan(self, probes):
        """The changes by address, of those that can be planned so."""
        left, failed = {probe.address: probe for probe in probes}, {}
        while left:
            text = HEAD + "".join(probe.text() for probe in left.values())
            (self.directory / "main.tf").write_text(text)
            found = {}
            for each in json.loads(self.run("validate", "-json").stdout)["diagnostics"]:
                if each["severity"] == "error":
                    found.setdefault(self.block_of(text, each), []).append(f"{each['summary']} {each['detail']}")
            if not found:
                done = self.run("plan", "-json", "-out=tfplan", "-refresh=false", "-lock=false")
                for each in map(json.loads, done.stdout.splitlines()):
                    if each.get("@level") == "error":
                        each = each["diagnostic"]
                        address = each.get("address") or self.block_of(text, each)
                        found.setdefault(address, []).append(f"{each['summary']} {each['detail']}")
            if not found:
                plan = json.loads(self.run("show", "-json", "tfplan").stdout)
                return {each["address"]: each["change"] for each in plan["resource_changes"] if each["address"] in left}, failed
            if not left.keys() & found.keys():
                raise SystemExit(str(found))
            if any("did not respond" in error for errors in found.values() for error in errors):
                # The provider fell over one of them, and the others with it.
                probes = list(left.values())
                if len(probes) == 1:
                    return {}, failed | found
                middle = len(probes) // 2
                halves = [self.plan(half) for half in (probes[:middle], probes[middle:])]
                return halves[0][0] | halves[1][0], failed | halves[0][1] | halves[1][1]
            for address in left.keys() & found.keys():
                if not left[address].add(found[address]):
                    failed[address] = found[address]
                    del left[address]
        return {}, failed

    @staticmethod
    def block_of(text, diagnostic):
        line = (diagnostic.get("range") or {}).get("start", {}).get("line")
        if line is None:
            return None
        for header in reversed(text.splitlines()[:line]):
            match = re.match(r'resource "(\w+)" "(\w+)"', header)
            if match:
                return f"{match[1]}.{match[2]}"
        return None


def main():
    lab = record.Lab()
    output = HERE / "aws-planned.json"
    with tempfile.TemporaryDirectory() as temporary:
        terraform = Terraform(Path(temporary), lab.settings)
        (Path(temporary) / "main.tf").write_text('provider "aws" {}\n')
        schemas = json.loads(terraform.run("providers", "schema", "-json").stdout)["provider_schemas"]
        schemas = schemas["registry.terraform.io/hashicorp/aws"]["resource_schemas"]
        names = sys.argv[1:] or list(schemas)
        known = json.loads(output.read_text()) if sys.argv[1:] else {}
        pending = list(probes({name: schemas[name] for name in names}))
        failed = {}
        for start in range(0, len(pending), BATCH):
            batch = pending[start:start + BATCH]
            changes, errors = terraform.plan(batch)
            failed.update(errors)
            for name, entry in facts(batch, changes).items():
                merge(known, name, entry)
            for name in {probe.type_name for probe in batch}:
                merge(known, name, {"sensitive": sorted(sensitive(schemas[name]["block"])), "defaults": DOCUMENTED.get(name, {})})
            print(f"{start + len(batch)} of {len(pending)}, {len(failed)} cannot be planned", flush=True)
    lines = [f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in sorted(known.items())]
    output.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def merge(known, name, entry):
    """A type's probes may be in two batches."""
    before = known.setdefault(name, {})
    before["defaults"] = dict(sorted((before.get("defaults", {}) | entry.get("defaults", {})).items()))
    for part in ("filled", "sensitive"):
        before[part] = sorted({*before.get(part, []), *entry.get(part, [])})
    for part in [part for part, value in before.items() if not value]:
        del before[part]
    if not before:
        del known[name]


if __name__ == "__main__":
    main()
