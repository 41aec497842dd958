void call() {
    try {
        sh('true')
    } catch (Exception error) { // refused
        echo('went wrong')
    }
}
