void call() {
    count = 1 // refused
    echo('x')
}
