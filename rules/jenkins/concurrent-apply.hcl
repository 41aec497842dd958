rule "jenkins/concurrent-apply" {
  title    = "Apply that two builds may run at the same time"
  severity = "warning"
  since    = "0.1.0"

  for_each             = jenkins.terraform_commands
  condition            = !each.value.changes || each.value.exclusive
  error_message        = "`${each.value.text}` may run in two builds at once: nothing makes one wait for the other"
  undetermined_message = "`${each.value.text}` may run in two builds at once: what stands around it is not known from this file"
  highlight            = each.value.site

  why        = "Terraform's own lock makes the second build fail, or, without a lock, spoils the state; and a plan made before the other build's apply is stale."
  fix        = "Put `lock(…)` with a name for the state around it; `disableConcurrentBuilds()` holds for one branch of one job."
  references = ["https://plugins.jenkins.io/lockable-resources/"]

  example "no lock" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform apply tfplan' // violation
        }
      GROOVY
    }
  }

  example "a lock" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            lock('terraform-production') {
                sh 'terraform apply tfplan'
            }
        }
      GROOVY
    }
  }

  example "one build at a time" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline {
            agent any
            options { disableConcurrentBuilds() }
            stages {
                stage('Apply') {
                    steps {
                        sh 'terraform apply tfplan'
                    }
                }
            }
        }
      GROOVY
    }
  }

  example "a step that pipelines elsewhere call" {
    file "vars/applyPlan.groovy" {
      content = <<-GROOVY
        def call() {
            sh 'terraform apply tfplan' // undetermined
        }
      GROOVY
    }
  }
}
