// Runs terravet once on a configuration and publishes what it found. The options are explained in terravetCheck.txt.
//
// Kept CPS-safe: locals that live across a step are strings, numbers, booleans, lists and plain maps.

def call(Map options = [:]) {
    Map defaults = [
        binary  : 'terravet',
        path    : '.',
        config  : '',
        failOn  : 'error',
        varFiles: [],
        reports : 'terravet-reports',
        unstable: false
    ]
    List<String> unknown = []
    for (Object key in options.keySet()) {
        if (!defaults.containsKey(key)) {
            unknown.add(key.toString())
        }
    }
    if (!unknown.isEmpty()) {
        error("terravetCheck: unknown option ${unknown.join(', ')}; known are ${defaults.keySet().join(', ')}")
    }
    Map settings = defaults + options

    String arguments = '--fail-on ' + quoted(settings.failOn.toString())
    if (settings.config) {
        arguments += ' --config ' + quoted(settings.config.toString())
    }
    for (Object file in settings.varFiles) {
        arguments += ' --var-file ' + quoted(file.toString())
    }
    String reports = settings.reports.toString()
    // Reports of an earlier build must not pass for this one's, and a folder that cannot be made is no finding.
    List<String> files = [reports + '/junit.xml', reports + '/terravet.sarif', reports + '/terravet.json']
    String command = '{ mkdir -p ' + quoted(reports) + ' && rm -f ' + quoted(files[0]) + ' ' + quoted(files[1]) + ' ' +
        quoted(files[2]) + '; } || exit 2\n' +
        'exec ' + quoted(settings.binary.toString()) + ' check ' + arguments +
        ' --output ' + quoted('junit=' + files[0]) +
        ' --output ' + quoted('sarif=' + files[1]) +
        ' --output ' + quoted('json=' + files[2]) +
        ' -- ' + quoted(settings.path.toString())

    int status = 2
    try {
        status = sh(label: 'terravet check', script: command, returnStatus: true)
    } finally {
        junit(testResults: files[0], allowEmptyResults: true, skipMarkingBuildUnstable: true)
        archiveArtifacts(artifacts: files.join(','), allowEmptyArchive: true)
    }
    if (status == 0) {
        return status
    }
    if (status == 1) {
        String message = 'terravet: findings at or above ' + settings.failOn
        if (settings.unstable) {
            unstable(message)
        } else {
            error(message)
        }
        return status
    }
    error('terravet could not check everything it was given (exit code ' + status + '): see its output above')
}

// One word for the shell, whatever it holds.
private String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'"
}
