rule "jenkins/archived-plan" {
  title    = "Plan file among the artifacts"
  severity = "error"
  since    = "0.1.0"

  for_each             = jenkins.archives
  condition            = !each.value.holds_values
  error_message        = "the artifacts hold `${each.value.file}`, and with it every value of the plan, sensitive ones in clear"
  undetermined_message = "the artifacts may hold `${each.value.file}`, and with it every value of the plan: the directory is not known from this file"
  highlight            = each.value.site

  why        = "A plan file, and its JSON, hold variables, attributes and the state before, sensitive values in clear. Artifacts are kept, and everybody who may see the build may fetch them."
  fix        = "Archive a report instead (`terravet check tfplan --output human=report.txt`, `terraform show -no-color tfplan`); carry the plan to another agent with `stash`."
  references = ["https://developer.hashicorp.com/terraform/tutorials/automation/automate-terraform"]

  example "the plan, and its JSON" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform plan -out=tfplan && terraform show -json tfplan > plan.json'
            archiveArtifacts 'tfplan' // violation
            archiveArtifacts artifacts: 'reports/*,*.json', fingerprint: true // violation
            dir('test') {
                sh 'terraform plan -out=test.tfplan'
            }
            archiveArtifacts artifacts: '**/*.tfplan' // violation
        }
      GROOVY
    }
  }

  example "what people read" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform plan -out=tfplan && terraform show -no-color tfplan > plan.txt'
            archiveArtifacts artifacts: 'plan.txt,reports/**'
            stash includes: 'tfplan', name: 'plan'
        }
      GROOVY
    }
  }

  example "a directory that is not known" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            dir(directory) {
                sh 'terraform plan -out=tfplan'
            }
            archiveArtifacts 'modules/tfplan' // undetermined
        }
      GROOVY
    }
  }
}
