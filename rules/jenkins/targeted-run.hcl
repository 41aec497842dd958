rule "jenkins/targeted-run" {
  title    = "Only part of the configuration is planned"
  severity = "warning"
  since    = "0.1.0"

  for_each      = jenkins.terraform_options
  condition     = each.value.name != "-target"
  error_message = "`${each.value.text} -target` leaves out what else has changed"
  highlight     = each.value.site

  why        = "`-target` is for mending an exceptional state by hand. In a pipeline it leaves the rest of the configuration behind, and nobody notices."
  fix        = "Plan the whole configuration; where parts live at different speeds, make them root modules of their own."
  references = ["https://developer.hashicorp.com/terraform/tutorials/state/resource-targeting"]

  example "one module" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform plan -target=module.network -out=tfplan' // violation
        }
      GROOVY
    }
  }

  example "all of it" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform plan -out=tfplan'
        }
      GROOVY
    }
  }
}
