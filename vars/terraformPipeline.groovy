// The whole way of one root module into several environments: check, plan, gate, approval, apply. terraformPipeline.txt
// explains the options.

Map call(Map options = [:]) {
    Map settings = terravetSupport.settings('terraformPipeline', options, defaults() + environmentDefaults(), kinds())
    List<Map> environments = declared(settings)
    if (!settings.install.isEmpty()) {
        terravetInstall.checked(settings.install)
    }
    Map plans = [:]
    boolean succeeded = false
    try {
        stage('Check') {
            timeout(time: settings.planTimeoutMinutes, unit: 'MINUTES') {
                settings.commit = check(settings, environments)
            }
        }
        if (plansAllowed(settings)) {
            stage('Plan') {
                Map branches = [:]
                for (Map environment in environments) {
                    branches.put(environment.name, planning(settings, environment, plans))
                }
                parallel(branches)
            }
            deliver(settings, environments, plans)
        }
        succeeded = true
    } finally {
        List<Map> made = []
        for (Map environment in environments) {
            if (plans.containsKey(environment.name)) {
                made.add(plans.get(environment.name))
            }
        }
        try {
            terravetSupport.discard(settings.label, made)
        } finally {
            terravetSupport.tell(settings.slackChannel, succeeded ? 'good' : 'danger',
                env.JOB_NAME + ' ' + env.BUILD_NUMBER + (succeeded ? ': done ' : ': did not get through ') + env.BUILD_URL)
        }
    }
    return plans
}

/** The environments in declared order, each with its name and all its options; mistakes end the build in one message. */
List<Map> declared(Map settings) {
    List<String> wrong = []
    List<Map> result = []
    Map inherited = [:]
    for (Object name in environmentDefaults().keySet()) {
        inherited.put(name, settings.get(name))
    }
    for (Object key in settings.environments.keySet()) {
        String name = key.toString()
        Object given = settings.environments.get(key)
        if (!name.matches('[A-Za-z0-9_][A-Za-z0-9_.-]*')) {
            wrong.add('the name ' + name + ' may hold letters, digits, dots, hyphens and underscores')
        }
        if (!(given instanceof Map)) {
            wrong.add(name + ' has to be a map of options')
            continue
        }
        for (String mistake in terravetSupport.mistakes(given, environmentDefaults(), environmentKinds())) {
            wrong.add(name + ': ' + mistake)
        }
        Map environment = terravetSupport.merged(given, inherited) + [name: name]
        if (environment.approval && !environment.submitter) {
            wrong.add(name + ': submitter is required: who may approve (or approval: false)')
        }
        result.add(environment)
    }
    if (settings.environments.isEmpty()) {
        wrong.add('there has to be one at least, for example production: [submitter: \'operators\']')
    }
    if (!wrong.isEmpty()) {
        error('terraformPipeline: environments: ' + wrong.join('; '))
    }
    return result
}

/** Checks out, looks at the configuration, and keeps the sources for all that follows; the commit. */
String check(Map settings, List<Map> environments) {
    String commit = ''
    node(settings.label) {
        try {
            deleteDir()
            checkout(scm)
            commit = terravetSupport.revision()
            terravetSupport.prepared(settings) {
                List<String> done = []
                for (Map environment in environments) {
                    if (!done.contains(environment.path)) {
                        done.add(environment.path)
                        valid(settings, environment.path)
                    }
                }
                policy(settings, environments)
            }
            stash(name: 'terravet-sources', includes: '**', excludes: '**/.terraform/**,**/.terraform-*/**,terravet-reports/**')
        } finally {
            deleteDir()
        }
    }
    return commit
}

/** Terraform's own checks of a root module. */
void valid(Map settings, String path) {
    Map module = [terraform: settings.terraform, path: path]
    withEnv(['TF_IN_AUTOMATION=1', 'TF_INPUT=0', 'TF_DATA_DIR=.terraform-check']) {
        if (terravetSupport.terraform(module, ['fmt', '-check', '-diff', '-recursive', '-no-color'], 'terraform fmt ' + path) != 0) {
            error('terraformPipeline: ' + path + ' is not formatted (above); terraform fmt -recursive mends it')
        }
        if (terravetSupport.terraform(module, ['init', '-backend=false', '-input=false', '-no-color'], 'terraform init ' + path) != 0) {
            error('terraformPipeline: terraform init failed for ' + path)
        }
        if (terravetSupport.terraform(module, ['validate', '-no-color'], 'terraform validate ' + path) != 0) {
            error('terraformPipeline: ' + path + ' is not valid')
        }
    }
}

/** terravet on the configuration of every environment; all are looked at before one ends the build. */
void policy(Map settings, List<Map> environments) {
    List<Map> results = []
    for (Map environment in environments) {
        List<String> varFiles = []
        for (String file in environment.varFiles) {
            varFiles.add(file.startsWith('/') ? file : environment.path + '/' + file)
        }
        results.add(terravetCheck.counts(binary: settings.binary, path: environment.path, config: settings.config, failOn: settings.failOn,
            varFiles: varFiles, workspace: environment.workspace, name: 'configuration-' + environment.name))
    }
    for (Map counts in results) {
        terravetSupport.judge(counts, false)
    }
}

/** Whether this build may hold credentials for planning. */
boolean plansAllowed(Map settings) {
    if (terravetSupport.changeRequest() && env.CHANGE_FORK) {
        echo('terravet: no plan for a change request from a fork: credentials stay out of its reach')
        return false
    }
    return true
}

