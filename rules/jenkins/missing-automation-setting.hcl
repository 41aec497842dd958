rule "jenkins/missing-automation-setting" {
  title    = "Terraform that is not told it runs in automation"
  severity = "info"
  since    = "0.1.0"

  for_each             = jenkins.terraform_settings
  condition            = each.value.name != "TF_IN_AUTOMATION" || each.value.is_set
  error_message        = "`${each.value.text}` tells people which command to run next: `TF_IN_AUTOMATION` is not set"
  undetermined_message = "`${each.value.text}` may not be told that it runs in automation: what stands around it is not known from this file"
  highlight            = each.value.site
  undetermined         = "info"

  why        = "With `TF_IN_AUTOMATION`, Terraform leaves out advice on commands to run by hand, which in a log only leads astray."
  fix        = "Set `TF_IN_AUTOMATION = '1'` in the pipeline's `environment`. Said once, at the first such command."
  references = ["https://developer.hashicorp.com/terraform/tutorials/automation/automate-terraform"]

  example "not told" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform plan -out=tfplan' // violation
        }
      GROOVY
    }
  }

  example "told" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            withEnv(['TF_IN_AUTOMATION=1']) {
                sh 'terraform plan -out=tfplan'
            }
            sh '''
                export TF_IN_AUTOMATION=1
                terraform plan -out=tfplan
            '''
        }
      GROOVY
    }
  }

  example "a step that pipelines elsewhere call" {
    file "vars/plan.groovy" {
      content = <<-GROOVY
        def call() {
            sh 'terraform plan' // undetermined
        }
      GROOVY
    }
  }
}
