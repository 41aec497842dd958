void call() {
    Object tree = new TreeMap() // refused
    sh('true')
}