/** The branch of `parallel` that plans one environment. */
Closure planning(Map settings, Map environment, Map plans) {
    return {
        List credentials = environment.planCredentials
        if (credentials.isEmpty() && !terravetSupport.changeRequest()) {
            credentials = environment.credentials
        }
        if (credentials.isEmpty() && !environment.credentials.isEmpty()) {
            echo('terravet: ' + environment.name + ' is not planned: a change request gets planCredentials (read-only) or none')
        } else {
            timeout(time: settings.planTimeoutMinutes, unit: 'MINUTES') {
                node(environment.label) {
                    placed(settings, environment) {
                        plans.put(environment.name, plan(settings, environment, credentials))
                    }
                }
            }
        }
    }
}

/** Plans one environment from the sources that were checked. */
Map plan(Map settings, Map environment, List credentials) {
    Map result = [:]
    dir('terravet-' + environment.name) {
        try {
            deleteDir()
            unstash('terravet-sources')
            terravetSupport.prepared(settings) {
                result = terraformPlan(environment: environment.name, path: environment.path, varFiles: environment.varFiles,
                    backendConfig: environment.backendConfig, workspace: environment.workspace, credentials: credentials,
                    destroy: environment.destroy, lockTimeout: environment.lockTimeout, failOn: settings.failOn, config: settings.config,
                    binary: settings.binary, terraform: settings.terraform, commit: settings.commit)
            }
        } finally {
            deleteDir()
        }
    }
    return result
}

/** The same absolute directory for planning and applying, where modules need that. */
void placed(Map settings, Map environment, Closure steps) {
    if (settings.buildDirectory) {
        ws(settings.buildDirectory + '/' + environment.name) {
            steps()
        }
    } else {
        steps()
    }
}

/** Approves and applies in declared order; the first that fails ends it. */
void deliver(Map settings, List<Map> environments, Map plans) {
    List<Map> pending = []
    for (Map environment in environments) {
        Map made = plans.get(environment.name)
        if (made != null && made.changes) {
            pending.add(environment)
        }
    }
    String reason = noApply(settings)
    if (pending.isEmpty()) {
        echo('terravet: nothing to apply')
    } else if (settings.drift) {
        List<String> names = []
        for (Map environment in pending) {
            names.add(environment.name)
        }
        unstable('terravet: what is there has drifted from the configuration: ' + names.join(', '))
    } else if (reason) {
        echo('terravet: nothing is applied: ' + reason)
    } else {
        boolean first = true
        for (Map environment in pending) {
            apply(settings, environment, plans.get(environment.name), first)
            first = false
        }
    }
}

/** Why this build applies nothing; empty where it may. */
String noApply(Map settings) {
    if (terravetSupport.changeRequest()) {
        return 'this is change request ' + env.CHANGE_ID
    }
    if (env.BRANCH_NAME && !settings.applyFrom.contains(env.BRANCH_NAME.toString())) {
        return 'branch ' + env.BRANCH_NAME + ' is none of ' + settings.applyFrom.join(', ')
    }
    return ''
}

/** Approval outside any node, then the apply under the environment's lock. */
void apply(Map settings, Map environment, Map made, boolean first) {
    if (environment.approval) {
        stage('Approve ' + environment.name) {
            terraformApprove(plan: made, submitter: environment.submitter, label: environment.label,
                timeoutMinutes: environment.timeoutMinutes, slackChannel: settings.slackChannel)
        }
    }
    if (first) {
        // Builds that still wait for approval are out of date now. Only here: a later milestone could end an apply that runs.
        terravetSupport.optional(['milestone']) {
            milestone()
        }
    }
    stage('Apply ' + environment.name) {
        terraformApply(plan: made, approval: environment.approval, label: environment.label, lock: environment.lock,
            allowNoLock: environment.allowNoLock, lockTimeout: environment.lockTimeout, maxAge: environment.maxAge,
            credentials: environment.credentials, beforeApply: environment.beforeApply, afterApply: environment.afterApply,
            tools: settings.tools, install: settings.install, binary: settings.binary, terraform: settings.terraform,
            directory: settings.buildDirectory ? settings.buildDirectory + '/' + environment.name + '/terravet-' + environment.name :
                'terravet-' + environment.name)
    }
}

Map defaults() {
    return [
        environments      : [:],
        config            : '',
        failOn            : '',
        applyFrom         : ['main', 'master'],
        drift             : false,
        slackChannel      : '',
        planTimeoutMinutes: 60,
        buildDirectory    : '',
        tools             : [],
        install           : [:],
        binary            : 'terravet',
        terraform         : 'terraform'
    ]
}

/** Options that an environment may have, and that stand for all environments where the pipeline has them. */
Map environmentDefaults() {
    return [
        path           : '.',
        varFiles       : [],
        backendConfig  : [],
        workspace      : '',
        credentials    : [],
        planCredentials: [],
        approval       : true,
        submitter      : '',
        timeoutMinutes : 240,
        label          : '',
        lock           : '',
        allowNoLock    : false,
        lockTimeout    : '5m',
        maxAge         : '4h',
        destroy        : false,
        beforeApply    : null,
        afterApply     : null
    ]
}

Map environmentKinds() {
    return [credentials: 'bindings', planCredentials: 'bindings', timeoutMinutes: 'natural']
}

Map kinds() {
    return environmentKinds() + [failOn: ['error', 'warning', 'info', 'never'], planTimeoutMinutes: 'natural']
}
