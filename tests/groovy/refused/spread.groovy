void call(List<String> names) {
    names*.trim() // refused
}
