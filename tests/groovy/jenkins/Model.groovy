package jenkins

/**
 * The steps that the library may call: their arguments with types, what they need around them, and the plugin that an
 * administrator may not have installed. Source: the "Pipeline Steps Reference" of each plugin on jenkins.io. A step or an
 * argument that is not here fails a test, before and while it runs.
 */
class Model {

    /** `alone` names the argument that may stand without a name; `body`: takes a block; `needs`: node, or none (no node held). */
    static final Map<String, Map> STEPS = [
        archiveArtifacts: [needs: 'node', alone: 'artifacts', arguments: [artifacts: String, allowEmptyArchive: Boolean,
            fingerprint: Boolean, excludes: String]],
        checkout        : [needs: 'node', alone: 'scm', arguments: [scm: Scm]],
        deleteDir       : [needs: 'node', arguments: [:]],
        dir             : [needs: 'node', alone: 'path', body: true, arguments: [path: String]],
        echo            : [alone: 'message', arguments: [message: String]],
        error           : [alone: 'message', arguments: [message: String]],
        fileExists      : [needs: 'node', alone: 'file', arguments: [file: String]],
        input           : [needs: 'no node', alone: 'message', arguments: [message: String, id: String, ok: String, submitter: String,
            submitterParameter: String, parameters: List]],
        node            : [alone: 'label', body: true, arguments: [label: String]],
        parallel        : [alone: 'branches', arguments: [branches: Map]],
        readFile        : [needs: 'node', alone: 'file', arguments: [file: String, encoding: String]],
        sh              : [needs: 'node', alone: 'script', arguments: [script: String, label: String, encoding: String,
            returnStatus: Boolean, returnStdout: Boolean]],
        stage           : [alone: 'name', body: true, arguments: [name: String]],
        stash           : [needs: 'node', alone: 'name', arguments: [name: String, includes: String, excludes: String,
            allowEmpty: Boolean, useDefaultExcludes: Boolean]],
        timeout         : [alone: 'time', body: true, arguments: [time: Integer, unit: String, activity: Boolean]],
        tool            : [needs: 'node', alone: 'name', arguments: [name: String, type: String]],
        unstable        : [alone: 'message', arguments: [message: String]],
        unstash         : [needs: 'node', alone: 'name', arguments: [name: String]],
        withEnv         : [alone: 'overrides', body: true, arguments: [overrides: List]],
        ws              : [needs: 'node', alone: 'dir', body: true, arguments: [dir: String]],
        // Plugins that are often there, and sometimes not.
        junit           : [plugin: true, needs: 'node', alone: 'testResults', arguments: [testResults: String, allowEmptyResults: Boolean,
            skipMarkingBuildUnstable: Boolean, keepTestNames: Boolean]],
        lock            : [plugin: true, alone: 'resource', body: true, arguments: [resource: String, inversePrecedence: Boolean,
            skipIfLocked: Boolean]],
        milestone       : [plugin: true, alone: 'ordinal', arguments: [ordinal: Integer, label: String]],
        recordCoverage  : [plugin: true, needs: 'node', arguments: [tools: List]],
        recordIssues    : [plugin: true, needs: 'node', alone: 'tool', arguments: [tool: Map, tools: List, enabledForFailure: Boolean,
            id: String, name: String, qualityGates: List, quiet: Boolean]],
        slackSend       : [plugin: true, alone: 'message', arguments: [channel: String, color: String, message: String]],
        withCredentials : [plugin: true, alone: 'bindings', body: true, arguments: [bindings: List]]
    ]

    /** Symbols: they make an object out of their arguments. */
    static final Map<String, Map> SYMBOLS = [
        issues: [plugin: true, arguments: [pattern: String, name: String, id: String, reportEncoding: String]],
        flake8: [plugin: true, arguments: [pattern: String, name: String, id: String]],
        string: [arguments: [credentialsId: String, variable: String]]
    ]

    /** Variables that Jenkins gives to every pipeline. */
    static final List<String> VARIABLES = ['currentBuild', 'env', 'params', 'scm']

    /** What is wrong with a call; empty where nothing is. `arguments` maps names to values, or to null where they are not known yet. */
    static String mistake(String name, Map arguments, boolean body) {
        Map step = STEPS[name] ?: SYMBOLS[name]
        if (step == null) {
            return "there is no step $name"
        }
        if (body != (step.body ?: false)) {
            return body ? "$name takes no block" : "$name needs a block"
        }
        for (entry in arguments.entrySet()) {
            Class type = step.arguments[entry.key]
            if (type == null) {
                return "$name has no argument ${entry.key}"
            }
            Object value = entry.value
            boolean fits = value == null || (type == String ? value instanceof CharSequence : type.isInstance(value))
            if (!fits) {
                return "${entry.key} of $name has to be a ${type.simpleName}, not a ${value.class.simpleName}"
            }
        }
        return ''
    }
}
