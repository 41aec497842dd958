#!/usr/bin/env python3
"""Records which snippets the real `terraform fmt` accepts, as tests/syntax/recorded.jsonl, and what it makes
of templates as templates.jsonl.

Usage: tests/syntax/record.py          rewrites the files beside it (needs `terraform` on PATH)

The snippets are the ones written below (language points and the known mistakes of other parsers) and mutations of
them, drawn with a fixed seed. A line of the file holds `text` (or `latin1` where the bytes are not UTF-8) and `error`:
null, or the summary of Terraform's first error.
"""

import json
import os
import pathlib
import random
import re
import subprocess
import tempfile

HERE = pathlib.Path(__file__).parent
MUTATIONS = 1200

# Whole files, separated by lines of three equals signs.
FILES = r'''
a = 1
===
a = 1.5e+10
===
a = 1e400
===
a = 1e646456992
===
a = 1e999999999999
===
a = 1.e5
===
a = 1.
===
a = .5
===
a = 1.2.3
===
a = 1..2
===
a = 1e5e5
===
a = 1e5.5
===
a = 0x10
===
a = 1_000
===
a = 007
===
a = -1
===
a = - -1
===
a = --1
===
a = !true
===
a = !!true
===
a = !-b
===
a = +1
===
a = null
===
a = nullx
===
a = true(1)
===
a = "x"
===
a = ""
===
a = "x
===
a = "x
y"
===
a = "\q"
===
a = "\"
===
a = "\u12"
===
a = "\ud800"
===
a = "\U00110000"
===
a = "\UFFFFFFFF"
===
a = "\${b}"
===
a = "	tab"
===
a = "x ${y} z"
===
a = "${y"
===
a = "${y}
===
a = "${}"
===
a = "${y z}"
===
a = "${y:-z}"
===
a = "${ y ~}"
===
a = "${~ y ~}"
===
a = "${~y~}"
===
a = "${ y ~ }"
===
a = "${
  y
}"
===
a = "${ y # c
}"
===
a = "${ "${ "${b}" }" }"
===
a = "${ { b = "c" }["b"] }"
===
a = "%{ if x }y%{ else }z%{ endif }"
===
a = "%{ if x }y%{ else }z%{ else }w%{ endif }"
===
a = "%{ if x }y"
===
a = "%{ endif }"
===
a = "%{ else }"
===
a = "%{ if x }%{ endfor }"
===
a = "%{ for x in y }%{ endif }"
===
a = "%{ for x in y }%{ else }%{ endfor }"
===
a = "%{ if }%{ endif }"
===
a = "%{ iffy }%{ endif }"
===
a = "%{ elseif x }%{ endif }"
===
a = "%{ endif x }"
===
a = "%{ }"
===
a = "%{ for k, v in x }y${k}%{ endfor }"
===
a = "%{ for k, v, w in x }%{ endfor }"
===
a = "%{ for in x }%{ endfor }"
===
a = "%{ for x y }%{ endfor }"
===
a = "%{ if a ||
 b }x%{ endif }"
===
a = "%{ for x in c ?
 d : e }x%{ endfor }"
===
a = "%{~ if x ~} y %{~ endif ~} z"
===
a = "$${x} %%{y} $x %y $$ %%"
===
a = "$"
===
a = "%"
===
a = "$$${x}"
===
a = "%%%{ if x }%{ endif }"
===
a = "$%{ if x }%{ endif }"
===
a = "\n\r\t\"\\\u00e9\U0001F600"
===
a = [1, 2, 3,]
===
a = [,]
===
a = [1,,2]
===
a = [1 2]
===
a = [1
2]
===
a = [
  1,
  # c
  2
]
===
a = []
===
a = [
===
a = ]
===
a = {}
===
a = {
===
a = { b = 1, "c" = 2, (d) = 3, 4 = 5 }
===
a = {
  b = 1
  c : 2,
  d = 3

}
===
a = { b = 1, }
===
a = { , }
===
a = { b = 1,, c = 2 }
===
a = { b }
===
a = { b = }
===
a = { b
= 1 }
===
a = { b =
1 }
===
a = { b = 1 c = 2 }
===
a = { b == 1 }
===
a = { b => 1 }
===
a = { b.c = 1 }
===
a = { b.1 = 1 }
===
a = { (b).c = 1 }
===
a = { b ? c : d = 1 }
===
a = { a = 1, a = 2 }
===
a = { "${b}" = 1, f(x) = 2, b[0] = 3, [1] = 4 }
===
a = { if = 1, true = 2, null = 3, in = 4 }
===
a = { for = 1 }
===
a = { for
x in y : x => x }
===
a = { "b" : 1, c : 2 }
===
a = { b::1 }
===
a = ({
  b = 1
  c = 2
})
===
a = ({ b
= 1 })
===
a = [for x in y : x if x > 1]
===
a = [for]
===
a = [for, x]
===
a = [for x in y]
===
a = [for x in y : ]
===
a = [for x, y, z in w : x]
===
a = [for x in y : x => x]
===
a = [for x in y : x...]
===
a = [for x in y : x if]
===
a = [for x in y : x if x if x]
===
a = [for x in y : x, z]
===
a = [for "x" in y : x]
===
a = [for x of y : x]
===
a = [for
x
in
y
:
x
if
x]
===
a = { for k, v in y : k => v... if v }
===
a = { for k in y : k }
===
a = { for k in y : k => a ? b :
  c }
===
a = { for k in y ?
  c : d : k => k }
===
a = { for k in y : k =>
  k
  if k }
===
a = f()
===
a = f(1, [2], { b = 3 })
===
a = f(1,)
===
a = f(,)
===
a = f(1 2)
===
a = f(1
  , 2
)
===
a = f(
===
a = f (1)
===
a = f
(1)
===
a = f(x...)
===
a = f(x...,)
===
a = f(x
...
)
===
a = f(x..., y)
===
a = f(...)
===
a = f.g(1)
===
a = provider::x::y(1)
===
a = provider :: x :: y(1)
===
a = provider::x::y
===
a = provider::(1)
===
a = ::f(1)
===
a = b ? c::d : e
===
a = b ? c :d
===
a = b.c[0].d["e"][f].g
===
a = b.
===
a = b. c . d
===
a = b.
  c
===
a = (b.
  c)
===
a = b
.c
===
a = b..c
===
a = b."c"
===
a = b.(c)
===
a = b.c.0.d
===
a = b.0
===
a = b.0.1
===
a = b.1e5
===
a = b.00
===
a = b.0.c.1
===
a = b.*
===
a = b.*.c.d.0
===
a = b.*.*
===
a = b.*.0.1
===
a = b.*[0]
===
a = b.*.c[*]
===
a = b.*.c.*
===
a = b[*]
===
a = b[*].c[0][*].d
===
a = b[*].c.*
===
a = b[ * ]
===
a = b[
*]
===
a = b[*
]
===
a = (b[
*
])
===
a = b[#c
*]
===
a = b[/*c*/ *]
===
a = b[
  0
]
===
a = b[]
===
a = b[0
===
a = b[0, 1]
===
a = b[0][1]
===
a = "b".c
===
a = "b"[0]
===
a = 1.b
===
a = 1[0]
===
a = f().b[0]
===
a = (b).c
===
a = [b][0]
===
a = { b = 1 }.b
===
a = -b.c
===
a = (1 + 2) * 3 / 4 % 5 - 6
===
a = 1 +
===
a = 1 +
2
===
a = (1 +
2)
===
a = 1
+ 2
===
a = 1 ** 2
===
a = 1 & 2
===
a = 1 | 2
===
a = ~1
===
a = 1 ^ 2
===
a = 1 = 2
===
a = 1 == == 2
===
a = b === c
===
a = b =! c
===
a = b != c
===
a = b ! = c
===
a = 1 <2> 3
===
a = 1 << 2
===
a = 1 <
===
a = 5 % 2
===
a = 5 %{}
===
a = b == c && d != e || f >= g && h <= i || j < k || l > m
===
a = b ? c : d ? e : f
===
a = b ? c ? d : e : f
===
a = b ? c
===
a = b ? c :
===
a = b ? : c
===
a = b ?
c : d
===
a = (
  b
  ? c
  : d
)
===
a = ()
===
a = (1
===
a = (1))
===
a = 'b'
===
a = `b`
===
a = b;
===
a = b; c = d
===
a = $b
===
a = ${b}
===
a = @b
===
a = <<EOT
hello ${x}
  EOT
===
a = <<EOT
EOT
===
a = <<EOT
EOT
resource "x" "hidden" {}
b = <<EOT
EOT
===
a = <<EOT
x
===
a = <<EOT
x
EOT)
===
a = <<EOT
x
EOT # c
===
a = <<EOT 
x
EOT
===
a = << EOT
x
EOT
===
a = <<"EOT"
x
EOT
===
a = <<-EOT
    hello
      %{ if x }
    y
      %{ endif }
    EOT
b = 1
===
a = <<-E-F_1
  x
  E-F_1
===
a = <<--E
x
E
===
a = <<1E
x
1E
===
a = <<EOT
  x EOT
  EOT x
	EOT	 
b = 1
===
a = <<EOT
${x
}
EOT
===
a = <<EOT
${x}EOT
EOT
===
a = <<EOT
$${x} %%{y} $ % \ \n "
EOT
===
a = <<EOT
%{ if x }
EOT
===
a = <<EOT
${ <<IN
x
IN
}
EOT
===
a = <<EOT
${ <<EOT
x
EOT
}
EOT
===
a = [<<A
x
A
, <<-B
  y
  B
]
===
a = f(<<A
x
A
)
===
a = { b = <<A
x
A
  c = 1 }
===
a = 1 <<A
x
A
===
b { a = <<A
x
A
}
===
b {}
===
b {
}
===
b
===
b
{}
===
b "l" "m" n o {
}
===
b "l"
{}
===
b "l" {} c {}
===
b = "l" {}
===
b "l" = 1
===
b "${l}" {}
===
b "%{l}" {}
===
b "$${l}" {}
===
b "$l %m" {}
===
b "\n" {}
===
b "\q" {}
===
b "l
" {}
===
b "l {}
===
b 1 {}
===
b [] {}
===
b "l".c {}
===
b.c {}
===
b {
  a = 1
  c "d" {
    e = f
  }
}
===
b { a = 1 }
===
b { a = 1
}
===
b {
  a = 1 }
===
b { a = 1, c = 2 }
===
b { a = 1 c = 2 }
===
b { c {} }
===
b { c "d" {} }
===
b { a = [
1
] }
===
b { a = {
  c = 1
} }
===
b { # c
}
===
b { /* c */ }
===
b { /* c */ a = 1 /* d */ }
===
b { a = 1 # c
}
===
b { a }
===
b { = 1 }
===
b {
===
b { a = 1
===
}
===
b {}}
===
b {} # c
===
b {} /* c */ a = 1
===
a = 1 b = 2
===
a = 1, b = 2
===
a = 1,
===
a
===
a =
===
= 1
===
"a" = 1
===
1 = 2
===
a: 1
===
a => 1
===
a == 1
===
a.b = 1
===
a[0] = 1
===
(a) = 1
===
a = 1
a = 2
===
a = 1
a {}
===
b {
  a = 1
  a = 2
}
===
# c1
a = 1 # c2
// c3
/* c4
c5 */ b = 2 /* c6 */ // c7
===
/* c
===
/* c */ */
===
/* /* c */ a = 1
===
/*/ a = 1
===
a = 1 /* c
*/ b = 2
===
a = /* c
*/ 1
===
a /* c */ = /* d */ 1
===
a = 4 //2
===
a = [1, // c
2]
===
a = [1 # c
, 2]
===
résumé = 1
===
日本 = 1
===
a = é
===
€ = 1
===
a-b = c-d
===
-a = 1
===
_a = _b
===
a = b-1
===
a = b - 1
===
for = 1
if = 2
===
a = for
===
a = [for_x, forx]
===
variable "x" {
  type    = map(object({ a = string, b = optional(list(number), []) }))
  default = {}
  validation {
    condition     = length(var.x) > 0 && can(regex("^[a-z]+$", var.x))
    error_message = "No."
  }
}
===
locals {
  x = { for k in var.a : k => cond ? a :
    b }
  y = "${a}-${b[0]}"
  z = try(a.b, null)
}
'''.strip('\n').split('\n===\n')

