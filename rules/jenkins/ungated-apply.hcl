rule "jenkins/ungated-apply" {
  title    = "Apply that nobody approves, from any branch"
  severity = "error"
  since    = "0.1.0"

  for_each             = jenkins.terraform_commands
  condition            = !each.value.changes || each.value.approved
  error_message        = "`${each.value.text}` runs in every build, those of pull requests included: nobody is asked, and no branch is named"
  undetermined_message = "`${each.value.text}` may run without approval: what decides that is not known from this file"
  highlight            = each.value.site

  why        = "A pipeline runs for every branch and pull request that Jenkins finds. What changes infrastructure without a question to a person, and without a condition on the branch, does so for all of them."
  fix        = "Ask before it (`input`, outside any agent), or run it under `when { branch 'main' }` (scripted: `if (env.BRANCH_NAME == 'main')`)."
  references = ["https://www.jenkins.io/doc/book/pipeline/syntax/#when", "https://www.jenkins.io/doc/book/pipeline/syntax/#input"]

  example "in every build" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline {
            agent any
            stages {
                stage('Apply') {
                    when { changeset '*.tf' }
                    steps {
                        sh 'terraform apply tfplan' // violation
                    }
                }
            }
        }
      GROOVY
    }
  }

  example "in pull requests only" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline {
            agent any
            stages {
                stage('Apply') {
                    when { changeRequest() }
                    steps {
                        sh 'terraform apply tfplan' // violation
                    }
                }
            }
        }
      GROOVY
    }
  }

  example "approved, or on one branch" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline {
            agent none
            stages {
                stage('Main') {
                    when { branch 'main' }
                    steps {
                        node('terraform') { sh 'terraform apply test' }
                    }
                }
                stage('Approve') {
                    steps {
                        input message: 'Apply?', submitter: 'operators'
                    }
                }
                stage('Apply') {
                    steps {
                        node('terraform') { sh 'terraform apply production' }
                    }
                }
            }
        }
      GROOVY
    }
  }

  example "scripted, and left early" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        if (env.BRANCH_NAME != 'main') {
            return
        }
        node {
            sh 'terraform apply tfplan'
        }
      GROOVY
    }
  }

  example "asked for when the build was started" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        properties([parameters([choice(name: 'ACTION', choices: ['plan', 'apply'])])])
        node {
            if (params.ACTION == 'apply') {
                sh 'terraform apply tfplan'
            }
        }
      GROOVY
    }
  }

  example "a question that may be left out" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline {
            agent any
            parameters {
                booleanParam(name: 'askFirst', defaultValue: true)
            }
            stages {
                stage('Approve') {
                    when { expression { params.askFirst } }
                    steps {
                        input 'Apply?'
                    }
                }
                stage('Apply') {
                    steps {
                        sh 'terraform apply tfplan' // undetermined
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
        def call(Map options) {
            sh 'terraform apply tfplan' // undetermined
        }
      GROOVY
    }
  }
}
