rule "jenkins/plan-on-other-agent" {
  title    = "Plan file that is on another agent"
  severity = "error"
  since    = "0.1.0"

  for_each             = jenkins.terraform_commands
  condition            = each.value.carried
  error_message        = "`${each.value.text}` needs the plan file that was made on another agent, and nothing brings it here"
  undetermined_message = "`${each.value.text}` may need a plan file from another agent: whether both are the same directory is not known from this file"
  highlight            = each.value.site

  why        = "Each `node` and each stage with an agent of its own may get another machine or directory. The file is not there then; or, worse, one of an earlier build is."
  fix        = "`stash` the plan file with the sources and the lock file, and `unstash` them where it is applied; or stay on one agent."
  references = ["https://www.jenkins.io/doc/pipeline/steps/workflow-basic-steps/"]

  example "two agents" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline {
            agent none
            stages {
                stage('Plan') {
                    agent { label 'terraform' }
                    steps {
                        sh 'terraform plan -out=tfplan'
                    }
                }
                stage('Apply') {
                    agent { label 'terraform' }
                    steps {
                        sh 'terraform apply tfplan' // violation
                    }
                }
            }
        }
      GROOVY
    }
  }

  example "carried over, or on one agent" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node('terraform') {
            sh 'terraform plan -out=tfplan'
            stash name: 'plan', includes: '**'
        }
        node('terraform') {
            unstash 'plan'
            sh 'terraform apply tfplan'
        }
      GROOVY
    }
  }

  example "a directory that may be the same" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline {
            agent none
            stages {
                stage('Plan') {
                    agent { node { label 'one'; customWorkspace '/srv/terraform' } }
                    steps {
                        sh 'terraform plan -out=tfplan'
                    }
                }
                stage('Apply') {
                    agent { node { label 'one'; customWorkspace '/srv/terraform' } }
                    steps {
                        sh 'terraform apply tfplan' // undetermined
                    }
                }
            }
        }
      GROOVY
    }
  }
}
