rule "jenkins/failing-on-changes" {
  title    = "Plan with changes that fails the build"
  severity = "warning"
  since    = "0.1.0"

  for_each             = jenkins.terraform_commands
  condition            = !each.value.changes_fail
  error_message        = "`${each.value.text} -detailed-exitcode` ends the build where there are changes: exit code 2 is not asked for"
  undetermined_message = "`${each.value.text} -detailed-exitcode` may end the build where there are changes: whether the exit code is taken is not known from this file"
  highlight            = each.value.site

  why        = "With `-detailed-exitcode`, 0 is \"no changes\", 1 is an error and 2 is \"there are changes\". `sh` fails on 2 as on 1."
  fix        = "Take the code (`int status = sh(returnStatus: true, script: …)`): go on with 2, stop with 0, fail with anything else."
  references = ["https://developer.hashicorp.com/terraform/cli/commands/plan"]

  example "not asked for" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform plan -detailed-exitcode -out=tfplan' // violation
        }
      GROOVY
    }
  }

  example "asked for" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            int status = sh(returnStatus: true, script: 'terraform plan -detailed-exitcode -out=tfplan')
            sh 'terraform plan -detailed-exitcode || [ $? -eq 2 ]'
        }
      GROOVY
    }
  }

  example "it depends" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh(returnStatus: lenient, script: 'terraform plan -detailed-exitcode') // undetermined
        }
      GROOVY
    }
  }
}
