rule "jenkins/input-on-agent" {
  title    = "Question that holds an agent"
  severity = "warning"
  since    = "0.1.0"

  for_each             = jenkins.inputs
  condition            = !each.value.holds_agent
  error_message        = "this `input` holds an agent for as long as nobody answers"
  undetermined_message = "this `input` may hold an agent: what stands around it is not known from this file"
  highlight            = each.value.site
  undetermined         = "info"

  why        = "While it waits, hours or days, no other build can use the executor, and a restart of the agent ends the build."
  fix        = "Ask outside of `node`; in a declarative pipeline write `agent none` at the top and an agent in each stage that needs one."
  references = ["https://www.jenkins.io/blog/2018/04/09/whats-in-declarative/"]

  example "scripted" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform plan -out=tfplan'
            input 'Apply?' // violation
        }
      GROOVY
    }
  }

  example "declarative, by step and by directive" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline {
            agent any
            stages {
                stage('Approve') {
                    steps {
                        input message: 'Apply?' // violation
                    }
                }
                stage('Apply') {
                    input { // violation
                        message 'Apply?'
                    }
                    steps {
                        sh 'terraform apply tfplan'
                    }
                }
            }
        }
      GROOVY
    }
  }

  example "no agent is held" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline {
            agent none
            stages {
                stage('Approve') {
                    steps {
                        input message: 'Apply?'
                    }
                }
                stage('Apply') {
                    agent any
                    input {
                        message 'Apply?'
                    }
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
    file "vars/approve.groovy" {
      content = <<-GROOVY
        def call() {
            input 'Apply?' // undetermined
        }
      GROOVY
    }
  }
}
