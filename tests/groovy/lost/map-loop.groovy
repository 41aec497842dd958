node {
    Object names = [a: 1]
    for (Object entry in names) {
        sh('true')
    }
}
