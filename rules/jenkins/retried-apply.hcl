rule "jenkins/retried-apply" {
  title    = "Apply that is tried again"
  severity = "error"
  since    = "0.1.0"

  for_each      = jenkins.terraform_commands
  condition     = !each.value.retried
  error_message = "`${each.value.text}` is run again where it fails, with a plan that is used up"
  highlight     = each.value.site

  why        = "An apply that fails has changed some of what is there. Run again, a saved plan is stale; one that was made without a state is not, and creates everything a second time."
  fix        = "Take `retry` away from around it. After a failure, plan again and look at that plan."
  references = ["https://github.com/hashicorp/terraform/issues/24078"]

  example "three times" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            retry(3) {
                sh 'terraform init'
                sh 'terraform apply tfplan' // violation
            }
            sh 'until terraform apply tfplan; do sleep 10; done' // violation
        }
      GROOVY
    }
  }

  example "the download is tried again" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            retry(3) {
                sh 'terraform init'
            }
            sh 'terraform apply tfplan'
        }
      GROOVY
    }
  }
}
