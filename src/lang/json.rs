//! Values as JSON and back, as Terraform's plan JSON, `jsonencode` and `jsondecode` have them.
