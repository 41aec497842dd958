use super::*;

fn attribute(type_name: &str, path: &str) -> Attribute {
    let mut body = &resource(type_name).unwrap_or_else(|| panic!("no type {type_name}")).body;
    let mut names = path.split('.').peekable();
    loop {
        let name = names.next().unwrap();
        if names.peek().is_none() {
            return body.attribute(name).unwrap_or_else(|| panic!("no attribute {path}")).clone();
        }
        body = body.block(name).and_then(NestedBlock::body).unwrap_or_else(|| panic!("no block {name}"));
    }
}

#[test]
fn every_type_and_every_body_decodes() {
    let mut seen = 0;
    for name in resource_types() {
        let body = &resource(name).unwrap().body;
        assert!(body.attributes.is_sorted_by(|left, right| left.0 < right.0), "{name}");
        assert!(matches!(body.ty(), Type::Object(_)));
        seen += 1;
    }
    assert!(seen >= 1735, "{seen}");
    assert!(data_sources().all(|name| data_source(name).is_some()));
    assert!(resource("aws_no_such_thing").is_none());
}

#[test]
fn flags_types_and_nesting() {
    let cidr = attribute("aws_vpc", "cidr_block");
    assert!(cidr.optional && cidr.computed && !cidr.required);
    assert_eq!(cidr.ty, Type::String);
    assert!(!attribute("aws_vpc", "arn").optional);
    assert!(attribute("aws_subnet", "vpc_id").required_in_both);
    assert!(attribute("aws_db_instance", "password").sensitive);
    let ingress = attribute("aws_security_group", "ingress");
    let Type::Set(element) = ingress.ty else { panic!("a set") };
    let Type::Object(object) = &*element else { panic!("of objects") };
    assert_eq!(object.attributes.get("cidr_blocks"), Some(&Type::list(Type::String)));
    let timeouts = resource("aws_security_group").unwrap().body.block("timeouts").unwrap();
    assert_eq!(timeouts.nesting, Nesting::Single);
}

#[test]
fn both_versions_are_merged() {
    assert_eq!(attribute("aws_batch_job_queue", "compute_environments").since, Since::Old);
    assert!(!attribute("aws_batch_job_queue", "compute_environments").required_in_both);
    assert_eq!(attribute("aws_alb_listener", "timeouts.read").since, Since::Old);
    assert!(resource("aws_vpc").unwrap().body.block("timeouts").is_none());
    assert_eq!(resource("aws_db_security_group").unwrap().since, Since::Old);
    assert_eq!(resource("aws_vpc_security_group_ingress_rule").unwrap().since, Since::New);
    assert_eq!(resource("aws_vpc").unwrap().since, Since::Both);
}

#[test]
fn members_that_one_version_lacks_may_be_left_out() {
    let route = attribute("aws_route_table", "route");
    let Type::Set(element) = &route.takes else { panic!("{:?}", route.takes) };
    let Type::Object(object) = &**element else { panic!("{element:?}") };
    let left_out: Vec<&str> = object.optional.iter().map(|name| &**name).collect();
    assert_eq!(left_out, ["core_network_arn", "instance_id", "odb_network_arn"]);
    assert_eq!(route.ty, route.takes.without_optional());
}

#[test]
fn bodies_may_hold_themselves() {
    let mut body = &resource("aws_wafv2_web_acl_rule").unwrap().body;
    for name in ["statement", "and_statement", "statement", "not_statement", "statement", "or_statement", "statement"] {
        body = body.block(name).and_then(NestedBlock::body).unwrap_or_else(|| panic!("no {name}"));
    }
    assert!(body.block("and_statement").is_some());
}

#[test]
fn tagging_and_cidr_attributes() {
    assert_eq!(resource("aws_vpc").unwrap().tagging, Tagging::TagsAll);
    assert_eq!(resource("aws_autoscaling_group").unwrap().tagging, Tagging::TagBlocks);
    assert_eq!(resource("aws_route").unwrap().tagging, Tagging::None);
    assert_eq!(resource("aws_inspector_resource_group").unwrap().tagging, Tagging::None);
    assert!(cidr_attributes("aws_security_group").contains(&("ingress.cidr_blocks", CidrKind::Cidr)));
    assert!(cidr_attributes("aws_vpc_dhcp_options").is_empty());
    assert!(provider().block("default_tags").is_some());
}
