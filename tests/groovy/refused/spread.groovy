void call(List<String> names, Map options) {
    names*.trim() // refused
    helped(*names) // refused
    optional(*: options) // refused
}

void helped(String first, String second) {
    echo(first + second)
}

void optional(Map options) {
    echo('x')
}
