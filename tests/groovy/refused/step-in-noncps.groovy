import com.cloudbees.groovy.cps.NonCPS

@NonCPS
void call(List<String> names) {
    for (String name in names) {
        echo(name) // refused
        terravetSupport.counted(1, name) // refused
    }
}
