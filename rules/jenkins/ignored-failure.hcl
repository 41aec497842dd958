rule "jenkins/ignored-failure" {
  title    = "Failure of Terraform that is passed over"
  severity = "error"
  since    = "0.1.0"

  for_each      = jenkins.terraform_commands
  condition     = !each.value.failure_ignored
  error_message = "the build goes on where `${each.value.text}` fails"
  highlight     = each.value.site

  why        = "What comes after works with a plan, a workspace or a state that is not what it should be, and the build is green."
  fix        = "Take away `|| true` and its like. Where a failure is expected, ask for that one: `returnStatus: true`, and compare the exit code."
  references = ["https://www.jenkins.io/doc/pipeline/steps/workflow-durable-task-step/"]

  example "|| true" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform workspace select production || true' // violation
            sh 'terraform apply tfplan || echo failed' // violation
        }
      GROOVY
    }
  }

  example "another way, or an end" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform workspace select test || terraform workspace new test'
            sh 'terraform plan -out=tfplan || { echo failed; exit 1; }'
            sh 'terraform output -raw url || true'
        }
      GROOVY
    }
  }
}
