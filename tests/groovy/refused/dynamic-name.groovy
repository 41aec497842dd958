void call(String step) {
    this."$step"('x') // refused
}
