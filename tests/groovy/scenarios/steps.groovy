// The steps by themselves.

scenario('a check without findings passes and returns the counts') {
    repository()
    jenkins().run('''
        node {
            checkout(scm)
            Map counts = terravetCheck(path: 'infra', varFiles: ['infra/staging.tfvars'])
            echo('verdict ' + counts.verdict + ', exit code ' + counts.exitCode + ', resources ' + (counts.resources + 0))
        }
    ''')
    expect('SUCCESS', 'verdict pass, exit code 0, resources 2')
    assert Globs.files(build.archive, '**', '') == ['issues.json', 'junit.xml', 'terravet.json', 'terravet.sarif'].collect { "terravet-reports/$it" }
    assert build.steps.junit == 1 && build.steps.recordIssues == 1
}

scenario('findings fail a check, or make the build unstable where that is asked for') {
    repository('infra/staging.tfvars': 'size = "huge"\n')
    String check = "path: 'infra', varFiles: ['infra/staging.tfvars']"
    jenkins().run("node { checkout(scm); terravetCheck($check) }")
    expect('FAILURE')
    assert build.failure == 'terravet: 1 finding that must not be (1 error, 0 warnings, 0 undetermined)'
    jenkins().run("node { checkout(scm); Map counts = terravetCheck($check, unstable: true); echo('failing: ' + counts.failing) }")
    expect('UNSTABLE', 'failing: 1')
    jenkins().run("node { checkout(scm); terravetCheck($check, failOn: 'never') }")
    expect('SUCCESS')
}

scenario('what cannot be checked always ends the build, and is in the reports') {
    repository('infra/broken.tf': 'resource {\n')
    jenkins().run("node { checkout(scm); terravetCheck(path: 'infra', unstable: true) }")
    expect('FAILURE')
    assert build.failure == 'terravet check infra: not everything could be checked (exit code 2): see the output above'
    assert new File(build.archive, 'terravet-reports/junit.xml').text.contains('<error')
}

scenario('a check without terravet says how to get it') {
    repository()
    jenkins().run("node { checkout(scm); terravetCheck(binary: 'terravet-of-nobody') }")
    expect('FAILURE')
    assert build.failure == 'terravet check .: there is no terravet-of-nobody on this agent; put the step in terravetInstall, or set binary'
}

scenario('reports of an earlier build do not pass for those of this one') {
    repository()
    jenkins().run('''
        node {
            checkout(scm)
            sh('mkdir terravet-reports; echo old > terravet-reports/junit.xml')
            terravetCheck(binary: 'terravet-of-nobody')
        }
    ''')
    assert Globs.files(build.archive, '**', '') == []
}

scenario('without the plugins for reports they are archived') {
    repository()
    jenkins(missing: ['junit', 'recordIssues', 'issues']).run("node { checkout(scm); terravetCheck(path: 'infra', failOn: 'never') }")
    expect('SUCCESS', 'terravet: this Jenkins has no step junit, which is optional')
    assert new File(build.archive, 'terravet-reports/issues.json').exists()
}

scenario('a step that is missing inside an optional one is not passed over') {
    repository()
    jenkins(missing: ['slackSend']).run("node { terravetSupport.optional(['junit']) { slackSend(message: 'x') } }")
    expect('FAILURE', "No such DSL method 'slackSend'")
}

scenario('a plan needs a node, an approval must not have one') {
    repository()
    jenkins().run("terraformPlan(environment: 'staging')")
    assert build.failure == 'terraformPlan: needs a node with the checked out sources around it'
    jenkins().run("node { terraformApprove(plan: [state: 'planned'], submitter: 'operators') }")
    assert build.failure.startsWith('terraformApprove: it would hold an agent while it waits')
}

