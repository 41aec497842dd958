rule "jenkins/unpinned-library" {
  title    = "Shared library that may change under the pipeline"
  severity = "warning"
  since    = "0.1.0"

  for_each             = jenkins.libraries
  condition            = each.value.pinned
  error_message        = "`${each.value.name}` is whatever the branch, or the default version, holds when the build begins"
  undetermined_message = "`${each.value.name}` may change between builds: whether `${each.value.version}` is a tag or a branch is not known from this file"
  highlight            = each.value.site

  why        = "A library runs with the credentials of the pipeline. Who can push to its branch changes what every pipeline does, without a change that its owners see."
  fix        = "Name a tag or a commit: `@Library('terravet@v0.1.0') _`."
  references = ["https://www.jenkins.io/doc/book/pipeline/shared-libraries/"]

  example "a branch, or nothing" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        @Library('deploy@main') _ // violation
        library 'notify' // violation
        library identifier: "tools@feature/x" // violation
      GROOVY
    }
  }

  example "a tag, a commit, the very repository of this file" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        @Library(['deploy@v1.4.0', 'notify@3f2a91c']) _
        library identifier: 'tools@main', retriever: legacySCM(scm)
      GROOVY
    }
  }

  example "a tag or a branch" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        @Library('deploy@stable') _ // undetermined
      GROOVY
    }
  }
}
