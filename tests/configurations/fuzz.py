#!/usr/bin/env python3
"""Compares terravet with the real `terraform plan` on small random configurations (a development script, not a test).

Usage: fuzz.py TERRAVET [FIRST [COUNT]]     (seeds FIRST to FIRST + COUNT - 1; a seed always makes the same configuration)

Each configuration is a tree of modules whose resources are all `terraform_data`: needs terraform 1.11 on PATH and no
provider. A configuration that differs is kept in a folder `terravet-fuzz/SEED` of the temporary directory. Worth keeping
is what a difference comes down to: make it small, and add it as a case here (`record.py`) or to `tests/values`.
"""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

KEPT = Path(tempfile.gettempdir()) / "terravet-fuzz"
PRIMITIVES = ["string", "number", "bool"]
WORDS = ["a", "b", "web", "db-1", "x.y", "Z", "", "10", "true", "é"]


class Generator:
    """Expressions by the type that they shall have. A type is a name, or a tuple of a name and what is in it."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.names = 0
        self.files = {}

    def chance(self, probability):
        return self.random.random() < probability

    def name(self, prefix):
        self.names += 1
        return f"{prefix}{self.names}"

    def type(self, depth=2):
        kind = self.random.choice(PRIMITIVES + (["list", "set", "map", "object", "object"] if depth else []))
        if kind == "object":
            members = self.random.sample(["id", "name", "ports", "tags", "on", "nested"], self.random.randint(1, 3))
            return ("object", {member: (self.type(depth - 1), self.optional()) for member in members})
        return (kind, self.type(depth - 1)) if kind in ("list", "set", "map") else kind

    def optional(self):
        return self.random.choice(["required", "required", "optional", "default"])

    def constraint(self, type_, in_object=False):
        if isinstance(type_, str):
            return type_
        if type_[0] != "object":
            return f"{type_[0]}({'any' if self.chance(0.1) else self.constraint(type_[1])})"
        members = []
        for name, (member, optional) in type_[1].items():
            text = self.constraint(member)
            if optional == "optional":
                text = f"optional({text})"
            elif optional == "default":
                text = f"optional({text}, {self.value(member, True)})"
            members.append(f"{name} = {text}")
        return "object({ " + ", ".join(members) + " })"

    def value(self, type_, loose=False):
        """A literal; a loose one is sometimes of another type that converts, or lacks what is optional."""
        if loose and self.chance(0.04):
            return "null"
        if type_ == "string":
            return self.random.choice(["5", "true"]) if loose and self.chance(0.1) else json.dumps(self.random.choice(WORDS), ensure_ascii=False)
        if type_ == "number":
            return '"7"' if loose and self.chance(0.1) else self.random.choice(["0", "1", "2", "3", "80", "-1", "1.5", "1e3"])
        if type_ == "bool":
            return '"true"' if loose and self.chance(0.1) else self.random.choice(["true", "false"])
        if type_[0] == "object":
            kept = [item for item in type_[1].items() if not loose or item[1][1] == "required" or self.chance(0.6)]
            members = [f"{name} = {self.value(member, loose)}" for name, (member, _) in kept]
            if loose and self.chance(0.1):
                members.append("surplus = 1")
            return "{ " + ", ".join(members) + " }" if members else "{}"
        count = self.random.choice([0, 1, 2, 2, 3])
        if type_[0] == "map":
            keys = self.random.sample(["a", "b", "k-1", "10"], count)
            return "{ " + ", ".join(f"{json.dumps(key)} = {self.value(type_[1], loose)}" for key in keys) + " }"
        return "[" + ", ".join(self.value(type_[1], loose) for _ in range(count)) + "]"

    def converted(self, type_, text):
        """The two sides of a conditional need one type."""
        function = {"list": "tolist", "set": "toset", "map": "tomap"}.get(type_[0])
        return f"{function}({text})" if function and self.chance(0.9) else text

    def expression(self, type_, scope, depth=3):
        """An expression of about this type over the scope's references."""
        fitting = [text for text, found in scope if found == type_]
        if fitting and self.chance(0.5 if depth else 0.8):
            return self.random.choice(fitting)
        if depth <= 0 or self.chance(0.12):
            return self.value(type_)

        def of(wanted, more=()):
            return self.expression(wanted, scope + list(more), depth - 1)

        forms = [
            lambda: f"({of('bool')} ? {self.converted(type_, of(type_))} : {self.converted(type_, of(type_))})",
            lambda: f"try({of(type_)}, {of(type_)})",
            lambda: f"[{of(type_)}, {of(type_)}][{self.random.choice(['0', '1'])}]",
            lambda: f"lookup({of(('map', type_))}, {of('string')}, {of(type_)})",
            lambda: f"element(concat([{of(type_)}], {of(('list', type_))}), floor(abs({of('number')})))",
            lambda: f"one([for v in [{of(type_)}] : v])",
            lambda: f"{{ p = {of(type_)}, q = 1 }}.p",
            lambda: f"({of('bool')} ? {of(type_)} : null)" if self.chance(0.15) else f"nonsensitive(sensitive({of(type_)}))",
        ]
        typed = {
            "string": [
                lambda: f'"p-${{{of(self.random.choice(PRIMITIVES))}}}${{{of("string")}}}"',
                lambda: f'"%{{ if {of("bool")} }}${{{of("string")}}}%{{ else }}no%{{ endif }}"',
                lambda: f'"%{{ for v in {of(("list", "string"))} ~}} ${{v}}, %{{ endfor }}"',
                lambda: f'join("-", {of(("list", "string"))})',
                lambda: f'join(",", [for k, v in {of(("map", "string"))} : "${{k}}=${{v}}"])',
                lambda: f"{self.random.choice(['upper', 'lower', 'trimspace', 'title'])}({of('string')})",
                lambda: f"coalesce({of('string')}, {of('string')}, \"z\")",
                lambda: f"tostring({of('number')})",
                lambda: f'replace({of("string")}, "a", {of("string")})',
                lambda: f'format("%s/%v", {of("string")}, {of("number")})',
                lambda: f"jsonencode({of(self.type(1))})",
                lambda: f'substr({of("string")}, 0, 2)',
            ],
            "number": [
                lambda: f"({of('number')} {self.random.choice('+-*')} {of('number')})",
                lambda: f"length({of(self.random.choice([('list', 'string'), ('map', 'string'), ('set', 'number'), 'string']))})",
                lambda: f"max({of('number')}, {of('number')})",
                lambda: f"sum(concat([1], {of(('list', 'number'))}))",
                lambda: f"coalesce({of('number')}, {of('number')})",
                lambda: f"try(index({of(('list', 'string'))}, {of('string')}), -1)",
            ],
            "bool": [
                lambda: f"({of('number')} {self.random.choice(['<', '>=', '=='])} {of('number')})",
                lambda: (lambda wanted: f"({of(wanted)} {self.random.choice(['==', '!='])} {of(wanted)})")(self.type(1)),
                lambda: f"({of(self.type(1))} == null)",
                lambda: f"({of('bool')} {self.random.choice(['&&', '||'])} {of('bool')})",
                lambda: f"!{of('bool')}",
                lambda: f"contains({of(('list', 'string'))}, {of('string')})",
                lambda: f"can({of(self.type(1))})",
                lambda: f"alltrue([for v in {of(('list', 'number'))} : v > 0])",
                lambda: f"startswith({of('string')}, \"a\")",
            ],
        }
        if isinstance(type_, str):
            forms += typed[type_] * 2
        elif type_[0] == "object":
            members = type_[1].items()
            forms += [lambda: "{ " + ", ".join(f"{name} = {of(member)}" for name, (member, _) in members) + " }"] * 4
            forms.append(lambda: f"merge({of(type_)}, {of(type_)})")
        else:
            forms += self.collections(type_, scope, of) * 2
        return self.random.choice(forms)()

    def collections(self, type_, scope, of):
        kind, element = type_
        item = self.type(1)
        if kind == "list":
            source = self.random.choice(["list", "set", "map"])
            return [
                lambda: f"[for v in {of((source, item))} : {of(element, [('v', item)])}]",
                lambda: f"[for i, v in {of(('list', item))} : {of(element, [('v', item), ('i', 'number')])} if {of('bool', [('v', item), ('i', 'number')])}]",
                lambda: f"concat({of(type_)}, {of(type_)})",
                lambda: f"flatten([{of(type_)}, [{of(type_)}]])",
                lambda: f"values({of(('map', element))})",
                lambda: f"tolist({of(('set', element))})",
                lambda: f"{of(('list', ('object', {'id': (element, 'required')})))}[*].id",
                lambda: f"{of(element)}[*]",
                lambda: f"slice(concat({of(type_)}, [{of(element)}]), 0, 1)",
                lambda: f"distinct({of(type_)})",
                lambda: f"reverse({of(type_)})",
                lambda: f"coalescelist({of(type_)}, {of(type_)}, [{of(element)}])",
                lambda: f"compact({of(('list', 'string'))})" if element == "string" else f"[{of(element)}, {of(element)}]",
                lambda: f"keys({of(('map', item))})" if element == "string" else f"[{of(element)}]",
                lambda: f"[for pair in setproduct({of(('list', element))}, {of(('list', 'string'))}) : pair[0]]",
                lambda: f"sort({of(('list', 'string'))})" if element == "string" else f"try(chunklist({of(type_)}, 2)[0], [])",
            ]
        if kind == "set":
            return [
                lambda: f"toset({of(('list', element))})",
                lambda: f"toset([{of(element)}, {of(element)}])",
                lambda: f"{self.random.choice(['setunion', 'setintersection', 'setsubtract'])}({of(type_)}, {of(type_)})",
                lambda: f"toset([for v in {of(('set', item))} : {of(element, [('v', item)])}])",
            ]
        return [
            lambda: f"{{ for k, v in {of(('map', item))} : k => {of(element, [('v', item), ('k', 'string')])} }}",
            lambda: f"{{ for k, v in {of(('map', item))} : upper(k) => {of(element, [('v', item)])} if {of('bool', [('k', 'string'), ('v', item)])} }}",
            lambda: f"{{ for v in {of(('list', 'string'))} : v => {of(element, [('v', 'string')])}... }}" if element != "x" and self.chance(0.1) else f"{{ for v in toset({of(('list', 'string'))}) : v => {of(element, [('v', 'string')])} }}",
            lambda: f"{{ for i, v in {of(('list', item))} : i => {of(element, [('v', item)])} }}",
            lambda: f"merge({of(type_)}, {of(type_)})",
            lambda: f"tomap({{ a = {of(element)}, \"${{{of('string')}}}\" = {of(element)} }})",
            lambda: f"zipmap({of(('list', 'string'))}, {of(('list', element))})" if self.chance(0.05) else f"zipmap([\"m\", \"n\"], [{of(element)}, {of(element)}])",
            lambda: f"{{ a = {of(element)}, (\"b${{{of('number')}}}\") = {of(element)} }}",
        ]

    def repeated(self, clean):
        """A `count` or `for_each` argument and what it puts in scope."""
        kind = self.random.choice(["none", "none", "count", "set", "map"])
        if kind == "count":
            return kind, f"  count = {self.random.choice(['1', '2', '0', self.expression('bool', clean, 1) + ' ? 1 : 0', 'length(' + self.expression(('list', 'string'), clean, 2) + ')'])}\n", [("count.index", "number")]
        if kind == "set":
            return kind, f"  for_each = toset({self.expression(('list', 'string'), clean, 2)})\n", [("each.key", "string"), ("each.value", "string")]
        if kind == "map":
            item = self.type(1)
            return kind, f"  for_each = {self.expression(('map', item), clean, 2)}\n", [("each.key", "string"), ("each.value", item)]
        return kind, "", []

    def module(self, folder, depth):
        """Writes a module; its variables (name, type, needed) and its outputs (name, type)."""
        text, scope, clean, variables, outputs, assigned = [], [], [], [], [], []
        for _ in range(self.random.randint(1, 4)):
            name, type_ = self.name("v"), self.type()
            sensitive, default = self.chance(0.12), self.chance(0.6)
            body = [f"type = {self.constraint(type_)}"]
            if default:
                body.append(f"default = {'null' if self.chance(0.08) else self.value(type_, True)}")
            if sensitive:
                body.append("sensitive = true")
            if self.chance(0.3):
                body.append(f"nullable = {self.random.choice(['true', 'false'])}")
            if self.chance(0.2):
                body.append(f"validation {{\n    condition = var.{name} == null || {self.expression('bool', [(f'var.{name}', type_)], 1)} || true\n    error_message = \"no\"\n  }}")
            text.append(f'variable "{name}" {{\n  ' + "\n  ".join(body) + "\n}\n")
            variables.append((name, type_, default))
            scope.append((f"var.{name}", type_))
            if not sensitive and not depth:
                clean.append(scope[-1])
        if not folder and variables:
            assigned = [f"{name} = {self.value(type_, True)}" for name, type_, default in variables if not default or self.chance(0.4)]
            self.files["terraform.tfvars"] = "\n".join(assigned) + "\n"
        for _ in range(self.random.randint(1, 4)):
            name, type_ = self.name("l"), self.type()
            known = self.chance(0.5)
            text.append(f"locals {{\n  {name} = {self.expression(type_, clean if known else scope)}\n}}\n")
            scope.append((f"local.{name}", type_))
            if known:
                clean.append(scope[-1])
        for _ in range(self.random.randint(1, 3)):
            name = self.name("r")
            kind, repeat, each = self.repeated(clean)
            members = {self.name("m"): self.type() for _ in range(self.random.randint(1, 3))}
            lines = ", ".join(f"{member} = {self.expression(type_, scope + each)}" for member, type_ in members.items())
            block = f'resource "terraform_data" "{name}" {{\n{repeat}  input = {{ {lines} }}\n'
            if self.chance(0.2):
                block += f"  triggers_replace = {self.expression(self.type(1), scope + each)}\n"
            if self.chance(0.15):
                block += "  lifecycle {\n    precondition {\n      condition = " + self.random.choice(scope)[0] + " == null || true || " + self.expression("bool", scope + each, 1) + "\n      error_message = \"no\"\n    }\n  }\n"
            text.append(block + "}\n")
            address = f"terraform_data.{name}"
            scope += self.instances(kind, address, [("id", "string")] + [(f"{part}.{member}", type_) for member, type_ in members.items() for part in ("input", "output")])
        if depth < 2:
            for _ in range(self.random.randint(0, 2 - depth)):
                name = self.name("c")
                needed, given = self.module(f"{folder}{name}/", depth + 1)
                kind, repeat, each = self.repeated(clean)
                arguments = [
                    f"  {variable} = {self.expression(type_, scope + each, 2)}\n"
                    for variable, type_, default in needed
                    if not default or self.chance(0.5)
                ]
                text.append(f'module "{name}" {{\n  source = "./{name}"\n{repeat}{"".join(arguments)}}}\n')
                scope += self.instances(kind, f"module.{name}", given)
            if self.chance(0.7):
                members = ", ".join(f"{self.name('m')} = {self.expression(self.type(), scope)}" for _ in range(3))
                text.append(f'resource "terraform_data" "{self.name("r")}" {{\n  input = {{ {members} }}\n}}\n')
        if folder:
            for _ in range(self.random.randint(1, 3)):
                name, type_ = self.name("o"), self.type()
                text.append(f'output "{name}" {{\n  value = {self.expression(type_, scope)}\n  sensitive = true\n}}\n' if self.chance(0.1) else f'output "{name}" {{\n  value = nonsensitive(sensitive({self.expression(type_, scope)}))\n}}\n' if self.chance(0.3) else f'output "{name}" {{\n  value = {self.expression(type_, scope)}\n}}\n')
                outputs.append((name, type_))
        self.files[f"{folder}main.tf"] = "\n".join(text)
        return variables, outputs

    def instances(self, kind, address, attributes):
        """References to what a repeated block exports."""
        for name, type_ in attributes:
            if kind == "none":
                yield f"{address}.{name}", type_
            elif kind == "count":
                yield f"{address}[*].{name}", ("list", type_)
                yield f"try({address}[0].{name}, null)", type_
            else:
                yield f"{{ for k, o in {address} : k => o.{name} }}", ("map", type_)
                yield f"values({address})[*].{name}", ("list", type_)


