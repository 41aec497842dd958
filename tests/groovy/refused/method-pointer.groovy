void call() {
    Object say = this.&help // refused
    sh('true')
}

void help() {
    echo('x')
}
