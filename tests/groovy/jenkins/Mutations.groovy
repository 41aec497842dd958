package jenkins

/** Changes to the library, each of which a test has to notice. `mutations.groovy` lists them. */
class Mutations {
    private final File vars

    private final List<Map> list = []

    Mutations(File vars, String path, List<String> names) {
        this.vars = vars
        Binding binding = new Binding(mutation: { Map change -> list << change })
        new GroovyShell(Mutations.classLoader, binding).evaluate(new File(vars.parentFile, 'tests/groovy/mutations.groovy'))
    }

    /** Calls with the name, a directory with the changed library, and the test that notices. */
    void each(Closure body) {
        for (Map change in list) {
            File directory = File.createTempDir()
            vars.listFiles().each { new File(directory, it.name).text = it.text }
            File file = new File(directory, change.file + '.groovy')
            assert file.text.count(change.from) == 1: "$change.name: `$change.from` has to stand once in $file.name"
            file.text = file.text.replace(change.from, change.to)
            body.call(change.name, directory, change.noticed)
            directory.deleteDir()
        }
    }
}
