node {
    Map found = [:].withDefault { 1 }
    found.get('x')
    sh('true')
}
