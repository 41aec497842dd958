//! What README.md shows is what the binary prints; `…` on the last line stands for more.

use std::path::Path;
use std::process::Command;

#[test]
fn the_output_shown_is_the_real_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let mut shown = 0;
    for block in readme.split("```console\n").skip(1) {
        let (block, _) = block.split_once("\n```").unwrap();
        let (command, output) = block.split_once('\n').unwrap();
        let arguments = command.strip_prefix("$ terravet ").unwrap().split(' ');
        let run = Command::new(env!("CARGO_BIN_EXE_terravet")).args(arguments).current_dir(root).output().unwrap();
        let printed = String::from_utf8_lossy(&run.stdout);
        match output.strip_suffix("\n…") {
            Some(beginning) => assert!(printed.starts_with(beginning), "{command} prints\n{printed}"),
            None => assert_eq!(printed.trim_end(), output, "{command}"),
        }
        shown += 1;
    }
    assert!(shown > 0);
}

/// `BLESS=1` draws them anew.
#[test]
fn the_pictures_shown_are_the_real_ones() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut shown = 0;
    for page in ["README.md", "docs/graph.md"] {
        let page = std::fs::read_to_string(root.join(page)).unwrap();
        for command in
            page.lines().filter(|line| line.starts_with("terravet graph ") && line.contains("--output docs/"))
        {
            let (command, file) = command.split_once(" --output ").unwrap();
            let arguments = command.split(' ').skip(1).map(|word| word.trim_matches('\''));
            let run = Command::new(env!("CARGO_BIN_EXE_terravet")).args(arguments).current_dir(root).output().unwrap();
            assert!(run.status.success(), "{command}: {}", String::from_utf8_lossy(&run.stderr));
            if std::env::var_os("BLESS").is_some() {
                std::fs::write(root.join(file), &run.stdout).unwrap();
            }
            let drawn = String::from_utf8_lossy(&run.stdout);
            let stored = std::fs::read_to_string(root.join(file)).unwrap_or_default();
            assert!(stored == drawn, "run `BLESS=1 cargo test --test readme`: {file} is not what `{command}` draws");
            shown += 1;
        }
    }
    assert_eq!(shown, 2);
}
