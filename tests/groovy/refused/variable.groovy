void call() {
    echo(environment) // refused
}
