// terraformPipeline from the checkout to the apply.

scenario('two environments are planned, gated, approved and applied in declared order') {
    repository()
    jenkins().run(pipeline("slackChannel: '#infra'"))
    expect('SUCCESS', 'Apply to staging? 2 to add, 0 to change, 0 to destroy. Plan ')
    assert build.stages == ['Check', 'Plan', 'Approve staging', 'Apply staging', 'Approve production', 'Apply production']
    assert build.inputs*.submitter == ['operators', 'operators']
    assert build.inputs.every { it.message ==~ /Apply to \w+\? .* Plan [0-9a-f]{12} of commit [0-9a-f]{12}; terravet: 0 errors, 0 warnings, 0 undetermined/ }
    assert build.locks == ['terraform-infra-staging', 'terraform-infra-production']
    assert build.steps.milestone == 1: 'a second one could end an apply of another build'
    assert applied('staging') == ['terraform_data.app', 'terraform_data.token']
    assert applied('production') == ['terraform_data.app', 'terraform_data.token']
    assert commands(' apply ').size() == 2
    assert commands(' apply ').every { it.contains('plan.tfplan') && !it.contains('-auto-approve') }
    assert commands(' plan ').every { it.contains('-detailed-exitcode') && it.contains('-lock-timeout=5m') && it.contains('-input=false') }
    assert commands().every { it.contains('-no-color') } && build.log.contains('terraform apply (production)')
    assert commands(' init ').count { !it.contains('-backend=false') } == 4: 'each plan and each apply has its own'
    assert build.messages*.channel.unique() == ['#infra'] && build.messages.last().message.startsWith('network 7: done')
    assert Globs.files(build.archive, '**', '').any { it.endsWith('production/terravet.sarif') }
    assert Globs.files(build.home, 'agent-*/**', '**/*@tmp/**') == []: 'the workspaces are empty'
}

scenario('without changes nobody is asked and nothing is applied') {
    repository()
    jenkins().run(pipeline("approval: false"))
    jenkins().run(pipeline())
    expect('SUCCESS', 'terravet: nothing to apply')
    assert build.inputs == [] && commands(' apply ') == []
}

scenario('only the environment that changes is asked for') {
    repository()
    jenkins().run(pipeline())
    repository('infra/production.tfvars': 'size = "medium"\n')
    jenkins().run(pipeline())
    expect('SUCCESS', 'Apply to production? 0 to add, 1 to change, 0 to destroy.')
    assert build.stages == ['Check', 'Plan', 'Approve production', 'Apply production']
}

scenario('a plan that destroys says so') {
    repository()
    jenkins().run(pipeline())
    jenkins().run(pipeline('', "destroy: true"))
    expect('SUCCESS', 'Apply to staging? 0 to add, 0 to change, 2 to destroy.')
    assert applied('staging') == []
}

scenario('approval can be waived by environment, and hooks run around the apply') {
    repository()
    jenkins().run(pipeline('', 'approval: false',
        "beforeApply: { plan -> echo('before ' + plan.environment + ' by ' + plan.approver) }, afterApply: { plan -> sh('echo after \$TF_DATA_DIR \$TF_INPUT \$TF_IN_AUTOMATION') }"))
    expect('SUCCESS', 'before production by alice')
    assert build.log.contains('after .terraform-production 0 1')
    assert build.stages == ['Check', 'Plan', 'Apply staging', 'Approve production', 'Apply production']
}

scenario('an apply keeps to the providers of the lock file that the plan was made with') {
    repository('infra/.terraform.lock.hcl': '# This file is maintained automatically by "terraform init".\n')
    jenkins().run(pipeline())
    expect('SUCCESS')
    assert commands(' init ').count { it.contains('-lockfile=readonly') } == 4
    jenkins(beforeShell: { String label, File directory ->
        if (label == 'terravet verify-gate (staging)') {
            new File(directory, 'infra/.terraform.lock.hcl') << '# another\n'
        }
    }).run(pipeline('destroy: true'))
    expect('FAILURE', 'refused: .terraform.lock.hcl is not the one that was there when the plan was checked')
}

scenario('nobody else on the agent can read a plan') {
    repository()
    List<String> seen = []
    jenkins(beforeShell: { String label, File directory ->
        if (label.startsWith('terravet gate') || label.startsWith('terravet verify-gate')) {
            Globs.files(directory, '**/plan.tfplan', '').each {
                seen << java.nio.file.attribute.PosixFilePermissions.toString(java.nio.file.Files.getPosixFilePermissions(new File(directory, it).toPath()))
            }
        }
    }).run(pipeline())
    expect('SUCCESS')
    assert seen == ['rw-------'] * 4
}

