package jenkins

/** The library did what it must not do: the scenario fails, whatever the library makes of it. */
class Misuse extends Error {
    Misuse(String message) { super(message) }
}
