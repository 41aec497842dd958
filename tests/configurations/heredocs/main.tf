variable "hosts" {
  default = { web = { ip = "10.0.0.1", ports = [80, 443] }, db = { ip = "10.0.0.2", ports = [] } }
}
locals {
  plain    = <<EOT
  kept as it is
	with a tab
EOT
  indented = <<-EOT
      six
        eight
    four ${"inter"}polated
  EOT
  trimmed  = <<-EOT
    %{for name, host in var.hosts~}
    ${name}=${host.ip}%{if length(host.ports) > 0}:${join(",", host.ports)}%{else} (none)%{endif}
    %{endfor~}
    end
  EOT
  nested   = "a%{if true}b%{if false}c%{else}d%{endif}e%{endif}f"
  escapes  = "tab\t quote\" backslash\\ newline\n unicode\u00e9\U0001F600 dollar$${x} percent%%{y} lone $ % $$ %% $5"
  strip    = "  left  ${~" middle "~}  right  "
  single   = var.hosts
  number   = 1 + 1
  wrapped  = " ${1 + 1}"
  loop     = "%{for port in var.hosts.web.ports}[${port}]%{endfor}"
  both     = "%{for index, port in var.hosts.web.ports}${index}:${port};%{endfor}"
  crlf     = replace("a\r\nb", "\r\n", "|")
}
resource "terraform_data" "texts" {
  input = {
    plain    = local.plain
    indented = local.indented
    trimmed  = local.trimmed
    nested   = local.nested
    escapes  = local.escapes
    strip    = local.strip
    single   = local.single
    number   = local.number
    wrapped  = local.wrapped
    loop     = local.loop
    both     = local.both
    crlf     = local.crlf
    script   = templatestring(local.template, { name = "x", list = ["p", "q"] })
  }
}
locals {
  template = "Hello $${name}%%{for item in list} $${item}%%{endfor}!"
}
output "lengths" { value = { for name, text in terraform_data.texts.input : name => try(length(text), -1) } }
output "empty" { value = "${""}${""}" }
output "heredoc_list" { value = [<<EOT
one
EOT
  , <<-EOT
  two
  EOT
] }
