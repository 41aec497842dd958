import groovy.transform.Field

@Field Map plans = [:] // refused
@Field String version = '1'
@Field List<String> names // refused

void call() {
    echo(plans.size() + version + names.size())
}
