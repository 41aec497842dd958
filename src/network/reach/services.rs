//! Endpoints that AWS keeps for a resource outside any VPC, at public addresses of its own: what gets there from the internet.

use crate::lang::Value;
use crate::network::aws::Aws;
use crate::network::aws::sources::Source;
use crate::network::aws::spot::{Setting, Spot};
use crate::network::sets::{AddressSet, PacketSet, PortSet, Protocols};

use super::answer::{self, Answer, Hop, Packets, Verdict};
use super::bound::{Both, Sure};
use super::boxes::Wanted;
use super::explain::hop;
use super::secrets::HIDDEN;
use super::{Reach, topology::truth};

/// A public endpoint.
#[derive(Clone, Debug)]
pub(super) struct Service<'a> {
    instance: usize,
    /// Whether it is there.
    on: Sure<'a>,
    /// Whom it lets in.
    sources: Both<AddressSet>,
    /// The expression that says so, or the resource.
    spot: Spot<'a>,
}

/// The port of all of them: HTTPS.
const PORT: u16 = 443;

impl<'a> Service<'a> {
    /// The public endpoint of an instance, if its type has one: the API server of a cluster, unless
    /// `endpoint_public_access` is off, for `public_access_cidrs` ("Cluster API server endpoint", Amazon EKS User Guide); a
    /// search domain in no VPC ("Creating and managing Amazon OpenSearch Service domains"); the URL of a function ("Creating
    /// and managing Lambda function URLs"). The latter two ask who someone is, and not from where.
    pub(super) fn of(aws: &Aws<'a>, instance: usize) -> Option<Self> {
        let own = Spot::instance(aws.inventory, instance);
        let anyone = || Both { certain: AddressSet::everything(), possible: AddressSet::everything() };
        match aws.inventory.instance(instance).type_name() {
            "aws_eks_cluster" => {
                let config = own.get("vpc_config").each().into_iter().next().unwrap_or_else(|| own.get("vpc_config"));
                let on = truth(aws, &config.get("endpoint_public_access"), true);
                let cidrs = config.get("public_access_cidrs");
                let empty = cidrs.value.and_then(Value::elements).is_some_and(<[Value]>::is_empty);
                if empty || matches!(cidrs.setting(aws.inventory), Setting::Unset) {
                    return Some(Self { instance, on, sources: anyone(), spot: own });
                }
                let named = Source::read(aws, &config, &["public_access_cidrs"], &[]);
                let certain = named.iter().map(|source| &source.addresses).collect();
                let possible = named.iter().map(|it| it.possible().cloned().unwrap_or_else(AddressSet::everything));
                let possible = possible.collect::<Vec<_>>().iter().collect();
                Some(Self { instance, on, sources: Both { certain, possible }, spot: cidrs })
            }
            "aws_opensearch_domain" | "aws_elasticsearch_domain" => {
                let options = own.get("vpc_options");
                let on = match options.setting(aws.inventory) {
                    Setting::Unknown => Sure::Perhaps(options),
                    Setting::Unset => Sure::Yes,
                    Setting::Known(value) => value.elements().is_none_or(<[Value]>::is_empty).into(),
                };
                Some(Self { instance, on, sources: anyone(), spot: own })
            }
            "aws_lambda_function_url" => Some(Self { instance, on: Sure::Yes, sources: anyone(), spot: own }),
            _ => None,
        }
    }

    /// Whether any of these addresses on the internet gets there; and what it hangs on.
    fn lets_in(&self, from: &AddressSet, wanted: &PacketSet) -> (Verdict, Option<Spot<'a>>) {
        let asked = PacketSet::new(Protocols::TCP, &PortSet::range(PORT, PORT), &AddressSet::everything());
        let possible = from.overlaps(&self.sources.possible) && !asked.intersection(wanted).is_empty();
        match (&self.on, possible) {
            (Sure::No, _) | (_, false) => (Verdict::Unreachable, Some(self.spot.clone())),
            (Sure::Perhaps(doubt), true) => (Verdict::Undetermined, Some(doubt.clone())),
            (Sure::Yes, true) if from.overlaps(&self.sources.certain) => (Verdict::Reachable, None),
            (Sure::Yes, true) => (Verdict::Undetermined, Some(self.spot.clone())),
        }
    }
}

/// The best answer for those on the internet who ask for one of these endpoints.
pub(super) fn answer(
    reach: &Reach<'_>,
    services: &[Service<'_>],
    from: &AddressSet,
    wanted: &Wanted,
) -> Option<Answer> {
    let wanted = wanted.packets();
    let best = services.iter().map(|service| (service, service.lets_in(from, &wanted)));
    let (service, (verdict, doubt)) = best.reduce(|best, next| if next.1.0 > best.1.0 { next } else { best })?;
    let word = "the public endpoint that AWS keeps for it";
    let at = |why: &str| hop(reach, "public-endpoint", Some(&service.spot), why.to_owned());
    let mut answer =
        Answer { verdict, relayed: false, packets: vec![], path: vec![], blocked_by: vec![], depends_on: vec![] };
    if verdict == Verdict::Unreachable {
        let off = matches!(service.on, Sure::No);
        answer.blocked_by.push(at(if off {
            "it has no public endpoint"
        } else {
            "its public endpoint takes only other packets"
        }));
        return Some(answer);
    }
    let hidden = reach.way_is_secret();
    let source =
        if hidden { HIDDEN.to_owned() } else { answer::addresses(&from.intersection(&service.sources.possible)) };
    let name = reach.aws.inventory.instance(service.instance).address.to_string();
    answer.packets.push(Packets {
        protocol: "tcp".to_owned(),
        ports: PORT.to_string(),
        source: source.clone(),
        destination: format!("the public endpoint of {name}"),
    });
    let why =
        if source == "internet" { "from the internet".to_owned() } else { format!("from {source} on the internet") };
    answer.path.push(Hop { kind: "internet", address: None, why, place: None });
    answer.path.push(at(word));
    answer
        .depends_on
        .extend(doubt.map(|doubt| hop(reach, "unknown", Some(&doubt), "is not known until apply".to_owned())));
    Some(answer)
}
