// Tests of the Jenkins library in vars/. CONTRIBUTING.md says how they are made.
//
// Usage: Main.groovy PROJECT TERRAVET [WORD]: WORD chooses the tests whose names hold it.

import jenkins.Checker
import jenkins.Help
import jenkins.Jenkins
import jenkins.Library
import jenkins.Misuse
import jenkins.Mutations
import jenkins.Scenario
import org.codehaus.groovy.control.CompilerConfiguration
import org.codehaus.groovy.control.customizers.ImportCustomizer
import org.codehaus.groovy.runtime.StackTraceUtils

File project = new File(args[0]), tests = new File(project, 'tests/groovy'), vars = new File(project, 'vars')
String word = args.length > 2 ? args[2] : ''
int passed = 0
List<String> failed = []

Closure test = { String name, Closure body ->
    if (!name.contains(word)) {
        return
    }
    long start = System.currentTimeMillis()
    try {
        body.call()
        passed++
        println "ok      $name (${System.currentTimeMillis() - start} ms)"
    } catch (Throwable error) {
        failed << name
        println "FAILED  $name\n${StackTraceUtils.sanitize(error)}"
        error.stackTrace.findAll { it.fileName?.endsWith('.groovy') }.take(12).each { println "    at $it" }
    }
}
Closure files = { String directory -> new File(tests, directory).listFiles().findAll { it.name.endsWith('.groovy') }.sort() }
List<String> names = vars.list().findAll { it.endsWith('.groovy') }*.minus('.groovy').sort()
String path = [new File(tests, 'bin').path, new File(args[1]).canonicalFile.parent, System.getenv('PATH')].join(':')

// What CPS and the sandbox refuse is refused here, at the lines that say so.
for (String name in names) {
    test("checker: $name") {
        List<String> wrong = Checker.check(new File(vars, "${name}.groovy"), names)
        assert wrong.isEmpty(): wrong.join('\n')
    }
}
for (File file in files('refused')) {
    test("refused: ${file.name - '.groovy'}") {
        List<String> found = Checker.check(file, names)
        List<Integer> lines = found.collect { it.tokenize(':')[0].toInteger() }.unique()
        List<Integer> wanted = []
        file.readLines().eachWithIndex { line, index -> if (line.endsWith('// refused')) wanted << index + 1 }
        assert lines == wanted: found.join('\n')
        assert file.name == 'approvals.groovy' || found.any { it.contains(": ${file.name - '.groovy'}: ") }: found.join('\n')
    }
}

// What would be lost with a restart is noticed while it runs.
Library library = new Library(vars, path)
for (File file in files('lost')) {
    test("lost: ${file.name - '.groovy'}") {
        Misuse misuse = null
        File home = File.createTempDir()
        try {
            new Jenkins(library, home).run(file.text)
        } catch (Misuse found) {
            misuse = found
        } finally {
            home.deleteDir()
        }
        assert misuse?.message =~ /does not survive a restart|cannot be serialised/
    }
}

for (String name in names - 'terravetSupport') {
    test("help: $name") {
        List<String> wrong = Help.check(new File(vars, "${name}.txt"), library.instance(name))
        assert wrong.isEmpty(): wrong.join('\n')
    }
}

Map<String, Closure> scenarios = [:]
Set<String> real = []
boolean recorded = System.getenv('TEST_TERRAFORM').endsWith('terraform-recorder')
CompilerConfiguration words = new CompilerConfiguration()
words.addCompilationCustomizers(new ImportCustomizer().addStarImports('jenkins'))
for (File file in files('scenarios')) {
    String topic = file.name - '.groovy'
    Closure scenario = { String name, Closure body -> scenarios["$topic: $name".toString()] = body }
    // What only the real terraform can show.
    Closure withTerraform = { String name, Closure body ->
        scenario(name, body)
        real << "$topic: $name".toString()
    }
    new GroovyShell(Main.classLoader, new Binding(scenario: scenario, withTerraform: withTerraform), words).evaluate(file)
}
test('docs/jenkins.md names scenarios that are there') {
    List<String> named = new File(project, 'docs/jenkins.md').text.findAll(/`(failures|pipeline|steps): [^`]+`/).collect { it[1..-2] }
    assert named.size() > 20
    assert named - scenarios.keySet() == []
}
Closure play = { Library played, String name ->
    Scenario scenario = new Scenario(played)
    Closure body = scenarios[name].clone() as Closure
    body.delegate = scenario
    body.resolveStrategy = Closure.DELEGATE_FIRST
    body.call()
    scenario.finish()
}
int skipped = 0
scenarios.keySet().each { name ->
    if (recorded && real.contains(name)) {
        skipped++
    } else {
        test(name) { play(library, name) }
    }
}

// The tests are tests: each of these changes to the library is noticed by the one that is named.
new Mutations(vars, path, names).each { String name, File mutated, String noticedBy ->
    test("mutation: $name") {
        if (noticedBy.startsWith('checker')) {
            File file = new File(mutated, (noticedBy - 'checker: ') + '.groovy')
            assert !Checker.check(file, names).isEmpty()
        } else if (!(recorded && real.contains(noticedBy))) {
            assert scenarios.containsKey(noticedBy): "there is no scenario $noticedBy"
            Throwable noticed = null
            try {
                play(new Library(mutated, path), noticedBy)
            } catch (AssertionError | Misuse error) {
                noticed = error
            }
            assert noticed != null: "`$noticedBy` passes"
        }
    }
}

println "\n$passed passed, ${failed.size()} failed${failed.collect { "\n  $it" }.join('')}"
if (skipped > 0) {
    println "skipped: $skipped scenarios, which a recorder cannot show. They need terraform 1.11 on PATH"
}
System.exit(failed.isEmpty() && !(skipped > 0 && System.getenv('CI')) ? 0 : 1)
