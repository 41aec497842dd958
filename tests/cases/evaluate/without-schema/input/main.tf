# A provider whose schema is not known here: what is written is known, all else is the provider's to know.
resource "foo_thing" "many" {
  count = 2
  name  = "x${count.index}"
  part { size = 1 }
}

resource "foo_thing" "one" { name = "y" }

variable "attribute" { default = "name" }

output "splat" { value = foo_thing.many[*].number }
output "written_splat" { value = foo_thing.many.*.name }
output "splat_of_one" { value = foo_thing.one[*].name }
output "index" { value = [for thing in foo_thing.many : [thing["name"], thing["number"]]] }
output "computed_index" { value = foo_thing.one[var.attribute] }
output "part" { value = foo_thing.many[1].part[0].size }
output "condition" { value = foo_thing.one.name == "y" ? "yes" : "no" }
output "not_null" { value = foo_thing.one != null }

module "typed" {
  source = "./m"
  thing  = foo_thing.one
}
output "through_a_type" { value = module.typed.both }
