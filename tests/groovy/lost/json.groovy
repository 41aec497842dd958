node {
    Object found = new groovy.json.JsonSlurper().parseText('{"a": 1}')
    sh('true')
}
