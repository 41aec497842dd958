resource "terraform_data" "u" {}
resource "aws_acm_certificate" "dns" {
  domain_name               = "X.com"
  validation_method         = "DNS"
  subject_alternative_names = ["*.x.com", "b.x.com", "X.com", "a.x.com"]
}
resource "aws_acm_certificate" "email" {
  domain_name       = "x.com"
  validation_method = "EMAIL"
}
resource "aws_acm_certificate" "email2" {
  domain_name               = "x.com"
  validation_method         = "EMAIL"
  subject_alternative_names = ["a.x.com"]
}
resource "aws_acm_certificate" "unk2" {
  domain_name       = terraform_data.u.id
  validation_method = "DNS"
}
resource "aws_acm_certificate" "unk5" {
  domain_name       = "a.b"
  validation_method = terraform_data.u.id
}
resource "aws_acm_certificate" "none" {
  domain_name       = "a.b"
  validation_method = "HTTP"
}
resource "aws_acm_certificate" "empty" {
  domain_name               = "a.b"
  validation_method         = "DNS"
  subject_alternative_names = []
}
resource "aws_acm_certificate" "pca" {
  domain_name               = "a.b"
  certificate_authority_arn = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/x"
}
resource "aws_acm_certificate" "imp" {
  private_key      = "x"
  certificate_body = "y"
}
resource "aws_acm_certificate" "opt" {
  domain_name       = "a.b"
  validation_method = "DNS"
  validation_option {
    domain_name       = "c.a.b"
    validation_domain = "a.b"
  }
}
resource "aws_route53_record" "validation" {
  for_each        = { for option in aws_acm_certificate.dns.domain_validation_options : option.domain_name => option }
  allow_overwrite = true
  zone_id         = "Z1"
  name            = each.value.resource_record_name
  type            = each.value.resource_record_type
  records         = [each.value.resource_record_value]
  ttl             = 60
}
