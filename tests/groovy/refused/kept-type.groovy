import com.cloudbees.groovy.cps.NonCPS
import java.util.regex.Pattern

void call(Thread thread) { // refused
    Pattern pattern = null // refused
    echo('x')
}

@NonCPS
Pattern compiled(String text) {
    return null
}
