//! Load balancers of version 2: what listeners and their rules forward to target groups, and what is attached to these.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::network::aws::spot::Spot;
use crate::network::reach::bound::Sure;
use crate::network::reach::kinds::Targets;
use crate::network::reach::things::follow;
use crate::network::reach::topology::truth;

use super::choice::{Choice, Doubtful, Loose, Names, Reader, Shared};
use super::doors::{Door, Doors, LISTENERS};
use super::{Back, Front, Port, Relays, port};

const GROUPS: Targets = &[
    ("aws_lb_target_group", "arn"),
    ("aws_lb_target_group", "id"),
    ("aws_alb_target_group", "arn"),
    ("aws_alb_target_group", "id"),
];
/// What names Auto Scaling groups.
pub(super) const SCALING: Targets = &[("aws_autoscaling_group", "name"), ("aws_autoscaling_group", "id")];
/// What names targets.
pub(super) const MEMBERS: Targets = &[
    ("aws_instance", "id"),
    ("aws_instance", "private_ip"),
    ("aws_network_interface", "private_ip"),
    ("aws_spot_instance_request", "spot_instance_id"),
    ("aws_lb", "arn"),
    ("aws_lb", "id"),
    ("aws_alb", "arn"),
    ("aws_alb", "id"),
];

/// Adds the ways through listeners and their rules.
pub(super) fn read<'a>(reader: &Reader<'_, 'a>, doors: &mut Doors<'_, '_, 'a>, relays: &mut Relays<'a>) {
    let names = reader.names(GROUPS);
    let behind = behind(reader, &names);
    let mut fronts =
        Fronts { reader, names, relays, known: BTreeMap::new(), several: BTreeMap::new(), seen: BTreeSet::new() };
    for (group, backs) in behind {
        let backs = fronts.relays.share(backs);
        fronts.known.insert(group, backs);
    }
    for listener in reader.instances(LISTENERS) {
        fronts.open(doors.of(listener.instance), &listener, "default_action");
    }
    for rule in reader.instances(&["aws_lb_listener_rule", "aws_alb_listener_rule"]) {
        fronts.open(&doors.of_rule(&rule), &rule, "action");
    }
}

/// Makes fronts of doors.
struct Fronts<'r, 'm, 'a> {
    reader: &'r Reader<'m, 'a>,
    names: Names,
    relays: &'r mut Relays<'a>,
    /// What is behind each target group: in [`Relays::backs`].
    known: BTreeMap<usize, usize>,
    /// What is behind any one of several.
    several: BTreeMap<Shared, usize>,
    /// Fronts of which any one of several load balancers may be meant.
    seen: BTreeSet<(Shared, Port, &'static [u8], usize)>,
}

impl<'a> Fronts<'_, '_, 'a> {
    fn open(&mut self, doors: &[Door<'a>], shown: &Spot<'a>, action: &'static str) {
        for named in self.forwarded(shown, action) {
            let Some(choice) = self.reader.which(&named, &self.names) else { continue };
            let Some(backs) = self.behind(&choice) else { continue };
            for door in doors {
                let key = (Shared(Rc::clone(&door.balancers)), door.port, door.protocols, backs);
                if door.balancers.len() > 1 && !self.seen.insert(key) {
                    continue;
                }
                self.relays.fronts.push(Front {
                    balancers: Rc::clone(&door.balancers),
                    kind: door.kind,
                    listener: shown.clone(),
                    port: door.port,
                    protocols: door.protocols,
                    said: door.said.clone(),
                    target_port: None,
                    doubt: door.doubt.clone().or_else(|| choice.doubt.clone()),
                    backs,
                });
            }
        }
    }

    /// The target groups that an action forwards to.
    fn forwarded(&self, of: &Spot<'a>, action: &'static str) -> Vec<Spot<'a>> {
        let mut groups = Vec::new();
        for action in of.get(action).each() {
            groups.push(action.get("target_group_arn"));
            groups.extend(follow(&action, "forward.target_group.arn"));
        }
        groups.retain(|spot| !spot.is_unset(self.reader.aws.inventory));
        groups
    }

