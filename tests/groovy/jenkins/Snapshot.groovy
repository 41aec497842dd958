package jenkins

/** Writes and reads a value as Jenkins does with the program. */
class Snapshot {
    static void take(String what, Object value) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream()
            new ObjectOutputStream(bytes).withStream { it.writeObject(value) }
            ClassLoader loader = StepScript.jenkins.loader
            new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())) {
                protected Class resolveClass(ObjectStreamClass description) {
                    return Class.forName(description.name, false, loader)
                }
            }.withStream { it.readObject() }
        } catch (NotSerializableException | UnsupportedOperationException | ClassNotFoundException error) {
            throw new Misuse("$what does not survive a restart: $error")
        }
    }
}
