provider "aws" { region = "us-east-1" }

module "queue" {
  source = "./modules/queue"
  count  = 2
  name   = "jobs-${count.index}"
}

resource "aws_sns_topic" "renamed" { name = "renamed" }

moved {
  from = aws_sns_topic.old
  to   = aws_sns_topic.renamed
}
moved {
  from = module.queue
  to   = module.queue[0]
}
moved {
  from = module.queues["a"]
  to   = module.queue[1]
}

removed {
  from = aws_s3_bucket.legacy
  lifecycle { destroy = false }
}
removed {
  from = module.gone.aws_instance.this
  lifecycle { destroy = true }
}

output "urls" { value = module.queue[*].name }
