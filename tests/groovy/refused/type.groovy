void call() {
    Object now = System.currentTimeMillis() // refused
    echo('x')
}
