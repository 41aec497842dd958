// The Jenkinsfiles that people copy do what they say: that of the README and those in examples/jenkins.

File project = new File(System.getenv('TEST_PROJECT'))
Closure example = { String name -> new File(project, "examples/jenkins/${name}.jenkinsfile").text - ~/(?m)^@Library.*$/ }

scenario('the Jenkinsfile of the README') {
    String text = new File(project, 'README.md').text.split('```').find { it.startsWith('groovy\n@Library') && it.contains('terraformPipeline(') }
    List<String> lines = text.readLines().drop(1)
    assert lines.size() <= 15 && lines[0] == "@Library('terravet@v0.1.0') _"
    repository('infra/production.s3.tfbackend': "path = \"${state('production')}\"\n")
    jenkins(secrets: [aws: 'very-secret']).run(lines.drop(1).join('\n').replace("path: 'infrastructure'", "path: 'infra'"))
    expect('SUCCESS', 'alice approved')
    assert build.stages == ['Check', 'Plan', 'Apply staging', 'Approve production', 'Apply production']
    assert build.steps.junit == 4 && build.steps.recordIssues == 4
    assert applied('production') == ['terraform_data.app', 'terraform_data.token']
}

withTerraform('plain') {
    repository('infra/main.tf': null, 'main.tf': 'resource "terraform_data" "app" {\n  input = "small"\n}\n')
    jenkins().run(example('plain'))
    expect('SUCCESS', 'Apply to production? 1 to add, 0 to change, 0 to destroy.')
}

scenario('steps') {
    repository()
    jenkins(environment: [BRANCH_NAME: 'main']).run(example('steps').replace("path: 'infrastructure'", "path: 'infra'"))
    expect('SUCCESS', 'Apply to production? 2 to add, 0 to change, 0 to destroy.')
}

scenario('environments') {
    Map<String, String> files = ['infra/test.tfvars': 'size = "tiny"\n']
    ['test', 'staging', 'production'].each { files["infra/${it}.s3.tfbackend".toString()] = "path = \"${state(it)}\"\n" }
    repository(files)
    File binary = new File(System.getenv('TEST_TERRAVET'))
    String digest = java.security.MessageDigest.getInstance('SHA-256').digest(binary.bytes).encodeHex()
    String text = example('environments').replace("path: 'infrastructure'", "path: 'infra'").replace('https://www.example.com/health', 'file:///dev/null')
    text = text.replaceAll(/https:[^']*tar\.gz/, "file://$binary.path").replaceAll(/[0-9a-f]{64}/, digest)
    jenkins(tools: ['terraform-1.11': library.path.tokenize(':')[0]],
        secrets: ['aws-read-only': 'secret-0', 'aws-test': 'secret-1', 'aws-staging': 'secret-2', 'aws-production': 'secret-3']).run(text)
    expect('SUCCESS', 'alice approved')
    assert build.stages.findAll { it.startsWith('A') } == ['Apply test', 'Approve staging', 'Apply staging', 'Approve production', 'Apply production']
    assert build.inputs*.submitter == ['developers', 'operators']
}

scenario('monorepo') {
    repository('envs/dev/main.tf': 'resource "terraform_data" "dev" {\n  input = "small"\n}\n')
    jenkins().run(example('monorepo'))
    expect('SUCCESS', 'terravet: 2 root modules')
}

scenario('python') {
    repository('service/pyproject.toml': '[project]\nname = "orders"\nversion = "1.0"\n\n[tool.ruff]\n')
    String text = example('python').replace("path: 'service'", "path: 'service', python: '$library.python'").replaceAll(/https:[^']*health/, 'file:///dev/null')
    jenkins(environment: [BRANCH_NAME: 'main'], secrets: ['aws-deploy': 'very-secret']).run(text)
    expect('SUCCESS')
    assert build.stages == ['Set up Python', 'Lint', 'Test', 'Build wheel']
    assert commands('aws ecs update-service').size() == 1
}
