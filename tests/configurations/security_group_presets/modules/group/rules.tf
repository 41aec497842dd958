variable "rules" {
  description = "Known rules: [from port, to port, protocol, description]"
  type        = map(list(any))
  default = {
    http-80-tcp    = [80, 80, "tcp", "HTTP"]
    https-443-tcp  = [443, 443, "tcp", "HTTPS"]
    ssh-tcp        = [22, 22, "tcp", "SSH"]
    mysql-tcp      = [3306, 3306, "tcp", "MySQL/Aurora"]
    postgresql-tcp = [5432, 5432, "tcp", "PostgreSQL"]
    redis-tcp      = [6379, 6379, "tcp", "Redis"]
    all-icmp       = [-1, -1, "icmp", "All IPV4 ICMP"]
    all-all        = [-1, -1, "-1", "All protocols"]
    _              = ["", "", ""]
  }
}