def run(directory, *command):
    environment = dict(os.environ, CHECKPOINT_DISABLE="1", TF_CLI_CONFIG_FILE="/dev/null", NO_COLOR="1")
    return subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True)


def paths(path, value):
    """The paths of what is marked `true` in one of the plan's mirrors of a value."""
    if value is True:
        return {path}
    if isinstance(value, dict):
        return set().union(*(paths(f"{path}.{name}", inner) for name, inner in value.items()))
    if isinstance(value, list):
        return set().union(*(paths(f"{path}.{index}", inner) for index, inner in enumerate(value)))
    return set()


def plain(path):
    return re.sub(r'\[(?:"((?:[^"\\]|\\.)*)"|(\d+))\]', lambda found: "." + (found[1] if found[2] is None else found[2]), path)


def below(path, among):
    return any(path == other or path.startswith(other + ".") for other in among)


def leaves(path, value):
    if isinstance(value, dict) and value:
        return {at: leaf for name, inner in value.items() for at, leaf in leaves(f"{path}.{name}", inner).items()}
    if isinstance(value, list) and value:
        return {at: leaf for index, inner in enumerate(value) for at, leaf in leaves(f"{path}.{index}", inner).items()}
    return {path: value}


def differences(plan, ours):
    changes = {change["address"]: change["change"] for change in plan.get("resource_changes", [])}
    found = {resource["address"]: resource for resource in ours["resources"]}
    for address in sorted(changes.keys() ^ found.keys()):
        yield f"{address}: only in {'the plan' if address in changes else 'terravet'}"
    for address in sorted(changes.keys() & found.keys()):
        change, resource = changes[address], found[address]
        for name in ("input", "triggers_replace"):
            sensitive = paths(name, change["after_sensitive"].get(name) if isinstance(change["after_sensitive"], dict) else None)
            unknown = paths(name, change["after_unknown"].get(name))
            ours_sensitive = {plain(path) for path in resource["sensitive"] if below(plain(path), [name])}
            ours_unknown = {plain(path) for path in resource["unknown"] if below(plain(path), [name])}
            # Terraform forgets the mark of some unknown values.
            missing, surplus = sensitive - ours_sensitive, {path for path in ours_sensitive - sensitive if not below(path, unknown)}
            if missing or surplus:
                yield f"{address}: sensitive {sorted(missing)} missing, {sorted(surplus)} too many"
            hidden = sensitive | ours_sensitive
            # To know more than the plan is no mistake: `try` and `lookup` here look closer at what is unknown.
            surplus = {path for path in ours_unknown if not below(path, hidden | unknown)}
            if any(not any(other.startswith(path + ".") for other in unknown) for path in surplus):
                yield f"{address}: unknown {sorted(surplus)} are planned"
            hidden |= unknown | ours_unknown
            planned, evaluated = leaves(name, change["after"].get(name)), leaves(name, resource["values"].get(name))
            for path in sorted(planned.keys() | evaluated.keys()):
                if below(path, hidden) or any(other.startswith(path + ".") for other in hidden):
                    continue
                if planned.get(path, "(nothing)") != evaluated.get(path, "(nothing)"):
                    yield f"{address}: {path}: planned {planned.get(path, '(nothing)')!r}, terravet {evaluated.get(path, '(nothing)')!r}"


