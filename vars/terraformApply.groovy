// Applies a plan file that passed the gate and was approved, once. terraformApply.txt explains the options.

Map call(Map options = [:]) {
    Map settings = terravetSupport.settings('terraformApply', options, defaults(), kinds())
    Map plan = terravetSupport.planned('terraformApply', settings.plan, settings.approval ? ['approved'] : ['approved', 'planned'])
    if (!settings.install.isEmpty()) {
        terravetInstall.checked(settings.install)
    }
    settings.environment = plan.environment
    settings.path = plan.path
    settings.workspace = plan.workspace
    settings.backendConfig = plan.backendConfig
    // From here on the plan is used up, whatever happens.
    plan.state = 'used'
    // A queue outside terraform's own lock, which would fail instead of waiting.
    String resource = settings.lock ?: 'terraform-' + settings.path + '-' + plan.environment
    terravetSupport.locked('terraformApply', resource, settings.allowNoLock) {
        if (terravetSupport.onNode()) {
            carried(settings, plan)
        } else {
            node(settings.label) {
                carried(settings, plan)
            }
        }
    }
    plan.applied = true
    return plan
}

/** In a directory that holds the plan and its sources and nothing else; both are gone afterwards. */
void carried(Map settings, Map plan) {
    dir(settings.directory) {
        deleteDir()
        try {
            unstash(plan.stash)
            terravetSupport.prepared(settings) {
                verified(settings, plan)
                terravetSupport.bound(settings.credentials) {
                    withEnv(terravetSupport.terraformEnvironment(settings)) {
                        terravetSupport.initialize(settings, true)
                        hook(settings.beforeApply, plan)
                        applied(settings, plan)
                        hook(settings.afterApply, plan)
                    }
                }
            }
        } finally {
            deleteDir()
            terravetSupport.forget(plan)
        }
    }
}

/** The files that came are those that the gate saw and the person approved, at the revision that they were planned at. */
void verified(Map settings, Map plan) {
    String head = terravetSupport.revision()
    if (head && plan.commit && head != plan.commit) {
        error('terraformApply: the workspace is at commit ' + head + ', the plan of ' + settings.environment + ' was made at ' + plan.commit +
            ': plan again')
    }
    String folder = terravetSupport.folder(settings.environment)
    int status = sh(label: 'terravet verify-gate (' + settings.environment + ')', returnStatus: true, script: 'set +x\nexec ' +
        terravetSupport.command([settings.binary, 'verify-gate', '--max-age', settings.maxAge, '--plan-sha256', plan.plan_sha256,
            '--record-sha256', plan.record_sha256, '--consume', '--', folder + '/plan.tfplan', folder + '/record.json']))
    if (status != 0) {
        error('terraformApply: the plan of ' + settings.environment + ' is not the one that passed the gate, or too old (exit code ' +
            status + '): plan again')
    }
}

/** A team's own closure, with what is known of the plan. */
void hook(Closure steps, Map plan) {
    if (steps != null) {
        steps(terravetSupport.shown(plan))
    }
}

/** Applies the plan file; a failure says what to do next, and is never tried again. */
void applied(Map settings, Map plan) {
    String folder = terravetSupport.folder(settings.environment)
    List<String> words = ['apply', '-input=false', '-no-color', '-lock-timeout=' + settings.lockTimeout]
    int status = -1
    try {
        // Errors go to a file and from there to the log: a pipe would stand between terraform and its signals.
        status = terravetSupport.terraform(settings, words, 'terraform apply (' + settings.environment + ')', '',
            ' "$PWD"/' + terravetSupport.quoted(folder + '/plan.tfplan') + ' 2>' + terravetSupport.quoted(folder + '/errors.txt'))
    } finally {
        if (status != 0) {
            explain(settings, folder, status)
        }
    }
}

void explain(Map settings, String folder, int status) {
    Map found = terravetSupport.values(sh(label: 'what terraform said', returnStdout: true, script: 'set +x\nerrors=' +
        terravetSupport.quoted(folder + '/errors.txt') + '''
[ -f "$errors" ] || exit 0
cat "$errors" >&2
if grep -q 'Saved plan is stale' "$errors"; then echo 'stale=yes'; fi
if grep -q 'state lock' "$errors"; then
  sed -n 's/^[^A-Za-z]*ID:[[:space:]]*\\([0-9A-Za-z-]\\{1,\\}\\).*/lock=\\1/p' "$errors" | head -n 1
fi
'''))
    String message = 'terraform apply failed for ' + settings.environment + ' (exit code ' + status + '); its plan is used up'
    if (status < 0) {
        echo('terraform apply for ' + settings.environment + ' was stopped; its plan is used up. If the next plan finds the state locked, ' +
            'its message has the lock\'s ID for: terraform -chdir=' + settings.path + ' force-unlock ID')
        return
    }
    if (found.stale) {
        message = 'the state of ' + settings.environment + ' has changed since the plan was made: plan again'
    }
    if (found.lock) {
        message = 'the state of ' + settings.environment + ' is locked (above: by whom, since when); when nobody is applying: terraform -chdir=' +
            settings.path + ' force-unlock ' + found.lock
    }
    error('terraformApply: ' + message)
}

Map defaults() {
    return [
        plan        : [:],
        approval    : true,
        label       : '',
        directory   : 'terravet-apply',
        lock        : '',
        allowNoLock : false,
        lockTimeout : '5m',
        maxAge      : '4h',
        credentials : [],
        beforeApply : null,
        afterApply  : null,
        tools       : [],
        install     : [:],
        binary      : 'terravet',
        terraform   : 'terraform'
    ]
}

Map kinds() {
    return [plan: 'plan', credentials: 'bindings']
}
