package jenkins

/** What the step `error`, and any step that fails, throws (hudson.AbortException). */
class Failed extends IOException {
    Failed(String message) { super(message) }
}
