// Deploys a container to ECS, a function to Lambda or a site to S3, and takes it back where it does not come up.
// deployToAWS.txt explains the options.

Map call(Map options = [:]) {
    Map settings = terravetSupport.settings('deployToAWS', options, defaults(), kinds())
    Map target = asked(settings)
    if (terravetSupport.changeRequest()) {
        error('deployToAWS: nothing is deployed for a change request (' + env.CHANGE_ID + ')')
    }
    Map result = [:]
    terravetSupport.locked('deployToAWS', target.lock, settings.allowNoLock) {
        if (terravetSupport.onNode()) {
            result = deployed(settings, target)
        } else {
            node(settings.label) {
                result = deployed(settings, target)
            }
        }
    }
    return result
}

/** What is deployed to: its kind, its options as environment variables, its lock. Mistakes end the build. */
Map asked(Map settings) {
    Map known = kindsOfTargets()
    List<String> wrong = []
    List<String> given = []
    for (Object kind in known.keySet()) {
        if (!settings.get(kind).isEmpty()) {
            given.add(kind.toString())
        }
    }
    if (given.size() != 1) {
        error('deployToAWS: one of ' + known.keySet().join(', ') + ' says what to deploy')
    }
    String kind = given.get(0)
    Map options = known.get(kind)
    Map needed = [:]
    for (Object name in options.keySet()) {
        if (options.get(name) == 'required') {
            needed.put(name, 'required')
        }
    }
    Map plain = [:]
    for (Object name in options.keySet()) {
        plain.put(name, '')
    }
    for (String mistake in terravetSupport.mistakes(settings.get(kind), plain, needed)) {
        wrong.add(kind + ': ' + mistake)
    }
    Map values = terravetSupport.merged(settings.get(kind), plain)
    if (kind == 'lambda' && (values.archive == '') == (values.image == '')) {
        wrong.add('lambda: one of archive and image says what to run')
    }
    if (!wrong.isEmpty()) {
        error('deployToAWS: ' + wrong.join('; '))
    }
    if (kind == 'lambda' && !values.alias) {
        values.alias = 'live'
    }
    List<String> variables = []
    for (Object name in values.keySet()) {
        variables.add('DEPLOY_' + name.toString().toUpperCase() + '=' + values.get(name))
    }
    return [kind: kind, variables: variables, lock: 'deploy-' + kind + '-' + (values.service ?: values.function ?: values.bucket)]
}

/** Deploys; what was there before comes back where the new one does not come up, or the build is stopped. */
Map deployed(Map settings, Map target) {
    String previous = ''
    terravetSupport.bound(settings.credentials) {
        withEnv(['AWS_PAGER=', 'AWS_DEFAULT_REGION=' + settings.region, 'DEPLOY_WORK=' + env.WORKSPACE + '@tmp/deploy-' + target.kind,
            'DEPLOY_HEALTH_CHECK=' + settings.healthCheck, 'DEPLOY_HEALTH_SECONDS=' + settings.healthSeconds] + target.variables) {
            Map shell = scripts(target.kind)
            try {
                previous = sh(label: 'what is deployed now', returnStdout: true, script: common() + shell.current).trim()
                if (!previous || previous == 'None') {
                    error('deployToAWS: nothing is deployed there yet, so nothing could be taken back; deploy it once with Terraform')
                }
                withEnv(['DEPLOY_PREVIOUS=' + previous]) {
                    boolean up = false
                    try {
                        int status = sh(label: 'deploy', returnStatus: true, script: common() + shell.release + healthy())
                        up = status == 0
                    } finally {
                        if (!up) {
                            sh(label: 'take it back', script: common() + shell.back)
                        }
                    }
                    if (!up) {
                        error('deployToAWS: it did not come up (above); ' + previous + ' is back')
                    }
                }
            } finally {
                sh(label: 'clean up', script: 'set +x\nrm -rf -- "$DEPLOY_WORK"\n')
            }
        }
    }
    return [kind: target.kind, previous: previous]
}

String common() {
    return '''set +x
umask 077
mkdir -p "$DEPLOY_WORK"
'''
}

/** Asks the address until it answers well. */
String healthy() {
    return '''
if [ -n "$DEPLOY_HEALTH_CHECK" ]; then
  waited=0
  until curl --fail --silent --show-error --location --max-time 10 --output /dev/null "$DEPLOY_HEALTH_CHECK"; do
    waited=$((waited + 5))
    if [ "$waited" -gt "$DEPLOY_HEALTH_SECONDS" ]; then echo "$DEPLOY_HEALTH_CHECK does not answer well"; exit 1; fi
    sleep 5
  done
fi
'''
}

/**
 * Shell for each kind: `current` prints the revision that is live, `release` makes the new one live and waits for it, `back` makes
 * DEPLOY_PREVIOUS live again and waits. Options are in the environment.
 */
