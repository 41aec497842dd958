rule "jenkins/interpolated-secret" {
  title    = "Secret that Groovy writes into a script"
  severity = "error"
  since    = "0.1.0"

  for_each             = jenkins.interpolations
  condition            = !each.value.secret
  error_message        = "`${each.value.name}` is a secret that Groovy writes into the script: it is in the process list and in the log of the step"
  undetermined_message = "`${each.value.name}` may be a secret that Groovy writes into the script: what is bound here is not known from this file"
  highlight            = each.value.site

  why        = "In double quotes Groovy puts the value into the text of the script before the shell sees it. Everybody on the agent can read the command line, and what is special to the shell in the value is run."
  fix        = "Write the script in single quotes, so that the shell takes the value from its environment: `sh 'curl -u \"user:$PASSWORD\" …'`."
  references = ["https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#string-interpolation"]

  example "bound, and of the environment" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline {
            agent any
            environment { DEPLOY = credentials('deploy') }
            stages {
                stage('Deploy') {
                    steps {
                        sh "curl -u $${DEPLOY_PSW} https://example.com" // violation
                        withCredentials([string(credentialsId: 'api', variable: 'TOKEN')]) {
                            sh "curl -H 'Authorization: $${env.TOKEN}' https://example.com" // violation
                        }
                    }
                }
            }
        }
      GROOVY
    }
  }

  example "left to the shell" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            withCredentials([usernamePassword(credentialsId: 'api', usernameVariable: 'USER', passwordVariable: 'PASSWORD')]) {
                sh 'curl -u "$USER:$PASSWORD" https://example.com'
                sh "curl -u \$USER:\$PASSWORD https://example.com/$${env.BUILD_NUMBER}"
            }
            withCredentials([file(credentialsId: 'cluster', variable: 'KUBECONFIG')]) {
                sh "kubectl --kubeconfig $${KUBECONFIG} get pods"
            }
        }
      GROOVY
    }
  }

  example "bindings from elsewhere" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            withCredentials(bindings) {
                sh "curl -H 'Authorization: $${TOKEN}' https://example.com" // undetermined
            }
        }
      GROOVY
    }
  }
}
