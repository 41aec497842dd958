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

/// VPCs with addresses of both families, two tiers out of ten in each, and groups that name each other in a ring; all attached to
/// one transit gateway, which passes names of groups, and the first twenty peered with each other. Each tier lets the one
/// before it in, by address and by group; the tenth asks nobody, so that all pairs with it have to be looked at.
#[must_use]
pub(crate) fn entangled(vpcs: usize) -> String {
    let mut text = String::from(
        "resource \"aws_ec2_transit_gateway\" \"main\" {\n  security_group_referencing_support = \"enable\"\n}\n",
    );
    for vpc in 0..vpcs {
        entangle(&mut text, vpc, vpcs).expect("a string takes all that is written");
    }
    text
}

fn entangle(text: &mut String, vpc: usize, vpcs: usize) -> std::fmt::Result {
    let peers = 20.min(vpcs);
    writeln!(
        text,
        "resource \"aws_vpc\" \"v{vpc}\" {{\n  cidr_block = \"10.{vpc}.0.0/16\"\n  assign_generated_ipv6_cidr_block = true\n}}\n\
         resource \"aws_internet_gateway\" \"v{vpc}\" {{\n  vpc_id = aws_vpc.v{vpc}.id\n}}\n\
         resource \"aws_ec2_transit_gateway_vpc_attachment\" \"v{vpc}\" {{\n  vpc_id = aws_vpc.v{vpc}.id\n  \
         transit_gateway_id = aws_ec2_transit_gateway.main.id\n  subnet_ids = [aws_subnet.v{vpc}[0].id, aws_subnet.v{vpc}[1].id]\n}}\n\
         resource \"aws_subnet\" \"v{vpc}\" {{\n  count = 10\n  vpc_id = aws_vpc.v{vpc}.id\n  \
         availability_zone = \"eu-west-1${{[\"a\", \"b\"][count.index % 2]}}\"\n  \
         cidr_block = cidrsubnet(\"10.{vpc}.0.0/16\", 8, count.index)\n  \
         ipv6_cidr_block = cidrsubnet(aws_vpc.v{vpc}.ipv6_cidr_block, 8, count.index)\n  \
         assign_ipv6_address_on_creation = true\n}}\n\
         resource \"aws_route_table_association\" \"v{vpc}\" {{\n  count = 10\n  subnet_id = aws_subnet.v{vpc}[count.index].id\n  \
         route_table_id = aws_route_table.v{vpc}.id\n}}\n\
         resource \"aws_route_table\" \"v{vpc}\" {{\n  vpc_id = aws_vpc.v{vpc}.id\n  route {{\n    \
         cidr_block = \"10.0.0.0/8\"\n    transit_gateway_id = aws_ec2_transit_gateway.main.id\n  }}"
    )?;
    for peer in (0..peers).filter(|&peer| vpc < peers && peer != vpc) {
        let (low, high) = (vpc.min(peer), vpc.max(peer));
        writeln!(
            text,
            "  route {{\n    cidr_block = \"10.{peer}.0.0/16\"\n    \
             vpc_peering_connection_id = aws_vpc_peering_connection.p{low}_{high}.id\n  }}"
        )?;
    }
    writeln!(text, "}}")?;
    for peer in vpc + 1..if vpc < peers { peers } else { 0 } {
        writeln!(
            text,
            "resource \"aws_vpc_peering_connection\" \"p{vpc}_{peer}\" {{\n  vpc_id = aws_vpc.v{vpc}.id\n  \
             peer_vpc_id = aws_vpc.v{peer}.id\n  auto_accept = true\n}}"
        )?;
    }
    for group in 0..25 {
        let tier = (vpc * 2 + group % 2) % 10;
        let (before, far) = ((group + 24) % 25, (vpc + vpcs - 1) % vpcs);
        let out = if tier == 9 {
            ""
        } else {
            "  egress {\n    from_port = 0\n    to_port = 0\n    protocol = \"-1\"\n    cidr_blocks = [\"10.0.0.0/8\"]\n  }\n"
        };
        let port = 8000 + tier;
        writeln!(
            text,
            "resource \"aws_security_group\" \"g{vpc}_{group}\" {{\n  vpc_id = aws_vpc.v{vpc}.id\n{out}}}\n\
             resource \"aws_vpc_security_group_ingress_rule\" \"near{vpc}_{group}\" {{\n  security_group_id = aws_security_group.g{vpc}_{group}.id\n  \
             referenced_security_group_id = aws_security_group.g{vpc}_{before}.id\n  ip_protocol = \"tcp\"\n  from_port = {port}\n  to_port = {port}\n}}\n\
             resource \"aws_vpc_security_group_ingress_rule\" \"far{vpc}_{group}\" {{\n  security_group_id = aws_security_group.g{vpc}_{group}.id\n  \
             referenced_security_group_id = aws_security_group.g{far}_{before}.id\n  ip_protocol = \"tcp\"\n  from_port = {port}\n  to_port = {port}\n}}\n\
             resource \"aws_vpc_security_group_ingress_rule\" \"all{vpc}_{group}\" {{\n  security_group_id = aws_security_group.g{vpc}_{group}.id\n  \
             cidr_ipv4 = \"10.0.0.0/8\"\n  ip_protocol = \"icmp\"\n  from_port = 8\n  to_port = 0\n}}\n\
             resource \"aws_instance\" \"i{vpc}_{group}\" {{\n  ami = \"ami-1\"\n  instance_type = \"t3.micro\"\n  \
             subnet_id = aws_subnet.v{vpc}[{}].id\n  vpc_security_group_ids = [aws_security_group.g{vpc}_{group}.id]\n  \
             tags = {{ Tier = \"t{tier}\" }}\n}}",
            group % 10,
        )?;
    }
    Ok(())
}