# What cannot stand in the text above: line ends, encodings, ends of file, long chains.
BYTES = [
    b'', b'\n', b'\r\n', b'a = 1', b'a = 1\r\n', b'a = 1\r', b'\ra = 1\n', b'a = 1\r\nb = 2\r\n',
    b'\xef\xbb\xbfa = 1\n', b'\xef\xbb\xbf', b'\xef\xbb\xbf\xef\xbb\xbfa = 1\n', b'a = 1\n\xef\xbb\xbfb = 2\n',
    b'# c', b'# c\r', b'# c\rd\na = 1\n', b'# c\r\na = 1\r\n', b'/* c\r */ a = 1\n', b'a = 1 # c',
    b'# \xff\xfe\na = 1\n', b'/* \xff */ a = 1\n', b'a = "\xff"\n', b'a = <<E\n\xff\nE\n', b'\xff = 1\n', b'a = \xff\n',
    b'a = "\r"\n', b'a = "x\ry"\n', b'a = <<E\r\nx\r\nE\r\n', b'a = <<E\nx\ry\nE\n', b'a = <<E\nx\r\r\nE\n',
    b'a = <<E\nx\n\rE\n', b'a = <<E\nx\nE', b'a = <<E\nx\nE\r', b'a = <<E\nx\n \t E \t \nb = 1\n', b'a = <<E\rx\nE\n',
    b'a = <<E\nx\n\xc2\xa0E\n', b'a = [for\r\nx in y : x]\r\n', b'a = [\r\n1,\r\n2\r\n]\r\n', b'a = [\r1]\n',
    b'a =\t1\n', b'a =\x0b1\n', b'a =\x0c1\n', b'a =\xc2\xa01\n', b'a = "\x00"\n', b'a = 1\x00\n', b'# \x00\n',
    b'a = "\x7f\x01"\n', b'b {\r\n  a = 1\r\n}\r\n', b'b {}', b'b {', b'b { a = 1', b'b {\n  a = 1', b'a = "', b'a = "${',
    b'a = "${b', b'a = "\\', b'a = [', b'a = f(', b'a = {', b'a', b'a =', b'a = <<E', b'a = <<E\n', b'/', b'/*', b'/**/',
    b'#', b'a = "x\\\ny"\n', b'a = "\\\r\n"\n', b'a\xcc\x81 = 1\n', b'\xcc\x81a = 1\n', b'a\xe2\x80\x8db = 1\n',
    b'a\xc2\xb7b = 1\n', b'a = "%{ if b }\n"\n', b'a = 1 \\\n+ 2\n',
    b'a = ' + b'(' * 200 + b'1' + b')' * 200 + b'\n', b'a = ' + b'[' * 200 + b']' * 200 + b'\n',
    b'a = ' + b'!' * 200 + b'b\n', b'a = ' + b'-' * 200 + b'1\n', b'b {\n' * 200 + b'}\n' * 200,
    b'a = ' + b'b ? 1 : ' * 500 + b'2\n', b'a = 1' + b' + 1' * 1000 + b'\n', b'a = b' + b'.c' * 1000 + b'\n',
    b'a = b' + b'[*]' * 100 + b'\n', b'a = ' + b'"${' * 100 + b'b' + b'}"' * 100 + b'\n',
]

