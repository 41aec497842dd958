rule "jenkins/forced-unlock" {
  title    = "State unlocked by a pipeline"
  severity = "error"
  since    = "0.1.0"

  for_each             = jenkins.terraform_commands
  condition            = each.value.subcommand != "force-unlock" || each.value.approved
  error_message        = "`${each.value.text}` takes the lock from whoever holds it, in every build"
  undetermined_message = "`${each.value.text}` may take the lock from whoever holds it: what decides that it runs is not known from this file"
  highlight            = each.value.site

  why        = "A lock is there because somebody changes the state right now, or was killed while doing so. In both cases a person has to look first."
  fix        = "Let the build fail, and show the lock's ID; a person who knows that nobody is applying runs `terraform force-unlock ID`."
  references = ["https://developer.hashicorp.com/terraform/cli/commands/force-unlock"]

  example "by itself" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh "terraform force-unlock -force $${env.LOCK_ID}" // violation
        }
      GROOVY
    }
  }

  example "somebody is asked" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        input 'Is nobody applying?'
        node {
            sh "terraform force-unlock -force $${env.LOCK_ID}"
        }
      GROOVY
    }
  }

  example "a step that pipelines elsewhere call" {
    file "vars/unlock.groovy" {
      content = <<-GROOVY
        def call(String lock) {
            sh "terraform force-unlock -force $${lock}" // undetermined
        }
      GROOVY
    }
  }
}
