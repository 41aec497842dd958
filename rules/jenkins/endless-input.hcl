rule "jenkins/endless-input" {
  title    = "Question that waits for ever"
  severity = "warning"
  since    = "0.1.0"

  for_each             = jenkins.inputs
  condition            = each.value.has_timeout
  error_message        = "this `input` waits for ever: no `timeout` stands around it"
  undetermined_message = "this `input` may wait for ever: what stands around it is not known from this file"
  highlight            = each.value.site

  why        = "A build that nobody answers stays there with its plan, which grows stale, and with everything that it holds."
  fix        = "Put `timeout(time: 4, unit: 'HOURS') { … }` around it; in a stage with the directive, write it into `options`."
  references = ["https://www.jenkins.io/doc/pipeline/steps/workflow-basic-steps/"]

  example "for ever" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        input message: 'Apply?', submitter: 'operators' // violation
      GROOVY
    }
  }

  example "four hours" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        timeout(time: 4, unit: 'HOURS') {
            input message: 'Apply?', submitter: 'operators'
        }
      GROOVY
    }
  }

  example "a step that pipelines elsewhere call" {
    file "vars/approve.groovy" {
      content = <<-GROOVY
        def call() {
            input message: 'Apply?', submitter: 'operators' // undetermined
        }
      GROOVY
    }
  }
}
