// What the steps share. Internal: it changes without notice; call the steps.
//
// Every file in vars/ keeps to what Jenkins' CPS interpreter and script sandbox allow: locals that live across a step are
// strings, numbers, booleans, lists and plain maps; no closure goes to a method that CPS does not know; nothing here needs an
// approval. tests/groovy checks that. JSON is read and digests are made by the terravet binary, never here.

// Every script that names a var gets an instance of it for itself, so none of them has fields: what one step leaves for another
// is a map that the pipeline hands on.

import com.cloudbees.groovy.cps.NonCPS

/** Where the files of a plan live, below the directory that it is made in. */
String folder(String environment) {
    return '.terravet/' + environment
}

/** The options with the defaults under them; all mistakes end the build in one message. */
Map settings(String step, Map given, Map defaults, Map kinds = [:]) {
    List<String> wrong = mistakes(given, defaults, kinds)
    if (!wrong.isEmpty()) {
        error(step + ': ' + wrong.join('; '))
    }
    return merged(given, defaults)
}

/** The options with the defaults under them, text as plain strings. */
Map merged(Map given, Map defaults) {
    Map result = [:]
    for (Object name in defaults.keySet()) {
        Object value = given.containsKey(name) ? given.get(name) : defaults.get(name)
        result.put(name, value instanceof CharSequence ? value.toString() : value)
    }
    return result
}

/**
 * What is wrong with options. The kind of an option is that of its default (null: a closure) unless `kinds` says otherwise:
 * 'required' (text that must be given), 'name' (required, and fit for a file name), 'plan' (what terraformPlan returned), 'bindings' (a list for withCredentials),
 * 'natural' (a number from 1), or a list of the words that it may be.
 */
List<String> mistakes(Map given, Map defaults, Map kinds = [:]) {
    List<String> wrong = []
    for (Object key in given.keySet()) {
        String name = key.toString()
        if (!defaults.containsKey(name)) {
            String near = nearest(name, defaults.keySet() as List)
            String known = near ? 'did you mean ' + near + '?' : 'the options are ' + defaults.keySet().join(', ')
            wrong.add('there is no option ' + name + ' (' + known + ')')
        } else if (!['required', 'name', 'plan'].contains(kinds.get(name))) {
            String expected = expectation(given.get(key), defaults.get(name), kinds.get(name))
            if (expected) {
                wrong.add(name + ' has to be ' + expected)
            }
        }
    }
    for (Object key in kinds.keySet()) {
        Object value = given.get(key)
        boolean text = value instanceof CharSequence && value.toString() != ''
        if (kinds.get(key) == 'required' && !text) {
            wrong.add(key.toString() + ' is required')
        }
        if (kinds.get(key) == 'name' && !(text && value.toString().matches('[A-Za-z0-9_][A-Za-z0-9_.-]*'))) {
            wrong.add(key.toString() + ' is required: letters, digits, dots, hyphens and underscores')
        }
        if (kinds.get(key) == 'plan' && !(value instanceof Map && value.state)) {
            wrong.add(key.toString() + ' is required: what terraformPlan returned in this build')
        }
    }
    return wrong
}

/** What a value has to be and is not; empty where it is right. */
String expectation(Object value, Object standard, Object kind) {
    if (kind instanceof List) {
        Object word = value instanceof CharSequence ? value.toString() : value
        return kind.contains(word) || word == standard ? '' : 'one of ' + kind.join(', ')
    }
    if (kind == 'natural') {
        return value instanceof Integer && value > 0 ? '' : 'a whole number from 1'
    }
    if (standard == null) {
        return value == null || value instanceof Closure ? '' : 'a closure'
    }
    if (standard instanceof Boolean) {
        return value instanceof Boolean ? '' : 'true or false'
    }
    if (standard instanceof Map) {
        return value instanceof Map ? '' : 'a map'
    }
    if (standard instanceof List) {
        if (!(value instanceof List)) {
            return 'a list'
        }
        for (Object item in value) {
            if (kind != 'bindings' && !(item instanceof CharSequence)) {
                return 'a list of text'
            }
        }
        return ''
    }
    return value instanceof CharSequence ? '' : 'text'
}

