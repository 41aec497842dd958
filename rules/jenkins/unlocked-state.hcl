rule "jenkins/unlocked-state" {
  title    = "State that is not locked"
  severity = "error"
  since    = "0.1.0"

  for_each             = jenkins.terraform_options
  condition            = each.value.name != "-lock" || !each.value.is_off
  error_message        = "`${each.value.text} -lock=false` works on a state that somebody else may change at the same time"
  undetermined_message = "`${each.value.text}` may work on a state that is not locked: the value of `-lock` is not known from this file"
  highlight            = each.value.site

  why        = "Two that write a state at the same time lose what one of them has done. A plan made without the lock may be of a state that is half written."
  fix        = "Take the option away; write `-lock-timeout=5m` to wait for another build."
  references = ["https://developer.hashicorp.com/terraform/language/state/locking"]

  example "without the lock" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform apply -lock=false tfplan' // violation
        }
      GROOVY
    }
  }

  example "with the lock" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform apply -lock=true -lock-timeout=5m tfplan'
            sh 'terraform plan -lock-timeout=5m'
        }
      GROOVY
    }
  }

  example "it depends" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh "terraform plan -lock=$${locks}" // undetermined
        }
      GROOVY
    }
  }
}
