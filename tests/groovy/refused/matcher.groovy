void call(String text) {
    Object match = text =~ /x/ // refused
    echo('x')
}
