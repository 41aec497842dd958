package jenkins

import org.codehaus.groovy.control.CompilerConfiguration

/** The vars of a directory, compiled with the probe; each instance belongs to one build. */
class Library {
    final GroovyClassLoader loader
    /** The PATH of the agents. */
    final String path
    private final Map<String, Class> classes = [:]
    private int jenkinsfiles = 0

    Library(File directory, String path) {
        this.path = path
        CompilerConfiguration configuration = new CompilerConfiguration(scriptBaseClass: StepScript.name)
        configuration.addCompilationCustomizers(new Probe())
        loader = new GroovyClassLoader(Library.classLoader, configuration)
        for (File file in directory.listFiles().findAll { it.name.endsWith('.groovy') }.sort()) {
            classes[file.name - '.groovy'] = loader.parseClass(file)
        }
    }

    /** The Python of the agents, which records. */
    String getPython() { new File(path.tokenize(':')[0], 'python-recorder').path }

    boolean has(String name) { classes.containsKey(name) }

    Set<String> names() { classes.keySet() }

    Object instance(String name) { classes[name].newInstance() }

    /** A Jenkinsfile from its text; each has a name of its own, as a class that is read again is found by name. */
    StepScript parse(String text) {
        return loader.parseClass(text, "Jenkinsfile${++jenkinsfiles}.groovy").newInstance() as StepScript
    }
}
