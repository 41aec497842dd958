#!/usr/bin/env python3
"""Differential fuzzing: random expressions, most of them well typed, as the real `terraform console` answers them.

    fuzz.py DIR COUNT [SEED]     writes DIR/fuzz.json, beside a copy of main.tf
    VALUES=DIR cargo test --test values expressions

lists what differs. A disagreement becomes a row of a table here. Needs terraform 1.11 on PATH.
"""

import json
import pathlib
import random
import shutil
import subprocess
import sys

from console import ask
from fuzz_texts import Texts

HERE = pathlib.Path(__file__).resolve().parent

STRINGS = [
    "", "a", "b", "ab", "abc", "A", "Hello World", "hello-world", "x y", "1", "0", "-1", "2.5", "1e3", "007", "true", "false",
    "10.0.0.0/8", "192.168.1.0/24", "10.0.0.1", "fd00::/56", "é", "e\\u0301", "日本語", "👨‍👩‍👧", "a,b,c", "a, b", " pad ", "x.y.z",
    "line\\nline", "tab\\t", "quote\\\"", "$${a}", "2024-02-29T12:30:00Z", "2023-12-31T23:59:59+02:00", "1h30m", "%s-%d", "%v", "ß",
    "[1,2]", "{\\\"a\\\":1}", "null", "a: 1", "aGVsbG8=", "k=v", "../x/y", "/a/b.c", "UTF-8", "İ", "%", "a\\\\b",
    "👩🏽‍🚀", "🇩🇪🇫🇷🇩", "नि", "각", "\\u1100\\u1161\\u11a8", "e\\u0323\\u0301", "\\r\\n", "a\\r\\nb", "ﬁ", "ǆ", "ς", "ŉ", "\\u200d", "\\u00a0x ", "\\ufeff",
    "z\\u0335\\u0322", "\\U0001F468\\u200D\\U0001F469", "Å", "\\u212b", "0x10", "+1", "1_000", " 1", ".5", "1.", "1e", "Infinity", "True", "%%{a", "\\u0000"[:0],
]
NUMBERS = ["0", "1", "2", "3", "-1", "5", "10", "16", "100", "255", "0.5", "1.5", "-2.5", "1e3", "1e-3", "3.14159", "1/3", "12345678901234567890", "0.1",
           "1e400", "1e-400", "9007199254740993", "18446744073709551616", "-9223372036854775809", "0.30000000000000004", "123456789.987654321",
           "1/7", "pow(2, 511)", "pow(2, 513) + 1", "13407807929942597099574024998205846127479365820592393377723561443721764030073546976801874298166903427690031858186486050853753882811946569946433649006084097",
           "0.1234567890123456789012345678901234567890", "1e15", "1e21", "-0", "2e-7", "1/0", "-1/0", "1e308 * 10", "5e-324", "4294967296", "0.5e1", "99999999999999999999999999999.5"]
KEYS = ["a", "b", "c", "name", "size", "k1", "x-y", "A"]

# What main.tf offers, by type.
NAMED = {
    "string": ["local.unknown_string", "terraform_data.u.id", "local.prefixed", "var.secret", "var.object.name", "coalesce(local.unknown_string, \"c\")",
               "\"a-${local.unknown_string}-b\"", "format(\"%s:%d\", \"p\", local.unknown_number)", "join(\"-\", [local.unknown_string, \"x\"])",
               "(local.unknown_bool ? \"abc\" : \"abd\")", "(local.unknown_bool ? \"abc\" : null)", "upper(local.prefixed)", "sensitive(local.prefixed)"],
    "number": ["local.unknown_number", "var.number", "var.object.size", "length(local.unknown_list)", "abs(local.unknown_number)",
               "(local.unknown_bool ? 1 : 5)", "max(local.unknown_number, 3)", "(local.unknown_bool ? 1 : null)"],
    "bool": ["local.unknown_bool", "(local.unknown_bool ? true : null)", "sensitive(local.unknown_bool)", "(local.prefixed == \"x-1\")"],
    "list": ["local.unknown_list", "var.secrets", "local.secret_in_list", "local.partly", "local.two_known", "local.unknown_tuple",
             "(local.unknown_bool ? [1, 2] : tolist([3]))", "(local.unknown_bool ? tolist([\"a\"]) : null)", "concat(local.unknown_list, [\"z\"])",
             "tolist(local.partly)", "[null, 1]", "tolist([null, \"a\"])", "[{ a = null }, null]"],
    "set": ["local.unknown_set", "toset([local.unknown_string, \"a\"])", "toset([local.prefixed, \"a\"])", "toset([\"b\", null])", "setunion(local.unknown_set, [\"q\"])"],
    "map": ["local.unknown_map", "var.one_secret", "local.secret_in_map", "var.object", "local.unknown_object", "var.object.tags",
            "{ a = null, b = 1 }", "tomap({ a = null })", "merge(local.unknown_map, { a = 1 })", "(local.unknown_bool ? { a = 1 } : { a = \"x\" })",
            "(local.unknown_bool ? { a = 1 } : null)", "{ a = local.unknown, b = var.secret }"],
    "any": ["local.unknown", "null", "terraform_data.u", "var.object.parts"],
}

