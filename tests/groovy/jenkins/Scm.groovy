package jenkins

/** What `scm` is: an object that `checkout` knows. */
class Scm implements Serializable {
    final String repository

    Scm(String repository) { this.repository = repository }
}
