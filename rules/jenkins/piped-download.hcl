rule "jenkins/piped-download" {
  title    = "Download that is run unseen"
  severity = "warning"
  since    = "0.1.0"

  for_each             = jenkins.downloads
  condition            = !each.value.is_run
  error_message        = "what `${each.value.program}` fetches is run at once, whatever it is today"
  undetermined_message = "what is run here may be fetched from elsewhere: the command is not known from this file"
  highlight            = each.value.site

  why        = "Whoever controls that address, or the way to it, runs commands with the credentials of the build; half of a script that breaks off is run too."
  fix        = "Fetch a fixed version to a file, compare its SHA-256 with one that is written here, then run it; or put the tool into the image of the agent."
  references = ["OWASP: Top 10 CI/CD Security Risks"]

  example "in three ways" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'curl -sSL https://get.example.com/install.sh | sudo bash -s -- -b /usr/local/bin' // violation
            sh 'bash <(curl -s https://get.example.com/install.sh)' // violation
            sh 'sh -c "$(wget -qO- https://get.example.com/install.sh)"' // violation
        }
      GROOVY
    }
  }

  example "looked at first" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh 'curl -sSLo tool.tgz https://get.example.com/tool-1.2.3.tgz && sha256sum -c tool.sha256 && tar xzf tool.tgz'
            sh 'curl -s https://api.example.com/version | jq -r .version'
            sh 'curl -s https://api.example.com | python3 -m json.tool'
        }
      GROOVY
    }
  }

  example "a command from elsewhere" {
    file "Jenkinsfile" {
      content = <<-GROOVY
        node {
            sh "$${fetch} | sh" // undetermined
        }
      GROOVY
    }
  }
}
