@groovy.transform.Synchronized // refused
void call() {
    echo('x')
}
