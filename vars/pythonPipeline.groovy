// Lints, tests and packs a Python project in a virtual environment of its own. pythonPipeline.txt explains the options.

void call(Map options = [:]) {
    Map settings = terravetSupport.settings('pythonPipeline', options, defaults(), kinds())
    timeout(time: settings.timeoutMinutes, unit: 'MINUTES') {
        node(settings.label) {
            try {
                deleteDir()
                checkout(scm)
                dir(settings.path) {
                    // Nothing in the project's directory: neither linters nor wheels find the virtual environment.
                    withEnv(['VIRTUAL_ENV=' + env.WORKSPACE + '/.python-pipeline', 'PATH+VENV=' + env.WORKSPACE + '/.python-pipeline/bin',
                        'PIP_DISABLE_PIP_VERSION_CHECK=1', 'PIP_NO_INPUT=1', 'PYTHONDONTWRITEBYTECODE=1']) {
                        built(settings)
                    }
                }
            } finally {
                deleteDir()
            }
        }
    }
}

/** All stages: lint findings and failed tests are both reported before either ends the build. */
void built(Map settings) {
    String linter = ''
    int lint = 0
    int tests = 0
    stage('Set up Python') {
        linter = settings.lint == 'auto' ? configured() : settings.lint
        setUp(settings, linter)
    }
    if (linter != 'none') {
        stage('Lint') {
            lint = linted(linter)
        }
    }
    if (settings.test) {
        stage('Test') {
            tests = tested(settings)
        }
    }
    if (lint != 0) {
        error('pythonPipeline: ' + linter + ' found something (above)')
    }
    if (tests != 0) {
        error('pythonPipeline: ' + (tests == 5 ? 'pytest found no test (test: false, if there is none)' :
            'tests failed, or their coverage is below ' + settings.minimumCoverage + ' % (exit code ' + tests + ')'))
    }
    if (settings.wheel) {
        stage('Build wheel') {
            packed()
        }
    }
}

/** The linter that the project has a configuration of. */
String configured() {
    return sh(label: 'linter of the project', returnStdout: true, script: '''set +x
if [ -f ruff.toml ] || [ -f .ruff.toml ] || grep -q '^\\[tool\\.ruff' pyproject.toml 2>/dev/null; then
  echo ruff
elif [ -f .flake8 ] || grep -q '^\\[flake8\\]' setup.cfg tox.ini 2>/dev/null; then
  echo flake8
else
  echo none
fi
''').trim()
}

/** The virtual environment with the project, what it requires, and the tools. */
void setUp(Map settings, String linter) {
    List<String> packages = []
    for (String file in settings.requirements) {
        packages += ['--requirement', file]
    }
    if (settings.test) {
        packages += ['pytest', 'pytest-cov']
    }
    if (settings.wheel) {
        packages.add('build')
    }
    if (linter != 'none') {
        packages.add(linter)
    }
    withEnv(['PYTHON=' + settings.python, 'EXTRAS=' + (settings.extras ? '[' + settings.extras + ']' : '')]) {
        sh(label: 'virtual environment', script: '''set +x
"$PYTHON" -m venv "$VIRTUAL_ENV"
if [ -f pyproject.toml ] || [ -f setup.py ]; then set -- --editable ".$EXTRAS"; fi
exec "$VIRTUAL_ENV/bin/python" -m pip install --quiet "$@" ''' + terravetSupport.command(packages) + '\n')
    }
}

/** Runs the linter and publishes what it found; its exit code. */
int linted(String linter) {
    int status = 0
    try {
        status = sh(label: linter, returnStatus: true, script: 'set +x\nmkdir -p python-reports\nstatus=0\n' +
            (linter == 'ruff' ? 'ruff check --output-format concise . >python-reports/lint.txt || status=$?\n' :
                'flake8 . >python-reports/lint.txt || status=$?\n') + 'cat python-reports/lint.txt\nexit "$status"\n')
    } finally {
        terravetSupport.optional(['recordIssues', 'flake8']) {
            recordIssues(tool: flake8(pattern: '**/python-reports/lint.txt', name: linter, id: linter), enabledForFailure: true)
        }
    }
    return status
}

/** Runs the tests and publishes them with their coverage; the exit code of pytest. */
int tested(Map settings) {
    List<String> words = ['pytest', '--junitxml=python-reports/junit.xml', '--cov=' + settings.coverage,
        '--cov-report=term', '--cov-report=xml:python-reports/coverage.xml', '--cov-fail-under=' + settings.minimumCoverage]
    int status = 0
    try {
        status = sh(label: 'pytest', returnStatus: true, script: 'set +x\nmkdir -p python-reports\nexec ' +
            terravetSupport.command(words + settings.pytest))
    } finally {
        terravetSupport.optional(['junit']) {
            junit(testResults: 'python-reports/junit.xml', allowEmptyResults: true, skipMarkingBuildUnstable: true)
        }
        terravetSupport.optional(['recordCoverage']) {
            recordCoverage(tools: [[parser: 'COBERTURA', pattern: '**/python-reports/coverage.xml']])
        }
        archiveArtifacts(artifacts: 'python-reports/*.xml', allowEmptyArchive: true)
    }
    return status
}

/** Builds the wheel and archives it. */
void packed() {
    sh(label: 'wheel', script: '''set +x
exec python -m build --wheel --outdir dist
''')
    archiveArtifacts(artifacts: 'dist/*.whl', fingerprint: true)
}

Map defaults() {
    return [
        path           : '.',
        label          : '',
        python         : 'python3',
        requirements   : [],
        extras         : '',
        lint           : 'auto',
        test           : true,
        pytest         : [],
        coverage       : '.',
        minimumCoverage: 0,
        wheel          : true,
        timeoutMinutes : 30
    ]
}

Map kinds() {
    return [lint: ['auto', 'ruff', 'flake8', 'none'], minimumCoverage: 'natural', timeoutMinutes: 'natural']
}
