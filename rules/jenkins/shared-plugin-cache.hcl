rule "jenkins/shared-plugin-cache" {
  title    = "Plugin cache that parallel branches share"
  severity = "info"
  since    = "0.1.0"

  for_each             = jenkins.plugin_caches
  condition            = !each.value.shared
  error_message        = "`TF_PLUGIN_CACHE_DIR` is the same for parallel branches: two `terraform init` write to it at once"
  undetermined_message = "`TF_PLUGIN_CACHE_DIR` may be the same for parallel branches: its value is not known from this file"
  highlight            = each.value.site
  undetermined         = "info"

  why        = "The cache is not safe for two that fill it at the same time: a provider that is half written does not start (\"text file busy\")."
  fix        = "Make it one for each executor (`\"$${WORKSPACE_TMP}/plugins\"`), or put `lock` around `terraform init`."
  references = ["https://github.com/hashicorp/terraform/issues/31964"]

  example "shared" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        withEnv(['TF_PLUGIN_CACHE_DIR=/var/cache/terraform']) { // violation
            parallel(
                test: { node { sh 'terraform -chdir=test init' } },
                production: { node { sh 'terraform -chdir=production init' } }
            )
        }
      GROOVY
    }
  }

  example "one each, or no branches" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        parallel(
            test: { node { withEnv(["TF_PLUGIN_CACHE_DIR=$${env.WORKSPACE_TMP}/plugins"]) { sh 'terraform -chdir=test init' } } },
            production: { node { sh 'terraform -chdir=production init' } }
        )
      GROOVY
    }
  }

  example "from elsewhere" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        withEnv(["TF_PLUGIN_CACHE_DIR=$${cache}"]) { // undetermined
            parallel(
                test: { node { sh 'terraform -chdir=test init' } },
                production: { node { sh 'terraform -chdir=production init' } }
            )
        }
      GROOVY
    }
  }
}
