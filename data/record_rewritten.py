#!/usr/bin/env python3
"""Records which texts the AWS provider rewrites while it plans, as `aws-rewritten.txt`: no schema tells.

Usage: record_rewritten.py [TYPE…]     (all resource types where none is named; an hour)

Of each resource type, instances are planned whose required arguments are unknown, with one argument set to a probing text:
what the plan makes of it tells the kind of rewriting. Arguments that take none of the texts are left as they are. The rows
below `CURATED` are written by hand, each measured in the same way: those arguments take only certain words.

Needs terraform 1.11 on PATH and AWS provider 5.100.0 (`scripts/aws-provider` finds it). Nothing is asked of AWS.
"""

import hashlib
import json
import re
import sys
import tempfile
from pathlib import Path

import record_planned
from record_planned import BATCH, HERE, HINTS, Probe, Terraform, body, paths, record

OUTPUT = HERE / "aws-rewritten.txt"
HEAD = """\
# What the AWS provider (5.100.0) makes of a text while it plans: columns, tab-separated, are resource type, attribute path, kind.
# lower, upper = the case; domain = lower case, and no dot at the end; protocol = names instead of numbers, and -1 for all;
# json = JSON without spaces, members by name; policy = the same, with `Version` in front; trim = no spaces around;
# sha1 = the digest of what it encodes in Base64, or of itself; computed, unset = unknown, or null, where not set (these three only before 6.0).
"""
JSON = '{ "Version": "2012-10-17",  "Statement": [ ], "Id": "Ab" }'
# Measured by hand, with words that the arguments take: `type path kind`.
CURATED = """
aws_alb_listener protocol upper
aws_alb_target_group health_check.protocol upper
aws_alb_target_group protocol_version upper
aws_dax_cluster maintenance_window lower
aws_db_instance maintenance_window lower
aws_default_security_group egress.protocol protocol
aws_default_security_group ingress.protocol protocol
aws_docdb_cluster preferred_maintenance_window lower
aws_docdb_cluster_instance preferred_maintenance_window lower
aws_ecr_lifecycle_policy policy json
aws_elasticache_cluster maintenance_window lower
aws_elasticache_replication_group maintenance_window lower
aws_iam_role inline_policy.policy policy
aws_instance user_data computed
aws_lb_listener protocol upper
aws_lb_target_group health_check.protocol upper
aws_lb_target_group protocol_version upper
aws_nat_gateway secondary_allocation_ids unset
aws_ecs_service availability_zone_rebalancing unset
aws_neptune_cluster preferred_maintenance_window lower
aws_neptune_cluster_instance preferred_maintenance_window lower
aws_rds_cluster preferred_maintenance_window lower
aws_rds_cluster_instance preferred_maintenance_window lower
aws_redshift_cluster preferred_maintenance_window lower
aws_route53_health_check regions unset
aws_security_group egress.protocol protocol
aws_security_group ingress.protocol protocol
aws_security_group_rule protocol protocol
aws_spot_instance_request user_data computed
aws_subnet cidr_block unset
aws_subnet ipv6_cidr_block unset
"""
# Which texts are tried on which arguments: all on all would take a day.
TEXTS = {
    JSON: re.compile(r"policy|policies|document|json|pattern|definition|body|content|template|schema|parameters|settings|rule|filter|config"),
    "Ab.Cd.": re.compile(r"name|domain|engine|identifier|user_data|host|zone|public_key|window|prefix|address"),
    " ab\n": re.compile(r"key|body|certificate|user_data"),
}
KINDS = {
    "lower": str.lower,
    "upper": str.upper,
    "domain": lambda text: text.lower().removesuffix("."),
    "trim": str.strip,
    "json": lambda text: json.dumps(json.loads(text), separators=(",", ":"), sort_keys=True),
    "policy": lambda text: '{"Version":"2012-10-17","Id":"Ab","Statement":[]}',
    "sha1": lambda text: hashlib.sha1(text.encode()).hexdigest(),
}