    fn behind(&mut self, groups: &Choice<'a>) -> Option<usize> {
        let Some(doubt) = &groups.doubt else { return self.known.get(&groups.among[0]).copied() };
        let among = Shared(Rc::clone(&groups.among));
        if let Some(&known) = self.several.get(&among) {
            return Some(known);
        }
        let mut several = Doubtful::default();
        let lists = groups.among.iter().filter_map(|group| self.known.get(group));
        for back in lists.flat_map(|&list| &self.relays.backs[list]) {
            several.add(back, doubt);
        }
        let backs = self.relays.share(several.finish());
        self.several.insert(among, backs);
        Some(backs)
    }
}

/// What is behind each target group.
fn behind<'a>(reader: &Reader<'_, 'a>, names: &Names) -> BTreeMap<usize, Vec<Back<'a>>> {
    let mut found: BTreeMap<usize, Vec<Back<'a>>> = BTreeMap::new();
    let mut loose = Loose::default();
    let mut add = |named: &Spot<'a>, members: &Choice<'a>, port: Port, attachment: &Spot<'a>| {
        let Some(groups) = reader.which(named, names) else { return };
        let targets = reader.targets(members);
        let absent = || reader.absent(attachment, members);
        let doubt = members.doubt.clone().or_else(absent);
        let back = Back { targets, port, preserves: Sure::No, attachment: attachment.clone(), doubt };
        match &groups.doubt {
            None => found.entry(groups.among[0]).or_default().push(back),
            Some(doubt) => loose.add(&groups, doubt, &back),
        }
    };
    attachments(reader, &mut add);
    loose.put(&mut found);
    found.values_mut().for_each(|backs| backs.retain(|back| !back.targets.is_empty()));
    for (&group, backs) in &mut found {
        let group = Spot::instance(reader.aws.inventory, group);
        let (port, preserves) = (port(&group.get("port")), preserves(reader, &group));
        for back in backs {
            back.port = back.port.or(port);
            back.preserves = preserves.clone();
        }
    }
    found
}

/// Whether network load balancers keep the client's address: for instances and load balancers; for addresses, with UDP, and
/// with TCP where that is asked for.
fn preserves<'a>(reader: &Reader<'_, 'a>, group: &Spot<'a>) -> Sure<'a> {
    let kind = group.get("target_type").text().unwrap_or_default();
    let protocol = group.get("protocol").text().unwrap_or_default().to_uppercase();
    let by_default = kind != "ip" || protocol.contains("UDP");
    truth(reader.aws, &group.get("preserve_client_ip"), by_default)
}

/// Everything that is put into target groups: the group, the targets, their port, and what says it.
fn attachments<'a>(reader: &Reader<'_, 'a>, add: &mut impl FnMut(&Spot<'a>, &Choice<'a>, Port, &Spot<'a>)) {
    let members = reader.names(MEMBERS);
    for spot in reader.instances(&["aws_lb_target_group_attachment", "aws_alb_target_group_attachment"]) {
        let id = spot.get("target_id");
        let group = spot.get("target_group_arn");
        let named = || reader.named(&group, GROUPS).map(|group| Spot::instance(reader.aws.inventory, group));
        let addressed = reader.with_address(&id, &named().unwrap_or_else(|| group.clone()));
        if let Some(targets) = addressed.or_else(|| reader.which(&id, &members)) {
            add(&group, &targets, port(&spot.get("port")), &spot);
        }
    }
    for spot in reader.instances(&["aws_autoscaling_group"]) {
        for named in spot.get("target_group_arns").each() {
            add(&named, &Choice::known(spot.instance), None, &named);
        }
        for source in spot.get("traffic_source").each() {
            add(&source.get("identifier"), &Choice::known(spot.instance), None, &source);
        }
    }
    let scaling = reader.names(SCALING);
    for spot in reader.instances(&["aws_autoscaling_attachment"]) {
        let Some(groups) = reader.which(&spot.get("autoscaling_group_name"), &scaling) else { continue };
        for name in ["lb_target_group_arn", "alb_target_group_arn"] {
            add(&spot.get(name), &groups, None, &spot);
        }
    }
    for spot in reader.instances(&["aws_autoscaling_traffic_source_attachment"]) {
        let Some(groups) = reader.which(&spot.get("autoscaling_group_name"), &scaling) else { continue };
        for source in spot.get("traffic_source").each() {
            add(&source.get("identifier"), &groups, None, &spot);
        }
    }
    for spot in reader.instances(&["aws_ecs_service"]) {
        for block in spot.get("load_balancer").each() {
            add(
                &block.get("target_group_arn"),
                &Choice::known(spot.instance),
                port(&block.get("container_port")),
                &block,
            );
        }
    }
}
