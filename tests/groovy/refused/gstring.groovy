void call(String password) {
    sh("login $password") // refused
}
