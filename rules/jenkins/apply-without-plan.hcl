rule "jenkins/apply-without-plan" {
  title    = "Apply without a saved plan"
  severity = "error"
  since    = "0.1.0"

  for_each             = jenkins.terraform_commands
  condition            = each.value.subcommand != "apply" || !each.value.changes || each.value.destroys || each.value.has_plan_file || each.value.approves_itself
  error_message        = "`${each.value.text}` is given no plan file: it plans anew, and applies what nobody has seen"
  undetermined_message = "`${each.value.text}` may be given no plan file: its arguments are not known from this file"
  highlight            = each.value.site

  why        = "Without a file, `apply` makes a plan of its own. What was reviewed, checked and approved is another one: the state, the sources or a variable may have changed since."
  fix        = "Plan into a file (`terraform plan -out=tfplan`) and apply that file (`terraform apply tfplan`)."
  references = ["https://developer.hashicorp.com/terraform/tutorials/automation/automate-terraform"]

  example "plans again while it applies" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform plan'
            sh 'terraform apply -input=false' // violation
        }
      GROOVY
    }
  }

  example "in a script of several lines, with a wrapper and continued lines" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline {
            agent any
            stages {
                stage('Apply') {
                    steps {
                        sh '''
                            set -eu
                            cd infrastructure
                            # terraform apply
                            terraform init && sudo -E terraform -chdir=network apply # violation
                        '''
                    }
                }
            }
        }
      GROOVY
    }
  }

  example "the command is in a variable" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        def command = 'terragrunt apply' // violation
        node {
            sh command
        }
      GROOVY
    }
  }

  example "applies the plan" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform plan -out=tfplan'
            sh "terraform apply -input=false '$${env.WORKSPACE}/tfplan'"
            sh 'terraform apply -help'
            echo 'terraform apply'
        }
      GROOVY
    }
  }

  example "arguments from elsewhere" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh "terraform apply $${arguments}" // undetermined
        }
      GROOVY
    }
  }
}
