rule "jenkins/aborted-apply" {
  title    = "Apply that a newer build ends"
  severity = "error"
  since    = "0.1.0"

  for_each             = jenkins.build_options
  condition            = !each.value.aborts_apply
  error_message        = "`abortPrevious: true` ends an apply that is running as soon as the next build begins"
  undetermined_message = "`abortPrevious` may end an apply that is running: its value is not known from this file"
  highlight            = each.value.site

  why        = "Killed in the middle, Terraform leaves half of the changes made, the state perhaps not written, and the lock in place."
  fix        = "Write `disableConcurrentBuilds()` alone, so that the next build waits."
  references = ["https://www.jenkins.io/doc/book/pipeline/syntax/#options"]

  example "ended" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline {
            agent any
            options { disableConcurrentBuilds(abortPrevious: true) } // violation
            stages {
                stage('Apply') {
                    steps { sh 'terraform apply tfplan' }
                }
            }
        }
      GROOVY
    }
  }

  example "it waits" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        properties([disableConcurrentBuilds(abortPrevious: false)])
        node {
            sh 'terraform apply tfplan'
        }
      GROOVY
    }
  }

  example "it depends" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        properties([disableConcurrentBuilds(abortPrevious: hasty)]) // undetermined
        node {
            sh 'terraform apply tfplan'
        }
      GROOVY
    }
  }
}
