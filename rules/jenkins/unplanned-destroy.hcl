rule "jenkins/unplanned-destroy" {
  title    = "Destroy without a saved plan"
  severity = "error"
  since    = "0.1.0"

  for_each             = jenkins.terraform_commands
  condition            = !each.value.destroys || each.value.has_plan_file
  error_message        = "`${each.value.text}` destroys everything in the state, without a plan that somebody has seen"
  undetermined_message = "`${each.value.text}` may destroy everything without a plan: its arguments are not known from this file"
  highlight            = each.value.site

  why        = "`terraform destroy` works out what to destroy and does it. A wrong workspace, backend or variable file takes down another environment, and nothing brings data back."
  fix        = "Write `terraform plan -destroy -out=tfplan`, have that plan approved, and apply it: `terraform apply tfplan`."
  references = ["https://developer.hashicorp.com/terraform/cli/commands/destroy"]

  example "destroys" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform destroy -auto-approve' // violation
            sh 'terraform apply -destroy -auto-approve' // violation
            sh 'terragrunt run-all destroy' // violation
        }
      GROOVY
    }
  }

  example "a plan to destroy" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform plan -destroy -out=tfplan'
            sh 'terraform apply tfplan'
        }
      GROOVY
    }
  }

  example "arguments from elsewhere" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh "terraform apply -destroy $${file}" // undetermined
        }
      GROOVY
    }
  }
}
