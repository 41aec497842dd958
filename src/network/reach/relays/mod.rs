//! Load balancers: what comes in at a listener goes out to the targets behind it.
//!
//! "Listeners", "Target groups" and "Client IP preservation" (Elastic Load Balancing, User Guides for Application and Network
//! Load Balancers); classic ones carry packets from a port to a port of their instances.
//!
//! A way is a front (a port of a load balancer) and a back (a target), which are kept apart, as many fronts may share their
//! backs. Where it is not known which load balancer or which target is meant, one front or back stands for all that may be:
//! so there are no more of them than listeners and attachments, however little is known.

mod choice;
mod classic;
mod doors;
mod groups;
mod links;

use std::rc::Rc;

use crate::network::aws::Aws;
use crate::network::aws::spot::Spot;

use super::bound::Sure;
use super::kinds::Targets;
use super::model::Model;

use choice::Reader;
use doors::{Doors, LISTENERS};

/// A port: known, or any.
pub(super) type Port = Option<u16>;

/// A port at which a load balancer listens, with what it carries on from there.
#[derive(Clone, Debug)]
pub(super) struct Front<'a> {
    /// The load balancers in [`Things::things`]: one, or any one of several, which is its doubt.
    pub(super) balancers: Rc<[usize]>,
    pub(super) kind: Kind,
    /// The listener, or the rule of one.
    pub(super) listener: Spot<'a>,
    pub(super) port: Port,
    /// Which protocols: numbers.
    pub(super) protocols: &'static [u8],
    /// What says the ports.
    said: Spot<'a>,
    /// The port of the targets, where the listener says it.
    target_port: Option<Port>,
    /// Set where it may not carry anything on to these targets.
    doubt: Option<Spot<'a>>,
    /// In [`Relays::backs`].
    backs: usize,
}

impl Front<'_> {
    /// The same, of these load balancers alone.
    pub(super) fn of(&self, balancers: Rc<[usize]>) -> Self {
        Self { balancers, ..self.clone() }
    }
}

/// How packets are carried on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// As connections of the load balancer's own.
    Requests,
    /// As they are: what a network load balancer does, and a classic one for TCP.
    Connections,
    /// As they are, to appliances.
    Packets,
    /// By an endpoint, of which what comes in arrives at a load balancer wherever that is.
    PrivateLink,
}

/// Targets behind a load balancer.
#[derive(Clone, Debug)]
pub(super) struct Back<'a> {
    /// The targets in [`Things::things`], ascending: one, or any one of several, which is its doubt.
    pub(super) targets: Rc<[usize]>,
    port: Port,
    /// Whether packets keep the client's address, if connections are carried on as they are.
    preserves: Sure<'a>,
    /// What names the targets.
    attachment: Spot<'a>,
    /// Set where they may not be behind it.
    doubt: Option<Spot<'a>>,
}

/// One way through a load balancer: from a port of its own to a port of a target.
#[derive(Clone, Copy, Debug)]
pub(super) struct Relay<'r, 'a> {
    pub(super) front: &'r Front<'a>,
    pub(super) back: &'r Back<'a>,
}

impl<'r, 'a> Relay<'r, 'a> {
    /// The port of the target.
    pub(super) fn target_port(self) -> Port {
        self.front.target_port.unwrap_or(self.back.port)
    }

    /// Whether packets keep the client's address.
    pub(super) const fn preserves(self) -> &'r Sure<'a> {
        match self.front.kind {
            Kind::Requests | Kind::PrivateLink => &Sure::No,
            Kind::Connections | Kind::Packets => &self.back.preserves,
        }
    }

    /// What names the target.
    pub(super) const fn attachment(self) -> &'r Spot<'a> {
        &self.back.attachment
    }

    /// What it hangs on, where this way may not be there.
    pub(super) fn doubt(self) -> Option<&'r Spot<'a>> {
        self.back.doubt.as_ref().or(self.front.doubt.as_ref())
    }

    /// Where one of its ports is not known: what says it.
    pub(super) fn unknown_port(self) -> Option<&'r Spot<'a>> {
        if self.front.port.is_none() || self.front.target_port == Some(None) {
            return Some(&self.front.said);
        }
        self.target_port().is_none().then(|| self.attachment())
    }
}

/// All ways through load balancers.
#[derive(Clone, Debug, Default)]
pub(super) struct Relays<'a> {
    pub(super) fronts: Vec<Front<'a>>,
    backs: Vec<Vec<Back<'a>>>,
}

impl<'a> Relays<'a> {
    /// Reads them.
    pub(super) fn read(aws: &Aws<'a>, model: &Model<'a>) -> Self {
        let reader = Reader::new(aws, model);
        let mut relays = Self::default();
        let mut doors = Doors::new(&reader);
        groups::read(&reader, &mut doors, &mut relays);
        classic::read(&reader, &mut relays);
        links::read(&reader, &doors, &mut relays);
        relays
    }

    /// Every way.
    pub(super) fn iter(&self) -> impl Iterator<Item = Relay<'_, 'a>> {
        self.fronts.iter().flat_map(|front| self.backs[front.backs].iter().map(move |back| Relay { front, back }))
    }

    /// The targets of a front.
    pub(super) fn behind(&self, front: &Front<'a>) -> &[Back<'a>] {
        &self.backs[front.backs]
    }

    /// Keeps what fronts share.
    fn share(&mut self, backs: Vec<Back<'a>>) -> usize {
        self.backs.push(backs);
        self.backs.len() - 1
    }
}

/// A port at which a load balancer listens.
#[derive(Clone, Debug)]
pub(super) struct Listener<'a> {
    /// The load balancer's instance.
    pub(super) balancer: usize,
    /// The expression of the port, or the listener.
    pub(super) spot: Spot<'a>,
    pub(super) port: Port,
    /// Which protocols: numbers.
    pub(super) protocols: &'static [u8],
}

/// All listeners of load balancers of version 2.
pub(super) fn listeners<'a>(aws: &Aws<'a>, model: &Model<'a>) -> Vec<Listener<'a>> {
    let reader = Reader::new(aws, model);
    let listener = |own: Spot<'a>| {
        let balancer = reader.named(&own.get("load_balancer_arn"), BALANCERS)?;
        let (spot, protocols) = (port_spot(&own), protocols(&own));
        Some(Listener { balancer, port: port(&spot), spot, protocols })
    };
    reader.instances(LISTENERS).filter_map(listener).collect()
}

pub(super) const BALANCERS: Targets = &[("aws_lb", "arn"), ("aws_lb", "id"), ("aws_alb", "arn"), ("aws_alb", "id")];

fn port(spot: &Spot<'_>) -> Port {
    spot.integer().and_then(|port| u16::try_from(port).ok())
}

/// What says the port of a listener.
fn port_spot<'a>(listener: &Spot<'a>) -> Spot<'a> {
    let said = listener.get("port");
    if said.value.is_some() { said } else { listener.clone() }
}

/// The protocols of a listener, by number; TCP where nothing is said, as of HTTP.
fn protocols(listener: &Spot<'_>) -> &'static [u8] {
    match listener.get("protocol").text().unwrap_or_default().to_uppercase().as_str() {
        "UDP" | "QUIC" => &[17],
        "TCP_UDP" | "TCP_QUIC" => &[6, 17],
        _ => &[6],
    }
}
