rule "jenkins/anonymous-approval" {
  title    = "Question that anybody may answer"
  severity = "warning"
  since    = "0.1.0"

  for_each             = jenkins.inputs
  condition            = each.value.has_submitter
  error_message        = "this `input` names no submitter: everybody who may build the job may answer it"
  undetermined_message = "this `input` may name no submitter: its arguments are not known from this file"
  highlight            = each.value.site

  why        = "Who pushed the change can then approve it too, and the log does not say that the right person has."
  fix        = "Name people or groups: `submitter: 'operators'`, and keep who it was with `submitterParameter`."
  references = ["https://www.jenkins.io/doc/pipeline/steps/pipeline-input-step/"]

  example "anybody" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        input message: 'Apply?', ok: 'Apply' // violation
      GROOVY
    }
  }

  example "operators" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        input message: 'Apply?', submitter: 'operators'
      GROOVY
    }
  }

  example "arguments from elsewhere" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        input(question) // undetermined
      GROOVY
    }
  }
}
