node {
    Object say = this.&println
    sh('true')
}
