void call(String text) {
    Object kind = text.class // refused
    echo('x')
}
