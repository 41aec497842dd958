rule "jenkins/hard-coded-secret" {
  title    = "Secret in the file"
  severity = "error"
  since    = "0.1.0"

  for_each      = jenkins.secrets
  condition     = !each.value.is_secret
  error_message = "this is ${each.value.what}, for everybody who may read the repository"
  highlight     = each.value.site

  why        = "A repository is copied to many places, and keeps what was once in it. A secret that has been there is known."
  fix        = "Make a new secret, revoke this one, and bind it with `withCredentials` or `credentials()`."
  references = ["https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#handling-credentials"]

  example "by its name and by its form" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline {
            agent any
            environment {
                DB_PASSWORD = 'correct-horse-battery' // violation
                AWS_ACCESS_KEY_ID = 'AKIAQ3EGRTUVWXYZ2345' // violation
            }
            stages {
                stage('Plan') {
                    steps {
                        sh '''
                            export API_TOKEN=s3cr3t-of-ours # violation
                            terraform plan -var 'master_password=hunter2hunter2' # violation
                        '''
                    }
                }
            }
        }
      GROOVY
    }
  }

  example "bound, named, or standing for nothing" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline {
            agent any
            environment {
                DB_PASSWORD = credentials('db-password')
                TOKEN_URL = 'https://example.com/token'
                SECRET_NAME = 'production/database'
                API_TOKEN = "$${params.TOKEN}"
                AWS_ACCESS_KEY_ID = 'AKIAIOSFODNN7EXAMPLE'
                AWS_SECRET_ACCESS_KEY = 'test'
            }
            stages {
                stage('Plan') {
                    steps {
                        sh 'terraform plan -var "password=$DB_PASSWORD"'
                    }
                }
            }
        }
      GROOVY
    }
  }
}
