// Each change to the library is noticed by the named test. `from` stands once in the file.

mutation(name: 'a Matcher kept in a local', file: 'terraformPlan', noticed: 'checker: terraformPlan',
    from: 'boolean changes(Map settings, String file) {',
    to: 'boolean changes(Map settings, String file) {\n    Object match = file =~ /x/')

mutation(name: 'a Matcher that comes from somewhere else', file: 'terraformPlan', noticed: 'steps: a plan that is too old is refused',
    from: 'boolean changes(Map settings, String file) {',
    to: 'boolean changes(Map settings, String file) {\n    Object match = java.util.regex.Pattern.compile(file).matcher(file)')

mutation(name: 'sort with a closure', file: 'terraformPipeline', noticed: 'checker: terraformPipeline',
    from: '    String reason = noApply(settings)', to: '    pending.sort { it.name }\n    String reason = noApply(settings)')

mutation(name: 'a step in a @NonCPS method', file: 'terravetSupport', noticed: 'checker: terravetSupport',
    from: "    String best = ''", to: "    String best = ''\n    echo(name)")

mutation(name: 'an argument that a step does not have', file: 'terravetSupport', noticed: 'checker: terravetSupport',
    from: 'allowEmptyResults: true', to: 'allowEmpty: true')

mutation(name: 'a catch that swallows aborts', file: 'terraformApply', noticed: 'checker: terraformApply',
    from: "        if (status != 0) {\n            explain", to: "        if (status != 0) {\n            try { echo('') } catch (Exception e) { echo('') }\n            explain")

mutation(name: 'a variable that all branches share', file: 'terraformPlan', noticed: 'checker: terraformPlan',
    from: '    Map plan = [environment', to: '    plan = [environment')

mutation(name: 'state in a field of a var', file: 'terravetSupport', noticed: 'checker: terravetSupport',
    from: 'import com.cloudbees.groovy.cps.NonCPS\n', to: 'import com.cloudbees.groovy.cps.NonCPS\n@groovy.transform.Field Map plans = [:]\n')

mutation(name: 'an approval without an end', file: 'terraformApprove', noticed: 'failures: an approval that nobody gives in time is a rejection',
    from: "        timeout(time: settings.timeoutMinutes, unit: 'MINUTES') {", to: "        stage('Approval') {")

mutation(name: 'the record is not checked', file: 'terraformApply', noticed: 'failures: a plan that is changed in the stash is refused',
    from: "    if (status != 0) {\n        error('terraformApply: the plan of ", to: "    if (false) {\n        error('terraformApply: the plan of ")

mutation(name: 'the digests are not those of the program', file: 'terraformApply',
    noticed: 'failures: a plan and a record that are changed together are refused: their digests are in the program',
    from: "'--plan-sha256', plan.plan_sha256,\n            '--record-sha256', plan.record_sha256, ", to: '')

mutation(name: 'the age does not matter', file: 'terraformApply', noticed: 'steps: a plan that is too old is refused',
    from: "'--max-age', settings.maxAge, ", to: "'--max-age', '9h', ")

mutation(name: 'findings at the gate do not matter', file: 'terraformPlan',
    noticed: 'failures: a plan with findings at the gate is neither approved nor applied',
    from: "    terravetSupport.judge(counts, false)\n    if (plan.verdict != 'pass' || ", to: '    if (')

mutation(name: 'findings in the configuration do not matter', file: 'terravetSupport',
    noticed: 'failures: findings in the configuration end the build before anything is planned',
    from: 'if (counts.exitCode == 1) {', to: 'if (false) {')

mutation(name: 'approval is not asked for', file: 'terraformApply', noticed: 'steps: the steps refuse to run out of order',
    from: "settings.approval ? ['approved'] : ", to: '')

mutation(name: 'a plan may be used again', file: 'terraformApply', noticed: 'failures: a plan is applied once',
    from: "    plan.state = 'used'\n", to: '')