class TextProbe(Probe):
    """An instance to plan with one argument set to a text."""

    def __init__(self, type_name, schema, path, name, given, number):
        super().__init__(type_name, schema, path, number)
        self.name, self.given = name, given

    def text(self):
        literal = json.dumps(self.given).replace("${", "$${")
        inner = with_text(self.schema, self.path, self.name, literal, self.more) + HINTS.get(self.type_name, "")
        return f'resource "{self.type_name}" "{self.address.split(".")[1]}" {{\n{inner}}}\n'

    def planned(self, change):
        values = change["after"]
        for step in self.path:
            values = values.get(step) or []
            values = values[0] if isinstance(values, list) and values else values
            if not isinstance(values, dict):
                return None
        return values.get(self.name)


def with_text(block, path, name, literal, more):
    """As `record_planned.body`, with one argument set to a literal text at the end of the path."""
    if not path:
        without = dict(block, attributes={key: value for key, value in block["attributes"].items() if key != name})
        return f"{name} = {literal}\n" + body(without, (), more)
    first, rest = path[0], path[1:]
    inner = with_text(block["block_types"][first]["block"], rest, name, literal, ())
    others = dict(block, block_types={key: value for key, value in block["block_types"].items() if key != first})
    return body(others, (), more) + f"{first} {{\n{inner}}}\n"


def probes(schemas):
    for type_name, schema in sorted(schemas.items()):
        number = 0
        block = schema["block"]
        required = [(name,) for name, nested in block.get("block_types", {}).items() if nested.get("min_items")]
        for path in [(), *required, *paths(block, 1)]:
            below = block["block_types"][path[0]]["block"] if path else block
            for name, attribute in below.get("attributes", {}).items():
                if attribute.get("type") != "string" or not (attribute.get("optional") or attribute.get("required")):
                    continue
                if attribute.get("deprecated") or name in ("id", "region") or name.endswith(("_arn", "_id")):
                    continue
                for text in [text for text, names in TEXTS.items() if names.search(name)]:
                    yield TextProbe(type_name, block, path, name, text, number)
                    number += 1


def rewrite(name, text):
    try:
        return KINDS[name](text)
    except ValueError:
        return None


def main():
    lab = record.Lab()
    found = {}
    with tempfile.TemporaryDirectory() as temporary:
        terraform = Terraform(Path(temporary), lab.settings)
        (Path(temporary) / "main.tf").write_text('provider "aws" {}\n')
        schemas = json.loads(terraform.run("providers", "schema", "-json").stdout)["provider_schemas"]
        schemas = schemas["registry.terraform.io/hashicorp/aws"]["resource_schemas"]
        known = json.loads((HERE / "aws-schema.json").read_text())
        names = sys.argv[1:] or [name for name in schemas if name in {**known["resources"], **known["gone"]["resources"]}]
        pending = list(probes({name: schemas[name] for name in names}))
        for start in range(0, len(pending), BATCH):
            batch = pending[start:start + BATCH]
            changes, _ = terraform.plan(batch)
            for probe in batch:
                planned = probe.planned(changes[probe.address]) if probe.address in changes else None
                if isinstance(planned, str) and planned != probe.given:
                    found.setdefault((probe.type_name, ".".join([*probe.path, probe.name])), []).append((probe.given, planned))
            print(f"{start + len(batch)} of {len(pending)}: {len(found)} rewritten", flush=True)
    rows = {tuple(row.split()) for row in CURATED.strip().splitlines()}
    for key, pairs in found.items():
        explained = [name for name in KINDS if all(rewrite(name, given) == planned for given, planned in pairs)]
        if explained:
            rows.add((*key, explained[0]))
        else:
            print("not explained:", *key, pairs)
    OUTPUT.write_text(HEAD + "".join("\t".join(row) + "\n" for row in sorted(rows)))


main()
