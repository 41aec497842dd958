// Runs terravet once on a configuration or a plan and publishes what it found. terravetCheck.txt explains the options.

Map call(Map options = [:]) {
    Map settings = terravetSupport.settings('terravetCheck', options, defaults(), kinds())
    Map result = counts(settings)
    terravetSupport.judge(result, settings.unstable)
    return result
}

/** Runs and publishes; the verdict is left to the caller. Internal: for other steps. */
Map counts(Map options) {
    Map settings = terravetSupport.merged(options, defaults())
    List<String> words = ['check'] + terravetSupport.policy(settings)
    if (settings.source) {
        words += ['--source', settings.source]
    }
    if (settings.workspace) {
        words += ['--workspace', settings.workspace]
    }
    words += terravetSupport.repeated('--var-file', settings.varFiles)
    return terravetSupport.report(binary: settings.binary, words: words, paths: [settings.path], reports: settings.reports, name: settings.name,
        label: 'terravet check ' + settings.path)
}

Map defaults() {
    return [
        binary   : 'terravet',
        path     : '.',
        source   : '',
        config   : '',
        failOn   : '',
        varFiles : [],
        workspace: '',
        name     : '',
        reports  : 'terravet-reports',
        unstable : false
    ]
}

Map kinds() {
    return [failOn: ['error', 'warning', 'info', 'never']]
}
