//! Plan JSON as large companies have it: of a hundred resources of a module instance five are of the network, the others
//! instances, IAM, S3, Lambda and parameters with long policies and user data, and seven in ten of these stay as they are.

use std::io::{self, Write};

use serde_json::Value as Json;

/// A plan whose resources stand for those of the network.
const SERVICE: &str = include_str!("../../tests/plans/service/plan.json");
/// The instances of one module call, and the resources of each.
const INSTANCES: usize = 10;
const RESOURCES: usize = 100;
const OTHERS: usize = 95;

/// A kind of resource: its type, its values, and what is unknown of a new one. In the values `@N` stands for a number,
/// `@TAGS`, `@POLICY` and `@DATA` for what they say.
type Kind = (&'static str, &'static str, &'static str);

const KINDS: &[Kind] = &[
    (
        "aws_instance",
        r#"{"ami":"ami-12c6146b","credit_specification":[],"get_password_data":false,"hibernation":null,"iam_instance_profile":"web","instance_type":"t3.micro","launch_template":[],"root_block_device":[{"delete_on_termination":true,"encrypted":true,"tags":null,"volume_size":20}],"source_dest_check":true,@TAGS,"timeouts":null,"user_data_base64":"@DATA","user_data_replace_on_change":false,"volume_tags":null}"#,
        r#"{"arn":true,"associate_public_ip_address":true,"availability_zone":true,"cpu_core_count":true,"cpu_options":true,"id":true,"instance_state":true,"ipv6_addresses":true,"key_name":true,"metadata_options":true,"network_interface":true,"private_ip":true,"public_ip":true,"root_block_device":[{"device_name":true,"iops":true,"volume_id":true}],"subnet_id":true,"tags":{},"tags_all":{},"vpc_security_group_ids":true}"#,
    ),
    (
        "aws_iam_policy",
        r#"{"description":"","name":"policy-@N","name_prefix":null,"path":"/","policy":"@POLICY",@TAGS}"#,
        r#"{"arn":true,"attachment_count":true,"id":true,"policy_id":true,"name_prefix":true,"tags":{},"tags_all":{}}"#,
    ),
    (
        "aws_iam_role",
        r#"{"assume_role_policy":"@POLICY","description":null,"force_detach_policies":false,"max_session_duration":3600,"name":"role-@N","path":"/","permissions_boundary":null,@TAGS}"#,
        r#"{"arn":true,"create_date":true,"id":true,"inline_policy":true,"managed_policy_arns":true,"name_prefix":true,"tags":{},"tags_all":{},"unique_id":true}"#,
    ),
    (
        "aws_iam_role_policy_attachment",
        r#"{"policy_arn":"arn:aws:iam::aws:policy/Policy@N","role":"role-@N"}"#,
        r#"{"id":true}"#,
    ),
    (
        "aws_s3_bucket",
        r#"{"bucket":"bucket-@N","force_destroy":false,@TAGS,"timeouts":null}"#,
        r#"{"acceleration_status":true,"acl":true,"arn":true,"bucket_domain_name":true,"bucket_prefix":true,"cors_rule":true,"grant":true,"hosted_zone_id":true,"id":true,"lifecycle_rule":true,"logging":true,"object_lock_configuration":true,"policy":true,"region":true,"replication_configuration":true,"server_side_encryption_configuration":true,"tags":{},"tags_all":{},"versioning":true,"website":true}"#,
    ),
    ("aws_s3_bucket_policy", r#"{"bucket":"bucket-@N","policy":"@POLICY"}"#, r#"{"id":true}"#),
    (
        "aws_lambda_function",
        r#"{"architectures":["x86_64"],"code_signing_config_arn":null,"dead_letter_config":[],"description":null,"environment":[{"variables":{"KEY_0":"vvvvvvvvvvvvvvvvvvvvvvvvvvvvvv","KEY_1":"vvvvvvvvvvvvvvvvvvvvvvvvvvvvvv","KEY_2":"vvvvvvvvvvvvvvvvvvvvvvvvvvvvvv","KEY_3":"vvvvvvvvvvvvvvvvvvvvvvvvvvvvvv"}}],"file_system_config":[],"filename":"x.zip","function_name":"function-@N","handler":"index.handler","image_config":[],"image_uri":null,"kms_key_arn":null,"layers":null,"memory_size":128,"package_type":"Zip","publish":false,"role":"arn:aws:iam::123456789012:role/role-@N","runtime":"python3.12",@TAGS,"timeout":3,"vpc_config":[]}"#,
        r#"{"arn":true,"architectures":[false],"code_sha256":true,"environment":[{"variables":{}}],"ephemeral_storage":true,"id":true,"invoke_arn":true,"last_modified":true,"logging_config":true,"qualified_arn":true,"source_code_size":true,"tags":{},"tags_all":{},"tracing_config":true,"version":true}"#,
    ),
    (
        "aws_cloudwatch_log_group",
        r#"{"kms_key_id":null,"name":"/service/@N","retention_in_days":30,"skip_destroy":false,@TAGS}"#,
        r#"{"arn":true,"id":true,"log_group_class":true,"name_prefix":true,"tags_all":{}}"#,
    ),
    (
        "aws_ssm_parameter",
        r#"{"name":"/parameter/@N",@TAGS,"type":"String","value":"@DATA"}"#,
        r#"{"arn":true,"id":true,"tags":{},"tags_all":{},"version":true}"#,
    ),
];

/// A resource as plans print it.
struct Resource<'s> {
    address: String,
    module: String,
    ty: &'s str,
    name: String,
    /// `null`, or its values before.
    before: String,
    after: String,
    unknown: String,
    actions: String,
}

/// Writes a plan of so many resource instances in one line.
pub(crate) fn write(resources: usize, out: &mut dyn Write) -> io::Result<()> {
    let service: Json = serde_json::from_str(SERVICE).expect("Terraform writes JSON");
    let network = service["resource_changes"].as_array().expect("a list");
    let modules = resources.div_ceil(RESOURCES);
    let resource = |number: usize| resource(number, network);
    let each = |out: &mut dyn Write, part: &dyn Fn(&Resource<'_>) -> Option<String>| -> io::Result<()> {
        for module in 0..modules {
            let all = (module * RESOURCES..(module + 1) * RESOURCES).map(resource);
            let parts: Vec<String> = all.filter_map(|resource| part(&resource)).collect();
            let separator = if module == 0 { "" } else { "," };
            let address = module_address(module);
            write!(out, r#"{separator}{{"address":"{address}","resources":[{}]}}"#, parts.join(","))?;
        }
        Ok(())
    };
    out.write_all(
        br#"{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"root_module":{"child_modules":["#,
    )?;
    each(out, &|resource| Some(in_state(resource, &resource.after)))?;
    out.write_all(br#"]}},"resource_changes":["#)?;
    for number in 0..modules * RESOURCES {
        let Resource { address, module, ty, name, before, after, unknown, actions } = resource(number);
        let separator = if number == 0 { "" } else { "," };
        write!(
            out,
            r#"{separator}{{"address":"{address}","module_address":"{module}","mode":"managed","type":"{ty}","name":"{name}","provider_name":"registry.terraform.io/hashicorp/aws","change":{{"actions":{actions},"before":{before},"after":{after},"after_unknown":{unknown},"before_sensitive":false,"after_sensitive":{{"tags":{{}},"tags_all":{{}}}}}}}}"#
        )?;
    }
    out.write_all(br#"],"prior_state":{"format_version":"1.0","terraform_version":"1.11.4","values":{"root_module":{"child_modules":["#)?;
    each(out, &|resource| (resource.before != "null").then(|| in_state(resource, &resource.before)))?;
    let module = &service["configuration"]["root_module"];
    out.write_all(br#"]}}},"configuration":{"root_module":{"module_calls":{"#)?;
    for call in 0..modules.div_ceil(INSTANCES) {
        let separator = if call == 0 { "" } else { "," };
        write!(
            out,
            r#"{separator}"app_{call}":{{"source":"./app","count_expression":{{"constant_value":{INSTANCES}}},"module":{module}}}"#
        )?;
    }
    out.write_all(br#"}}},"timestamp":"2026-11-23T12:00:00Z","applyable":true,"complete":true,"errored":false}"#)
}

fn module_address(module: usize) -> String {
    format!("module.app_{}[{}]", module / INSTANCES, module % INSTANCES)
}

fn in_state(resource: &Resource<'_>, values: &str) -> String {
    let Resource { address, ty, name, .. } = resource;
    format!(
        r#"{{"address":"{address}","mode":"managed","type":"{ty}","name":"{name}","provider_name":"registry.terraform.io/hashicorp/aws","schema_version":0,"values":{values},"sensitive_values":{{"tags":{{}},"tags_all":{{}}}}}}"#
    )
}

fn resource(number: usize, network: &[Json]) -> Resource<'_> {
    let (module, index) = (number / RESOURCES, number % RESOURCES);
    let module = module_address(module);
    // As good as random, and the same each time.
    let dice = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
    if index >= OTHERS {
        let real = &network[dice % network.len()];
        let text = |name: &str| real[name].as_str().expect("text").to_owned();
        let name = format!("{}{index}", text("name"));
        let change = &real["change"];
        return Resource {
            address: format!("{module}.{}.{name}", text("type")),
            ty: real["type"].as_str().expect("text"),
            before: "null".to_owned(),
            after: change["after"].to_string(),
            unknown: change["after_unknown"].to_string(),
            actions: change["actions"].to_string(),
            module,
            name,
        };
    }
    let (ty, values, unknown) = KINDS[dice % KINDS.len()];
    let name = format!("{}_{index}", &ty[4..]);
    let tags = format!(r#"{{"Environment":"production","Name":"name-{number}","Owner":"platform"}}"#);
    let after = values
        .replace("@TAGS", &format!(r#""tags":{tags},"tags_all":{tags}"#))
        .replace("@POLICY", &policy(number))
        .replace("@DATA", &format!("IyEvYmluL2Jhc2gK{number:08}").repeat(30))
        .replace("@N", &number.to_string());
    let stays = dice / KINDS.len() % 10 < 7;
    Resource {
        address: format!("{module}.{ty}.{name}"),
        ty,
        before: if stays { after.clone() } else { "null".to_owned() },
        after,
        unknown: if stays { "{}" } else { unknown }.to_owned(),
        actions: if stays { r#"["no-op"]"# } else { r#"["create"]"# }.to_owned(),
        module,
        name,
    }
}

/// A policy, as it stands in a JSON string.
fn policy(number: usize) -> String {
    let statement = |index: usize| {
        format!(
            r#"{{\"Sid\":\"S{index}\",\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\",\"s3:PutObject\",\"kms:Decrypt\"],\"Resource\":[\"arn:aws:s3:::bucket-{number}-{index}/*\"]}}"#
        )
    };
    let statements: Vec<String> = (0..6).map(statement).collect();
    format!(r#"{{\"Version\":\"2012-10-17\",\"Statement\":[{}]}}"#, statements.join(","))
}
