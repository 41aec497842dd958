package jenkins

import groovy.io.FileType

import java.util.regex.Pattern

/** Ant's file patterns, as `stash` and `archiveArtifacts` read them. */
class Globs {
    static final String DEFAULT_EXCLUDES = '**/.git,**/.git/**,**/.gitignore,**/.gitattributes,**/.gitmodules,**/*~,**/.DS_Store'

    /** The files below a directory that match, as relative paths, in order. */
    static List<String> files(File directory, String includes, String excludes) {
        if (!directory.isDirectory()) {
            return []
        }
        List<Pattern> wanted = patterns(includes), unwanted = patterns(excludes)
        List<String> found = []
        directory.eachFileRecurse(FileType.FILES) { File file ->
            String name = directory.toPath().relativize(file.toPath()).toString()
            if (wanted.any { name ==~ it } && !unwanted.any { name ==~ it }) {
                found << name
            }
        }
        return found.sort()
    }

    private static List<Pattern> patterns(String list) {
        return (list ?: '').tokenize(',').collect { Pattern.compile(expression(it.trim())) }
    }

    private static String expression(String glob) {
        List<String> parts = (glob.endsWith('/') ? glob + '**' : glob).tokenize('/')
        StringBuilder expression = new StringBuilder()
        parts.eachWithIndex { String part, int index ->
            boolean last = index == parts.size() - 1
            if (part == '**') {
                expression << (last ? '.*' : '(?:.+/)?')
            } else {
                expression << part.collect { it == '*' ? '[^/]*' : it == '?' ? '[^/]' : Pattern.quote(it) }.join('') << (last ? '' : '/')
            }
        }
        return expression
    }
}
