//! Classic load balancers.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::network::aws::spot::Spot;
use crate::network::reach::bound::Sure;
use crate::network::reach::kinds::Targets;

use super::choice::{Choice, Loose, Reader};
use super::groups::{MEMBERS, SCALING};
use super::{Back, Front, Kind, Relays, port};

const CLASSIC: Targets = &[("aws_elb", "id"), ("aws_elb", "name")];

/// Adds the ways through classic load balancers.
pub(super) fn read<'a>(reader: &Reader<'_, 'a>, relays: &mut Relays<'a>) {
    for (balancer, backs) in behind(reader) {
        let Some(thing) = reader.things.of_instance(balancer) else { continue };
        let (balancers, backs): (Rc<[usize]>, usize) = (Rc::new([thing]), relays.share(backs));
        for listener in Spot::instance(reader.aws.inventory, balancer).get("listener").each() {
            let protocol = listener.get("lb_protocol").text().unwrap_or_default();
            let connects = ["TCP", "SSL"].iter().any(|name| name.eq_ignore_ascii_case(&protocol));
            relays.fronts.push(Front {
                balancers: Rc::clone(&balancers),
                kind: if connects { Kind::Connections } else { Kind::Requests },
                port: port(&listener.get("lb_port")),
                protocols: &[6],
                said: listener.clone(),
                target_port: Some(port(&listener.get("instance_port"))),
                doubt: None,
                backs,
                listener,
            });
        }
    }
}

/// What is behind each.
fn behind<'a>(reader: &Reader<'_, 'a>) -> BTreeMap<usize, Vec<Back<'a>>> {
    let mut found: BTreeMap<usize, Vec<Back<'a>>> = BTreeMap::new();
    let mut loose = Loose::default();
    let mut add = |balancers: Option<Choice<'a>>, members: Option<Choice<'a>>, attachment: &Spot<'a>| {
        let (Some(balancers), Some(members)) = (balancers, members) else { return };
        let targets = reader.targets(&members);
        let doubt = members.doubt.clone().or_else(|| reader.absent(attachment, &members));
        let back = Back { targets, port: None, preserves: Sure::No, attachment: attachment.clone(), doubt };
        match &balancers.doubt {
            None => found.entry(balancers.among[0]).or_default().push(back),
            Some(doubt) => loose.add(&balancers, doubt, &back),
        }
    };
    let (classic, members, scaling) = (reader.names(CLASSIC), reader.names(MEMBERS), reader.names(SCALING));
    for spot in reader.instances(&["aws_elb"]) {
        for named in spot.get("instances").each() {
            add(Some(Choice::known(spot.instance)), reader.which(&named, &members), &named);
        }
    }
    for spot in reader.instances(&["aws_elb_attachment"]) {
        let targets = reader.which(&spot.get("instance"), &members);
        add(reader.which(&spot.get("elb"), &classic), targets, &spot);
    }
    for spot in reader.instances(&["aws_autoscaling_group"]) {
        for named in spot.get("load_balancers").each() {
            add(reader.which(&named, &classic), Some(Choice::known(spot.instance)), &named);
        }
        for source in spot.get("traffic_source").each() {
            add(reader.which(&source.get("identifier"), &classic), Some(Choice::known(spot.instance)), &source);
        }
    }
    for spot in reader.instances(&["aws_autoscaling_attachment"]) {
        let targets = reader.which(&spot.get("autoscaling_group_name"), &scaling);
        add(reader.which(&spot.get("elb"), &classic), targets, &spot);
    }
    for spot in reader.instances(&["aws_autoscaling_traffic_source_attachment"]) {
        for source in spot.get("traffic_source").each() {
            let targets = reader.which(&spot.get("autoscaling_group_name"), &scaling);
            add(reader.which(&source.get("identifier"), &classic), targets, &spot);
        }
    }
    loose.put(&mut found);
    found
}
