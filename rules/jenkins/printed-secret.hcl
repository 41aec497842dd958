rule "jenkins/printed-secret" {
  title    = "Secret that is printed"
  severity = "warning"
  since    = "0.1.0"

  for_each             = jenkins.disclosures
  condition            = !each.value.prints
  error_message        = "${each.value.text} writes a secret to the log"
  undetermined_message = "${each.value.text} may write a secret to the log: what is bound here is not known from this file"
  highlight            = each.value.site

  why        = "Jenkins masks the very text of a secret only: encoded, cut, or on several lines it is there in clear. `set -x` shows every command with its values."
  fix        = "Take it away. To see whether a value is there, test it: `[ -n \"$TOKEN\" ]`."
  references = ["https://plugins.jenkins.io/credentials-binding/"]

  example "in three ways" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            withCredentials([string(credentialsId: 'api', variable: 'TOKEN')]) {
                sh 'echo "token: $TOKEN"' // violation
                sh 'printenv | sort' // violation
                sh '''
                    set -eux # violation
                    ./deploy
                '''
                echo "$${TOKEN}" // violation
            }
        }
      GROOVY
    }
  }

  example "handed on" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'printenv; set -x; make'
            withCredentials([string(credentialsId: 'api', variable: 'TOKEN')]) {
                sh 'echo "$TOKEN" | docker login --password-stdin --username ci registry.example.com'
                sh 'echo "$TOKEN" > token; set +x; env A=b make'
                sh 'echo "$BUILD_NUMBER"'
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
                sh 'echo "$API_TOKEN"' // undetermined
            }
        }
      GROOVY
    }
  }
}
