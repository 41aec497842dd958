//! Configurations as `terravet evaluate` sees them.

use std::path::Path;

use terravet::source::Sources;
use terravet::syntax::Trees;
use terravet::terraform::{Options, dump, read};

/// Where `SHOW` is set, prints what that directory is taken to mean: for looking at a case.
#[test]
fn shows_a_directory() {
    let Ok(directory) = std::env::var("SHOW") else { return };
    println!("{}", evaluated(Path::new(&directory)));
}

fn evaluated(directory: &Path) -> String {
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let options = Options { current_directory: std::env::current_dir().unwrap(), ..Options::default() };
    let reading = read(directory, &options, &mut sources, &mut trees);
    let mut out = Vec::new();
    dump(&reading, &sources, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
