variable "name" { type = string }
resource "aws_sqs_queue" "main" { name = var.name }
moved {
  from = aws_sqs_queue.this
  to   = aws_sqs_queue.main
}
output "name" { value = aws_sqs_queue.main.name }
