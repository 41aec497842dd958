//! Large networks, made the same way each time.

use std::fmt::Write;

/// The tiers of each VPC.
const TIERS: [&str; 5] = ["alb", "web", "app", "db", "cache"];

/// VPCs with 10 subnets and 25 security groups of 4 rules each, an instance in each group; all attached to one transit
/// gateway. Each tier is let in by the one before it.
#[must_use]
pub(crate) fn networks(vpcs: usize) -> String {
    let mut text = String::from("resource \"aws_ec2_transit_gateway\" \"main\" {}\n");
    for vpc in 0..vpcs {
        one(&mut text, vpc).expect("a string takes all that is written");
    }
    text
}

fn one(text: &mut String, vpc: usize) -> std::fmt::Result {
    writeln!(text, "resource \"aws_vpc\" \"v{vpc}\" {{\n  cidr_block = \"10.{vpc}.0.0/16\"\n}}")?;
    writeln!(text, "resource \"aws_internet_gateway\" \"v{vpc}\" {{\n  vpc_id = aws_vpc.v{vpc}.id\n}}")?;
    writeln!(
        text,
        "resource \"aws_ec2_transit_gateway_vpc_attachment\" \"v{vpc}\" {{\n  vpc_id = aws_vpc.v{vpc}.id\n  \
         transit_gateway_id = aws_ec2_transit_gateway.main.id\n  subnet_ids = [aws_subnet.v{vpc}[9].id]\n}}"
    )?;
    for (table, public) in [("public", true), ("private", false)] {
        let out = "  route {\n    cidr_block = \"0.0.0.0/0\"\n    gateway_id = aws_internet_gateway.v";
        let out = if public { format!("{out}{vpc}.id\n  }}\n") } else { String::new() };
        writeln!(
            text,
            "resource \"aws_route_table\" \"{table}_{vpc}\" {{\n  vpc_id = aws_vpc.v{vpc}.id\n{out}  route {{\n    \
             cidr_block = \"10.0.0.0/8\"\n    transit_gateway_id = aws_ec2_transit_gateway.main.id\n  }}\n}}"
        )?;
    }
    writeln!(
        text,
        "resource \"aws_subnet\" \"v{vpc}\" {{\n  count = 10\n  vpc_id = aws_vpc.v{vpc}.id\n  \
         cidr_block = cidrsubnet(\"10.{vpc}.0.0/16\", 8, count.index)\n}}\n\
         resource \"aws_route_table_association\" \"v{vpc}\" {{\n  count = 10\n  subnet_id = aws_subnet.v{vpc}[count.index].id\n  \
         route_table_id = count.index < 2 ? aws_route_table.public_{vpc}.id : aws_route_table.private_{vpc}.id\n}}"
    )?;
    for group in 0..25 {
        let tier = group % 5;
        let before = (group + 24) % 25;
        writeln!(
            text,
            "resource \"aws_security_group\" \"g{vpc}_{group}\" {{\n  vpc_id = aws_vpc.v{vpc}.id\n  egress {{\n    from_port = 0\n    \
             to_port = 0\n    protocol = \"-1\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }}"
        )?;
        for rule in 0..3 {
            let port = 8000 + tier * 10 + rule;
            let far = match (tier, rule) {
                (0, 0) => "cidr_blocks = [\"0.0.0.0/0\"]".to_owned(),
                (0, _) => "cidr_blocks = [\"10.0.0.0/8\"]".to_owned(),
                (_, 2) => format!("cidr_blocks = [\"192.168.{group}.0/24\"]"),
                (_, _) => format!("security_groups = [aws_security_group.g{vpc}_{before}.id]"),
            };
            writeln!(
                text,
                "  ingress {{\n    from_port = {port}\n    to_port = {port}\n    protocol = \"tcp\"\n    {far}\n  }}"
            )?;
        }
        let subnet = tier * 2 + (group / 5) % 2;
        writeln!(
            text,
            "}}\nresource \"aws_instance\" \"i{vpc}_{group}\" {{\n  ami = \"ami-1\"\n  instance_type = \"t3.micro\"\n  \
             subnet_id = aws_subnet.v{vpc}[{subnet}].id\n  associate_public_ip_address = {}\n  \
             vpc_security_group_ids = [aws_security_group.g{vpc}_{group}.id]\n  tags = {{ Tier = \"{}\" }}\n}}",
            tier == 0,
            TIERS[tier]
        )?;
    }
    Ok(())
}
