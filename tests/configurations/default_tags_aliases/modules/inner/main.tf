variable "tags" { type = map(string) }
resource "aws_sqs_queue" "this" {
  name_prefix = "inner-"
  tags        = var.tags
}
resource "aws_autoscaling_group" "this" {
  min_size             = 0
  max_size             = 0
  launch_configuration = "lc"
  availability_zones   = ["us-east-1a"]
  dynamic "tag" {
    for_each = { for key, value in var.tags : key => value if value != null }
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }
}
output "tags" { value = aws_sqs_queue.this.tags_all }
