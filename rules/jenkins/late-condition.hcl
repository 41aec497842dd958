rule "jenkins/late-condition" {
  title    = "Question in a stage that may be left out"
  severity = "info"
  since    = "0.1.0"

  for_each      = jenkins.inputs
  condition     = !each.value.is_late
  error_message = "this `input` is asked before the `when` of its stage is looked at: somebody is asked about a stage that is then left out"
  highlight     = each.value.site

  why        = "Jenkins looks at `when` after `input` and after taking an agent, unless it is told otherwise."
  fix        = "Write `beforeInput true` (and `beforeAgent true`) in the `when`."
  references = ["https://www.jenkins.io/doc/book/pipeline/syntax/#evaluating-when-before-the-input-directive"]

  example "asked first" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline {
            agent none
            stages {
                stage('Apply') {
                    when { branch 'main' }
                    input { // violation
                        message 'Apply?'
                    }
                    steps {
                        echo 'yes'
                    }
                }
            }
        }
      GROOVY
    }
  }

  example "the condition first" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        pipeline {
            agent none
            stages {
                stage('Apply') {
                    when {
                        beforeInput true
                        branch 'main'
                    }
                    input {
                        message 'Apply?'
                    }
                    steps {
                        echo 'yes'
                    }
                }
            }
        }
      GROOVY
    }
  }
}