/** The name that was probably meant; empty where none is near. */
@NonCPS
String nearest(String name, List<String> known) {
    String best = ''
    int least = name.length() > 8 ? 4 : 3
    for (String candidate in known) {
        int edits = distance(name.toLowerCase(), candidate.toLowerCase())
        if (edits < least) {
            least = edits
            best = candidate
        }
    }
    return best
}

/** How many letters have to be put in, taken out or changed to make one word of another. */
@NonCPS
int distance(String from, String to) {
    List<Integer> above = []
    for (int column = 0; column <= to.length(); column++) {
        above.add(column)
    }
    for (int row = 1; row <= from.length(); row++) {
        List<Integer> current = [row]
        for (int column = 1; column <= to.length(); column++) {
            int change = from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1
            int best = Math.min(above.get(column) + 1, current.get(column - 1) + 1)
            current.add(Math.min(best, above.get(column - 1) + change))
        }
        above = current
    }
    return above.get(to.length())
}

/** One word for the shell, whatever it holds. */
String quoted(Object word) {
    return "'" + word.toString().replace("'", "'\\''") + "'"
}

/** Words for the shell. */
String command(List words) {
    List<String> result = []
    for (Object word in words) {
        result.add(quoted(word))
    }
    return result.join(' ')
}

/** An option with each of its values: --var-file a --var-file b. */
List<String> repeated(String option, List values) {
    List<String> words = []
    for (Object value in values) {
        words.add(option)
        words.add(value.toString())
    }
    return words
}

/** `key=value` lines as a map; counts as numbers. */
@NonCPS
Map values(String text) {
    Map result = [:]
    for (String line in text.split('\n')) {
        int equals = line.indexOf('=')
        if (equals > 0) {
            String value = line.substring(equals + 1).trim()
            result.put(line.substring(0, equals), value.matches('[0-9]{1,9}') ? value.toInteger() : value)
        }
    }
    return result
}

/** Runs steps of a plugin that may be missing; false where `names` holds a step that Jenkins does not have. */
boolean optional(List<String> names, Closure steps) {
    try {
        steps()
    } catch (NoSuchMethodError missing) {
        for (String name in names) {
            if (missing.message != null && missing.message.contains("No such DSL method '" + name + "'")) {
                echo('terravet: this Jenkins has no step ' + name + ', which is optional')
                return false
            }
        }
        throw missing
    }
    return true
}

/** Credentials for the steps inside; none need no plugin. */
void bound(List credentials, Closure steps) {
    if (credentials.isEmpty()) {
        steps()
    } else {
        withCredentials(credentials) {
            steps()
        }
    }
}

/** The commit that is checked out in the workspace; empty where there is none. Needs a node. */
String revision() {
    return sh(label: 'revision of the workspace', returnStdout: true, script: '''set +x
GIT_CEILING_DIRECTORIES=$(dirname "$WORKSPACE") git rev-parse --verify --quiet HEAD 2>/dev/null || true
''').trim()
}

/** Jenkins tools and an installed terravet on PATH for the steps inside. */
void prepared(Map settings, Closure steps) {
    List<String> path = []
    for (String name in settings.tools) {
        String directory = tool(name)
        path.add('PATH+' + path.size() + '=' + directory + ':' + directory + '/bin')
    }
    withEnv(path) {
        if (settings.install.isEmpty()) {
            steps()
        } else {
            terravetInstall(settings.install, steps)
        }
    }
}

/** Whether the build is of a pull request: nothing is ever applied for one. */
boolean changeRequest() {
    return env.CHANGE_ID != null && env.CHANGE_ID != ''
}

/** Whether a node is held. */
boolean onNode() {
    return env.WORKSPACE != null && env.WORKSPACE != ''
}

/**
 * Runs terravet once with reports, publishes them, returns the counts and `exitCode` as a plain map: `words` (the command and its
 * options), the reports, then `paths`. Exit code 1 is for the caller to judge; anything but 0 and 1 ends the build.
 */