Map scripts(String kind) {
    Map all = [
        ecs: [
            current: '''
aws ecs describe-services --cluster "$DEPLOY_CLUSTER" --services "$DEPLOY_SERVICE" --query 'services[0].taskDefinition' --output text
''',
            // The circuit breaker of ECS may have put the old revision back: stable is not enough.
            release: '''
aws ecs describe-task-definition --task-definition "$DEPLOY_PREVIOUS" --query taskDefinition --output json >"$DEPLOY_WORK/now.json"
python3 - "$DEPLOY_WORK/now.json" "$DEPLOY_WORK/next.json" <<'PYTHON'
import json, os, sys
task = json.load(open(sys.argv[1]))
for name in ["taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "registeredAt", "registeredBy", "deregisteredAt"]:
    task.pop(name, None)
containers = [one for one in task["containerDefinitions"] if one["name"] == os.environ["DEPLOY_CONTAINER"]]
if not containers:
    sys.exit("the task has no container " + os.environ["DEPLOY_CONTAINER"])
containers[0]["image"] = os.environ["DEPLOY_IMAGE"]
json.dump(task, open(sys.argv[2], "w"))
PYTHON
next=$(aws ecs register-task-definition --cli-input-json "file://$DEPLOY_WORK/next.json" --query taskDefinition.taskDefinitionArn --output text)
aws ecs update-service --cluster "$DEPLOY_CLUSTER" --service "$DEPLOY_SERVICE" --task-definition "$next" --output text --query service.status
aws ecs wait services-stable --cluster "$DEPLOY_CLUSTER" --services "$DEPLOY_SERVICE"
live=$(aws ecs describe-services --cluster "$DEPLOY_CLUSTER" --services "$DEPLOY_SERVICE" --query 'services[0].taskDefinition' --output text)
if [ "$live" != "$next" ]; then echo "ECS went back to $live by itself"; exit 1; fi
''',
            back: '''
aws ecs update-service --cluster "$DEPLOY_CLUSTER" --service "$DEPLOY_SERVICE" --task-definition "$DEPLOY_PREVIOUS" --output text --query service.status
aws ecs wait services-stable --cluster "$DEPLOY_CLUSTER" --services "$DEPLOY_SERVICE"
'''
        ],
        lambda: [
            current: '''
aws lambda get-alias --function-name "$DEPLOY_FUNCTION" --name "$DEPLOY_ALIAS" --query FunctionVersion --output text
''',
            release: '''
if [ -n "$DEPLOY_ARCHIVE" ]; then set -- --zip-file "fileb://$DEPLOY_ARCHIVE"; else set -- --image-uri "$DEPLOY_IMAGE"; fi
next=$(aws lambda update-function-code --function-name "$DEPLOY_FUNCTION" "$@" --publish --query Version --output text)
aws lambda wait published-version-active --function-name "$DEPLOY_FUNCTION" --qualifier "$next"
aws lambda update-alias --function-name "$DEPLOY_FUNCTION" --name "$DEPLOY_ALIAS" --function-version "$next" --query FunctionVersion --output text
''',
            back: '''
aws lambda update-alias --function-name "$DEPLOY_FUNCTION" --name "$DEPLOY_ALIAS" --function-version "$DEPLOY_PREVIOUS" --query FunctionVersion --output text
'''
        ],
        site: [
            current: '''
aws s3 sync "s3://$DEPLOY_BUCKET" "$DEPLOY_WORK/previous" --only-show-errors >&2
mkdir -p "$DEPLOY_WORK/previous"
echo "$DEPLOY_WORK/previous"
''',
            release: '''
aws s3 sync "$DEPLOY_DIRECTORY" "s3://$DEPLOY_BUCKET" --delete --only-show-errors
if [ -n "$DEPLOY_DISTRIBUTION" ]; then
  invalidation=$(aws cloudfront create-invalidation --distribution-id "$DEPLOY_DISTRIBUTION" --paths '/*' --query Invalidation.Id --output text)
  aws cloudfront wait invalidation-completed --distribution-id "$DEPLOY_DISTRIBUTION" --id "$invalidation"
fi
''',
            back: '''
aws s3 sync "$DEPLOY_PREVIOUS" "s3://$DEPLOY_BUCKET" --delete --only-show-errors
if [ -n "$DEPLOY_DISTRIBUTION" ]; then
  aws cloudfront create-invalidation --distribution-id "$DEPLOY_DISTRIBUTION" --paths '/*' --query Invalidation.Id --output text
fi
'''
        ]
    ]
    return all.get(kind)
}

/** The options of each kind of target: required, or empty where they need not be given. */
Map kindsOfTargets() {
    return [
        ecs   : [cluster: 'required', service: 'required', container: 'required', image: 'required'],
        lambda: [function: 'required', alias: '', archive: '', image: ''],
        site  : [bucket: 'required', directory: 'required', distribution: '']
    ]
}

Map defaults() {
    return [
        ecs          : [:],
        lambda       : [:],
        site         : [:],
        region       : '',
        credentials  : [],
        healthCheck  : '',
        healthSeconds: 120,
        allowNoLock  : false,
        label        : ''
    ]
}

Map kinds() {
    return [region: 'required', credentials: 'bindings', healthSeconds: 'natural']
}