scenario('nothing is applied for a change request') {
    repository()
    jenkins(environment: [CHANGE_ID: '12', BRANCH_NAME: 'PR-12']).run(pipeline())
    expect('SUCCESS', 'terravet: nothing is applied: this is change request 12')
    assert build.stages == ['Check', 'Plan'] && commands(' plan ').size() == 2
}

scenario('a change request is planned with read-only credentials, or not at all') {
    repository()
    Map settings = [environment: [CHANGE_ID: '12', BRANCH_NAME: 'PR-12'], secrets: [deploy: 'deploy-secret', read: 'read-secret']]
    jenkins(settings).run(pipeline("credentials: [string(credentialsId: 'deploy', variable: 'TF_VAR_token')]", '',
        "planCredentials: [string(credentialsId: 'read', variable: 'TF_VAR_token')]"))
    expect('SUCCESS', 'terravet: staging is not planned: a change request gets planCredentials (read-only) or none')
    assert commands(' plan ').size() == 1 && build.steps.withCredentials == 1
}

scenario('a change request from a fork is not planned') {
    repository()
    jenkins(environment: [CHANGE_ID: '12', CHANGE_FORK: 'mallory']).run(pipeline())
    expect('SUCCESS', 'terravet: no plan for a change request from a fork')
    assert build.stages == ['Check'] && build.steps.withCredentials == 0
}

scenario('a step by itself refuses a change request too') {
    repository()
    jenkins(environment: [CHANGE_ID: '12']).run("""
        Map plan = [:]
        node { checkout(scm); plan = terraformPlan(environment: 'staging', path: 'infra', varFiles: ['staging.tfvars'], backendConfig: ['path=${state('staging')}']) }
        terraformApply(plan: plan, approval: false)
    """)
    expect('FAILURE')
    assert build.failure == 'terraformApply: nothing is applied for a change request (12)'
    build.stashes.values()*.deleteDir()
}

scenario('other branches are planned and not applied') {
    repository()
    jenkins(environment: [BRANCH_NAME: 'feature']).run(pipeline())
    expect('SUCCESS', 'terravet: nothing is applied: branch feature is none of main, master')
    jenkins(environment: [BRANCH_NAME: 'main']).run(pipeline())
    expect('SUCCESS', 'alice approved')
}

scenario('drift is reported, not mended') {
    repository()
    jenkins().run(pipeline('drift: true'))
    expect('UNSTABLE', 'what is there has drifted from the configuration: staging, production')
    assert commands(' apply ') == [] && build.inputs == []
}

scenario('a secret reaches terraform and nothing else') {
    repository()
    jenkins(secrets: [token: 'correct-horse-battery-staple']).run(
        pipeline("credentials: [string(credentialsId: 'token', variable: 'TF_VAR_token')]"))
    expect('SUCCESS')
    assert new File(state('production')).text.contains('correct-horse-battery-staple'): 'it was applied'
}

withTerraform('formatting and validity are asked of terraform first') {
    repository('infra/ugly.tf': 'variable "x" {default=1}\n')
    jenkins().run(pipeline())
    expect('FAILURE', 'infra is not formatted (above); terraform fmt -recursive mends it')
    repository('infra/ugly.tf': 'output "x" {\n  value = var.nothing\n}\n')
    jenkins().run(pipeline())
    expect('FAILURE', 'terraformPipeline: infra is not valid')
    assert build.stages == ['Check']
}

scenario('without Lockable Resources nothing is applied, unless that is asked for') {
    repository()
    jenkins(missing: ['lock']).run(pipeline())
    expect('FAILURE', 'without the Lockable Resources plugin nothing keeps two builds apart')
    assert commands(' apply ') == []
    jenkins(missing: ['lock']).run(pipeline('allowNoLock: true'))
    expect('SUCCESS')
}

scenario('without any optional plugin it works too') {
    repository()
    jenkins(missing: ['lock', 'junit', 'recordIssues', 'issues', 'slackSend', 'milestone', 'withCredentials']).run(
        pipeline("allowNoLock: true, slackChannel: '#infra'"))
    expect('SUCCESS', 'alice approved')
    assert applied('production') != null
}

withTerraform('modules with absolute paths find the same directory in plan and apply') {
    repository('infra/path.tf': '''|resource "terraform_data" "path" {
        |  input = abspath(path.root)
        |}
        |'''.stripMargin())
    File place = new File(home, 'place')
    jenkins().run(pipeline("buildDirectory: '${place.path}'"))
    expect('SUCCESS')
    assert new File(state('staging')).text.contains("${place.path}/staging/terravet-staging/infra")
    assert Globs.files(place, '**', '') == []
}
