void call() {
    echo('x')
}

class Helper implements Serializable { // refused
}
