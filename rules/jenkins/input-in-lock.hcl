rule "jenkins/input-in-lock" {
  title    = "Lock that is held while a person is asked"
  severity = "info"
  since    = "0.1.0"

  for_each      = jenkins.inputs
  condition     = !each.value.holds_lock
  error_message = "this `input` keeps a lock for as long as nobody answers"
  highlight     = each.value.site

  why        = "Every other build that needs the lock waits for the same person."
  fix        = "Ask first, and take the lock around `apply` alone."
  references = ["https://plugins.jenkins.io/lockable-resources/"]

  example "asked inside" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        lock('production') {
            input 'Apply?' // violation
        }
      GROOVY
    }
  }

  example "asked before" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        input 'Apply?'
        lock('production') {
            node { sh 'terraform apply tfplan' }
        }
      GROOVY
    }
  }
}
