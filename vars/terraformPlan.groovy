// Plans one environment into a file, checks that file, and carries it to terraformApply. terraformPlan.txt explains the options.

Map call(Map options = [:]) {
    Map settings = terravetSupport.settings('terraformPlan', options, defaults(), kinds())
    if (!terravetSupport.onNode()) {
        error('terraformPlan: needs a node with the checked out sources around it')
    }
    String environment = settings.environment
    String folder = terravetSupport.folder(environment)
    Map plan = [environment: environment, path: settings.path, workspace: settings.workspace, backendConfig: settings.backendConfig,
        stash: 'terravet-plan-' + environment, state: 'refused', stashed: false, changes: false]
    try {
        plan.commit = settings.commit ?: terravetSupport.revision()
        terravetSupport.bound(settings.credentials) {
            withEnv(terravetSupport.terraformEnvironment(settings)) {
                terravetSupport.initialize(settings, fileExists(settings.path + '/.terraform.lock.hcl'))
                plan.changes = changes(settings, folder + '/plan.tfplan')
                gate(settings, plan, folder)
            }
        }
        plan.state = 'unchanged'
        if (plan.changes) {
            stash(name: plan.stash, includes: settings.sources + ',' + folder + '/**',
                excludes: '**/.terraform/**,**/.terraform-*/**,' + settings.reports + '/**')
            plan.stashed = true
            plan.state = 'planned'
        }
    } finally {
        sh(label: 'remove the plan of ' + environment, script: 'set +x\nrm -rf -- ' +
            terravetSupport.command([folder, settings.path + '/.terraform-' + environment]))
    }
    echo('terravet: ' + environment + ': ' + terravetSupport.changes(plan))
    return plan
}

/** Plans into the file; whether it changes anything. */
boolean changes(Map settings, String file) {
    List<String> words = ['plan', '-input=false', '-no-color', '-compact-warnings', '-detailed-exitcode', '-lock-timeout=' + settings.lockTimeout]
    if (settings.destroy) {
        words.add('-destroy')
    }
    for (Object variables in settings.varFiles) {
        words.add('-var-file=' + variables)
    }
    // The plan holds every value in clear: nobody else on the agent reads it.
    String before = 'umask 077\nmkdir -p ' + terravetSupport.quoted(terravetSupport.folder(settings.environment)) + '\n'
    int status = terravetSupport.terraform(settings, words, 'terraform plan (' + settings.environment + ')', before,
        ' -out="$PWD"/' + terravetSupport.quoted(file))
    if (status != 0 && status != 2) {
        error('terraform plan failed for ' + settings.environment + ' (exit code ' + status + ')')
    }
    return status == 2
}

/** Checks the plan file; what the gate says of it is kept in the plan. */
void gate(Map settings, Map plan, String folder) {
    List<String> words = ['gate', '--source', settings.path, '--record', folder + '/record.json'] +
        terravetSupport.policy(settings)
    Map counts = terravetSupport.report(binary: settings.binary, words: words, paths: [folder + '/plan.tfplan'], reports: settings.reports,
        name: settings.environment, label: 'terravet gate (' + settings.environment + ')')
    for (String key in ['verdict', 'plan_sha256', 'record_sha256', 'add', 'change', 'destroy', 'errors', 'warnings', 'undetermined']) {
        plan.put(key, counts.get(key))
    }
    terravetSupport.judge(counts, false)
    if (plan.verdict != 'pass' || !plan.plan_sha256 || !plan.record_sha256) {
        error('terraformPlan: terravet gate recorded no pass for ' + settings.environment)
    }
}

Map defaults() {
    return [
        environment  : '',
        path         : '.',
        varFiles     : [],
        backendConfig: [],
        workspace    : '',
        credentials  : [],
        destroy      : false,
        lockTimeout  : '5m',
        failOn       : '',
        config       : '',
        binary       : 'terravet',
        terraform    : 'terraform',
        reports      : 'terravet-reports',
        sources      : '**',
        commit       : ''
    ]
}

Map kinds() {
    return [environment: 'name', credentials: 'bindings', failOn: ['error', 'warning', 'info', 'never']]
}
