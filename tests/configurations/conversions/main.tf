variable "strings" {
  type    = list(string)
  default = [1, true, "x", 1.50, 1e21]
}
variable "numbers" {
  type    = set(number)
  default = ["10", 9, 9.0, "1e1"]
}
variable "tuple" {
  type    = tuple([string, number, bool])
  default = [1, "2", "true"]
}
variable "loose" {
  type    = map(any)
  default = { a = 1, b = "two", c = true }
}
variable "deep" {
  type    = map(object({ list = optional(list(any), []), pairs = optional(map(set(string))), when = optional(string, "never") }))
  default = { one = { list = [1, "a"] }, two = { pairs = { x = ["b", "a", "b"] }, when = null }, three = { surplus = 1 } }
}
variable "nothing" {
  type    = string
  default = null
}
variable "not_null" {
  type     = list(string)
  default  = ["fallback"]
  nullable = false
}
locals {
  conditional = var.nothing == null ? { a = 1, b = [] } : { a = 2, b = [] }
  lists       = true ? ["a"] : ["b", "c"]
  mixed       = [for item in [1, "1", true] : item]
  set         = toset(["b", 1, "a", true])
  set_number  = toset([3, 20, 100, 3])
  by_splat    = { one = var.nothing[*], many = var.strings[*] }
  merged      = merge(var.loose, { c = false }, null)
  big         = [9007199254740993, 0.1 + 0.2, 1 / 3, 100000000000000000000, -0]
  flat        = flatten([["a", []], [[["b"]]], "c"])
  product     = setproduct(["a"], toset(["y", "x"]), [1])
  grouped     = { for item in ["apple", "avocado", "bean"] : substr(item, 0, 1) => item... }
  zipped      = zipmap(["k"], [{ v = null }])
  equal       = [1 == "1", "1" == "1", [1] == [1], tolist([1]) == [1], null == var.nothing, { a = 1 } == { a = 1 }]
  indexes     = [var.tuple[0], var.tuple["1"], var.loose.a, var.loose["b"], element(["p", "q"], 5), element(["p", "q"], 4)]
  legacy      = [var.strings.0, var.strings.*]
  dates       = [formatdate("EEEE, DD-MMM-YY hh:mm:ss ZZZ", "2024-02-29T12:34:56+02:00"), timeadd("2024-02-28T00:00:00Z", "24h30m"), timecmp("2024-01-01T00:00:00Z", "2023-01-01T00:00:00Z")]
  hashes      = [md5("é"), sha256("x"), base64sha256(""), uuidv5("dns", "example.com"), textencodebase64("hé", "UTF-16LE")]
  regex       = [regex("(?P<a>\\d+)-(?P<b>\\w+)", "12-ab"), regexall("[a-c]", "abcd"), regex("x(y)?", "x"), replace("a.b.c", "/\\.(\\w)/", "[$1]")]
  strings     = [format("%-6s|%06.2f|%x|%q|%v|%#v", "ab", 3.14159, 255, "q", [1, "a"], { b = null }), strrev("añb"), title("hello wörld"), substr("héllo", -3, 2), indent(2, "a\nb")]
}
resource "terraform_data" "all" {
  input = {
    strings     = var.strings
    numbers     = var.numbers
    tuple       = var.tuple
    loose       = var.loose
    deep        = var.deep
    conditional = local.conditional
    lists       = local.lists
    mixed       = local.mixed
    set         = local.set
    set_number  = local.set_number
    by_splat    = local.by_splat
    merged      = local.merged
    big         = local.big
    flat        = local.flat
    product     = local.product
    grouped     = local.grouped
    zipped      = local.zipped
  }
}
output "equal" { value = local.equal }
output "indexes" { value = local.indexes }
output "legacy" { value = local.legacy }
output "dates" { value = local.dates }
output "hashes" { value = local.hashes }
output "regex" { value = local.regex }
output "strings" { value = local.strings }
output "not_null" { value = var.not_null }
output "input" { value = terraform_data.all.input }
output "types" { value = [for value in [var.deep, var.loose, local.set] : can(tomap(value))] }