S, N, B, L, T, M, A = "string", "number", "bool", "list", "set", "map", "any"
# Lists, sets and maps of one element type.
LS, LN, LB, MS, MLS = "list of string", "list of number", "list of bool", "map of string", "map of lists"

# Functions: parameters, that for all further arguments, and the type of the result.
FUNCTIONS = {
    "abs": ([N], None, N), "alltrue": ([LB], None, B), "anytrue": ([LB], None, B),
    "base64decode": ([S], None, S), "base64encode": ([S], None, S), "base64sha256": ([S], None, S), "base64sha512": ([S], None, S),
    "basename": ([S], None, S), "ceil": ([N], None, N), "chomp": ([S], None, S), "chunklist": ([L, N], None, L),
    "cidrhost": ([S, N], None, S), "cidrnetmask": ([S], None, S), "cidrsubnet": ([S, N, N], None, S),
    "cidrsubnets": ([S, N], N, LS), "coalesce": ([A, A], A, A), "coalescelist": ([L, L], L, L), "compact": ([LS], None, LS),
    "concat": ([L, L], L, L), "contains": ([L, A], None, B), "csvdecode": ([S], None, L), "dirname": ([S], None, S),
    "distinct": ([L], None, L), "element": ([L, N], None, A), "endswith": ([S, S], None, B), "ephemeralasnull": ([A], None, A),
    "flatten": ([L], None, L), "floor": ([N], None, N), "format": ([S, A], A, S), "formatdate": ([S, S], None, S),
    "formatlist": ([S, L], A, LS), "indent": ([N, S], None, S), "index": ([L, A], None, N), "issensitive": ([A], None, B),
    "join": ([S, LS], LS, S), "jsondecode": ([S], None, A), "jsonencode": ([A], None, S), "keys": ([M], None, LS),
    "length": ([A], None, N), "log": ([N, N], None, N), "lookup": ([M, S, A], None, A), "lower": ([S], None, S),
    "matchkeys": ([L, LS, LS], None, L), "max": ([N, N], N, N), "md5": ([S], None, S), "merge": ([M, M], M, M),
    "min": ([N, N], N, N), "nonsensitive": ([A], None, A), "one": ([L], None, A), "parseint": ([S, N], None, N),
    "pow": ([N, N], None, N), "range": ([N], N, LN), "regex": ([S, S], None, A), "regexall": ([S, S], None, L),
    "replace": ([S, S, S], None, S), "reverse": ([L], None, L), "sensitive": ([A], None, A),
    "setintersection": ([T, T], T, T), "setproduct": ([L, L], L, L), "setsubtract": ([T, T], None, T), "setunion": ([T, T], T, T),
    "sha1": ([S], None, S), "sha256": ([S], None, S), "signum": ([N], None, N), "slice": ([L, N, N], None, L),
    "sort": ([LS], None, LS), "split": ([S, S], None, LS), "startswith": ([S, S], None, B), "strcontains": ([S, S], None, B),
    "strrev": ([S], None, S), "substr": ([S, N, N], None, S), "sum": ([LN], None, N), "timeadd": ([S, S], None, S),
    "timecmp": ([S, S], None, N), "title": ([S], None, S), "tobool": ([A], None, B), "tolist": ([A], None, L), "tomap": ([M], None, M),
    "tonumber": ([A], None, N), "toset": ([L], None, T), "tostring": ([A], None, S), "transpose": ([MLS], None, MLS),
    "trim": ([S, S], None, S), "trimprefix": ([S, S], None, S), "trimspace": ([S], None, S), "trimsuffix": ([S, S], None, S),
    "upper": ([S], None, S), "urlencode": ([S], None, S), "uuidv5": ([S, S], None, S), "values": ([M], None, L),
    "yamldecode": ([S], None, A), "yamlencode": ([A], None, S), "zipmap": ([LS, L], None, M), "try": ([A], A, A), "can": ([A], None, B),
    "textencodebase64": ([S, S], None, S), "textdecodebase64": ([S, S], None, S), "base64gzip": ([S], None, S),
    "provider::terraform::encode_expr": ([A], None, S), "provider::terraform::encode_tfvars": ([M], None, S),
    "provider::terraform::decode_tfvars": ([S], None, M), "templatestring": ([], None, S),
}
# What some parameters take, so that not all calls are refused.
SPECIAL = {
    ("cidrhost", 0): ["10.0.0.0/8", "192.168.1.0/24", "fd00::/56", "10.1.2.3/31", "0.0.0.0/0"],
    ("cidrnetmask", 0): ["10.0.0.0/8", "192.168.1.0/24", "10.0.0.1/32"],
    ("cidrsubnet", 0): ["10.0.0.0/8", "192.168.1.0/24", "fd00::/56"],
    ("cidrsubnets", 0): ["10.0.0.0/8", "fd00::/56"],
    ("format", 0): ["%s", "%v", "%d", "%5.2f|%s", "%q", "%#v", "%-5s|", "%05d", "%x", "%t", "%e", "%[2]s %[1]v", "%%", "%s-x", "x-%s", "%g", "%b", "%+d", "%s%s"],
    ("formatlist", 0): ["%s", "%v-%v", "x-%s", "%d"],
    ("formatdate", 0): ["YYYY-MM-DD", "hh:mm:ss ZZZZ", "EEE, DD MMM YY", "'q' h:mm aa", "EEEE"],
    ("formatdate", 1): ["2024-02-29T12:30:00Z", "2023-12-31T23:59:59+02:00", "2020-01-01T00:00:00-07:30"],
    ("timeadd", 0): ["2024-02-29T12:30:00Z", "2023-12-31T23:59:59+02:00"],
    ("timeadd", 1): ["1h", "-30m", "1h30m5s", "24h", "0.5s", "90d"],
    ("timecmp", 0): ["2024-02-29T12:30:00Z", "2023-12-31T23:59:59+02:00"],
    ("timecmp", 1): ["2024-02-29T12:30:00Z", "2023-12-31T21:59:59Z"],
    ("regex", 0): ["[a-z]+", "(a)(b)?", "(?P<x>.)", "^$", "\\\\d+", "(?P<n>[0-9]+)-?(?P<m>.*)", "b|c", "[[:alpha:]]+"],
    ("regexall", 0): ["[a-z]", "(a)(b)?", "(?P<x>.)", "\\\\w+", "a*"],
    ("replace", 1): ["a", "/[a-z]/", "/(b)/", " ", "/(?P<x>l)/", "", "/a|b/"],
    ("replace", 2): ["", "x", "$1", "${1}y".replace("$", "$$"), "-", "$x"],
    ("jsondecode", 0): ["[1,2.50,\\\"a\\\"]", "{\\\"a\\\":{\\\"b\\\":null}}", "true", "1e3", "\\\"x\\\"", "[]", "[[1],[]]"],
    ("yamldecode", 0): ["a: 1", "[1, two, 3.0]", "- a\\n- ~\\n", "yes", "0x1F", "{a: {b: [1]}}", "'x'", "x: |\\n  t\\n", "1_000", "2020-01-01"],
    ("csvdecode", 0): ["a,b\\n1,2\\n", "a\\n\\\"x,y\\\"\\n", "a,b\\n"],
    ("base64decode", 0): ["aGVsbG8=", "4pyT", "aGVsbG8", "/w==", ""],
    ("parseint", 0): ["ff", "10", "-7f", "zz", "1010", "0x1"],
    ("parseint", 1): ["10", "16", "2", "36", "62"],
    ("uuidv5", 0): ["dns", "url", "oid", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"],
    ("textencodebase64", 1): ["UTF-8", "UTF-16LE", "ISO-8859-1", "windows-1252", "Shift_JIS", "UTF-16BE", "GBK", "x"],
    ("textdecodebase64", 0): ["aGVsbG8=", "6Q==", "aABlAA=="],
    ("textdecodebase64", 1): ["UTF-8", "UTF-16LE", "ISO-8859-1", "windows-1252"],
    ("provider::terraform::decode_tfvars", 0): ["a = 1", "b = [\\\"x\\\"]\\nc = {}", "d = null"],
    ("index", 1): None,
}
SMALL = {("chunklist", 1), ("cidrhost", 1), ("cidrsubnet", 1), ("cidrsubnet", 2), ("cidrsubnets", 1), ("element", 1), ("indent", 0), ("log", 1),
         ("pow", 1), ("range", 0), ("range", 1), ("slice", 1), ("slice", 2), ("substr", 1), ("substr", 2)}


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.texts = Texts(self.random)
        self.locals = []
        self.templates = []
        self.variables = {}
        self.recorded = recorded()

    def pick(self, things):
        return self.random.choice(things)

    def chance(self, share):
        return self.random.random() < share

    def expression(self, kind, depth):
        """An expression of a kind: now and then one of another, or null, or unknown."""
        if self.chance(0.02):
            kind = self.pick([S, N, B, L, T, M, A])
        if self.chance(0.03):
            return self.pick(["null", "null", "null", f"to{kind}(null)" if kind in (S, N, B) else "null"])
        base = kind.split(" ")[0]
        if self.locals and self.chance(0.3):
            return self.pick(self.locals)
        if self.chance(0.09):
            return self.pick(NAMED[base])
        if self.variables.get(base) and self.chance(0.08):
            return self.pick(self.variables[base])
        if self.chance(0.05):
            return f"({self.pick(self.recorded)})"
        if depth <= 0:
            return self.leaf(kind)
        weights = [("leaf", 2), ("call", 6), ("conditional", 1), ("special", 4), ("wrap", 1)]
        which = self.random.choices([name for name, _ in weights], [weight for _, weight in weights])[0]
        if which == "call":
            return self.call_for(kind, depth)
        if which == "conditional":
            condition = self.expression(B, depth - 1)
            return f"({condition} ? {self.expression(kind, depth - 1)} : {self.expression(kind, depth - 1)})"
        if which == "wrap":
            wrapped = self.expression(kind, depth - 1)
            return self.pick([f"sensitive({wrapped})", f"({wrapped})", f"try({wrapped}, null)", f"[{wrapped}][0]",
                              f"{{ a = {wrapped} }}.a", f"one([{wrapped}])", f"nonsensitive(sensitive({wrapped}))",
                              f"coalesce({wrapped}, {self.expression(kind, depth - 1)})", f"[for v in [{wrapped}] : v][0]"])
        if which == "special":
            return getattr(self, base)(kind, depth)
        return self.leaf(kind)

    def leaf(self, kind):
        if kind == S:
            return '"' + self.pick(STRINGS) + '"'
        if kind == N:
            return self.pick(NUMBERS)
        if kind == B:
            return self.pick(["true", "false"])
        if kind == A:
            return self.leaf(self.pick([S, N, B, L, M]))
        if kind.startswith("map"):
            return self.mapping(kind, 0)
        return self.sequence(kind, 0)

    def element_kind(self, kind):
        return {LS: S, LN: N, LB: B, MS: S, MLS: LS}.get(kind)

    def sequence(self, kind, depth):
        element = self.element_kind(kind) or self.pick([S, N, B, S, N, A])
        mixed = self.element_kind(kind) is None and self.chance(0.2)
        elements = [self.expression(self.pick([S, N, B, A]) if mixed else element, depth - 1) for _ in range(self.pick([0, 1, 2, 2, 3, 4]))]
        text = "[" + ", ".join(elements) + "]"
        if kind.startswith("set"):
            return f"toset({text})"
        return f"tolist({text})" if self.chance(0.3) else text

    def mapping(self, kind, depth):
        element = self.element_kind(kind) or self.pick([S, N, B, S, N, A])
        mixed = self.element_kind(kind) is None and self.chance(0.3)
        keys = self.random.sample(KEYS, self.pick([0, 1, 2, 2, 3]))
        entries = []
        for key in keys:
            value = self.expression(self.pick([S, N, B, L, A]) if mixed else element, depth - 1)
            spelled = self.pick([key, f'"{key}"', f'("{key}")'])
            if self.chance(0.05) and depth > 0:
                spelled = f"({self.expression(S, depth - 1)})"
            entries.append(f"{spelled} {self.pick(['=', ':'])} {value}")
        text = "{ " + ", ".join(entries) + " }"
        return f"tomap({text})" if self.chance(0.3) else text

    def call_for(self, kind, depth):
        base = kind.split(" ")[0]
        fitting = [name for name, (_, _, result) in FUNCTIONS.items() if result.split(" ")[0] == base or result == A]
        if kind == A:
            fitting = list(FUNCTIONS)
        return self.call(self.pick(fitting), depth)

    def call(self, name, depth):
        if name == "templatestring":
            return self.templatestring(depth)
        parameters, rest, _ = FUNCTIONS[name]
        arguments = []
        count = len(parameters) + (self.pick([0, 0, 0, 1, 2]) if rest else 0)
        if self.chance(0.01):
            count += self.pick([-1, 1])
        for index in range(max(count, 0)):
            kind = parameters[index] if index < len(parameters) else rest or S
            special = SPECIAL.get((name, index))
            made = self.texts.of(name, index) if self.chance(0.5) else None
            if made is not None:
                arguments.append(json.dumps(made, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{"))
            elif special and self.chance(0.85):
                choice = self.pick(special)
                arguments.append(choice if kind == N else f'"{choice}"')
            elif (name, index) in SMALL and self.chance(0.85):
                arguments.append(self.pick(["0", "1", "2", "3", "4", "8", "-1"]))
            else:
                arguments.append(self.expression(kind, depth - 1))
        if arguments and self.chance(0.03):
            arguments[-1] = f"{self.expression(L, depth - 1)}..."
        return f"{name}({', '.join(arguments)})"

    def templatestring(self, depth):
        # Its text has to be a reference.
        return f"templatestring({self.pick(self.templates or ['var.object.name'])}, {self.mapping(self.pick([MS, M, M]), depth - 1)})"

    def string(self, kind, depth):
        if self.chance(0.25):
            return self.traversed(S, depth)
        parts = []
        for _ in range(self.pick([1, 1, 2, 3])):
            which = self.pick(["text", "text", "value", "value", "if", "for"])
            left, right = self.pick(["", "~"]), self.pick(["", "~"])
            if which == "text":
                parts.append(self.pick(STRINGS + [" ", "  \\n "]))
            elif which == "value":
                parts.append(f"${{{left} {self.expression(self.pick([S, S, N, B]), depth - 1)} {right}}}")
            elif which == "if":
                other = f"%{{ else }}{self.pick(STRINGS)}" if self.chance(0.5) else ""
                parts.append(f"%{{{left} if {self.expression(B, depth - 1)} {right}}} {self.pick(STRINGS)} {other}%{{{left} endif {right}}}")
            else:
                names, collection = self.bind(depth)
                body = self.within(names, lambda: self.expression(self.pick([S, N]), depth - 2))
                parts.append(f"%{{{left} for {', '.join(names)} in {collection} {right}}} ${{{body}}},%{{ endfor {right}}}")
        return '"' + "".join(parts) + '"'

    def bind(self, depth):
        self.count = getattr(self, "count", 0) + 1
        names = [f"v{self.count}"] if self.chance(0.6) else [f"k{self.count}", f"v{self.count}"]
        return names, self.expression(self.pick([L, L, M, T, LS, LN, MS]), depth - 1)

    def within(self, names, make):
        self.locals += names
        made = make()
        del self.locals[len(self.locals) - len(names):]
        return made

    def number(self, kind, depth):
        if self.chance(0.2):
            return self.traversed(N, depth)
        if self.chance(0.1):
            return f"-{self.expression(N, depth - 1)}"
        operator = self.pick(["+", "-", "*", "/", "%"])
        return f"({self.expression(N, depth - 1)} {operator} {self.expression(N, depth - 1)})"

    def bool(self, kind, depth):
        which = self.pick(["compare", "equal", "equal", "logic", "not", "null"])
        if which == "compare":
            return f"({self.expression(N, depth - 1)} {self.pick(['<', '<=', '>', '>='])} {self.expression(N, depth - 1)})"
        if which == "equal":
            kind = self.pick([S, N, B, A, L, M, T])
            return f"({self.expression(kind, depth - 1)} {self.pick(['==', '!='])} {self.expression(kind, depth - 1)})"
        if which == "logic":
            return f"({self.expression(B, depth - 1)} {self.pick(['&&', '||'])} {self.expression(B, depth - 1)})"
        if which == "null":
            return f"({self.expression(self.pick([S, N, B, L, M, A]), depth - 1)} {self.pick(['==', '!='])} null)"
        return f"!{self.expression(B, depth - 1)}"

    def traversed(self, kind, depth):
        """An element of something made for it."""
        inner = self.expression(kind, depth - 1)
        key = self.pick(KEYS)
        return self.pick([
            f"[{self.expression(kind, depth - 1)}, {inner}][{self.pick(['0', '1', '1', '-1', '2'])}]",
            f'{{ "{key}" = {inner} }}["{key}"]',
            f"{self.expression(L, depth - 1)}[0]",
            f'{self.expression(M, depth - 1)}["{key}"]',
            f"{self.expression(M, depth - 1)}.a",
            f"{self.expression(M, depth - 1)}[{self.expression(S, depth - 1)}]",
            f"[{inner}].0",
        ])

    def list(self, kind, depth):
        which = self.pick(["sequence", "sequence", "for", "for", "splat", "attributes", "nested"])
        if which == "nested":
            return self.nested_splat(depth)
        if which == "for":
            names, collection = self.bind(depth)
            wanted = self.element_kind(kind) or self.pick([S, N, B, A])
            condition = ""
            if self.chance(0.3):
                condition = " if " + self.within(names, lambda: self.expression(B, depth - 2))
            body = self.within(names, lambda: self.expression(wanted, depth - 2))
            return f"[for {', '.join(names)} in {collection} : {body}{condition}]"
        if which == "splat":
            return f"{self.expression(self.pick([L, A, M, S, T]), depth - 1)}[*]"
        if which == "attributes":
            inner = self.expression(self.element_kind(kind) or A, depth - 1)
            other = self.expression(self.element_kind(kind) or A, depth - 1)
            steps = self.pick(["[*].a", ".*.a", "[*].a", '[*]["a"]'])
            return f"[{{ a = {inner} }}, {{ a = {other}, b = 1 }}]{steps}"
        return self.sequence(kind, depth)

    def nested_splat(self, depth):
        """Splats of splats, in both spellings, over objects, tuples, lists and what is no list."""
        inner = self.expression(A, depth - 1)
        source = self.pick([
            f"[{{ a = [{{ b = {inner} }}, {{ b = null }}] }}, {{ a = [] }}]",
            f"{{ a = [{{ b = {inner} }}] }}",
            f"tolist([{{ a = [{{ b = {inner} }}] }}])",
            f"toset([{{ a = [{{ b = {inner} }}] }}])",
            f"(local.unknown_bool ? tolist([{{ a = [{{ b = {inner} }}] }}]) : [])",
            f"[{{ a = {{ b = {inner} }} }}, null]",
            f"[[{{ a = {inner} }}], [{{ a = {inner} }}]]",
        ])
        return source + self.pick(["[*].a", ".*.a", "[*].a[*].b", ".*.a.0", "[*].a[0].b", "[*].a.0.b", ".*.a.*.b", "[*][0].a", "[*].a.b", '[*]["a"]', "[0].a[*].b", "[*].a[*][*]"])

    def set(self, kind, depth):
        return f"toset({self.list(kind, depth)})" if self.chance(0.5) else self.sequence(kind, depth)

    def map(self, kind, depth):
        if self.chance(0.4):
            names, collection = self.bind(depth)
            wanted = self.element_kind(kind) or self.pick([S, N, B, A])
            key = self.within(names, lambda: self.expression(S, depth - 2))
            if self.chance(0.5):
                key = names[0]
            value = self.within(names, lambda: self.expression(wanted, depth - 2))
            group = self.pick(["", "", "..."])
            condition = ""
            if self.chance(0.2):
                condition = " if " + self.within(names, lambda: self.expression(B, depth - 2))
            return f"{{ for {', '.join(names)} in {collection} : {key} => {value}{group}{condition} }}"
        return self.mapping(kind, depth)

    def any(self, kind, depth):
        return self.expression(self.pick([S, N, B, L, M, T, LS, LN, MS]), depth)

    def type(self, depth):
        """A type constraint and a literal that may convert to it."""
        which = self.pick(["string", "number", "bool", "any"] + (["list", "set", "map", "object", "object", "object", "tuple"] if depth else []))
        if which in ("string", "number", "bool", "any"):
            return which, self.pick([self.leaf(A if which == "any" or self.chance(0.1) else which), self.leaf(self.pick([S, N, B])) if self.chance(0.2) else "null" if self.chance(0.2) else self.leaf(which if which != "any" else S)])
        if which in ("list", "set"):
            inner, value = self.type(depth - 1)
            return f"{which}({inner})", self.pick([f"[{value}]", f"[{value}, {value}]", "[]", f"[{value}, null]" if self.chance(0.3) else f"[{value}]"])
        if which == "map":
            inner, value = self.type(depth - 1)
            return f"map({inner})", self.pick([f"{{ a = {value} }}", f"{{ b = {value}, \"a b\" = {value} }}", "{}"])
        if which == "tuple":
            parts = [self.type(depth - 1) for _ in range(self.pick([0, 1, 2]))]
            return "tuple([" + ", ".join(part for part, _ in parts) + "])", "[" + ", ".join(value for _, value in parts) + "]"
        types, values = [], []
        for name in self.random.sample(KEYS, self.pick([1, 2, 3, 4])):
            inner, value = self.type(depth - 1)
            form = self.pick(["required", "optional", "default", "default"])
            quoted = f'"{name}"' if self.chance(0.2) else name
            default = value if self.chance(0.7) else self.pick(["null", "{}", "[]", value])
            types.append(f"{quoted} = " + {"required": inner, "optional": f"optional({inner})", "default": f"optional({inner}, {default})"}[form])
            if form == "required" or self.chance(0.4):
                values.append(f"{quoted} = {value if self.chance(0.85) else 'null'}")
        if self.chance(0.15):
            values.append("surplus = 1")
        return "object({ " + ", ".join(types) + " })", "{ " + ", ".join(values) + " }"

    def declarations(self):
        """Variables of all kinds of types, each with a default; and locals of several lines, which the console cannot read."""
        blocks = []
        for index in range(40):
            constraint, value = self.type(3)
            blocks.append((f"var.g{index}", constraint, f'variable "g{index}" {{\n  type = {constraint}\n  default = {value}\n'
                           + ("  sensitive = true\n" if self.chance(0.1) else "") + ("  nullable = false\n" if self.chance(0.1) else "") + "}\n"))
        for index in range(60):
            text = self.template(self.pick([1, 2, 2]))
            dash = self.pick(["", "-", "-"])
            blocks.append((f"local.h{index}", "string", f"locals {{\n  h{index} = try(<<{dash}EOT\n{text}\n{self.pick(['', '    '])}EOT\n  , \"refused\")\n}}\n"))
        for index in range(30):
            # Directives and interpolations of the template itself, escaped in the literal.
            text = self.texts.template()
            literal = json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
            blocks.append((f"local.t{index}", "template", f"locals {{\n  t{index} = {literal}\n}}\n"))
        return blocks

    def template(self, depth):
        """The lines of a heredoc, with directives that stand alone on a line and such that do not."""
        lines = []
        for _ in range(self.pick([1, 2, 3, 4])):
            margin = self.pick(["", "  ", "    ", "      ", "\t"])
            left, right = self.pick(["", "", "~"]), self.pick(["", "", "~"])
            which = self.pick(["text", "text", "value", "if", "for", "line if", "blank"])
            if which == "blank":
                lines.append(self.pick(["", "  "]))
            elif which == "text":
                lines.append(margin + self.pick(["a", "b c ", "$${x}", "%%{ y", "\\n", "\"q\"", "$x %y", "é", "$$", "%%", "$$${\"d\"}"]))
            elif which == "value":
                lines.append(f"{margin}{self.pick(['', 'v='])}${{{left} {self.expression(self.pick([S, N, B]), depth - 1)} {right}}}{self.pick(['', ' end', '  '])}")
            elif which == "if":
                lines.append(f"{margin}%{{{left} if {self.expression(B, depth - 1)} {right}}}")
                lines.append(self.template(depth - 1) if depth > 0 else margin + "then")
                if self.chance(0.4):
                    lines.append(f"{margin}%{{{left} else {right}}}")
                    lines.append(margin + "  otherwise")
                lines.append(f"{margin}%{{{left} endif {right}}}")
            elif which == "line if":
                lines.append(f"{margin}x %{{{left} if {self.expression(B, depth - 1)} {right}}} y %{{{left} else {right}}} z %{{ endif }} w")
            else:
                names, collection = self.bind(depth)
                lines.append(f"{margin}%{{{left} for {', '.join(names)} in {collection} {right}}}")
                lines.append(f"{margin}  - ${{{self.within(names, lambda: self.expression(S, depth - 2))}}}")
                lines.append(f"{margin}%{{{left} endfor {right}}}")
        return "\n".join(lines)

    def row(self):
        self.locals = []
        if self.chance(0.5):
            made = self.call(self.pick(list(FUNCTIONS)), self.pick([1, 1, 2, 2, 3]))
        else:
            made = self.expression(self.pick([S, N, B, L, T, M, A]), self.pick([1, 2, 2, 3, 4]))
        # What is known of what is not.
        if self.chance(0.15):
            made = self.pick(["({}) == null", "length({})", "length({}) == 0", "({}) != \"\"", "startswith({}, \"x\")", "({}) > 0", "({})[*]",
                              "tostring({}) == null", "({}) >= -1", "can({})", "jsonencode({})", "toset([{}, {}])", "coalesce({}, 1)"]).replace("{}", made)
        return made


def recorded():
    """Expressions of the tables, to be parts of others."""
    tables = [*HERE.glob("*.json"), *(HERE.parent / "functions").glob("*.json")]
    rows = [row["expression"] for table in tables if table.stem != "signatures" for row in json.loads(table.read_text()) if "value" in row or "error" not in row]
    foreign = ("\n", "file", "path.", "local.vpc", "type(", "EOT", "timestamp", "uuid()", "bcrypt", "abspath")
    return [row for row in rows if len(row) < 150 and not any(word in row for word in foreign)]


def refused(directory):
    """The lines of generated.tf that terraform refuses."""
    done = subprocess.run(["terraform", "validate", "-json"], cwd=directory, capture_output=True, text=True)
    found = json.loads(done.stdout)["diagnostics"]
    return {each["range"]["start"]["line"]: each["detail"] for each in found if each["severity"] == "error" and each.get("range", {}).get("filename") == "generated.tf"}


def declare(directory, generator):
    """Writes generated.tf: the declarations that terraform takes. What it offers is given to the generator."""
    blocks = generator.declarations()
    while True:
        (directory / "generated.tf").write_text("".join(text for _, _, text in blocks))
        errors = refused(directory)
        line, kept = 1, []
        for block in blocks:
            end = line + block[2].count("\n")
            if not any(line <= number < end for number in errors):
                kept.append(block)
            line = end
        if len(kept) == len(blocks):
            break
        blocks = kept
    heredocs = [name for name, _, _ in blocks if name.startswith("local.h")]
    # `try` of what is unknown loses its marks, which the program keeps where it is not asked to print.
    unknown = {name for name, row in zip(heredocs, ask(directory, heredocs)) if row["value"].startswith("(known after")}
    blocks = [block for block in blocks if block[0] not in unknown]
    for name, constraint, _ in blocks:
        kind = constraint.split("(")[0]
        if kind == "template":
            generator.templates.append(name)
        else:
            generator.variables.setdefault({"object": "map", "tuple": "list"}.get(kind, kind), []).append(name)
    return [name for name, _, _ in blocks]


def main():
    directory, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    generator = Generator(int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    directory.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "main.tf", directory)
    expressions = declare(directory, generator)
    while len(expressions) < count:
        row = generator.row()
        if len(row) < 1000:
            expressions.append(row)
    answers = ask(directory, expressions, words=False)
    rows = [{"expression": expression, **answer} for expression, answer in zip(expressions, answers)]
    text = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
    (directory / "fuzz.json").write_text("[\n" + text + "\n]\n")
    print(f"{len(rows)} expressions, {sum('error' in row for row in rows)} of them errors")


if __name__ == "__main__":
    main()
