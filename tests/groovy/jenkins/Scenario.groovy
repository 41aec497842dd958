package jenkins

import java.nio.file.Files

/** What a scenario can say: a repository, a build of it, and what came of it. */
class Scenario {
    final Library library
    final File home = Files.createTempDirectory('terravet-scenario').toFile()
    /** What the last build was. */
    Jenkins build

    Scenario(Library library) {
        this.library = library
    }

    /** A repository of a team: one root module without any provider, one rule of its own, and a state per environment. */
    File repository(Map<String, String> files = [:]) {
        File repository = new File(home, 'repository')
        Map<String, String> all = [
            'infra/main.tf'    : '''|terraform {
                                    |  backend "local" {}
                                    |}
                                    |
                                    |variable "size" {
                                    |  type = string
                                    |}
                                    |
                                    |variable "token" {
                                    |  type      = string
                                    |  default   = ""
                                    |  sensitive = true
                                    |}
                                    |
                                    |resource "terraform_data" "app" {
                                    |  input = var.size
                                    |}
                                    |
                                    |resource "terraform_data" "token" {
                                    |  input = var.token
                                    |}
                                    |'''.stripMargin(),
            'infra/staging.tfvars'   : 'size = "small"\n',
            'infra/production.tfvars': 'size = "large"\n',
            '.terravet.hcl'    : 'rules = ["policy"]\n',
            'policy/size.hcl'  : '''|rule "team/huge" {
                                    |  title         = "Size that the team does not pay for"
                                    |  severity      = "error"
                                    |  since         = "1"
                                    |  for_each      = resources.terraform_data
                                    |  condition     = each.value.values.input != "huge"
                                    |  error_message = "`${each.value.address}` is huge"
                                    |  highlight     = each.value.values.input
                                    |  why           = "It costs too much."
                                    |  fix           = "Take a smaller one."
                                    |  references    = ["Team: Sizes"]
                                    |}
                                    |'''.stripMargin()
        ] + files
        all.each { name, content ->
            File file = new File(repository, name)
            if (content == null) {
                file.delete()
            } else {
                file.parentFile.mkdirs()
                file.text = content
            }
        }
        String script = 'git init -q . 2>/dev/null; git add -A && git -c user.name=team -c user.email=team@example.com commit -q --allow-empty -m change'
        Process process = new ProcessBuilder('/bin/sh', '-c', script).directory(repository).redirectErrorStream(true).start()
        assert process.waitFor() == 0: process.inputStream.text
        return repository
    }

    /** Where the state of an environment is: the same for every agent. */
    String state(String environment) {
        return new File(home, "state/${environment}.tfstate").path
    }

    /** A build that has not begun. */
    Jenkins jenkins(Map settings = [:]) {
        build = new Jenkins(library, new File(home, "build-${home.list().length}"))
        build.repository = new File(home, 'repository')
        settings.each { name, value -> build."$name" = name == 'environment' ? build.environment + value : value }
        return build
    }

    /** terraformPipeline of the two environments, with further options as text. */
    String pipeline(String more = '', String staging = '', String production = '') {
        return """terraformPipeline(path: 'infra', submitter: 'operators'${more ? ', ' + more : ''}, environments: [
            staging: [varFiles: ['staging.tfvars'], backendConfig: ['path=${state('staging')}']${staging ? ', ' + staging : ''}],
            production: [varFiles: ['production.tfvars'], backendConfig: ['path=${state('production')}']${production ? ', ' + production : ''}]
        ])"""
    }

    /** The terraform commands that were run, in order. */
    List<String> commands(String word = '') {
        File calls = new File(build.home, 'calls')
        return calls.exists() ? calls.readLines().findAll { it.contains(word) } : []
    }

    /** What is in the state of an environment; null where there is none. */
    List<String> applied(String environment) {
        File file = new File(state(environment))
        return file.exists() ? new groovy.json.JsonSlurper().parse(file).resources.collect { it.type + '.' + it.name } : null
    }

    void expect(String result, String text = '') {
        assert build.result == result: "the build is $build.result, not $result\n$build.log"
        assert build.log.contains(text): "the log does not say: $text\n$build.log"
    }

    /** What holds after every build: no plan is left anywhere, and no secret is in the log or an artifact. */
    void finish() {
        if (build == null) {
            return
        }
        List<String> plans = Globs.files(build.home, '**/plan.tfplan,**/record.json', '')
        assert plans.isEmpty(): "left behind: $plans"
        build.secrets.values().each { secret ->
            assert !build.log.contains(secret): "a secret is in the log\n$build.log"
            Globs.files(build.archive, '**', '').each {
                assert !new File(build.archive, it).text.contains(secret): "a secret is in the artifact $it"
            }
        }
        home.deleteDir()
    }
}
