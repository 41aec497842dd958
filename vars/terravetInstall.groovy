// Puts a terravet of a known digest on PATH for the steps inside. terravetInstall.txt explains the options.

void call(Map options = [:], Closure steps) {
    Map settings = checked(options)
    if (!terravetSupport.onNode()) {
        error('terravetInstall: needs a node around it')
    }
    String directory = settings.directory
    if (settings.tool) {
        directory = tool(settings.tool)
    }
    if (settings.url) {
        directory = env.WORKSPACE + '@tmp/terravet-' + settings.sha256.substring(0, 12)
        download(settings, directory)
    } else {
        verify(directory + '/terravet', settings.sha256, 'terravet')
    }
    withEnv(['PATH+TERRAVET=' + directory]) {
        if (settings.version) {
            String found = sh(label: 'terravet version', returnStdout: true, script: 'set +x\nterravet version').trim()
            if (found != 'terravet ' + settings.version) {
                error('terravetInstall: it is ' + found + ', not terravet ' + settings.version)
            }
        }
        steps()
    }
}

/** The options; mistakes end the build. Internal: for other steps, before they take a node. */
Map checked(Map options) {
    Map settings = terravetSupport.settings('terravetInstall', options, defaults(), kinds())
    List<String> wrong = []
    List<String> sources = []
    for (String name in ['url', 'tool', 'directory']) {
        if (settings.get(name)) {
            sources.add(name)
        }
    }
    if (sources.size() != 1) {
        wrong.add('one of url, tool and directory says where terravet comes from')
    }
    if (!settings.sha256.matches('[0-9a-f]{64}')) {
        wrong.add('sha256 has to be 64 hexadecimal digits, in lower case')
    }
    if (!wrong.isEmpty()) {
        error('terravetInstall: ' + wrong.join('; '))
    }
    return settings
}

/** Downloads to a place of its own, verifies what came, and only then makes it a program. */
void download(Map settings, String directory) {
    withEnv(['TERRAVET_URL=' + settings.url, 'TERRAVET_DIRECTORY=' + directory]) {
        int status = sh(label: 'download terravet', returnStatus: true, script: '''set +x
mkdir -p "$TERRAVET_DIRECTORY"
if command -v curl >/dev/null; then
  exec curl --fail --silent --show-error --location --retry 3 --output "$TERRAVET_DIRECTORY/download" "$TERRAVET_URL"
fi
exec wget --quiet --tries 3 --output-document "$TERRAVET_DIRECTORY/download" "$TERRAVET_URL"
''')
        if (status != 0) {
            error('terravetInstall: ' + settings.url + ' could not be downloaded (exit code ' + status + ')')
        }
        verify(directory + '/download', settings.sha256, settings.url)
        sh(label: 'install terravet', script: '''set +x
cd "$TERRAVET_DIRECTORY"
case $TERRAVET_URL in
  *.tar.gz | *.tgz) tar -xzf download && rm download && found=$(find . -type f -name terravet | head -n 1) && [ "$found" = ./terravet ] || mv "$found" terravet ;;
  *) mv download terravet ;;
esac
chmod 755 terravet
''')
    }
}

/** Ends the build where a file has another digest. */
void verify(String file, String sha256, String what) {
    withEnv(['TERRAVET_FILE=' + file, 'TERRAVET_SHA256=' + sha256]) {
        int status = sh(label: 'verify terravet', returnStatus: true, script: '''set +x
if command -v sha256sum >/dev/null; then found=$(sha256sum <"$TERRAVET_FILE"); else found=$(shasum -a 256 <"$TERRAVET_FILE"); fi
[ "${found%% *}" = "$TERRAVET_SHA256" ] || { echo "terravet: $TERRAVET_FILE has the SHA-256 ${found%% *}"; rm -f "${TERRAVET_FILE%/download}/download"; exit 1; }
''')
        if (status != 0) {
            error('terravetInstall: ' + what + ' does not have the SHA-256 ' + sha256)
        }
    }
}

Map defaults() {
    return [
        url      : '',
        tool     : '',
        directory: '',
        sha256   : '',
        version  : ''
    ]
}

Map kinds() {
    return [sha256: 'required']
}
