rule "jenkins/missing-cleanup" {
  title    = "Workspace that Terraform leaves full"
  severity = "info"
  since    = "0.1.0"

  for_each             = jenkins.pipelines
  condition            = each.value.cleans_up
  error_message        = "what Terraform leaves in the workspace (providers, plans, values) is there for the next build: nothing removes it whatever happens"
  undetermined_message = "what Terraform leaves in the workspace may be there for the next build: whether a step removes it is not known from this file"
  highlight            = each.value.site
  undetermined         = "info"

  why        = "Plan files and `.terraform` hold values and credentials of the backend in clear, and a plan of yesterday may be applied today."
  fix        = "Write `post { cleanup { cleanWs() } }` (or `deleteDir()`); scripted, in `finally`."
  references = ["https://plugins.jenkins.io/ws-cleanup/"]

  example "nothing" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'terraform plan -out=tfplan' // violation
        }
      GROOVY
    }
  }

  example "in the end" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            try {
                sh 'terraform plan -out=tfplan'
            } finally {
                deleteDir()
            }
        }
      GROOVY
    }
  }

  example "a step from elsewhere" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            try {
                sh 'terraform plan -out=tfplan' // undetermined
            } finally {
                cleanUpAgent()
            }
        }
      GROOVY
    }
  }
}
