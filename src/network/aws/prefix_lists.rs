//! Managed prefix lists defined in the configuration.

use std::collections::BTreeMap;

use crate::lang::Value;
use crate::network::cidr;
use crate::network::registry::public_part;
use crate::network::sets::AddressSet;

use super::Aws;
use super::join::Target;
use super::spot::{Setting, Spot};

/// The attributes that refer to a prefix list.
const PREFIX_LISTS: &[(&str, &str)] = &[("aws_ec2_managed_prefix_list", "id")];

/// The entries of prefix lists, as far as the configuration says.
#[derive(Debug, Default)]
pub struct PrefixLists<'a> {
    lists: BTreeMap<usize, PrefixList<'a>>,
}

/// What a prefix list holds.
#[derive(Debug, Default)]
pub struct PrefixList<'a> {
    /// The addresses of known entries.
    pub addresses: AddressSet,
    /// The expression of an entry that is not known.
    pub doubt: Option<Spot<'a>>,
}

impl<'a> PrefixLists<'a> {
    pub(super) fn read(aws: &Aws<'a>) -> Self {
        let inventory = aws.inventory;
        let (mut entries, mut perhaps) =
            (BTreeMap::<usize, Vec<Spot<'a>>>::new(), BTreeMap::<usize, Vec<Spot<'a>>>::new());
        for index in aws.of_type("aws_ec2_managed_prefix_list") {
            let entry = Spot::instance(inventory, index).get("entry");
            let unknown = entry.is_unknown(inventory).then(|| entry.clone());
            let (known, absent): (Vec<_>, Vec<_>) = entry.each().into_iter().partition(|entry| entry.within.is_none());
            let cidr = |entry: Spot<'a>| if entry.is_unknown(inventory) { entry } else { entry.get("cidr") };
            entries.entry(index).or_default().extend(known.into_iter().map(cidr).chain(unknown));
            perhaps.entry(index).or_default().extend(absent.into_iter().map(cidr));
        }
        for index in aws.of_type("aws_ec2_managed_prefix_list_entry") {
            let entry = Spot::instance(inventory, index);
            let list = entry.get("prefix_list_id").value.and_then(|value| aws.ids().target(value, PREFIX_LISTS));
            if let Some(Target::Instance(number)) = list {
                let may_be_absent = aws.may_be_absent(index, list.as_ref());
                let entries = if may_be_absent { &mut perhaps } else { &mut entries };
                entries.entry(number).or_default().push(entry.get("cidr"));
            }
        }
        let lists = entries.into_iter().map(|(index, cidrs)| {
            let block = |spot: &Spot<'a>| Some(AddressSet::from(cidr::read(&spot.text()?)?));
            let addresses = cidrs.iter().filter_map(block).collect::<Vec<_>>().iter().collect();
            let unknown = |spot: &Spot<'a>| matches!(spot.setting(inventory), Setting::Unknown);
            let public = |spot: &Spot<'a>| block(spot).is_some_and(|block| !public_part(&block).is_empty());
            let absent = perhaps.remove(&index).unwrap_or_default();
            let doubt = cidrs
                .into_iter()
                .find(unknown)
                .or_else(|| absent.into_iter().find(|spot| unknown(spot) || public(spot)));
            (index, PrefixList { addresses, doubt })
        });
        Self { lists: lists.collect() }
    }

    /// The list that a value identifies, where the configuration defines it.
    #[must_use]
    pub fn find(&self, aws: &Aws<'a>, id: &Value) -> Option<&PrefixList<'a>> {
        match aws.ids().target(id, PREFIX_LISTS)? {
            Target::Instance(index) => self.lists.get(&index),
            Target::Id(_) | Target::Attribute(_) => None,
        }
    }
}
