String call(List<String> names) {
    for (String name in names) {
        try {
            echo(name)
        } finally {
            if (name) {
                continue // refused
            }
            return name // refused
        }
    }
    return ''
}
