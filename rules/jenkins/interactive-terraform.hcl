rule "jenkins/interactive-terraform" {
  title    = "Terraform that may ask and wait"
  severity = "info"
  since    = "0.1.0"

  for_each             = jenkins.terraform_settings
  condition            = each.value.name != "-input=false" || each.value.is_set
  error_message        = "`${each.value.text}` may ask for a value and wait for an answer that nobody can give"
  undetermined_message = "`${each.value.text}` may ask for a value: what stands around it is not known from this file"
  highlight            = each.value.site
  undetermined         = "info"

  why        = "Where a variable or a setting of the backend is missing, Terraform asks for it. In a build nobody answers, and it fails late or hangs."
  fix        = "Set `TF_INPUT = '0'` in the pipeline's `environment`, or write `-input=false`. Said once, at the first such command."
  references = ["https://developer.hashicorp.com/terraform/tutorials/automation/automate-terraform"]

  example "not told" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform init' // violation
            sh 'terraform plan -out=tfplan'
        }
      GROOVY
    }
  }

  example "told" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline {
            agent any
            environment { TF_INPUT = '0' }
            stages {
                stage('Plan') {
                    steps {
                        sh 'terraform init && terraform plan -out=tfplan'
                    }
                }
            }
        }
      GROOVY
    }
  }

  example "a step that pipelines elsewhere call" {
    file "vars/prepare.groovy" {
      content = <<-GROOVY
        def call() {
            sh 'terraform init' // undetermined
        }
      GROOVY
    }
  }
}
