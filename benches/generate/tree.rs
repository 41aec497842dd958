//! A large module tree, as companies have them.

use std::fmt::Write;

/// The files of a module tree, with their paths: so many modules with subnets of their own, and a module that is called
/// with so many keys, each of which makes a security group, its rules and a role.
#[must_use]
pub(crate) fn module_tree(areas: usize, services: usize) -> Vec<(String, String)> {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let mut files = vec![
        file("modules/service/main.tf", include_str!("tree/service.tf")),
        file("modules/role/main.tf", include_str!("tree/role.tf")),
        file("modules/subnet/main.tf", include_str!("tree/subnet.tf")),
    ];
    let mut root = include_str!("tree/root.tf").replace("SERVICES", &services.to_string());
    for area in 0..areas {
        write!(
            root,
            "\nmodule \"area_{area}\" {{\n  source = \"./modules/area_{area}\"\n  cidr   = cidrsubnet(var.cidr, 8, {area})\n  \
             tags   = merge(local.tags, {{ Area = \"{area}\" }})\n}}\n"
        )
        .expect("a string takes all that is written");
        files.push(file(&format!("modules/area_{area}/main.tf"), include_str!("tree/area.tf")));
    }
    files.push(file("main.tf", &root));
    files
}
