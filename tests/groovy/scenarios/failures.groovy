// What goes wrong between the plan and the apply, and what the steps make of it.

scenario('a plan with findings at the gate is neither approved nor applied') {
    repository('infra/main.tf': null, 'infra/a.tf': '''|terraform {
        |  backend "local" {}
        |}
        |
        |variable "size" {
        |  type = string
        |}
        |
        |resource "terraform_data" "size" {
        |  input = var.size
        |}
        |
        |data "terraform_remote_state" "other" {
        |  backend = "local"
        |  config = {
        |    path = "${path.module}/../other.tfstate"
        |  }
        |}
        |
        |resource "terraform_data" "app" {
        |  input = data.terraform_remote_state.other.outputs.size
        |}
        |'''.stripMargin(), 'other.tfstate': '''{"version": 4, "terraform_version": "1.11.4",
        "serial": 1, "lineage": "b5a0dd0e-3f44-0b7d-9a3c-3d7fb64d7c9c", "outputs": {"size": {"value": "huge", "type": "string"}}, "resources": []}''')
    jenkins().run(pipeline())
    expect('FAILURE', 'terravet: 1 finding that must not be')
    assert build.stages == ['Check', 'Plan']
    assert commands(' plan ').size() == 2: 'both are planned and shown'
    assert commands(' apply ') == [] && build.inputs == []
}

scenario('a plan that fails ends the build, when all are shown') {
    repository('infra/guard.tf': '''|resource "terraform_data" "guard" {
        |  lifecycle {
        |    precondition {
        |      condition     = terraform_data.app.input != "small"
        |      error_message = "Too small."
        |    }
        |  }
        |}
        |'''.stripMargin())
    jenkins().run(pipeline("failOn: 'never'"))
    expect('FAILURE', 'terraform plan failed for staging (exit code 1)')
    assert commands(' plan ').size() == 2 && commands(' apply ') == [] && build.inputs == []
}

scenario('findings in the configuration end the build before anything is planned') {
    repository('infra/production.tfvars': 'size = "huge"\n')
    jenkins().run(pipeline())
    expect('FAILURE', 'terravet: 1 finding that must not be')
    assert build.stages == ['Check'] && commands(' plan ') == []
    assert Globs.files(build.archive, '**/configuration-*/junit.xml', '').size() == 2: 'all environments are looked at'
}

scenario('a plan that is changed in the stash is refused') {
    repository()
    jenkins(answer: { Map question ->
        if (build.inputs.size() == 1) {
            new File(build.stashes['terravet-plan-staging'], '.terravet/staging/plan.tfplan') << 'x'
        }
        'alice'
    }).run(pipeline())
    expect('FAILURE', 'terraformApply: the plan of staging is not the one that passed the gate, or too old')
    assert commands(' apply ') == []
}

scenario('a plan and a record that are changed together are refused: their digests are in the program') {
    repository()
    jenkins(answer: { Map question ->
        File from = new File(build.stashes['terravet-plan-production'], '.terravet/production')
        File to = new File(build.stashes['terravet-plan-staging'], '.terravet/staging')
        if (build.inputs.size() == 1) {
            ['plan.tfplan', 'record.json'].each { new File(to, it).bytes = new File(from, it).bytes }
        }
        'alice'
    }).run(pipeline())
    expect('FAILURE', 'terraformApply: the plan of staging is not the one that passed the gate, or too old')
    assert commands(' apply ') == []
}

scenario('a workspace at another revision is refused') {
    repository()
    jenkins().run("""
        Map plan = [:]
        node { checkout(scm); plan = terraformPlan(environment: 'staging', path: 'infra', varFiles: ['staging.tfvars'], backendConfig: ['path=${state('staging')}']) }
        terraformApprove(plan: plan, submitter: 'operators')
        node {
            checkout(scm)
            sh('git -c user.name=x -c user.email=x@example.com commit -q --allow-empty -m later')
            terraformApply(plan: plan)
        }
    """)
    expect('FAILURE', 'plan again')
    assert build.log.contains('terraformApply: the workspace is at commit ')
    assert commands(' apply ') == []
}

scenario('what changes in the repository after the plan is not applied') {
    repository()
    jenkins(answer: { Map question ->
        repository('infra/main.tf': 'resource "terraform_data" "later" {}\n')
        'alice'
    }).run(pipeline())
    expect('SUCCESS')
    assert applied('staging') == ['terraform_data.app', 'terraform_data.token']
}

scenario('a rejected plan is gone and the build is aborted') {
    repository()
    jenkins(answer: { Map question -> throw new Interrupted('Rejected by bob') }).run(pipeline())
    expect('ABORTED')
    assert build.stages == ['Check', 'Plan', 'Approve staging'] && commands(' apply ') == []
    assert Globs.files(build.stashes['terravet-plan-staging'], '**', '') == []
}

scenario('an approval that nobody gives in time is a rejection') {
    repository()
    jenkins(answer: { Map question -> Jenkins.NOBODY }).run(pipeline('', '', 'timeoutMinutes: 5'))
    expect('ABORTED', 'Timeout has been exceeded: 240 MINUTES')
    assert build.stages == ['Check', 'Plan', 'Approve staging'] && commands(' apply ') == []
    assert build.stashes.findAll { it.key.startsWith('terravet-plan') }.values().every { Globs.files(it, '**', '') == [] }: 'both plans are gone'
}