Map report(Map run) {
    String name = run.name
    String directory = name ? run.reports + '/' + name : run.reports
    Map files = [junit: directory + '/junit.xml', 'warnings-ng': directory + '/issues.json', sarif: directory + '/terravet.sarif',
        json: directory + '/terravet.json', env: directory + '/terravet.env']
    List<String> outputs = []
    List<String> written = []
    for (Object format in files.keySet()) {
        written.add(files.get(format))
        outputs.add('--output')
        outputs.add(format.toString() + '=' + files.get(format))
    }
    // Reports of an earlier build must not pass for this one's, and a folder that cannot be made is no finding.
    String script = 'set +x\n{ mkdir -p ' + quoted(directory) + ' && rm -f ' + command(written) + '; } || exit 2\n' +
        'exec ' + command([run.binary] + run.words + outputs + ['--'] + run.paths)
    int status = 2
    try {
        status = sh(label: run.label, script: script, returnStatus: true)
    } finally {
        publish(name, files)
    }
    if (status == 127) {
        error(run.label + ': there is no ' + run.binary + ' on this agent; put the step in terravetInstall, or set binary')
    }
    if (status != 0 && status != 1) {
        error(run.label + ': not everything could be checked (exit code ' + status + '): see the output above')
    }
    return values(readFile(file: files.get('env'), encoding: 'UTF-8')) + [exitCode: status]
}

/** Publishes reports where the plugins for them are. */
void publish(String name, Map files) {
    optional(['junit']) {
        junit(testResults: files.junit, allowEmptyResults: true, skipMarkingBuildUnstable: true)
    }
    optional(['recordIssues', 'issues']) {
        String title = name ? 'terravet ' + name : 'terravet'
        String id = title.replaceAll('[^A-Za-z0-9_-]', '-')
        recordIssues(tool: issues(pattern: files.get('warnings-ng'), name: title, id: id), enabledForFailure: true)
    }
    archiveArtifacts(artifacts: [files.junit, files.get('warnings-ng'), files.sarif, files.json].join(','), allowEmptyArchive: true)
}

/** The options of every check that say what counts. */
List<String> policy(Map settings) {
    List<String> words = settings.failOn ? ['--fail-on', settings.failOn] : []
    return settings.config ? words + ['--config', settings.config] : words
}

/** Ends the build on findings (exit code 1), or makes it unstable. */
void judge(Map counts, boolean asUnstable) {
    if (counts.exitCode == 1) {
        String message = 'terravet: ' + counted(counts.failing, 'finding') + ' that must not be (' + summary(counts) + ')'
        if (asUnstable) {
            unstable(message)
        } else {
            error(message)
        }
    }
}

/** What a person reads of the counts. */
String summary(Map counts) {
    return counted(counts.errors, 'error') + ', ' + counted(counts.warnings, 'warning') + ', ' + counts.undetermined + ' undetermined'
}

/** What a plan does, in Terraform's words. */
String changes(Map plan) {
    return plan.changes ? plan.add + ' to add, ' + plan.change + ' to change, ' + plan.destroy + ' to destroy' : 'no changes'
}

/** `1 error`, `2 errors`. */
String counted(Object count, String noun) {
    return count + ' ' + noun + (count == 1 ? '' : 's')
}

/** The environment of every terraform command. */
List<String> terraformEnvironment(Map settings) {
    List<String> variables = ['TF_IN_AUTOMATION=1', 'TF_INPUT=0', 'TF_DATA_DIR=.terraform-' + settings.environment]
    // A selection from outside would win over the workspace that is asked for.
    return settings.workspace ? variables + ['TF_WORKSPACE='] : variables
}

