//! Security groups and their rules, the same from every resource type that can write them.

use std::collections::BTreeMap;

use crate::inventory::{Action, Instance, Sites};

use super::Aws;
use super::join::{Target, filtered};
use super::sources::{Rest, Source};
use super::spot::{Setting, Spot};
use super::traffic::Traffic;
use super::vpcs::VPCS;

/// The attributes that refer to a security group.
pub const SECURITY_GROUPS: &[(&str, &str)] = &[("aws_security_group", "id"), ("aws_default_security_group", "id")];

/// Which way traffic goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// In.
    Ingress,
    /// Out.
    Egress,
}

/// Where a rule is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// In the group.
    Inline,
    /// As a resource of its own.
    Separate,
}

/// A rule of a security group.
#[derive(Clone, Debug)]
pub struct SecurityGroupRule<'a> {
    /// The group, in [`SecurityGroups::groups`].
    pub group: usize,
    /// Which way.
    pub direction: Direction,
    /// Where it is written.
    pub style: Style,
    /// Its block, or its whole resource.
    pub block: Spot<'a>,
    /// Protocol and ports.
    pub traffic: Traffic<'a>,
    /// Its far end, other security groups left out.
    pub sources: Vec<Source<'a>>,
    /// Set where it is not known whether the rule goes this way at all: the expression.
    pub doubt: Option<Box<Spot<'a>>>,
    /// Whether the block stands for rules whose number and content are not known.
    pub symbolic: bool,
    /// Whether the group may be there without the rule.
    pub may_be_absent: bool,
}

/// The first attribute or block that manages inline rules.
#[derive(Clone, Debug)]
pub struct Inline<'a> {
    /// Where it is.
    pub spot: Spot<'a>,
    /// Whether it is certain that there is one: a `dynamic` block over something not known may make none.
    pub certain: bool,
}

/// A security group.
#[derive(Clone, Debug)]
pub struct SecurityGroup<'a> {
    /// What it is; `None` for a rule whose group is not known.
    pub target: Option<Target>,
    /// Whether it is the default group of its VPC.
    pub default: bool,
    /// The VPC here whose default group it is, where nobody has adopted that.
    pub default_of: Option<Target>,
    /// Set where inline rules are managed in it, even if there is none (`ingress = []`).
    pub inline: Option<Inline<'a>>,
    /// Its rules, in [`SecurityGroups::rules`].
    pub rules: Vec<usize>,
}

/// All security groups that instances make or add rules to.
#[derive(Debug, Default)]
pub struct SecurityGroups<'a> {
    /// Groups: those of the inventory first, in its order.
    pub groups: Vec<SecurityGroup<'a>>,
    /// Rules, group by group for inline ones, then rule resources.
    pub rules: Vec<SecurityGroupRule<'a>>,
    by_target: BTreeMap<Target, usize>,
}

impl<'a> SecurityGroups<'a> {
    pub(super) fn read(aws: &Aws<'a>) -> Self {
        let mut groups = Self::default();
        for (type_name, default) in [("aws_security_group", false), ("aws_default_security_group", true)] {
            for index in aws.of_type(type_name) {
                let group = groups.group(Some(Target::Instance(index)), default);
                groups.read_inline(aws, group, index, "ingress", Direction::Ingress);
                groups.read_inline(aws, group, index, "egress", Direction::Egress);
            }
        }
        for index in aws.of_type("aws_security_group_rule") {
            groups.read_rule(aws, index);
        }
        for (type_name, direction) in [
            ("aws_vpc_security_group_ingress_rule", Direction::Ingress),
            ("aws_vpc_security_group_egress_rule", Direction::Egress),
        ] {
            for index in aws.of_type(type_name) {
                groups.read_vpc_rule(aws, index, direction);
            }
        }
        groups.leave_out_repeated(aws);
        groups
    }

