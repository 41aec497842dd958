package jenkins

import java.nio.file.Files
import java.nio.file.StandardCopyOption
import java.util.concurrent.TimeUnit

/**
 * One build in a Jenkins that is not there: `node` is a fresh directory, `sh` runs /bin/sh -xe, `stash` copies files, a missing
 * plugin throws what Jenkins throws. Every call is compared with the model.
 */
class Jenkins {
    final Library library
    final File home
    /** What a pipeline finds in `env` before it begins. */
    Map<String, String> environment = [JOB_NAME: 'network', BUILD_NUMBER: '7', BUILD_URL: 'https://jenkins.example.com/job/network/7/']
    /** The repository that `checkout scm` clones. */
    File repository
    /** Steps and symbols that this Jenkins does not have. */
    List<String> missing = []
    /** Secret text by id of the credentials. */
    Map<String, String> secrets = [:]
    /** Directories of tools by name. */
    Map<String, String> tools = [:]
    /** The answer of nobody: `input` waits until the timeout around it ends. */
    static final Object NOBODY = new Object()
    /** What a person answers; a closure that gets the arguments of `input`. */
    Closure answer = { Map question -> 'alice' }
    /** Called before a `sh` runs, with its label. */
    Closure beforeShell = { String label, File directory -> }
    /** Called once while a `sh` with such a label runs; what it returns true for is aborted. */
    Closure abort = { String label -> false }

    final Map<String, Integer> steps = [:].withDefault { 0 }
    final List<Map> inputs = []
    final List<Map> messages = []
    final List<String> held = []
    final List<Map> timeouts = []
    final List<String> locks = []
    final List<String> stages = []
    final Map<String, File> stashes = [:]
    final File archive
    String result = 'SUCCESS'
    String failure = ''
    private final StringBuilder text = new StringBuilder()
    private List<Map> contexts = [[environment: [:], directory: null]]
    private int nodes = 0

    Jenkins(Library library, File home) {
        this.library = library
        this.home = home
        archive = new File(home, 'archive')
        archive.mkdirs()
    }

    String getLog() { text.toString() }

    ClassLoader getLoader() { library.loader }

    /** Runs a Jenkinsfile, given as its text. */
    Jenkins run(String jenkinsfile) {
        StepScript.jenkins = this
        try {
            library.parse(jenkinsfile).run()
        } catch (Failed | NoSuchMethodError error) {
            result = 'FAILURE'
            failure = error.message
            text << "ERROR: $error.message\n"
        } catch (Interrupted error) {
            result = 'ABORTED'
            failure = error.message
            text << "ABORTED: $error.message\n"
        }
        return this
    }

    /** A call by name: a var, else a step. */
    Object invoke(StepScript script, String name, List arguments) {
        if (library.has(name)) {
            return var(script, name).call(*arguments)
        }
        Closure body = arguments && arguments.last() instanceof Closure ? arguments.last() as Closure : null
        List plain = body == null ? arguments : arguments.init()
        Map step = Model.STEPS[name] ?: Model.SYMBOLS[name]
        if (step == null || missing.contains(name)) {
            throw new NoSuchMethodError("No such DSL method '$name' found among steps [${Model.STEPS.keySet().join(', ')}] or symbols [...] or globals [...]")
        }
        Map named = plain.isEmpty() ? [:] : plain[0] instanceof Map && name != 'parallel' ? plain[0] : [(step.alone): plain[0]]
        String mistake = plain.size() > 1 ? "$name takes one value or named ones" : Model.mistake(name, named, body != null)
        if (mistake) {
            throw new Misuse(mistake)
        }
        steps[name]++
        boolean onNode = context.directory != null
        if (step.needs == 'node' && !onNode) {
            throw new Misuse("$name needs a node")
        }
        if (step.needs == 'no node' && onNode) {
            throw new Misuse("$name holds an agent")
        }
        if (Model.SYMBOLS.containsKey(name)) {
            return [symbol: name] + named
        }
        return body == null ? "$name"(named) : "$name"(named, body)
    }

    Object variable(StepScript script, String name) {
        if (library.has(name)) {
            return var(script, name)
        }
        switch (name) {
            case 'env': return new Environment()
            case 'scm': return new Scm(repository.path)
            default: throw new MissingPropertyException("No such property: $name", StepScript)
        }
    }

    private Object var(StepScript script, String name) {
        if (!script.vars.containsKey(name)) {
            script.vars[name] = library.instance(name)
        }
        return script.vars[name]
    }

    /** `env`: reading alone. */
    private static class Environment implements Serializable {
        Object getProperty(String name) {
            return StepScript.jenkins.variables()[name]
        }
    }

    private Map getContext() { contexts.last() }

