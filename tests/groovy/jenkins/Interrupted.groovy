package jenkins

/** What a person's abort, a rejection and a timeout throw (FlowInterruptedException). */
class Interrupted extends Exception {
    Interrupted(String message) { super(message) }
}
