provider "aws" { region = "us-east-1" }
locals {
  tables = {
    orders = {
      keys    = { hash = ["id", "S"], range = ["created", "N"] }
      indexes = { by_customer = { hash = ["customer", "S"], projection = "KEYS_ONLY" }, by_state = { hash = ["state", "S"], range = ["created", "N"], include = ["total"] } }
      ttl     = "expires"
      stream  = "NEW_AND_OLD_IMAGES"
    }
    locks = { keys = { hash = ["LockID", "S"] }, capacity = { read = 5, write = 2 } }
  }
}
resource "aws_dynamodb_table" "this" {
  for_each         = local.tables
  name             = each.key
  billing_mode     = can(each.value.capacity) ? "PROVISIONED" : "PAY_PER_REQUEST"
  read_capacity    = try(each.value.capacity.read, null)
  write_capacity   = try(each.value.capacity.write, null)
  hash_key         = each.value.keys.hash[0]
  range_key        = try(each.value.keys.range[0], null)
  stream_enabled   = can(each.value.stream)
  stream_view_type = lookup(each.value, "stream", null)

  dynamic "attribute" {
    for_each = { for pair in distinct(concat(values(each.value.keys), [for index in values(try(each.value.indexes, {})) : index.hash])) : pair[0] => pair[1] }
    content {
      name = attribute.key
      type = attribute.value
    }
  }
  dynamic "global_secondary_index" {
    for_each = try(each.value.indexes, {})
    iterator = index
    content {
      name               = replace(index.key, "_", "-")
      hash_key           = index.value.hash[0]
      range_key          = try(index.value.range[0], null)
      projection_type    = try(index.value.projection, "INCLUDE")
      non_key_attributes = try(index.value.include, null)
    }
  }
  dynamic "ttl" {
    for_each = try([each.value.ttl], [])
    content {
      attribute_name = ttl.value
      enabled        = true
    }
  }
  point_in_time_recovery { enabled = each.key == "orders" }
  server_side_encryption { enabled = true }
}
resource "aws_dynamodb_table_item" "seed" {
  table_name = aws_dynamodb_table.this["locks"].name
  hash_key   = aws_dynamodb_table.this["locks"].hash_key
  item       = jsonencode({ LockID = { S = "seed" }, Numbers = { NS = formatlist("%d", range(1, 4)) } })
}
output "attributes" { value = { for name, table in aws_dynamodb_table.this : name => sort(table.attribute[*].name) } }
output "billing" { value = values(aws_dynamodb_table.this)[*].billing_mode }
