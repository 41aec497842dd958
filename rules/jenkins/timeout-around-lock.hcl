rule "jenkins/timeout-around-lock" {
  title    = "Timeout that runs while waiting for a lock"
  severity = "info"
  since    = "0.1.0"

  for_each      = jenkins.locks
  condition     = !each.value.waits_in_timeout
  error_message = "the time that this build waits for the lock counts towards the `timeout` around it"
  highlight     = each.value.site

  why        = "With a queue before the lock, the time is up before anything was done, or in the middle of an apply. A timeout around the whole pipeline is another matter."
  fix        = "Put the `timeout` inside of the `lock`."
  references = ["https://plugins.jenkins.io/lockable-resources/"]

  example "around" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            timeout(time: 30, unit: 'MINUTES') {
                lock('production') { // violation
                    sh 'terraform apply tfplan'
                }
            }
        }
      GROOVY
    }
  }

  example "inside, and around all" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline {
            agent any
            options { timeout(time: 2, unit: 'HOURS') }
            stages {
                stage('Apply') {
                    steps {
                        lock('production') {
                            timeout(time: 30, unit: 'MINUTES') {
                                sh 'terraform apply tfplan'
                            }
                        }
                    }
                }
            }
        }
      GROOVY
    }
  }
}