scenario('the steps refuse to run out of order') {
    repository()
    String plan = "node { checkout(scm); plan = terraformPlan(environment: 'staging', path: 'infra', varFiles: ['staging.tfvars'], backendConfig: ['path=${state('staging')}']) }"
    jenkins().run("Map plan = [:]\n$plan\nterraformApply(plan: plan)")
    assert build.failure == 'terraformApply: the plan of staging cannot go on: it is not approved; terraformApprove comes first'
    jenkins().run("Map plan = [:]\n$plan\nterraformApprove(plan: plan, submitter: 'x')\nterraformApprove(plan: plan, submitter: 'x')")
    assert build.failure == 'terraformApprove: the plan of staging cannot go on: it is approved already'
    jenkins().run("Map plan = [:]\n$plan\nterraformApply(plan: plan, approval: false)\n$plan\nterraformApprove(plan: plan, submitter: 'x')")
    assert build.failure == 'terraformApprove: the plan of staging cannot go on: it changes nothing'
    build.stashes.clear()
}

scenario('a plan that is too old is refused') {
    repository()
    jenkins().run("""
        Map plan = [:]
        node { checkout(scm); plan = terraformPlan(environment: 'staging', path: 'infra', varFiles: ['staging.tfvars'], backendConfig: ['path=${state('staging')}']) }
        terraformApply(plan: plan, approval: false, maxAge: '0h')
    """)
    expect('FAILURE', 'is not the one that passed the gate, or too old (exit code 1): plan again')
    assert commands(' apply ') == []
}

scenario('options from the environment of an agent do not reach terraform') {
    repository()
    jenkins(environment: [TF_CLI_ARGS_plan: '-target=terraform_data.app', TF_WORKSPACE: 'other']).run(pipeline("workspace: 'blue'"))
    expect('SUCCESS', 'terravet: TF_CLI_ARGS_plan is set in the environment and left out')
    assert build.log.contains('2 to add, 0 to change, 0 to destroy')
    assert commands(' workspace select ').every { it.endsWith('-or-create blue') } && commands(' workspace select ').size() == 4
}

scenario('two executors do not share a plugin cache') {
    repository()
    jenkins(environment: [TF_PLUGIN_CACHE_DIR: new File(home, 'cache').path]).run(pipeline())
    expect('SUCCESS')
    assert new File(home, 'cache').list().sort() == ['agent-1-0', 'agent-2-0', 'agent-3-0', 'agent-4-0', 'agent-5-0']
}

scenario('terravet is installed from where its digest is known') {
    repository()
    File binary = new File(System.getenv('TEST_TERRAVET'))
    String digest = java.security.MessageDigest.getInstance('SHA-256').digest(binary.bytes).encodeHex()
    jenkins().run("""node { checkout(scm); terravetInstall(url: 'file://${binary.path}', sha256: '$digest') {
        sh('command -v terravet'); terravetCheck(path: 'infra', failOn: 'never') } }""")
    expect('SUCCESS', '/workspace@tmp/terravet-' + digest.substring(0, 12) + '/terravet')
    jenkins(tools: [terravet: binary.parent]).run("node { terravetInstall(tool: 'terravet', sha256: '$digest', version: '9.9.9') { echo('inside') } }")
    assert build.failure.endsWith('not terravet 9.9.9') && !build.log.contains('inside')
    jenkins().run("node { terravetInstall(url: 'file://${binary.path}', sha256: '${'0' * 64}') { echo('inside') } }")
    assert build.failure == "terravetInstall: file://${binary.path} does not have the SHA-256 ${'0' * 64}" && !build.log.contains('inside')
    assert Globs.files(build.home, '**/terravet,**/download', '') == []
    jenkins().run("node { terravetInstall(url: 'file:///nowhere/terravet', sha256: '$digest') { echo('inside') } }")
    assert build.failure == 'terravetInstall: file:///nowhere/terravet could not be downloaded (exit code 37)'
}

scenario('terravet is installed from an archive') {
    repository()
    File binary = new File(System.getenv('TEST_TERRAVET')), archive = new File(home, 'terravet.tar.gz')
    ['tar', '-czf', archive.path, '-C', binary.parentFile.parent, "${binary.parentFile.name}/terravet"].execute().waitFor()
    String digest = java.security.MessageDigest.getInstance('SHA-256').digest(archive.bytes).encodeHex()
    jenkins().run("node { checkout(scm); terravetInstall(url: 'file://${archive.path}', sha256: '$digest') { sh('terravet version') } }")
    expect('SUCCESS', 'terravet 0.')
}
