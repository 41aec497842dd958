variable "region" {
  description = "AWS region."
  type        = string
  default     = "eu-central-1"
}

variable "environment" {
  description = "Name of the environment."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "production"], var.environment)
    error_message = "One of dev, staging, production."
  }
}

variable "cidr" {
  description = "Address space of the VPC."
  type        = string
  default     = "10.20.0.0/16"
}

variable "zones" {
  description = "Availability zones, one subnet of each tier in each."
  type        = list(string)
  default     = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
}

variable "office_cidrs" {
  description = "Ranges from which people reach the bastion."
  type        = list(string)
}

variable "image_id" {
  description = "Machine image of the bastion, web and app instances."
  type        = string
  default     = "ami-0123456789abcdef0"
}

variable "certificate_arn" {
  description = "Certificate of the HTTPS listener."
  type        = string
}

variable "database_port" {
  description = "Port of the database."
  type        = number
  default     = 5432
}

variable "flow_log_bucket" {
  description = "Bucket that records what goes through the VPC."
  type        = string
}
