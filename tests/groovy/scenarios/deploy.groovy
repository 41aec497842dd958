// deployToAWS: what is live afterwards, whatever happens.

String ECS = "region: 'eu-central-1', ecs: [cluster: 'services', service: 'orders', container: 'orders', image: 'registry/orders:2']"
String LAMBDA = "region: 'eu-central-1', lambda: [function: 'orders', archive: 'orders.zip']"
String SITE = "region: 'eu-central-1', site: [bucket: 'site', directory: 'public', distribution: 'E1']"

Closure world = { build -> new groovy.json.JsonSlurper().parse(new File(build.home, 'aws.json')) }

scenario('a new image becomes a revision of the task, and the service gets it') {
    jenkins(secrets: [deploy: 'very-secret']).run("deployToAWS(label: 'aws', $ECS, credentials: [string(credentialsId: 'deploy', variable: 'AWS_SECRET_ACCESS_KEY')])")
    expect('SUCCESS')
    assert world(build).tasks[world(build).service] == 'registry/orders:2'
    assert build.locks == ['deploy-ecs-orders']
    assert commands('aws ecs wait services-stable').size() == 1
    assert Globs.files(build.home, '**/next.json,**/now.json', '') == []
}

scenario('a service that does not become stable gets its revision back') {
    jenkins(environment: [TEST_AWS_FAILS: 'ecs wait']).run("node { deployToAWS($ECS) }")
    expect('FAILURE')
    assert build.failure == 'deployToAWS: it did not come up (above); arn:aws:ecs:task/orders:1 is back'
    assert world(build).service == 'arn:aws:ecs:task/orders:1'
    assert commands('aws ecs wait services-stable').size() == 2: 'the old one is waited for too'
}

scenario('a service that ECS itself took back is a failure') {
    jenkins(environment: [TEST_AWS_BREAKS: 'registry/orders:2']).run("deployToAWS($ECS)")
    expect('FAILURE', 'ECS went back to arn:aws:ecs:task/orders:1 by itself')
}

scenario('an address that does not answer takes the deployment back') {
    jenkins().run("deployToAWS($ECS, healthCheck: 'http://127.0.0.1:9/', healthSeconds: 1)")
    expect('FAILURE', 'http://127.0.0.1:9/ does not answer well')
    assert world(build).service == 'arn:aws:ecs:task/orders:1'
}

scenario('a build that is stopped takes the deployment back') {
    jenkins(abort: { String label ->
        if (label == 'deploy') {
            sleep(1500)
        }
        return label == 'deploy'
    }).run("deployToAWS($ECS, healthCheck: 'http://127.0.0.1:9/')")
    expect('ABORTED')
    assert world(build).service == 'arn:aws:ecs:task/orders:1'
}

scenario('a container that the task does not have fails before anything is changed') {
    jenkins().run("deployToAWS(${ECS.replace("container: 'orders'", "container: 'order'")})")
    expect('FAILURE', 'the task has no container order')
    assert world(build).service == 'arn:aws:ecs:task/orders:1'
}

scenario('a function is published and its alias moved, and moved back') {
    jenkins().run("node { sh('touch orders.zip'); deployToAWS($LAMBDA) }")
    expect('SUCCESS')
    assert world(build).alias == '2'
    jenkins(environment: [TEST_AWS_FAILS: 'lambda wait']).run("node { sh('touch orders.zip'); deployToAWS($LAMBDA) }")
    expect('FAILURE', '1 is back')
    assert world(build).alias == '1'
}

scenario('a site is replaced, and put back where its address does not answer') {
    jenkins().run("node { sh('mkdir public; echo new > public/index.html; mkdir -p ../../site; echo old > ../../site/index.html'); deployToAWS($SITE) }")
    expect('SUCCESS')
    assert new File(build.home, 'site/index.html').text == 'new\n'
    assert commands('aws cloudfront').size() == 2
    jenkins().run("""node { sh('mkdir public; echo new > public/index.html; mkdir -p ../../site; echo old > ../../site/index.html')
        deployToAWS($SITE, healthCheck: 'http://127.0.0.1:9/', healthSeconds: 1) }""")
    expect('FAILURE')
    assert new File(build.home, 'site/index.html').text == 'old\n'
}

scenario('nothing is deployed for a change request') {
    jenkins(environment: [CHANGE_ID: '3']).run("deployToAWS($ECS)")
    expect('FAILURE')
    assert build.failure == 'deployToAWS: nothing is deployed for a change request (3)' && build.steps.node == 0
}

scenario('mistakes are said before anything is taken') {
    jenkins().run("deployToAWS(region: 'x', ecs: [cluster: 'a', servce: 'b', container: 'c'])")
    assert build.failure == 'deployToAWS: ecs: there is no option servce (did you mean service?); ecs: service is required; ecs: image is required'
    jenkins().run("deployToAWS(lambda: [function: 'a'], site: [bucket: 'b'], region: 'x')")
    assert build.failure == 'deployToAWS: one of ecs, lambda, site says what to deploy'
    jenkins().run("deployToAWS(lambda: [function: 'a'], region: 'x')")
    assert build.failure == 'deployToAWS: lambda: one of archive and image says what to run'
    assert build.steps.node == 0
}