/** Runs terraform in the root module and returns its exit code. It replaces the shell, so that one signal reaches it once. */
int terraform(Map settings, List words, String label, String before = '', String after = '') {
    String script = '''set +x
for name in $(env | sed -n 's/^\\(TF_CLI_ARGS[A-Za-z0-9_]*\\)=.*/\\1/p'); do
  echo "terravet: $name is set in the environment and left out: options belong in the Jenkinsfile"
  unset "$name"
done
if [ -n "${TF_PLUGIN_CACHE_DIR:-}" ]; then # not safe for two inits at once
  TF_PLUGIN_CACHE_DIR="$TF_PLUGIN_CACHE_DIR/${NODE_NAME:-node}-${EXECUTOR_NUMBER:-0}"
  export TF_PLUGIN_CACHE_DIR
  mkdir -p "$TF_PLUGIN_CACHE_DIR"
fi
'''
    int status = sh(label: label, returnStatus: true, script: script + before +
        'exec ' + command([settings.terraform, '-chdir=' + settings.path] + words) + after)
    if (status == 126 || status == 127) {
        error(label + ': ' + settings.terraform + ' cannot be run on this agent; set tools, label or terraform')
    }
    return status
}

/** terraform init, and the selection of the workspace. */
void initialize(Map settings, boolean locked) {
    List<String> words = ['init', '-input=false', '-no-color']
    for (Object file in settings.backendConfig) {
        words.add('-backend-config=' + file)
    }
    if (locked) {
        words.add('-lockfile=readonly')
    }
    int status = terraform(settings, words, 'terraform init (' + settings.environment + ')')
    if (status != 0) {
        error('terraform init failed for ' + settings.environment + ' (exit code ' + status + '); where it speaks of the lock file: ' +
            'commit .terraform.lock.hcl with the checksums of this platform (terraform providers lock)')
    }
    if (settings.workspace) {
        status = terraform(settings, ['workspace', 'select', '-no-color', '-or-create', settings.workspace], 'terraform workspace ' + settings.workspace)
        if (status != 0) {
            error('the workspace ' + settings.workspace + ' could not be selected (exit code ' + status + ')')
        }
    }
}

/** The plan that terraformPlan returned, for a step that goes on with it; ends the build where it is in none of the states. */
Map planned(String step, Map plan, List<String> states) {
    if (changeRequest()) {
        error(step + ': nothing is applied for a change request (' + env.CHANGE_ID + ')')
    }
    if (!states.contains(plan.state)) {
        Map reasons = [planned: 'it is not approved; terraformApprove comes first', approved: 'it is approved already',
            unchanged: 'it changes nothing', used: 'it was used; a plan is applied once at most, plan again',
            refused: 'it was not approved; plan again']
        error(step + ': the plan of ' + plan.environment + ' cannot go on: ' + reasons.get(plan.state))
    }
    return plan
}

/** What others may see of a plan. */
Map shown(Map plan) {
    Map copy = [:]
    for (Object key in plan.keySet()) {
        copy.put(key, plan.get(key))
    }
    return copy
}

/** Holds a lock around the steps; without the plugin for locks it ends the build, unless that is asked for. */
void locked(String step, String resource, boolean allowNone, Closure steps) {
    List<String> entered = []
    boolean there = optional(['lock']) {
        lock(resource: resource) {
            entered.add(resource)
            steps()
        }
    }
    if (!there && !entered.isEmpty()) {
        error(step + ': a step inside asked for a lock, which this Jenkins does not have')
    }
    if (!there && !allowNone) {
        error(step + ': without the Lockable Resources plugin nothing keeps two builds apart; install it, or set allowNoLock: true')
    }
    if (!there) {
        steps()
    }
}

/** Takes the plan out of Jenkins' stash; needs a node. */
void forget(Map plan) {
    stash(name: plan.stash, includes: '.terravet-nothing', allowEmpty: true)
    plan.stashed = false
}

/** Takes plans that nobody will apply out of Jenkins' stash. Needs no node; an agent that does not come must not hold the build. */
void discard(String label, List<Map> plans) {
    List<Map> left = []
    for (Map plan in plans) {
        if (plan.stashed) {
            plan.state = 'refused'
            left.add(plan)
        }
    }
    if (!left.isEmpty()) {
        timeout(time: 5, unit: 'MINUTES') {
            node(label) {
                for (Map plan in left) {
                    forget(plan)
                }
            }
        }
    }
}

/** A message for people, where a channel is given and the Slack plugin is there. */
void tell(String channel, String color, String message) {
    if (channel) {
        optional(['slackSend']) {
            slackSend(channel: channel, color: color, message: message)
        }
    }
}
