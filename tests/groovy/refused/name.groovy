void call() {
    echo('x')
}

void lock(String name) { // refused
    echo(name)
}

void print(String text) { // refused
    echo(text)
}

void terravetCheck(Map options) { // refused
    echo('x')
}

void each(List<String> names) { // refused
    echo('x')
}