TOKENS = [
    b'(', b')', b'[', b']', b'{', b'}', b'"', b"'", b'`', b',', b'.', b'..', b'...', b':', b'::', b'=', b'==', b'=>', b'!',
    b'!=', b'?', b'*', b'/', b'//', b'/*', b'*/', b'#', b'#c\n', b'%', b'%{', b'${', b'$${', b'$', b'~', b'~}', b'-', b'+',
    b'<', b'<<', b'<<E\n', b'<<-E\n', b'E\n', b'\nE\n', b'>', b'<=', b'&&', b'||', b'&', b'|', b';', b'^', b'\\', b'\\n',
    b'\\u12', b'\n', b'\r\n', b'\r', b'\t', b' ', b'a', b'for', b'in', b'if', b'else', b'endif', b'endfor', b'true',
    b'null', b'0', b'1.5', b'1e5', b'.5', b'\xc3\xa9', b'\xe2\x82\xac', b'\x00', b'\xef\xbb\xbf', b'_', b'a.b', b'[*]', b'.*',
    b'.0', b'\xc2\xa0', b'a = 1\n', b'b {\n', b'}\n',
]

# Templates whose values are recorded as templates.jsonl; sequences hold numbers and constant conditions only.
TEMPLATES = [
    '"a$  ${~1}b"', '"a%  ${~1}b"', '"$$${1}"', '"$$$${1}"', '"$"', '"$\\n ${~1}b"', '"a\\n \\t${~1}"', '"${1~}  $  x"',
    '"$%{if true}x%{endif}"', '"%${1}"', '"${1~}\\n\\u0020x"', '"a%%{b"', '"a$$b"', '"x ${~1~} \\u00a0\\u3000x"', '"$$${~1} x"',
    '"\\u00e9\\U0001F600\\"\\\\"', '" ${~ 1 ~} "', '" ${ 1 } "', '"a %{~ if true ~} b %{~ else ~} c %{~ endif ~} d"',
    '<<E\nE', '<<-E\nE', '<<E\n  a\n b\nE', '<<-E\n  a\n b\n  E', '<<-E\n    a\n\n   \n  b\n  E', '<<-E\n    a ${1}\n  ${2}\n  E',
    '<<-E\n    ${1}\n    a\n  E', '<<-E\n    ${~1}\n    a\n  E', '<<-E\n${1}\n    a\n  E', '<<-E\n    a ${1~}\n    b\n  c\n  E',
    '<<-E\n    a\n    %{ if true }\n      b\n    %{ endif }\n  E', '<<-E\n    a\n    %{~ if true ~}\n      b\n    %{~ endif ~}\n    c\n  E',
    '<<E\n  a\n  %{~ if true ~}\n  b\n  %{~ else ~}\n  c\n  %{~ endif ~}\n  d\nE', '<<E\na ${1 ~}\n\n  b\nE', '<<E\na\n\n  ${~ 1}\nE',
    '<<E\n$${x} %%{y} $ % \\n "\nE', '<<-E\n\ta\n\t\tb\n  E', '<<-E\n  \ta\n\t b\n  E', '<<-E\n   $a\n  %b\n  E', '<<-E\n  a\n  E', '<<-E\n\n  E',
    '<<-E\n  \n  E', '<<-E\n   \n  a\n  E', '<<-E\n  \u00a0a\n   b\n  E', '<<E\n${1}E\nE', '<<E\n  E x\n  E',
]

