def call(Map options) {
    node(options.label) {
        unstash 'plan'
        sh 'terraform apply -input=false tfplan'
    }
}
