// Checks the root modules of a monorepo on several agents and makes one report of it. terraformMatrix.txt explains the options.

Map call(Map options = [:]) {
    Map settings = terravetSupport.settings('terraformMatrix', options, defaults(), kinds())
    if (!settings.install.isEmpty()) {
        terravetInstall.checked(settings.install)
    }
    List<String> roots = []
    stage('Find root modules') {
        roots = found(settings)
    }
    if (roots.isEmpty()) {
        echo('terravet: no root module is to be checked')
        return [verdict: 'pass', exitCode: 0, roots: 0]
    }
    List<List> dealt = shares(roots, settings.shards)
    stage('Check') {
        Map branches = [:]
        for (int number = 1; number <= dealt.size(); number++) {
            branches.put('share ' + number, checking(settings, number, dealt.get(number - 1)))
        }
        parallel(branches)
    }
    Map counts = [:]
    stage('Merge') {
        counts = merged(settings, dealt.size())
    }
    terravetSupport.judge(counts, settings.unstable)
    return counts + [roots: roots.size()]
}

/** The root modules to be checked; the sources are kept for the agents that check them. */
List<String> found(Map settings) {
    List<String> roots = []
    onAgent(settings) {
        checkout(scm)
        terravetSupport.prepared(settings) {
            List<String> words = [settings.binary, 'roots']
            if (settings.changedSince) {
                words += ['--changed-since', settings.changedSince]
            }
            String listed = sh(label: 'terravet roots', returnStdout: true, script: 'set +x\nexec ' +
                terravetSupport.command(words + ['--', settings.path]))
            for (String line in listed.split('\n')) {
                if (line) {
                    roots.add(line)
                }
            }
        }
        stash(name: 'terravet-sources', includes: '**', excludes: '**/.terraform/**,terravet-reports/**')
    }
    echo('terravet: ' + terravetSupport.counted(roots.size(), 'root module'))
    return roots
}

/** The root modules dealt out, one after another. */
List<List> shares(List<String> roots, int most) {
    List<List> result = []
    for (int index = 0; index < roots.size(); index++) {
        if (index < most) {
            result.add([])
        }
        result.get(index % most).add(roots.get(index))
    }
    return result
}

/** The branch of `parallel` that checks a share; the verdict comes when all are merged. */
Closure checking(Map settings, int number, List<String> roots) {
    return {
        onAgent(settings) {
            unstash('terravet-sources')
            String written = report(number)
            terravetSupport.prepared(settings) {
                List<String> words = [settings.binary, 'check', '--output', 'json=' + written] + terravetSupport.policy(settings)
                int status = sh(label: 'terravet check (share ' + number + ')', returnStatus: true, script: 'set +x\nexec ' +
                    terravetSupport.command(words + ['--'] + roots))
                if (status < 0 || status > 2) {
                    error('terraformMatrix: share ' + number + ' could not be checked (exit code ' + status + ')')
                }
            }
            stash(name: 'terravet-share-' + number, includes: written)
        }
    }
}

/** One report of all shares. */
Map merged(Map settings, int count) {
    Map counts = [:]
    onAgent(settings) {
        List<String> reports = []
        for (int number = 1; number <= count; number++) {
            unstash('terravet-share-' + number)
            reports.add(report(number))
        }
        terravetSupport.prepared(settings) {
            List<String> words = settings.failOn ? ['merge', '--fail-on', settings.failOn] : ['merge']
            counts = terravetSupport.report(binary: settings.binary, words: words, paths: reports, reports: settings.reports, name: '',
                label: 'terravet merge')
        }
    }
    return counts
}

String report(int number) {
    return 'terravet-share-' + number + '.json'
}

/** An agent with an empty workspace, before and after. */
void onAgent(Map settings, Closure steps) {
    timeout(time: settings.timeoutMinutes, unit: 'MINUTES') {
        node(settings.label) {
            try {
                deleteDir()
                steps()
            } finally {
                deleteDir()
            }
        }
    }
}

Map defaults() {
    return [
        path          : '.',
        changedSince  : '',
        shards        : 4,
        label         : '',
        failOn        : '',
        unstable      : false,
        config        : '',
        timeoutMinutes: 60,
        tools         : [],
        install       : [:],
        binary        : 'terravet',
        reports       : 'terravet-reports'
    ]
}

Map kinds() {
    return [shards: 'natural', timeoutMinutes: 'natural', failOn: ['error', 'warning', 'info', 'never']]
}
