//! Who is in which tier.

use crate::network::aws::Aws;
use crate::network::aws::join::Target;
use crate::network::aws::spot::{Setting, Spot};
use crate::network::intent::{Intent, Tags, Tier, matches};
use crate::network::reach::Reach;
use crate::network::reach::bound::Sure;
use crate::network::reach::things::{Thing, follow};

use super::{Party, counts};
use crate::lang::Marks;

/// Who is in a tier: indices of resource instances.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members {
    /// The tier's name.
    pub name: String,
    /// Those that certainly are.
    pub certain: Vec<usize>,
    /// Those that may be: that hangs on what is not known until apply.
    pub possible: Vec<usize>,
}

/// A thing in several tiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The resource instance.
    pub instance: usize,
    /// The tiers, in [`Intent::tiers`].
    pub tiers: Vec<usize>,
    /// Whether it certainly is in two of them.
    pub certain: bool,
}

/// Whether a thing is in each of the tiers.
pub(super) struct Seats<'a>(pub(super) Vec<Sure<'a>>);

impl<'a> Seats<'a> {
    /// As far as flows are concerned.
    pub(super) fn party(&self) -> Party {
        let of = |wanted: fn(&Sure<'a>) -> bool| {
            self.0.iter().enumerate().filter(|(_, sure)| wanted(sure)).map(|(tier, _)| tier).collect()
        };
        Party::Things(of(|sure| matches!(sure, Sure::Yes)), of(|sure| matches!(sure, Sure::Perhaps(_))))
    }

    /// What it hangs on in which tiers it is.
    pub(super) fn doubt(&self) -> Option<&Spot<'a>> {
        self.0.iter().find_map(Sure::doubt)
    }
}

/// Of every thing, whether it is in each of the tiers.
pub(super) fn seats<'a>(reach: &Reach<'a>, intent: &Intent) -> Vec<Seats<'a>> {
    let things = &reach.model.things.things;
    let of = |thing| Seats(intent.tiers.iter().map(|tier| sits(reach, tier, thing)).collect());
    let own: Vec<Seats<'a>> = things.iter().map(of).collect();
    // An interface of an instance is where that is.
    let joined = things.iter().zip(&own).map(|(thing, seats)| {
        let holder = thing.holder.map(|holder| &own[holder].0);
        let with = |(tier, sure): (usize, &Sure<'a>)| {
            sure.clone().or(|| holder.map_or(Sure::No, |holder| holder[tier].clone()))
        };
        Seats(seats.0.iter().enumerate().map(with).collect())
    });
    joined.collect()
}

/// The members of every tier.
pub(in crate::network::reach) fn members(reach: &Reach<'_>, intent: &Intent) -> Vec<Members> {
    let named = |tier: &Tier| Members { name: tier.name.clone(), ..Members::default() };
    let mut members: Vec<Members> = intent.tiers.iter().map(named).collect();
    if intent.is_empty() {
        return members;
    }
    for (thing, seats) in reach.model.things.things.iter().zip(seats(reach, intent)) {
        for (tier, sure) in seats.0.iter().enumerate().filter(|_| counts(thing)) {
            match sure {
                Sure::Yes => members[tier].certain.push(thing.instance),
                Sure::Perhaps(_) => members[tier].possible.push(thing.instance),
                Sure::No => {}
            }
        }
    }
    members
}

/// The first declared tier that a thing certainly is in.
pub(in crate::network::reach) fn declared_tier<'a>(reach: &Reach<'a>, thing: &Thing<'a>) -> Option<String> {
    let own = reach.intent.tiers.iter().find(|tier| matches!(sits(reach, tier, thing), Sure::Yes))?;
    Some(own.name.clone())
}

/// The things that are, or may be, in several tiers.
pub(super) fn overlaps(reach: &Reach<'_>, intent: &Intent) -> Vec<Overlap> {
    let mut found = Vec::new();
    for (thing, seats) in reach.model.things.things.iter().zip(seats(reach, intent)) {
        let Party::Things(mut tiers, possible) = seats.party() else { continue };
        let certain = tiers.len() > 1;
        // What may be in either of two tiers is hardly in both.
        if tiers.len() == 1 {
            tiers.extend(possible);
            tiers.sort_unstable();
        }
        if tiers.len() > 1 && counts(thing) {
            found.push(Overlap { instance: thing.instance, tiers, certain });
        }
    }
    found
}

