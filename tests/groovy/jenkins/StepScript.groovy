package jenkins

/** The base class of every var and Jenkinsfile: calls go to the vars, then to the steps, as in Jenkins. */
abstract class StepScript extends Script implements Serializable {
    /** The Jenkins that runs now. */
    static Jenkins jenkins
    /**
     * The vars that this script has named: Jenkins keeps them in the script's binding, and every script has a binding of its own
     * ("UserDefinedGlobalVariable"), so that no two scripts see the same instance.
     */
    final Map<String, Object> vars = [:]

    Object methodMissing(String name, Object arguments) {
        return jenkins.invoke(this, name, arguments as List)
    }

    Object propertyMissing(String name) {
        return jenkins.variable(this, name)
    }

    /** Called before every statement: Jenkins may write the program to disk here, and read it again after a restart. */
    void __probe(int line, Map locals) {
        if (jenkins == null) {
            return // asked for its options, outside any build
        }
        locals.each { name, value -> Snapshot.take("${getClass().simpleName}:$line: `$name`", value) }
        vars.each { name, value -> Snapshot.take("${getClass().simpleName}:$line: the fields of $name", value) }
    }

    /** Called with what a loop runs over: CPS keeps its iterator, and that of a map or a text cannot be written. */
    Object __iterable(int line, Object values) {
        if (values instanceof Map || values instanceof CharSequence) {
            throw new Misuse("${getClass().simpleName}:$line: a loop over a ${values instanceof Map ? 'map' : 'text'} keeps an iterator that cannot be serialised")
        }
        return values
    }
}
