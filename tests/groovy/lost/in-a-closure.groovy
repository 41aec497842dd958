node {
    Object found = java.util.regex.Pattern.compile('x').matcher('x')
    sh('true')
}
