static String name() { // refused
    return 'x'
}

void call() {
    echo('x')
}
