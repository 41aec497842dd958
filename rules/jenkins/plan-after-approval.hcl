rule "jenkins/plan-after-approval" {
  title    = "Plan made anew after approval"
  severity = "error"
  since    = "0.1.0"

  for_each             = jenkins.terraform_commands
  condition            = !each.value.after_approval
  error_message        = "`${each.value.text}` plans again after somebody has approved a plan, and that new plan is applied"
  undetermined_message = "`${each.value.text}` may plan again after somebody has approved a plan: whether both are run is not known from this file"
  highlight            = each.value.site

  why        = "The person approved what the first plan showed. The second one is made of the state and the sources of another moment, and nobody has seen it."
  fix        = "Keep the plan file that was approved (`stash` it with the sources if another agent applies) and apply that one."
  references = ["https://developer.hashicorp.com/terraform/tutorials/automation/automate-terraform"]

  example "planned, approved, planned" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform plan -out=tfplan'
        }
        input 'Apply?'
        node {
            sh 'terraform plan -out=tfplan' // violation
            sh 'terraform apply tfplan'
        }
      GROOVY
    }
  }

  example "planned again under a condition" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform plan -out=tfplan'
            input 'Apply?'
            if (isStale()) {
                sh 'terraform plan -out=tfplan' // undetermined
            }
            sh 'terraform apply tfplan'
        }
      GROOVY
    }
  }

  example "one environment after the other" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform -chdir=test plan -out=tfplan'
            input 'Apply to test?'
            sh 'terraform -chdir=test apply tfplan'
            sh 'terraform -chdir=production plan -out=tfplan'
            input 'Apply to production?'
            sh 'terraform -chdir=production apply tfplan'
        }
      GROOVY
    }
  }
}
