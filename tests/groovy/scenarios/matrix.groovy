// terraformMatrix: a repository of many root modules on several agents.

Map<String, String> MONOREPO = [
    'envs/dev/main.tf'    : 'module "app" {\n  source = "../../modules/app"\n  size   = "small"\n}\n',
    'envs/prod/main.tf'   : 'module "app" {\n  source = "../../modules/app"\n  size   = "large"\n}\n',
    'tools/main.tf'       : 'resource "terraform_data" "tools" {\n  input = "small"\n}\n',
    'modules/app/main.tf' : 'variable "size" {\n  type = string\n}\n\nresource "terraform_data" "app" {\n  input = var.size\n}\n',
    'infra/main.tf'       : null
]

scenario('all root modules are checked in shares, and merged into one report') {
    repository(MONOREPO)
    jenkins().run("Map counts = terraformMatrix(label: 'linux', shards: 2); echo('roots ' + counts.roots + ', resources ' + counts.resources)")
    expect('SUCCESS', 'roots 3, resources 3')
    assert build.stages == ['Find root modules', 'Check', 'Merge'] && build.steps.node == 4
    assert build.log.contains('terravet check (share 2)') && !build.log.contains('share 3')
    assert build.steps.junit == 1 && build.steps.recordIssues == 1
    assert Globs.files(build.home, 'agent-*/**', '**/*@tmp/**') == []
}

scenario('a finding in any share fails the build, when all are checked') {
    repository(MONOREPO + ['envs/dev/main.tf': 'resource "terraform_data" "dev" {\n  input = "huge"\n}\n'])
    jenkins().run('terraformMatrix(shards: 3)')
    expect('FAILURE')
    assert build.failure == 'terravet: 1 finding that must not be (1 error, 0 warnings, 0 undetermined)'
    assert build.log.contains('terravet check (share 3)')
    assert new File(build.archive, 'terravet-reports/junit.xml').text.contains('<failure')
    jenkins().run('terraformMatrix(unstable: true)')
    expect('UNSTABLE')
}

scenario('what cannot be checked in one share fails the whole') {
    repository(MONOREPO + ['tools/broken.tf': 'resource {\n'])
    jenkins().run('terraformMatrix(unstable: true)')
    expect('FAILURE')
    assert build.failure == 'terravet merge: not everything could be checked (exit code 2): see the output above'
}

scenario('only what changed is checked') {
    repository(MONOREPO)
    repository(MONOREPO + ['tools/more.tf': 'resource "terraform_data" "more" {\n  input = "small"\n}\n'])
    jenkins().run("Map counts = terraformMatrix(changedSince: 'HEAD~1'); echo('roots ' + counts.roots)")
    expect('SUCCESS', 'roots 1')
    repository(MONOREPO + ['README.md': 'notes\n'])
    jenkins().run("Map counts = terraformMatrix(changedSince: 'HEAD~1'); echo('verdict ' + counts.verdict)")
    expect('SUCCESS', 'terravet: no root module is to be checked')
    assert build.steps.node == 1
    jenkins().run("terraformMatrix(changedSince: 'nowhere')")
    expect('FAILURE', 'nowhere')
}