PIECE = re.compile(rb'[A-Za-z_][A-Za-z_0-9-]*|\d+|[ \t]+|\n|.', re.S)


def written():
    return [text.encode() + b'\n' for text in FILES] + BYTES


def mutated(seeds, count, seed):
    """Distinct mutations of the seeds: pieces inserted, deleted, replaced, swapped, repeated."""
    draw = random.Random(seed)
    seeds = [text for text in seeds if len(text) < 300]
    seen = set(seeds)
    while count:
        pieces = PIECE.findall(draw.choice(seeds))
        for _ in range(draw.choice([1, 1, 1, 2, 2, 3])):
            at = draw.randrange(len(pieces) + 1)
            inside = min(at, len(pieces) - 1)
            kind = draw.random()
            if kind < 0.35 or not pieces:
                pieces.insert(at, draw.choice(TOKENS))
            elif kind < 0.6:
                del pieces[inside]
            elif kind < 0.75:
                pieces[inside] = draw.choice(TOKENS)
            elif kind < 0.85:
                other = draw.randrange(len(pieces))
                pieces[inside], pieces[other] = pieces[other], pieces[inside]
            else:
                pieces[at:at] = pieces[at:at + draw.randrange(1, 4)]
        text = b''.join(pieces)
        if text not in seen:
            seen.add(text)
            count -= 1
            yield text


