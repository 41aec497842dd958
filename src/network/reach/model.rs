//! Everything that packets meet, read from the inventory once.

use crate::network::aws::Aws;

use super::groups::Groups;
use super::things::Things;
use super::topology::Topology;
use super::transit::Transit;

/// The network as packets see it.
#[derive(Debug)]
pub(in crate::network) struct Model<'a> {
    pub(in crate::network) topology: Topology<'a>,
    pub(in crate::network) transit: Transit<'a>,
    pub(super) groups: Groups<'a>,
    pub(super) things: Things<'a>,
}

impl<'a> Model<'a> {
    pub(in crate::network) fn read(aws: &Aws<'a>) -> Self {
        let mut topology = Topology::read(aws);
        let transit = Transit::read(aws, &mut topology);
        let mut groups = Groups::read(aws);
        let things = Things::read(aws, &mut topology, &mut groups);
        Self { topology, transit, groups, things }
    }
}
