String toString() { // refused
    return 'x'
}

void call() {
    echo('x')
}