mutation(name: 'the plan stays in the stash', file: 'terraformApply', noticed: 'failures: a plan is applied once',
    from: '            terravetSupport.forget(plan)\n', to: '')

mutation(name: 'a rejected plan stays', file: 'terraformApprove', noticed: 'failures: after a rejection nothing can be applied, even if somebody goes on',
    from: "    plan.state = 'refused'\n", to: '')

mutation(name: 'terraform is asked to plan again', file: 'terraformApply',
    noticed: 'pipeline: two environments are planned, gated, approved and applied in declared order',
    from: "' \"\$PWD\"/' + terravetSupport.quoted(folder + '/plan.tfplan') + ' 2>'", to: "' -auto-approve 2>'")

mutation(name: 'another revision does not matter', file: 'terraformApply', noticed: 'failures: a workspace at another revision is refused',
    from: 'head && plan.commit && head != plan.commit', to: 'false')

mutation(name: 'a change request may be applied', file: 'terraformPipeline', noticed: 'pipeline: nothing is applied for a change request',
    from: "        return 'this is change request ' + env.CHANGE_ID", to: "        return ''")

mutation(name: 'a change request gets the credentials', file: 'terraformPipeline',
    noticed: 'pipeline: a change request is planned with read-only credentials, or not at all',
    from: 'credentials.isEmpty() && !terravetSupport.changeRequest()', to: 'credentials.isEmpty()')

mutation(name: 'a secret in the script', file: 'terraformPlan', noticed: 'pipeline: a secret reaches terraform and nothing else',
    from: "String before = 'umask 077", to: "String before = 'set -x; : \"\$TF_VAR_token\"\\numask 077")

mutation(name: 'the approval holds an agent', file: 'terraformApprove', noticed: 'pipeline: only the environment that changes is asked for',
    from: "        timeout(time: settings.timeoutMinutes, unit: 'MINUTES') {", to: "        node('') {")

mutation(name: 'the lock is held while a person is asked', file: 'terraformApprove', noticed: 'pipeline: only the environment that changes is asked for',
    from: "            Object answer = input(", to: "            lock(resource: 'x') { input(message: 'x') }\n            Object answer = input(")

mutation(name: 'an environment goes on after one that failed', file: 'terraformPipeline',
    noticed: 'failures: when the first environment fails to apply, the next is not asked for',
    from: '            apply(settings, environment, plans.get(environment.name), first)',
    to: '            terravetSupport.optional([]) { try { apply(settings, environment, plans.get(environment.name), first) } catch (Exception e) { echo(\'x\') } }')

mutation(name: 'a timeout around the apply', file: 'terraformPipeline', noticed: 'pipeline: only the environment that changes is asked for',
    from: "    stage('Apply ' + environment.name) {", to: "    timeout(time: 1, unit: 'HOURS') {")

mutation(name: 'a plan that everybody can read', file: 'terraformPlan', noticed: 'pipeline: nobody else on the agent can read a plan',
    from: "'umask 077\\n", to: "'umask 022\\n")

mutation(name: 'a failed plan is taken for one without changes', file: 'terraformPlan', noticed: 'failures: a plan that fails ends the build, when all are shown',
    from: 'status != 0 && status != 2', to: 'false')

mutation(name: 'a record may be used again', file: 'terraformApply', noticed: 'failures: a record that is used already is refused',
    from: "    if (status != 0) {\n        error('terraformApply: the plan of '", to: "    if (status == 2) {\n        error('terraformApply: the plan of '")

mutation(name: 'a missing lock does not matter', file: 'terravetSupport', noticed: 'pipeline: without Lockable Resources nothing is applied, unless that is asked for',
    from: '!there && !allowNone', to: 'false')

mutation(name: 'the digest of a download does not matter', file: 'terravetInstall', noticed: 'steps: terravet is installed from where its digest is known',
    from: '        verify(directory + \'/download\', settings.sha256, settings.url)\n', to: '')
