rule "jenkins/missing-timeout" {
  title    = "Pipeline without a timeout"
  severity = "info"
  since    = "0.1.0"

  for_each      = jenkins.pipelines
  condition     = each.value.has_timeout
  error_message = "no `timeout` ends this pipeline, or a part of it, where something hangs"
  highlight     = each.value.site

  why        = "A download, a provider or a lock that never comes keeps an executor until somebody notices."
  fix        = "Write `options { timeout(time: 1, unit: 'HOURS') }`; scripted, put `timeout` around the steps."
  references = ["https://www.jenkins.io/doc/book/pipeline/syntax/#options"]

  example "none" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline { // violation
            agent any
            stages {
                stage('Build') {
                    steps { sh 'make' }
                }
            }
        }
      GROOVY
    }
  }

  example "an hour" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline {
            agent any
            options { timeout(time: 1, unit: 'HOURS') }
            stages {
                stage('Build') {
                    steps { sh 'make' }
                }
            }
        }
      GROOVY
    }
  }
}
