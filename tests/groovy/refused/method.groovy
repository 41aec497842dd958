void call(String text) {
    String encoded = text.encodeAsBase64() // refused
    echo(encoded)
}
