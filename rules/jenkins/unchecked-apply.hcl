rule "jenkins/unchecked-apply" {
  title    = "Apply of what no policy check has looked at"
  severity = "warning"
  since    = "0.1.0"

  for_each             = jenkins.terraform_commands
  condition            = !each.value.changes || each.value.destroys || each.value.checked
  error_message        = "`${each.value.text}` applies what no linter or policy check has looked at"
  undetermined_message = "`${each.value.text}` may apply what no linter or policy check has looked at: whether something before it is one is not known from this file"
  highlight            = each.value.site

  why        = "`terraform validate` knows nothing of open ports, missing tags or overlapping networks. Between plan and apply is the last place where a machine can say so."
  fix        = "Check the plan before it is applied, for example with `terravet check tfplan`, and let its exit code end the build."
  references = ["HashiCorp: Terraform policy enforcement"]

  example "planned and applied" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform init && terraform validate && terraform plan -out=tfplan'
            sh 'terraform apply tfplan' // violation
        }
      GROOVY
    }
  }

  example "checked" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform plan -out=tfplan && terravet check tfplan'
            sh 'terraform apply tfplan'
        }
      GROOVY
    }
  }

  example "a script that may be a check" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform plan -out=tfplan && ./ci/validate-plan.sh'
            sh 'terraform apply tfplan' // undetermined
        }
      GROOVY
    }
  }
}
