// Asks a person to approve a plan, without holding an agent. terraformApprove.txt explains the options.

Map call(Map options = [:]) {
    Map settings = terravetSupport.settings('terraformApprove', options, defaults(), kinds())
    if (terravetSupport.onNode()) {
        error('terraformApprove: it would hold an agent while it waits for a person; call it outside node (declarative: agent none)')
    }
    Map plan = terravetSupport.planned('terraformApprove', settings.plan, ['planned'])
    String environment = plan.environment
    String question = 'Apply to ' + environment + '? ' + terravetSupport.changes(plan) + '. Plan ' + plan.plan_sha256.substring(0, 12) +
        (plan.commit ? ' of commit ' + plan.commit.substring(0, 12) : '') + '; terravet: ' + terravetSupport.summary(plan)
    terravetSupport.tell(settings.slackChannel, 'warning', env.JOB_NAME + ' ' + env.BUILD_NUMBER + ': ' + question + ' ' + env.BUILD_URL + 'input')
    plan.state = 'refused'
    try {
        timeout(time: settings.timeoutMinutes, unit: 'MINUTES') {
            Object answer = input(message: question, ok: 'Apply', submitter: settings.submitter, submitterParameter: 'approver')
            plan.approver = answer.toString()
        }
        plan.state = 'approved'
    } finally {
        if (plan.state == 'refused') {
            terravetSupport.discard(settings.label, [plan])
        }
    }
    echo('terravet: ' + plan.approver + ' approved the plan ' + plan.plan_sha256.substring(0, 12) + ' of ' + environment)
    return plan
}

Map defaults() {
    return [
        plan          : [:],
        submitter     : '',
        timeoutMinutes: 240,
        label         : '',
        slackChannel  : ''
    ]
}

Map kinds() {
    return [plan: 'plan', submitter: 'required', timeoutMinutes: 'natural']
}
