void call(List<String> names, Map options) {
    names*.trim() // refused
    helped(*names) // refused
    optional(*: options) // refused
    echo([*names].join()) // refused
}

void helped(String first, String second) {
    echo(first + second)
}

void optional(Map options) {
    echo('x')
}
