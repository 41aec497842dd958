// Options are looked at as a whole, before any agent is taken.

Closure refused = { String jenkinsfile, String message ->
    repository()
    jenkins().run(jenkinsfile)
    assert build.result == 'FAILURE' && build.failure == message
    assert build.steps.node == 0 && build.steps.sh == 0
}

scenario('all mistakes are in one message, with the names that were meant') {
    refused.delegate = delegate
    refused("terraformPipeline(enviroments: [:], failOn: 'warnings', drift: 'yes', whatever: 1, planTimeoutMinutes: 0)",
        'terraformPipeline: there is no option enviroments (did you mean environments?); failOn has to be one of error, warning, info, never; ' +
        'drift has to be true or false; there is no option whatever (the options are environments, config, failOn, applyFrom, drift, ' +
        'slackChannel, planTimeoutMinutes, buildDirectory, tools, install, binary, terraform, path, varFiles, backendConfig, workspace, ' +
        'credentials, planCredentials, approval, submitter, timeoutMinutes, label, lock, allowNoLock, lockTimeout, maxAge, destroy, beforeApply, ' +
        'afterApply); planTimeoutMinutes has to be a whole number from 1')
}

scenario('mistakes in environments name the environment') {
    refused.delegate = delegate
    refused("terraformPipeline(environments: ['my env': [approval: false], staging: [varfiles: []], production: 'x', other: [varFiles: 'a', submitter: 'b']])",
        'terraformPipeline: environments: the name my env may hold letters, digits, dots, hyphens and underscores; ' +
        'staging: there is no option varfiles (did you mean varFiles?); staging: submitter is required: who may approve (or approval: false); ' +
        'production has to be a map of options; other: varFiles has to be a list')
}

scenario('there has to be an environment') {
    refused.delegate = delegate
    refused("terraformPipeline()",
        "terraformPipeline: environments: there has to be one at least, for example production: [submitter: 'operators']")
}

scenario('the installation is looked at too') {
    refused.delegate = delegate
    refused("terraformPipeline(environments: [a: [approval: false]], install: [url: 'https://example.com/terravet', sha256: 'abc', tool: 'x'])",
        'terravetInstall: one of url, tool and directory says where terravet comes from; sha256 has to be 64 hexadecimal digits, in lower case')
}

scenario('a step needs the name of its environment, or a plan') {
    refused.delegate = delegate
    refused("terraformPlan(environment: 'a/b', pth: 'x')",
        'terraformPlan: there is no option pth (did you mean path?); environment is required: letters, digits, dots, hyphens and underscores')
    refused("terraformApply(aproval: true)",
        'terraformApply: there is no option aproval (did you mean approval?); plan is required: what terraformPlan returned in this build')
    refused("terraformApprove(plan: [:], submitter: 'x')", 'terraformApprove: plan is required: what terraformPlan returned in this build')
    refused("terraformApply(plan: 'staging')", 'terraformApply: plan is required: what terraformPlan returned in this build')
}

scenario('options may be interpolated text') {
    repository()
    jenkins().run('''
        String name = 'infra'
        node { checkout(scm); Map counts = terravetCheck(path: "${name}", varFiles: ["${name}/staging.tfvars"]); echo("errors: ${counts.errors}") }
    ''')
    expect('SUCCESS', 'errors: 0')
}