    Map<String, String> variables() {
        Map<String, String> result = [:] + environment
        contexts.each { result.putAll(it.environment) }
        return result
    }

    private Object within(Map inner, Closure body) {
        contexts << [environment: inner.environment ?: [:], directory: inner.containsKey('directory') ? inner.directory : context.directory]
        try {
            return body.call()
        } finally {
            contexts.remove(contexts.size() - 1)
        }
    }

    private File file(String path) {
        return path.startsWith('/') ? new File(path) : new File(context.directory, path)
    }

    // The steps.

    private Object node(Map named, Closure body) {
        nodes++
        File workspace = new File(home, "agent-$nodes/workspace")
        workspace.mkdirs()
        Map inner = [WORKSPACE: workspace.path, WORKSPACE_TMP: workspace.path + '@tmp', NODE_NAME: "agent-$nodes".toString(), EXECUTOR_NUMBER: '0']
        return within([environment: inner, directory: workspace], body)
    }

    private Object ws(Map named, Closure body) {
        File workspace = file(named.dir)
        workspace.mkdirs()
        return within([environment: [WORKSPACE: workspace.path, WORKSPACE_TMP: workspace.path + '@tmp'], directory: workspace], body)
    }

    private Object dir(Map named, Closure body) {
        File directory = file(named.path)
        directory.mkdirs()
        return within([directory: directory], body)
    }

    private Object stage(Map named, Closure body) {
        stages << named.name.toString()
        text << "[Pipeline] { ($named.name)\n"
        return body.call()
    }

    /** One after another, as CPS threads take turns too; what fails does so when all are done. */
    private Object parallel(Map named) {
        Throwable first = null
        named.branches.each { branch, body ->
            try {
                text << "[$branch]\n"
                body.call()
            } catch (Failed | Interrupted error) {
                first = first ?: error
            }
        }
        if (first != null) {
            throw first
        }
        return null
    }

    private Object timeout(Map named, Closure body) {
        timeouts << named
        try {
            return body.call()
        } finally {
            timeouts.pop()
        }
    }

    private Object lock(Map named, Closure body) {
        locks << named.resource.toString()
        held << named.resource.toString()
        try {
            return body.call()
        } finally {
            held.pop()
        }
    }

    private Object withEnv(Map named, Closure body) {
        Map inner = [:]
        named.overrides.each { String override ->
            String name = override.substring(0, override.indexOf('=')), value = override.substring(name.length() + 1)
            if (name.startsWith('PATH+')) {
                inner.PATH = value + ':' + (inner.PATH ?: variables().PATH ?: library.path)
            } else {
                inner[name] = value
            }
        }
        return within([environment: inner], body)
    }

    private Object withCredentials(Map named, Closure body) {
        Map inner = [:]
        named.bindings.each { Map binding ->
            if (!secrets.containsKey(binding.credentialsId)) {
                throw new Failed("Could not find credentials entry with ID '$binding.credentialsId'")
            }
            inner[binding.variable ?: binding.secretKeyVariable ?: 'AWS_SECRET_ACCESS_KEY'] = secrets[binding.credentialsId]
        }
        return within([environment: inner], body)
    }

    private Object input(Map named) {
        if (!held.isEmpty()) {
            throw new Misuse("input holds the lock ${held.last()}")
        }
        inputs << named
        text << "$named.message\n"
        Object given = answer.call(named)
        if (given != NOBODY) {
            return given
        }
        if (timeouts.isEmpty()) {
            throw new Misuse('input waits for ever')
        }
        throw new Interrupted("Timeout has been exceeded: ${timeouts.last().time} ${timeouts.last().unit}")
    }

    private Object milestone(Map named) {
        text << 'milestone\n'
    }

    private Object slackSend(Map named) {
        messages << named
    }

    private Object checkout(Map named) {
        shell([script: "git clone -q '${named.scm.repository}' .", returnStatus: false])
    }

    private Object deleteDir(Map named) {
        new ProcessBuilder('rm', '-rf', '--', context.directory.path).start().waitFor()
        return null
    }

    private Object tool(Map named) {
        if (!tools.containsKey(named.name)) {
            throw new Failed("No tool named $named.name found")
        }
        return tools[named.name]
    }

    private Object echo(Map named) {
        text << "$named.message\n"
        return null
    }

    private Object error(Map named) {
        throw new Failed(named.message.toString())
    }

    private Object unstable(Map named) {
        text << "WARNING: $named.message\n"
        result = 'UNSTABLE'
        return null
    }

    private Object fileExists(Map named) {
        return file(named.file).exists()
    }

    private Object readFile(Map named) {
        if (!file(named.file).isFile()) {
            throw new Failed("$named.file (No such file or directory)")
        }
        return file(named.file).getText(named.encoding ?: 'UTF-8')
    }