def judge(snippets):
    """The summary of Terraform's first error for each snippet, or None."""
    verdicts = [None] * len(snippets)
    with tempfile.TemporaryDirectory() as folder:
        for index, text in enumerate(snippets):
            pathlib.Path(folder, f'f{index:05}.tf').write_bytes(text)
        run = subprocess.run(
            ['terraform', 'fmt', '-check', '-no-color', '-write=false', '-list=false', folder],
            capture_output=True, env={**os.environ, 'TF_CLI_CONFIG_FILE': os.devnull, 'CHECKPOINT_DISABLE': '1'})
    errors = run.stderr.decode('utf8', 'replace')
    for match in re.finditer(r'Error: ([^\n]*)\n(?:[^\n]*\n)*?[^\n]*?f(\d{5})\.tf', errors):
        index = int(match.group(2))
        verdicts[index] = verdicts[index] or match.group(1)
    return verdicts


def values(templates):
    """What Terraform makes of each template."""
    with tempfile.TemporaryDirectory() as folder:
        text = ''.join(f'output "o{index:03}" {{\n  value = {template}\n}}\n' for index, template in enumerate(templates))
        pathlib.Path(folder, 'main.tf').write_text(text)
        environment = {**os.environ, 'TF_CLI_CONFIG_FILE': os.devnull, 'CHECKPOINT_DISABLE': '1'}
        subprocess.run(['terraform', 'apply', '-auto-approve', '-no-color'], cwd=folder, env=environment, check=True,
                       stdout=subprocess.DEVNULL)
        state = json.loads(pathlib.Path(folder, 'terraform.tfstate').read_text())
    return [str(output['value']) for _, output in sorted(state['outputs'].items())]


def line(text, error):
    try:
        case = {'text': text.decode()}
    except UnicodeDecodeError:
        case = {'latin1': text.decode('latin1')}
    return json.dumps({**case, 'error': error}, ensure_ascii=False)


def main():
    snippets = written()
    snippets += mutated(snippets, MUTATIONS, seed=1)
    lines = [line(text, error) for text, error in zip(snippets, judge(snippets))]
    (HERE / 'recorded.jsonl').write_text('\n'.join(lines) + '\n')
    lines = [json.dumps({'text': text, 'value': value}, ensure_ascii=False) for text, value in zip(TEMPLATES, values(TEMPLATES))]
    (HERE / 'templates.jsonl').write_text('\n'.join(lines) + '\n')


if __name__ == '__main__':
    main()
