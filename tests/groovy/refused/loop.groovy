void call(Map names) {
    for (Object entry in names) { // refused
        echo('x')
    }
}
