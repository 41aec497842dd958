Map counts() {
    return [:]
}

void call() {
    Map counts = counts() // refused
    echo('x')
}