fn sits<'a>(reach: &Reach<'a>, tier: &Tier, thing: &Thing<'a>) -> Sure<'a> {
    let aws = &reach.aws;
    let address = || aws.inventory.instance(thing.instance).address.to_string();
    let named = !tier.addresses.is_empty() && matches(&tier.addresses, &address());
    Sure::from(named).or(|| tagged(aws, thing, &tier.tags)).or(|| in_subnets(reach, thing, &tier.subnet_tags))
}

/// Whether a thing has all of the tags. What takes none itself has those of what it belongs to: a mount target those of its
/// file system, the instances of an Auto Scaling group also those that its launch template gives them.
fn tagged<'a>(aws: &Aws<'a>, thing: &Thing<'a>, wanted: &Tags) -> Sure<'a> {
    if wanted.is_empty() {
        return Sure::No;
    }
    let spot = Spot::instance(aws.inventory, thing.instance);
    let mut holders = vec![spot.clone()];
    let file_system = &[("aws_efs_file_system", "id")];
    if let Some(Target::Instance(owner)) =
        spot.get("file_system_id").value.and_then(|value| aws.ids().target(value, file_system))
    {
        holders.push(Spot::instance(aws.inventory, owner));
    }
    for template in crate::network::reach::things::templates(aws, &spot) {
        let given = follow(&template, "tag_specifications");
        holders.extend(
            given
                .into_iter()
                .flat_map(|spot| spot.each())
                .filter(|block| block.get("resource_type").text().is_none_or(|of| of == "instance")),
        );
    }
    has_all(aws, &holders, wanted)
}

/// Whether all subnets of a thing have all of the tags.
fn in_subnets<'a>(reach: &Reach<'a>, thing: &Thing<'a>, wanted: &Tags) -> Sure<'a> {
    if wanted.is_empty() {
        return Sure::No;
    }
    let each = thing.places.iter().map(|place| {
        let target = place.subnet.map(|subnet| &reach.model.topology.subnets[subnet].target);
        match target {
            Some(Target::Instance(subnet)) => {
                has_all(&reach.aws, &[Spot::instance(reach.aws.inventory, *subnet)], wanted)
            }
            Some(Target::Id(_) | Target::Attribute(_)) | None => Sure::Perhaps(place.spot.clone()),
        }
    });
    each.reduce(|all, next| all.and(&next)).unwrap_or_default()
}

fn has_all<'a>(aws: &Aws<'a>, holders: &[Spot<'a>], wanted: &Tags) -> Sure<'a> {
    let each = wanted.iter().map(|(key, values)| {
        holders.iter().fold(Sure::No, |known: Sure<'a>, holder| known.or(|| has(aws, holder, key, values)))
    });
    each.reduce(|all, next| all.and(&next)).unwrap_or_default()
}

/// Whether a resource, or a block of one, has a tag with one of the values.
fn has<'a>(aws: &Aws<'a>, holder: &Spot<'a>, key: &str, values: &[String]) -> Sure<'a> {
    let decide = |tag: &Spot<'a>| match (tag.setting(aws.inventory), tag.text()) {
        (Setting::Unset, _) => Sure::No,
        (Setting::Known(_), Some(text)) if !tag.marks.has(Marks::UNPRINTED) => matches(values, &text).into(),
        (Setting::Unknown | Setting::Known(_), _) => Sure::Perhaps(tag.clone()),
    };
    let mut doubt = None;
    for name in ["tags_all", "tags"] {
        let tags = holder.get(name);
        if let Some((_, tag)) = tags.entries().iter().find(|(own, _)| *own == key) {
            return decide(tag);
        }
        if tags.is_unknown(aws.inventory) {
            doubt.get_or_insert(tags);
        }
    }
    // Auto Scaling groups write tags as blocks.
    for block in holder.get("tag").each() {
        match block.get("key").text() {
            Some(own) if own == key => return decide(&block.get("value")),
            Some(_) => {}
            None if block.value.is_some() => drop(doubt.get_or_insert(block)),
            None => {}
        }
    }
    doubt.map_or(Sure::No, Sure::Perhaps)
}