UNKNOWN_REPETITION = re.compile(r"will be known only after apply|cannot be determined until apply|derived from resource attributes that cannot be determined")


def compare(terravet, seed):
    """A verdict, and what differs."""
    directory = KEPT / str(seed)
    shutil.rmtree(directory, ignore_errors=True)
    generator = Generator(seed)
    generator.module("", 0)
    for name, text in generator.files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text)
    run(directory, "terraform", "fmt", "-recursive")
    planned = run(directory, "terraform", "init", "-no-color")
    invalid = planned.returncode or run(directory, "terraform", "validate", "-no-color").returncode
    if not planned.returncode:
        planned = run(directory, "terraform", "plan", "-no-color", "-input=false", "-out=tfplan")
    message = planned.stdout + planned.stderr
    evaluated = run(directory, terravet, "evaluate", ".")
    try:
        ours = json.loads(evaluated.stdout)
    except json.JSONDecodeError:
        ours = {"resources": [], "problems": [evaluated.stderr]}
    if planned.returncode:
        (directory / "terraform.txt").write_text(message)
        if UNKNOWN_REPETITION.search(message):
            verdict, found = "unknown repetition", []
        elif invalid:
            # Found with every variable and attribute unknown, which terravet never takes them for.
            verdict, found = "invalid", []
        else:
            verdict = "rejected"
            found = [] if ours["problems"] else ["only terraform rejects: " + "; ".join(re.findall(r"Error: (.*)", message))]
    elif ours["problems"]:
        verdict, found = "accepted", [f"only terravet rejects: {json.dumps(problem)}" for problem in ours["problems"]]
    else:
        plan = json.loads(run(directory, "terraform", "show", "-json", "tfplan").stdout)
        verdict, found = "accepted", list(differences(plan, ours))
    if not found:
        shutil.rmtree(directory)
    return seed, verdict, found


def main():
    terravet = str(Path(sys.argv[1]).resolve())
    first, count = (int(argument) for argument in (sys.argv[2:] + ["1", "100"][len(sys.argv) - 2:])[:2])
    verdicts, differing = {}, 0
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for seed, verdict, found in pool.map(lambda seed: compare(terravet, seed), range(first, first + count)):
            verdicts[verdict] = verdicts.get(verdict, 0) + 1
            differing += bool(found)
            for difference in found:
                print(f"{seed}: {difference}", flush=True)
    print(f"{count} configurations {verdicts}, {differing} differ")
    sys.exit(differing > 0)


main()