scenario('after a rejection nothing can be applied, even if somebody goes on') {
    repository()
    jenkins(answer: { Map question -> throw new Interrupted('Rejected by bob') }).run("""
        Map plan = [:]
        node { checkout(scm); plan = terraformPlan(environment: 'staging', path: 'infra', varFiles: ['staging.tfvars'], backendConfig: ['path=${state('staging')}']) }
        try { terraformApprove(plan: plan, submitter: 'operators') } catch (Exception rejected) { echo('went on') }
        terraformApply(plan: plan, approval: false)
    """)
    expect('FAILURE', 'went on')
    assert build.failure == 'terraformApply: the plan of staging cannot go on: it was not approved; plan again'
    assert commands(' apply ') == []
}

scenario('when the first environment fails to apply, the next is not asked for') {
    repository('infra/staging.tf': '''|resource "terraform_data" "broken" {
        |  count = var.size == "small" ? 1 : 0
        |  provisioner "local-exec" {
        |    command = "exit 3"
        |  }
        |}
        |'''.stripMargin())
    jenkins().run(pipeline())
    expect('FAILURE', 'terraform apply failed for staging (exit code 1); its plan is used up')
    assert build.log.contains('exit status 3'): 'the error itself is in the log'
    assert build.stages == ['Check', 'Plan', 'Approve staging', 'Apply staging']
    assert commands(' apply ').size() == 1: 'nothing is tried again'
    assert applied('production') == null
}

scenario('a plan is applied once') {
    repository()
    jenkins().run("""
        Map plan = [:]
        node { checkout(scm); plan = terraformPlan(environment: 'staging', path: 'infra', varFiles: ['staging.tfvars'], backendConfig: ['path=${state('staging')}']) }
        terraformApprove(plan: plan, submitter: 'operators')
        terraformApply(plan: plan)
        terraformApply(plan: plan)
    """)
    expect('FAILURE')
    assert build.failure == 'terraformApply: the plan of staging cannot go on: it was used; a plan is applied once at most, plan again'
    assert commands(' apply ').size() == 1
}

scenario('a record that is used already is refused') {
    repository()
    jenkins(beforeShell: { String label, File directory ->
        if (label == 'terravet verify-gate (staging)') {
            String use = "cd '$directory' && terravet verify-gate --consume .terravet/staging/plan.tfplan .terravet/staging/record.json"
            assert new ProcessBuilder('env', "PATH=$library.path", 'sh', '-c', use).start().waitFor() == 0
        }
    }).run(pipeline())
    expect('FAILURE', 'refused: the record was used already')
    assert commands(' apply ') == []
}

scenario('rules that changed since the gate refuse the plan') {
    repository()
    jenkins(beforeShell: { String label, File directory ->
        if (label == 'terravet verify-gate (staging)') {
            File rule = new File(directory, 'policy/size.hcl')
            rule.text = rule.text.replace('huge', 'small')
        }
    }).run(pipeline())
    expect('FAILURE', 'refused: the rules are not those that the plan was checked by')
    assert commands(' apply ') == []
}

scenario('a stale plan says to plan again') {
    repository()
    String plan = "path: 'infra', varFiles: ['staging.tfvars'], backendConfig: ['path=${state('shared')}']"
    jenkins().run("""
        List<Map> plans = []
        node {
            checkout(scm)
            plans.add(terraformPlan(environment: 'first', $plan))
            plans.add(terraformPlan(environment: 'second', $plan))
        }
        terraformApply(plan: plans[0], approval: false)
        terraformApply(plan: plans[1], approval: false)
    """)
    expect('FAILURE')
    assert build.failure == 'terraformApply: the state of second has changed since the plan was made: plan again'
}

scenario('a locked state names the lock and how to end it') {
    repository()
    jenkins(beforeShell: { String label, File directory ->
        if (label == 'terraform apply (staging)') {
            // What another terraform holds: the lock of the local backend is a POSIX lock beside this file.
            build.environment.TEST_TERRAFORM = new File(library.path.tokenize(':')[0], 'terraform-locked').path
        }
    }).run(pipeline())
    expect('FAILURE')
    assert build.failure == 'terraformApply: the state of staging is locked (above: by whom, since when); when nobody is applying: ' +
        'terraform -chdir=infra force-unlock 5a1f6d0c-7f1e-4a35-9d53-9e0f5f1d1b77'
    assert build.log.contains('Who:       ci@agent-3')
}

scenario('an apply that is stopped gives the lock back and leaves no plan') {
    repository('infra/slow.tf': '''|resource "terraform_data" "slow" {
        |  provisioner "local-exec" {
        |    command = "sleep 20"
        |  }
        |}
        |'''.stripMargin())
    jenkins(abort: { String label ->
        if (label != 'terraform apply (staging)') {
            return false
        }
        sleep(3000)
        return true
    }).run(pipeline())
    expect('ABORTED', 'terraform apply for staging was stopped; its plan is used up')
    assert build.stages.last() == 'Apply staging'
    jenkins(answer: { Map question -> throw new Interrupted('Rejected') }).run(pipeline())
    expect('ABORTED')
    assert build.stages.last() == 'Approve staging': 'the next build plans: the state is not locked'
}
