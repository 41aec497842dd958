package jenkins

/** Compares the help of a step with its options. */
class Help {
    /** What is wrong with the text, by the `defaults` and `kinds` of the step (and of its environments). */
    static List<String> check(File text, Object step) {
        if (!text.isFile()) {
            return ["there is no $text.name"]
        }
        List<String> wrong = []
        Map defaults = step.defaults(), kinds = step.kinds()
        if (step.respondsTo('environmentDefaults')) {
            defaults = defaults + step.environmentDefaults()
        }
        Map described = options(text)
        (defaults.keySet() - described.keySet()).each { wrong << "$it is not explained" }
        (described.keySet() - defaults.keySet()).each { wrong << "$it is explained and is no option" }
        defaults.each { name, standard ->
            String expected = kinds[name] in ['required', 'name', 'plan'] ? 'required' : "default: ${shown(standard)}"
            if (described[name] != null && !described[name].contains(expected)) {
                wrong << "$name: the text does not say `$expected`"
            }
            if (kinds[name] instanceof List && described[name] != null) {
                kinds[name].findAll { !described[name].contains(it.toString()) }.each { wrong << "$name: the text does not say `$it`" }
            }
        }
        if (!text.text.startsWith(text.name - '.txt' + '(')) {
            wrong << 'the text begins with a call'
        }
        if (text.text =~ /[<>&]/) {
            wrong << 'Jenkins shows the text as HTML or escaped: it has to read well both ways'
        }
        return wrong
    }

    /** Option lines: a name at the start of a line, two spaces or more, the explanation, which goes on in indented lines. */
    private static Map<String, String> options(File text) {
        Map<String, String> found = [:]
        String name = null
        text.eachLine { String line ->
            def option = line =~ /^([a-z][A-Za-z0-9]*) {2,}(.*)$/
            if (option) {
                name = option.group(1)
                found[name] = option.group(2)
            } else if (name && line.startsWith('  ')) {
                found[name] += ' ' + line.trim()
            } else {
                name = null
            }
        }
        return found
    }

    private static String shown(Object standard) {
        if (standard == null || standard == '' || standard == [] || standard == [:]) {
            return 'none'
        }
        return standard instanceof List ? standard.join(', ') : standard.toString()
    }
}
