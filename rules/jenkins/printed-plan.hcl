rule "jenkins/printed-plan" {
  title    = "Plan with all its values in the log"
  severity = "error"
  since    = "0.1.0"

  for_each             = jenkins.terraform_commands
  condition            = !each.value.prints_values
  error_message        = "`${each.value.text} -json` writes every value, sensitive ones in clear, to the build's log"
  undetermined_message = "`${each.value.text} -json` may write every value to the log: whether its output is taken is not known from this file"
  highlight            = each.value.site

  why        = "The JSON of a plan or state holds sensitive values in clear, beside the mark that says that they are sensitive. Everybody who may see the build may read its log."
  fix        = "Write it to a file that only this user may read (`umask 077; terraform show -json tfplan > plan.json`), and remove the file. `terravet check tfplan` reads the plan file itself."
  references = ["https://developer.hashicorp.com/terraform/cli/commands/show"]

  example "to the log" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform show -json tfplan' // violation
            sh 'terraform show -json tfplan | jq .' // violation
        }
      GROOVY
    }
  }

  example "to a file, or taken" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform show -json tfplan > plan.json'
            sh 'terraform show tfplan'
            def plan = sh(script: 'terraform show -json tfplan', returnStdout: true)
            sh 'terraform show -json tfplan | jq ".resource_changes | length"'
        }
      GROOVY
    }
  }

  example "it depends" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh(script: 'terraform show -json tfplan', returnStdout: quiet) // undetermined
        }
      GROOVY
    }
  }
}
