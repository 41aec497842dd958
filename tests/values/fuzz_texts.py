"""Random texts in the small languages that some functions read: format strings, dates, patterns, CSV, JSON, YAML, templates."""


class Texts:
    def __init__(self, random):
        self.random = random

    def pick(self, things):
        return self.random.choice(things)

    def several(self, most, make, least=0):
        return [make() for _ in range(self.random.randint(least, most))]

    def of(self, name, index):
        """A text for a parameter of a function, or nothing."""
        makers = {
            ("format", 0): self.format, ("formatlist", 0): self.format, ("formatdate", 0): self.date_format, ("formatdate", 1): self.timestamp,
            ("timeadd", 0): self.timestamp, ("timeadd", 1): self.duration, ("timecmp", 0): self.timestamp, ("timecmp", 1): self.timestamp,
            ("regex", 0): self.pattern, ("regexall", 0): self.pattern, ("replace", 1): lambda: f"/{self.pattern()}/", ("replace", 2): self.replacement,
            ("regex", 1): self.subject, ("regexall", 1): self.subject, ("replace", 0): self.subject,
            ("csvdecode", 0): self.csv, ("jsondecode", 0): self.json, ("yamldecode", 0): self.yaml, ("provider::terraform::decode_tfvars", 0): self.tfvars,
            ("cidrhost", 0): self.cidr, ("cidrnetmask", 0): self.cidr, ("cidrsubnet", 0): self.cidr, ("cidrsubnets", 0): self.cidr,
            ("tonumber", 0): self.number, ("parseint", 0): self.number, ("substr", 0): self.subject, ("strrev", 0): self.subject, ("title", 0): self.subject,
            ("upper", 0): self.subject, ("lower", 0): self.subject, ("trim", 0): self.subject, ("urlencode", 0): self.subject, ("length", 0): self.subject,
        }
        make = makers.get((name, index))
        return make and make()

    def format(self):
        def verb():
            flags = "".join(self.several(2, lambda: self.pick("+-# 0")))
            width = self.pick(["", "", "1", "5", "12", "*", "[1]*"])
            precision = self.pick(["", "", "", ".0", ".2", ".", ".8", ".*"])
            at = self.pick(["", "", "", "[1]", "[2]", "[3]"])
            return f"%{flags}{width}{precision}{at}{self.pick('vsdqtxXobeEfFgGTUc' if self.random.random() < 0.1 else 'vvsssddqtxXobeEfgG')}"
        return "".join(self.several(3, lambda: self.pick([verb(), verb(), self.pick(["a", " ", "%%", "é", "-"])]), 1))

    def date_format(self):
        return "".join(self.several(5, lambda: self.pick([
            "YYYY", "YY", "MMMM", "MMM", "MM", "M", "DD", "D", "EEEE", "EEE", "hh", "h", "HH", "H", "AA", "aa", "mm", "m", "ss", "s", "ZZZZZ", "ZZZZ", "ZZZ", "Z",
            "-", ":", " ", "'at'", "'o''clock'", ",", "/", "T", "YYY", "x", "'open", "1"]), 1))

    def timestamp(self):
        number = self.random.randint
        day = f"{self.pick([number(1900, 2100), 1, 9999, 2024, 2000])!s:0>4}-{number(1, 12):02}-{number(1, 31):02}"
        zone = self.pick(["Z", "Z", "+00:00", "-00:00", f"{self.pick('+-')}{number(0, 23):02}:{number(0, 59):02}", "", "z", "+24:00"])
        fraction = self.pick(["", "", "", f".{number(0, 999)}", ".123456789", ".1234567891", ",5"])
        return f"{day}{self.pick('TTTTTt ')}{number(0, 23):02}:{number(0, 59):02}:{number(0, 60):02}{fraction}{zone}"

    def duration(self):
        parts = self.several(3, lambda: f"{self.pick(['1', '0', '90', '1.5', '.5', '1.', '36', '8760', '100000000000'])}{self.pick(['h', 'm', 's', 'ms', 'us', 'µs', 'ns', 'd', ''])}", 1)
        return self.pick(["", "-", "+"]) + "".join(parts)

    def pattern(self, depth=2):
        def atom():
            if depth and self.random.random() < 0.25:
                return self.pick(["({})", "(?:{})", "(?P<n>{})", "(?i:{})", "(?P<m>{})"]).format(self.pattern(depth - 1))
            return self.pick(["a", "b", "[a-c]", "[^a]", ".", "\\d", "\\w", "\\s", "\\b", "\\W", "é", "x", "\\p{L}", "[[:upper:]]", "[\\d-]", "^", "$", "\\.", "-", "\\x61",
                              "\\pN", "[[:^alpha:]]", "\\A", "\\z", "\\B", "\\Qa.b\\E", "\\PL", "[é-ü]", "\\t", "\\p{Greek}", "[]a]", "\\Z", "\\1", "(?=a)", "\\h", "a**"][: 28 if self.random.random() < 0.9 else 36])
        def piece():
            return atom() + self.pick(["", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,}", "{1,3}?"])
        return self.pick(["", "", "", "(?i)", "(?s)", "(?m)", "(?U)"]) + "|".join(self.several(2, lambda: "".join(self.several(3, piece, 1)), 1))

    def replacement(self):
        return "".join(self.several(3, lambda: self.pick(["x", "$1", "$0", "${1}", "$n", "${n}", "$$", "$", "$1x", "é", "\\", "${m}y", "$2"])))

    def subject(self):
        return "".join(self.several(5, lambda: self.pick(["a", "b", "abc", "A", "x", "é", "e\u0301", "1", "42", " ", "\n", "-", ".", "👨‍👩‍👧", "日本", "aab", "_", "ß", "\t", "Σ", "ς", "ﬁ", "ǆ",
                                                               "İ", "ı", "🇩🇪", "각", "\u1100\u1161", "'", "a b", "\u00a0", "\r\n"])))

    def number(self):
        return self.pick(["", "", "-", "+"]) + self.pick(["1", "0", "007", "1.50", "1e3", "1E-2", "0x1f", "1_0", "1e400", "1e-400", ".5", "5.", "Inf", "NaN", "1e", "0b1", "12345678901234567890123", "0.1", "٣", "1 ", "ff", "zZ", "",
                                                          "340282366920938463463374607431768211456", "2.2250738585072014e-308", "1" * 160, "0." + "3" * 160, "1p3", "0o17", "1,5", "99999999999999999.99999999999999999"])

    def cidr(self):
        address = self.pick(["10.0.0.0", "192.168.1.7", "0.0.0.0", "255.255.255.255", "::", "fd00::", "2001:db8::1", "::ffff:1.2.3.4", "1:2:3:4:5:6:7:8", "010.1.0.0", "10.0.0", "fe80::1%eth0"])
        return f"{address}/{self.random.choice([0, 1, 8, 16, 24, 31, 32, 48, 56, 64, 127, 128, 33, 129])}"

    def csv(self):
        field = lambda: self.pick(["a", "b", "1", "", "x y", "\"q\"", "\"a,b\"", "\"l\nm\"", "\"d\"\"q\"", "é", " s ", "null", "\"r\r\nn\"", "bad\"q", "\"open"][: 13 if self.random.random() < 0.95 else 15])
        columns = self.random.randint(1, 3)
        names = ",".join(self.random.sample(["a", "b", "name", "\"c d\"", "é", ""], columns))
        rows = self.several(3, lambda: ",".join(field() for _ in range(columns if self.random.random() < 0.95 else columns + 1)))
        return self.pick(["\n", "\n", "\r\n"]).join([names, *rows]) + self.pick(["", "\n", "\n\n"])

    def json(self, depth=3):
        scalar = ["1", "0", "-0", "1.50", "1e3", "1E-2", "-1.5e+300", "123456789012345678901234567890", "0.1", "true", "false", "null", "\"\"", "\"a\"", "\"\\u00e9\"", "\"\\ud83d\\ude00\"", "\"e\\u0301\"", "\"\\n\\\"\"", "\"<&>\""]
        bad = ["01", "+1", ".5", "1.", "nul", "'a'", "\"\\x\"", "\"\\ud800\"", "NaN", "[1,]", "{\"a\":1,}", "{a:1}", "1 2", "\"\t\""]
        if self.random.random() < 0.02:
            return self.pick(bad)
        space = self.pick(["", "", " ", "\n  "])
        which = self.pick(["scalar", "array", "object", "object"] if depth else ["scalar"])
        if which == "scalar":
            return self.pick(scalar)
        if which == "array":
            return "[" + space + f",{space}".join(self.several(3, lambda: self.json(depth - 1))) + "]"
        names = self.several(3, lambda: self.pick(["\"a\"", "\"b\"", "\"\"", "\"A\"", "\"é\"", "\"e\\u0301\"", "\"x y\""]))
        return "{" + space + f",{space}".join(f"{name}:{space}{self.json(depth - 1)}" for name in names) + "}"

    def yaml(self):
        return self.block(0, 2)

    SCALARS = ["1", "0", "-1", "1.5", "1e3", "0x1F", "0o17", "017", "1_000", "yes", "no", "on", "true", "True", "TRUE", "tRue", "null", "~", "", "Null", "a", "a b", "'x'", "'it''s'", "\"q\\n\"", "\"\\u00e9\"", "2020-01-01",
               "2020-01-01T10:00:00Z", "2020-01-01 10:00:00", ".inf", "-.Inf", "!!str 1", "!!int \"3\"", "!!float 1", "!!bool yes", "!!null ''", "12:30", "é", "a: b"[:1], "x#y", "x #c", "- "[:1], "=", "<<", "+1", "1.", ".5", "-.5", "0b11", "1e-2", "!!binary aGk=",
               "1__0", "y", "n", "0.1", "12345678901234567890123", "*a", "&a 1", "@", "%", "[", "{", "!x y", "!!set {a}", "? a", "|", ">"]

    def scalar(self):
        return self.pick(self.SCALARS[:50] if self.random.random() < 0.93 else self.SCALARS)

    def flow(self, depth):
        which = self.pick(["scalar", "list", "map"] if depth else ["scalar"])
        if which == "scalar":
            return self.scalar()
        if which == "list":
            return "[" + ", ".join(self.several(3, lambda: self.flow(depth - 1))) + self.pick(["", "", ","]) + "]"
        return "{" + ", ".join(f"{self.pick(['a', 'b', '1', 'true', 'é', 'x y', chr(39) + 'q' + chr(39)])}: {self.flow(depth - 1)}" for _ in range(self.random.randint(0, 2))) + "}"

    def block(self, indent, depth):
        margin = " " * indent
        which = self.pick(["scalar", "flow", "list", "map", "map", "text", "document"] if depth else ["scalar", "flow"])
        if which == "document" and indent == 0:
            return self.pick(["---\n", "--- ", "%YAML 1.2\n---\n", "# c\n", "---\n...\n"]) + self.block(indent, depth - 1) + self.pick(["", "\n...\n", "\n---\n"])
        if which == "list":
            return "".join(f"\n{margin}- {self.block(indent + 2, depth - 1)}" for _ in range(self.random.randint(1, 3))) if indent else "\n".join(f"- {self.block(2, depth - 1)}" for _ in range(self.random.randint(1, 3)))
        if which == "map":
            lines = [f"{margin}{key}: {self.pick(['', '', '', '&m ', '# c' + chr(10)]) if depth > 1 else ''}{self.block(indent + 2, depth - 1)}" for key in self.random.sample(["a", "b", "1", "yes", "x y", "\"q\"", "? k"[2:], "<<", "~", "1.0"], self.random.randint(1, 3))]
            return ("\n" if indent else "") + "\n".join(lines)
        if which == "text":
            mark = self.pick("|>") + self.pick(["", "", "-", "+", "2", "1-"])
            inner = " " * (indent + 2)
            return mark + "".join(f"\n{inner}{line}" if line else "\n" for line in self.several(3, lambda: self.pick(["t", " u", "v w", "", "# x", "k: v"]), 1)) + self.pick(["", "\n", "\n\n"])
        return self.flow(2) if which == "flow" else self.scalar()

    def tfvars(self):
        value = lambda: self.pick(["1", "\"a\"", "[1, \"b\"]", "{ x = 1 }", "null", "true", "-1.5", "\"a${1}b\"", "x", "upper(\"a\")", "<<EOT\nh\nEOT", "1 + 1", "[for v in [1] : v]"])
        return "\n".join(self.several(3, lambda: self.pick([f"{self.pick('abc')} = {value()}", "# c", "", f"\"q\" = {value()}" if self.random.random() < 0.1 else f"d-1 = {value()}"])))

    def template(self):
        """The text of a template over `a`, `b` and `name`."""
        def part():
            left, right = self.pick(["", "", "~"]), self.pick(["", "", "~"])
            value = self.pick(["a", "b", "name", "a", "upper(name)", "1 + 1", "c", "[for x in [a] : x][0]", "length(a)", "true ? a : b", "try(a.b, \"t\")"])
            return self.pick([
                "text", " ", "\n", "  \n  ", "$", "%", "$${x}", "%%{x", f"${{{left}{value}{right}}}", f"${{{left} {value} {right}}}",
                f"%{{{left} if {self.pick(['true', 'false', 'a == b', 'a != null', 'name'])} {right}}} yes %{{{left} else {right}}}\n no %{{ endif {right}}}",
                f"%{{{left} for x in {self.pick(['[1, 2]', 'a', '[]', '{ k = b }', 'split(chr, name)'.replace('chr', chr(34) + ',' + chr(34))])} {right}}} ${{x}};\n%{{{left} endfor {right}}}",
                f"%{{ for k, v in {{ k = a }} }}${{k}}=${{v}}%{{ endfor }}",
            ])
        return "".join(self.several(4, part, 1))
