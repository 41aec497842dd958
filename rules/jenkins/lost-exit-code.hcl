rule "jenkins/lost-exit-code" {
  title    = "Exit code lost in a pipe"
  severity = "warning"
  since    = "0.1.0"

  for_each      = jenkins.terraform_commands
  condition     = !each.value.exit_code_lost
  error_message = "`${each.value.text}` is followed by a pipe, and what counts is the exit code of the last command in it"
  highlight     = each.value.site

  why        = "A shell takes the exit code of the last command of a pipe. `terraform apply tfplan | tee log` succeeds whenever `tee` does."
  fix        = "Begin the script with `#!/bin/bash` and `set -euo pipefail`, or write to a file and show it afterwards."
  references = ["POSIX.1-2024: Shell Command Language, Pipelines"]

  example "tee" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform plan -out=tfplan | tee plan.txt' // violation
            sh '''
                terraform apply tfplan 2>&1 | # violation
                    grep -v Refreshing
            '''
        }
      GROOVY
    }
  }

  example "with pipefail, or what is only read" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh '''#!/bin/bash
                set -o pipefail
                terraform plan -out=tfplan | tee plan.txt
            '''
            sh 'terraform show -no-color tfplan | tee plan.txt'
            sh 'yes | terraform init'
        }
      GROOVY
    }
  }
}
