void helper(Object found) {
    sh('true')
}
node {
    helper(new Object())
}
