void call(List<String> names) {
    names.sort { a, b -> a <=> b } // refused
}