    /// Leaves out what a group that does not manage its rules itself repeats of rule resources.
    fn leave_out_repeated(&mut self, aws: &Aws<'a>) {
        let mut separate: BTreeMap<usize, Vec<SecurityGroupRule<'a>>> = BTreeMap::new();
        for rule in self.rules.iter().filter(|rule| rule.style == Style::Separate) {
            separate.entry(rule.group).or_default().push(rule.clone());
        }
        self.rules.retain_mut(|rule| {
            let name = if rule.direction == Direction::Ingress { "ingress" } else { "egress" };
            let Some(separate) = separate.get(&rule.group).filter(|_| rule.style == Style::Inline) else { return true };
            if is_managed(aws.inventory.instance(rule.block.instance), name) {
                return true;
            }
            let is_repeated = |source: &Source<'a>| {
                let same = |other: &&SecurityGroupRule<'a>| {
                    other.direction == rule.direction && other.traffic.is_as(&rule.traffic)
                };
                let mut sources = separate.iter().filter(same).flat_map(|other| &other.sources);
                sources.any(|other| other.rest == Rest::None && other.addresses == source.addresses)
            };
            let left: Vec<Source<'a>> = rule.sources.iter().filter(|source| !is_repeated(source)).cloned().collect();
            let was_there = !rule.sources.is_empty();
            rule.sources = left;
            !(was_there && rule.sources.is_empty())
        });
        self.groups.iter_mut().for_each(|group| group.rules.clear());
        for (index, rule) in self.rules.iter().enumerate() {
            self.groups[rule.group].rules.push(index);
        }
    }

    /// The group that a target is; made where there is none yet.
    fn group(&mut self, target: Option<Target>, default: bool) -> usize {
        if let Some(&group) = target.as_ref().and_then(|target| self.by_target.get(target)) {
            return group;
        }
        let group = self.groups.len();
        if let Some(target) = &target {
            self.by_target.insert(target.clone(), group);
        }
        self.groups.push(SecurityGroup { target, default, default_of: None, inline: None, rules: Vec::new() });
        group
    }

    /// The group that a target is, if it is among these.
    #[must_use]
    pub fn find(&self, target: &Target) -> Option<usize> {
        self.by_target.get(target).copied()
    }

    fn add(&mut self, rule: SecurityGroupRule<'a>) {
        self.groups[rule.group].rules.push(self.rules.len());
        self.rules.push(rule);
    }

    /// A new group without `ingress` has no such rules, and one without `egress` neither: the provider takes AWS's
    /// default rule away ("Resource: aws_security_group").
    fn read_inline(&mut self, aws: &Aws<'a>, group: usize, index: usize, name: &'static str, direction: Direction) {
        let instance = Spot::instance(aws.inventory, index);
        let setting = instance.attribute(name, aws.inventory);
        if matches!(setting, Setting::Unset) {
            return;
        }
        let spot = instance.get(name);
        let blocks = match setting {
            Setting::Unset | Setting::Unknown => vec![spot.clone()],
            Setting::Known(_) => spot.each(),
        };
        let is_certain = |block: &Spot<'a>| block.within.is_none() && !is_symbolic(aws, block);
        let certain = blocks.is_empty() || blocks.iter().any(is_certain);
        let is_managed = is_managed(aws.inventory.instance(index), name);
        let inline = &mut self.groups[group].inline;
        if is_managed && inline.as_ref().is_none_or(|first| certain && !first.certain) {
            let first = blocks.iter().find(|block| is_certain(block)).or(blocks.first()).unwrap_or(&spot);
            *inline = Some(Inline { spot: first.within.as_deref().unwrap_or(first).clone(), certain });
        }
        for block in blocks {
            let (traffic, sources, symbolic) = read_block(aws, &block);
            let (style, may_be_absent) = (Style::Inline, block.within.is_some());
            let block = if symbolic { block.within.as_deref().unwrap_or(&block).clone() } else { block };
            let doubt = None;
            self.add(SecurityGroupRule {
                group,
                direction,
                style,
                block,
                traffic,
                sources,
                doubt,
                symbolic,
                may_be_absent,
            });
        }
    }

    fn read_rule(&mut self, aws: &Aws<'a>, index: usize) {
        let block = Spot::instance(aws.inventory, index);
        let group = self.group_of(aws, &block);
        let kind = block.get("type");
        let directions = match kind.text().as_deref() {
            Some("ingress") => vec![Direction::Ingress],
            Some("egress") => vec![Direction::Egress],
            // Terraform refuses any other word.
            Some(_) => Vec::new(),
            None => vec![Direction::Ingress, Direction::Egress],
        };
        for direction in directions {
            let doubt = kind.is_unknown(aws.inventory).then(|| Box::new(kind.clone()));
            let (traffic, sources, symbolic) = read_block(aws, &block);
            let (style, block) = (Style::Separate, block.clone());
            let may_be_absent = aws.may_be_absent(index, self.groups[group].target.as_ref());
            self.add(SecurityGroupRule {
                group,
                direction,
                style,
                block,
                traffic,
                sources,
                doubt,
                symbolic,
                may_be_absent,
            });
        }
    }

    fn read_vpc_rule(&mut self, aws: &Aws<'a>, index: usize, direction: Direction) {
        let block = Spot::instance(aws.inventory, index);
        let group = self.group_of(aws, &block);
        let (protocol, from, to) = (block.get("ip_protocol"), block.get("from_port"), block.get("to_port"));
        let traffic = Traffic::read(aws, &protocol, &from, &to);
        let sources = Source::read(aws, &block, &["cidr_ipv4", "cidr_ipv6"], &["prefix_list_id"]);
        let (style, doubt, symbolic) = (Style::Separate, None, false);
        let may_be_absent = aws.may_be_absent(index, self.groups[group].target.as_ref());
        self.add(SecurityGroupRule {
            group,
            direction,
            style,
            block,
            traffic,
            sources,
            doubt,
            symbolic,
            may_be_absent,
        });
    }

    /// The group that a rule resource belongs to: a group of its own where that is not known, as where a data source may have
    /// found one of those that are made here.
    fn group_of(&mut self, aws: &Aws<'a>, rule: &Spot<'a>) -> usize {
        let id = rule.get("security_group_id");
        let target = id.value.and_then(|value| aws.ids().target(value, SECURITY_GROUPS));
        match default_of(aws, target.as_ref()) {
            Some(vpc) => {
                let adopted = vpc.as_ref().and_then(|vpc| default_group(aws, vpc));
                let default_of = vpc.filter(|vpc| adopted.is_none() && vpc.instance().is_some());
                let group = self.group(adopted.or(target), true);
                self.groups[group].default_of = default_of;
                group
            }
            None => self.group(target.filter(|target| !aws.ids().may_find_made(target)), false),
        }
    }
}

