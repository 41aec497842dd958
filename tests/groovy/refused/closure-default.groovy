void call(List<String> names) {
    names.each { String name, String greeting = 'hello' -> echo(greeting + name) } // refused
}
