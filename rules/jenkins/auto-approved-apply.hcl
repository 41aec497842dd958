rule "jenkins/auto-approved-apply" {
  title    = "Apply that approves itself without a saved plan"
  severity = "error"
  since    = "0.1.0"

  for_each             = jenkins.terraform_commands
  condition            = each.value.subcommand != "apply" || !each.value.changes || each.value.destroys || each.value.has_plan_file || !each.value.approves_itself
  error_message        = "`${each.value.text} -auto-approve` has no plan file: it applies whatever it finds to do"
  undetermined_message = "`${each.value.text}` may approve itself without a plan file: its arguments are not known from this file"
  highlight            = each.value.site

  why        = "`-auto-approve` takes away the last question, and without a plan file there is nothing that somebody could have agreed to. A plan file needs no approval by Terraform: it was approved before."
  fix        = "Plan into a file, let a person or a check decide on it, and apply that file: `terraform apply tfplan`."
  references = ["https://developer.hashicorp.com/terraform/tutorials/automation/automate-terraform"]

  example "approves itself" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform apply -auto-approve' // violation
            sh 'docker run --rm -v $PWD:/src -w /src hashicorp/terraform:1.11 apply --auto-approve' // violation
        }
      GROOVY
    }
  }

  example "a word chosen when the build is started" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline {
            agent any
            parameters {
                choice(name: 'action', choices: ['apply', 'destroy'])
            }
            stages {
                stage('Run') {
                    steps {
                        sh "terraform $${action} -auto-approve" // violation
                    }
                }
            }
        }
      GROOVY
    }
  }

  example "applies a plan" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform plan -out=tfplan'
            sh 'terraform apply -auto-approve tfplan'
            sh 'terraform apply -auto-approve=false tfplan'
        }
      GROOVY
    }
  }

  example "there may be a plan file" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh "terraform apply -auto-approve $${file}" // undetermined
        }
      GROOVY
    }
  }
}
