provider "aws" {
  region = "eu-north-1"
}

module "cluster" {
  source             = "./modules/cluster"
  name               = "platform"
  kubernetes_version = "1.31"
  vpc_id             = "vpc-0f00"
  subnet_ids         = ["subnet-a", "subnet-b", "subnet-c"]
  public_access      = { cidrs = ["203.0.113.0/24"] }
  secrets_encryption = true
  log_types          = ["api", "audit"]

  node_groups = {
    general = { instance_types = ["m6i.large", "m6a.large"], desired = 3, labels = { pool = "general" } }
    spot = {
      capacity = "SPOT", instance_types = ["c6i.xlarge"], min = 0, max = 20, desired = 2
      taints   = [{ key = "spot", value = "true", effect = "NO_SCHEDULE" }]
      disk     = { size = 100, type = "gp3", iops = 6000 }
      kubelet  = ["--max-pods=110", "--node-labels=lifecycle=spot"]
    }
    gpu = { ami_type = "AL2_x86_64_GPU", instance_types = ["g5.xlarge"], max = 2, user_data_extra = "nvidia-smi || exit 1" }
  }
  addons = { vpc-cni = { version = "v1.18.0", config = jsonencode({ env = { ENABLE_PREFIX_DELEGATION = "true", WARM = 1 } }) }, coredns = {}, kube-proxy = null }
  access = {
    admin = { arn = "arn:aws:iam::111122223333:role/admin", policies = ["AmazonEKSClusterAdminPolicy"] }
    view  = { arn = "arn:aws:iam::111122223333:role/view", groups = ["viewers"], policies = ["AmazonEKSViewPolicy", "AmazonEKSEditPolicy"], namespaces = ["web", "db"] }
  }
  service_accounts = { autoscaler = { namespace = "kube-system", actions = ["autoscaling:Describe*", "autoscaling:SetDesiredCapacity"] }, dns = { namespace = "dns", actions = ["route53:*"] } }
}

output "user_data" { value = { for name, text in module.cluster.user_data : name => base64decode(text) } }
output "access" { value = module.cluster.associations }
output "taints" { value = module.cluster.taints }
