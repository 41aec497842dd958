import groovy.transform.Field

@Field Map settings = read() // refused

Map read() {
    return [:]
}

void call() {
    echo(settings.size().toString())
}
