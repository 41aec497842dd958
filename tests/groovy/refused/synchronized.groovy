void call(List<String> names) {
    synchronized (names) { // refused
        echo('x')
    }
}
