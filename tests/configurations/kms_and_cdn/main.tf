provider "aws" { region = "us-east-1" }
variable "origins" {
  type = map(object({ domain = string, path = optional(string), s3 = optional(bool, false), headers = optional(map(string), {}) }))
  default = {
    site = { domain = "site.s3.amazonaws.com", s3 = true }
    api  = { domain = "api.example.com", path = "/v1", headers = { X-Origin = "cdn", X-Key = "1" } }
  }
}
resource "aws_kms_key" "this" {
  description             = "of ${join(", ", keys(var.origins))}"
  deletion_window_in_days = 7
  enable_key_rotation     = true
  multi_region            = false
}
resource "aws_kms_alias" "this" {
  for_each      = toset([for name in keys(var.origins) : "alias/${name}"])
  name          = each.value
  target_key_id = aws_kms_key.this.key_id
}
resource "aws_cloudfront_origin_access_control" "this" {
  name                              = "oac"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}
resource "aws_cloudfront_distribution" "this" {
  enabled             = true
  is_ipv6_enabled     = true
  aliases             = ["www.example.com", "example.com"]
  price_class         = "PriceClass_100"
  default_root_object = "index.html"
  dynamic "origin" {
    for_each = var.origins
    content {
      origin_id                = origin.key
      domain_name              = origin.value.domain
      origin_path              = origin.value.path
      origin_access_control_id = origin.value.s3 ? aws_cloudfront_origin_access_control.this.id : null
      dynamic "custom_origin_config" {
        for_each = origin.value.s3 ? [] : [1]
        content {
          http_port              = 80
          https_port             = 443
          origin_protocol_policy = "https-only"
          origin_ssl_protocols   = ["TLSv1.2"]
        }
      }
      dynamic "custom_header" {
        for_each = origin.value.headers
        content {
          name  = custom_header.key
          value = custom_header.value
        }
      }
    }
  }
  default_cache_behavior {
    target_origin_id       = "site"
    viewer_protocol_policy = "redirect-to-https"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    forwarded_values {
      query_string = false
      cookies { forward = "none" }
    }
  }
  dynamic "ordered_cache_behavior" {
    for_each = [for name in keys(var.origins) : name if name != "site"]
    content {
      path_pattern           = "/${ordered_cache_behavior.value}/*"
      target_origin_id       = ordered_cache_behavior.value
      viewer_protocol_policy = "https-only"
      allowed_methods        = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
      cached_methods         = ["GET", "HEAD"]
      cache_policy_id        = "658327ea-f89d-4fab-a63d-7e88639e58f6"
      min_ttl                = 0
    }
  }
  restrictions {
    geo_restriction { restriction_type = "none" }
  }
  viewer_certificate { cloudfront_default_certificate = true }
  dynamic "custom_error_response" {
    for_each = { 403 = "/403.html", 404 = "/404.html" }
    content {
      error_code         = custom_error_response.key
      response_code      = custom_error_response.key + 0
      response_page_path = custom_error_response.value
    }
  }
}
resource "aws_wafv2_web_acl" "this" {
  name  = "edge"
  scope = "CLOUDFRONT"
  default_action {
    allow {}
  }
  dynamic "rule" {
    for_each = { AWSManagedRulesCommonRuleSet = 1, AWSManagedRulesSQLiRuleSet = 2 }
    content {
      name     = rule.key
      priority = rule.value
      override_action {
        none {}
      }
      statement {
        managed_rule_group_statement {
          name        = rule.key
          vendor_name = "AWS"
        }
      }
      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = rule.key
        sampled_requests_enabled   = rule.value == 1
      }
    }
  }
  visibility_config {
    cloudwatch_metrics_enabled = false
    metric_name                = "edge"
    sampled_requests_enabled   = false
  }
}
output "origins" { value = sort(aws_cloudfront_distribution.this.origin[*].domain_name) }
output "description" { value = aws_kms_key.this.description }
