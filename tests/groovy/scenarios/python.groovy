// pythonPipeline, with a Python that has what it needs: pip and the tools are recorders where the project asks for them.

Map<String, String> PROJECT = [
    'service/pyproject.toml': '[build-system]\nrequires = ["setuptools"]\n\n[project]\nname = "orders"\nversion = "1.0"\n\n[tool.ruff]\n',
    'service/orders.py'     : 'def total(prices):\n    return sum(prices)\n',
    'service/test_orders.py': 'from orders import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n'
]

scenario('a project is linted, tested and packed, in an environment of its own') {
    repository(PROJECT)
    jenkins().run("pythonPipeline(path: 'service', minimumCoverage: 80, python: '${library.python}')")
    expect('SUCCESS')
    assert build.stages == ['Set up Python', 'Lint', 'Test', 'Build wheel']
    assert commands('pip install') == ['pip install --quiet --editable . pytest pytest-cov build ruff']
    assert commands('ruff check') == ['ruff check --output-format concise .']
    assert commands('pytest --')[0].contains('--cov-fail-under=80')
    assert Globs.files(build.archive, '**', '') == ['dist/orders-1.0-py3-none-any.whl', 'python-reports/coverage.xml', 'python-reports/junit.xml']
    assert build.steps.junit == 1 && build.steps.recordIssues == 1 && build.steps.recordCoverage == 1
    assert Globs.files(build.home, 'agent-*/**', '**/*@tmp/**') == []
}

scenario('lint findings and failed tests are both shown before the build fails, and nothing is packed') {
    repository(PROJECT)
    jenkins(environment: [TEST_RUFF: '1', TEST_PYTEST: '1']).run("pythonPipeline(path: 'service', python: '${library.python}')")
    expect('FAILURE', 'orders.py:1:1: F401')
    assert build.failure == 'pythonPipeline: ruff found something (above)'
    assert build.stages == ['Set up Python', 'Lint', 'Test'] && build.steps.junit == 1
    jenkins(environment: [TEST_PYTEST: '1']).run("pythonPipeline(path: 'service', python: '${library.python}')")
    assert build.failure == 'pythonPipeline: tests failed, or their coverage is below 0 % (exit code 1)'
    jenkins(environment: [TEST_PYTEST: '5']).run("pythonPipeline(path: 'service', python: '${library.python}')")
    assert build.failure == 'pythonPipeline: pytest found no test (test: false, if there is none)'
}

scenario('the linter is the one that the project has a configuration of') {
    repository(PROJECT + ['service/pyproject.toml': null, 'service/.flake8': '[flake8]\n', 'service/requirements.txt': 'requests\n'])
    jenkins().run("pythonPipeline(path: 'service', python: '${library.python}', requirements: ['requirements.txt'], test: false, wheel: false)")
    expect('SUCCESS')
    assert commands('pip install') == ['pip install --quiet --requirement requirements.txt flake8']
    assert commands('flake8 .') == ['flake8 .']
    repository('service/.flake8': null)
    jenkins().run("pythonPipeline(path: 'service', python: '${library.python}', test: false, wheel: false)")
    assert build.stages == ['Set up Python']
}

scenario('without the plugins for reports it works too') {
    repository(PROJECT)
    jenkins(missing: ['junit', 'recordIssues', 'recordCoverage', 'flake8']).run("pythonPipeline(path: 'service', python: '${library.python}')")
    expect('SUCCESS')
}
