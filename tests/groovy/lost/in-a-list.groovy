node {
    List<Object> found = [1, [new Object()]]
    sh('true')
}