    private Object sh(Map named) {
        return shell(named)
    }

    private Object shell(Map named) {
        String label = named.label ?: named.script.readLines()[0]
        if (label.startsWith('terraform apply') && !timeouts.isEmpty()) {
            throw new Misuse('a timeout around terraform apply kills it, which leaves its lock')
        }
        beforeShell.call(label, context.directory)
        context.directory.mkdirs()
        File script = File.createTempFile('script', '.sh', home)
        script.text = named.script
        File out = new File(script.path + '.out'), errors = new File(script.path + '.err')
        ProcessBuilder builder = new ProcessBuilder('/bin/sh', '-xe', script.path).directory(context.directory)
        builder.environment().clear()
        builder.environment().putAll([PATH: library.path, HOME: home.path, LANG: 'C.UTF-8', CHECKPOINT_DISABLE: '1', TEST_CALLS: new File(home, 'calls').path])
        builder.environment().putAll(System.getenv().findAll { it.key.startsWith('TEST_') })
        builder.environment().putAll(variables().findAll { it.value != null })
        builder.redirectOutput(out)
        if (named.returnStdout) {
            builder.redirectError(errors)
        } else {
            builder.redirectErrorStream(true)
        }
        text << "+ $label\n"
        Process process = builder.start()
        boolean stopped = abort.call(label)
        if (stopped) {
            process.descendants().forEach { it.destroy() }
            process.destroy()
        }
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly()
            throw new Misuse("$label takes longer than two minutes")
        }
        String printed = out.text
        text << (named.returnStdout ? errors.text : printed)
        [script, out, errors]*.delete()
        if (stopped) {
            throw new Interrupted("aborted: $label")
        }
        if (named.returnStatus) {
            return process.exitValue()
        }
        if (process.exitValue() != 0) {
            throw new Failed("script returned exit code ${process.exitValue()}")
        }
        return named.returnStdout ? printed : null
    }

    private Object stash(Map named) {
        String excludes = (named.excludes ?: '') + (named.useDefaultExcludes == false ? '' : ',' + Globs.DEFAULT_EXCLUDES)
        List<String> files = Globs.files(context.directory, named.includes ?: '**', excludes)
        if (files.isEmpty() && !named.allowEmpty) {
            throw new Failed("No files included in stash '$named.name'")
        }
        File target = new File(home, "stashes/$named.name")
        target.deleteDir()
        target.mkdirs()
        copy(files, context.directory, target)
        stashes[named.name.toString()] = target
        return null
    }

    private Object unstash(Map named) {
        File from = stashes[named.name.toString()]
        if (from == null) {
            throw new Failed("No such saved stash '$named.name'")
        }
        copy(Globs.files(from, '**', ''), from, context.directory)
        return null
    }

    private static void copy(List<String> files, File from, File to) {
        files.each { String name ->
            File target = new File(to, name)
            target.parentFile.mkdirs()
            Files.copy(new File(from, name).toPath(), target.toPath(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES)
        }
    }

    private Object archiveArtifacts(Map named) {
        List<String> files = Globs.files(context.directory, named.artifacts, named.excludes)
        if (files.isEmpty() && !named.allowEmptyArchive) {
            throw new Failed("No artifacts found that match the file pattern \"$named.artifacts\"")
        }
        copy(files, context.directory, archive)
        return null
    }

    private Object junit(Map named) {
        List<String> files = Globs.files(context.directory, named.testResults, '')
        if (files.isEmpty() && !named.allowEmptyResults) {
            throw new Failed('No test report files were found. Configuration error?')
        }
        boolean red = false
        files.each {
            def suites = new XmlParser().parse(new File(context.directory, it))
            if (suites.depthFirst().findAll { node -> node.name() == 'testcase' }.isEmpty() && !named.allowEmptyResults) {
                throw new Failed("$it has no test cases")
            }
            red = red || suites.depthFirst().any { node -> node.name() in ['failure', 'error'] }
        }
        if (red && !named.skipMarkingBuildUnstable) {
            result = 'UNSTABLE'
        }
        return null
    }

    private Object recordCoverage(Map named) {
        named.tools.each { Globs.files(context.directory, it.pattern, '').each { name -> new XmlSlurper(false, false, true).parse(new File(context.directory, name)) } }
        return null
    }

    private Object recordIssues(Map named) {
        Globs.files(context.directory, named.tool.pattern, '').each {
            if (named.tool.symbol != 'issues') {
                return
            }
            def report = new groovy.json.JsonSlurper().parse(new File(context.directory, it))
            if (!(report.issues instanceof List)) {
                throw new Misuse("$it is no report of the native format")
            }
        }
        return null
    }
}
