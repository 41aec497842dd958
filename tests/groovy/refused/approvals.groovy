// What the sandbox asks an administrator about: each is refused by the lists of methods, types and constructors.
void call(String path) {
    Object file = new File(path) // refused
    Object json = new groovy.json.JsonSlurper() // refused
    Object error = new IllegalArgumentException('x') // refused
    Thread.sleep(1) // refused
    Object home = System.getenv() // refused
    Object all = [1, 2].toUnique() // refused
    Object lazy = [:].withDefault { 1 } // refused
    path.eachLine { // refused
        echo(it)
    }
    path.execute() // refused
}