/// The VPC whose default group a target is, if it is one (`Some(None)`: of a VPC that is not known): an attribute of the
/// VPC that holds it, or a data source that looks for the name `default`, which no other group may have.
pub(in crate::network) fn default_of(aws: &Aws<'_>, target: Option<&Target>) -> Option<Option<Target>> {
    if let Target::Attribute(reference) = target?
        && reference.attribute() == Some("default_security_group_id")
    {
        return Some(aws.ids().managed(reference).map(Target::Instance));
    }
    let data = Spot::instance(aws.inventory, aws.ids().data_source(target?)?);
    let is_default = data.get("name").text().as_deref() == Some("default") || filtered(&data, "group-name", "default");
    is_default.then(|| data.get("vpc_id").value.and_then(|id| aws.ids().target(id, VPCS)))
}

/// Whether a group manages its rules in an attribute: in plans and states it otherwise only repeats what others have added.
pub(in crate::network) fn is_managed(group: &Instance, name: &str) -> bool {
    let is_written = |sites: &Sites| {
        sites.attributes.iter().any(|site| *site.name == *name) || sites.blocks.iter().any(|(of, _)| **of == *name)
    };
    group.action == Action::Create || group.sites.as_deref().is_none_or(is_written)
}

/// The `aws_default_security_group` of a VPC.
pub(in crate::network) fn default_group(aws: &Aws<'_>, vpc: &Target) -> Option<Target> {
    let of_vpc = |&index: &usize| {
        let vpc_id = aws.inventory.instance(index).get("vpc_id");
        vpc_id.and_then(|id| aws.ids().target(id, VPCS)).as_ref() == Some(vpc)
    };
    aws.of_type("aws_default_security_group").find(of_vpc).map(Target::Instance)
}

const CIDRS: &[&str] = &["cidr_blocks", "ipv6_cidr_blocks"];
const LISTS: &[&str] = &["prefix_list_ids"];

/// Whether a block stands for blocks of which neither number nor content is known.
fn is_symbolic(aws: &Aws<'_>, block: &Spot<'_>) -> bool {
    let unknown = |name: &&str| matches!(block.attribute(name, aws.inventory), Setting::Unknown);
    block.is_unknown(aws.inventory) || CIDRS.iter().chain(LISTS).all(unknown)
}

/// Reads an `ingress` or `egress` block, or an `aws_security_group_rule`: they have the same attributes.
fn read_block<'a>(aws: &Aws<'a>, block: &Spot<'a>) -> (Traffic<'a>, Vec<Source<'a>>, bool) {
    if is_symbolic(aws, block) {
        let block = block.within.as_deref().unwrap_or(block);
        return (Traffic::unknown(block.clone()), vec![Source::unknown(block.clone())], true);
    }
    let (protocol, from, to) = (block.get("protocol"), block.get("from_port"), block.get("to_port"));
    (Traffic::read(aws, &protocol, &from, &to), Source::read(aws, block, CIDRS, LISTS), false)
}
