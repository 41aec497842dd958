//! Large inputs, made the same way each time.

use std::fmt::Write;

/// Native configuration with this many security groups, about 270 bytes each: 2,000 are about half a megabyte.
#[must_use]
pub(crate) fn security_groups(count: usize) -> String {
    let mut text = String::with_capacity(count * 280);
    for index in 0..count {
        let (second, third) = (index / 256 % 256, index % 256);
        writeln!(
            text,
            "resource \"aws_security_group\" \"group_{index}\" {{\n  name   = \"group-{index}\"\n  vpc_id = aws_vpc.main.id\n\n  \
             ingress {{\n    description = \"HTTPS for ${{var.name}}\" # {index}\n    from_port   = 443\n    to_port     = 443\n    \
             protocol    = \"tcp\"\n    cidr_blocks = [\"10.{second}.{third}.0/24\"]\n  }}\n}}\n"
        )
        .expect("a string takes all that is written");
    }
    text
}
