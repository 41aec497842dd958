//! Wording of facts: counts, sets of addresses, ports with the services behind them.

use crate::network::sets::{AddressSet, Family, PortSet};

/// What listens on a TCP or UDP port by default ("Service Name and Transport Protocol Port Number Registry", and the
/// vendors' and AWS's own documentation for databases).
const SERVICES: &[(u16, &str)] = &[
    (20, "FTP data"),
    (21, "FTP"),
    (22, "SSH"),
    (23, "Telnet"),
    (25, "SMTP"),
    (53, "DNS"),
    (69, "TFTP"),
    (80, "HTTP"),
    (110, "POP3"),
    (111, "RPC"),
    (123, "NTP"),
    (135, "Windows RPC"),
    (137, "NetBIOS"),
    (139, "NetBIOS"),
    (143, "IMAP"),
    (161, "SNMP"),
    (389, "LDAP"),
    (443, "HTTPS"),
    (445, "SMB"),
    (636, "LDAPS"),
    (1194, "OpenVPN"),
    (1433, "SQL Server"),
    (1434, "SQL Server Browser"),
    (1521, "Oracle"),
    (2049, "NFS"),
    (2375, "Docker"),
    (2376, "Docker"),
    (2379, "etcd"),
    (2484, "Oracle over TLS"),
    (3306, "MySQL"),
    (3389, "RDP"),
    (5432, "PostgreSQL"),
    (5439, "Redshift"),
    (5601, "Kibana"),
    (5672, "AMQP"),
    (5900, "VNC"),
    (5984, "CouchDB"),
    (5985, "WinRM"),
    (5986, "WinRM over TLS"),
    (6379, "Redis"),
    (6380, "Redis over TLS"),
    (6443, "Kubernetes API"),
    (7687, "Neo4j"),
    (8080, "HTTP, alternative port"),
    (8086, "InfluxDB"),
    (8111, "DynamoDB Accelerator"),
    (8182, "Neptune"),
    (8443, "HTTPS, alternative port"),
    (9042, "Cassandra"),
    (9092, "Kafka"),
    (9111, "DynamoDB Accelerator over TLS"),
    (9142, "Cassandra over TLS"),
    (9200, "Elasticsearch"),
    (9300, "Elasticsearch"),
    (10250, "kubelet"),
    (11211, "Memcached"),
    (11212, "Memcached over TLS"),
    (26257, "CockroachDB"),
    (27017, "MongoDB"),
    (27018, "MongoDB"),
    (27019, "MongoDB"),
    (50000, "Db2"),
];

/// How many ranges of ports are listed before the rest is only counted.
const LISTED: usize = 6;

/// `TCP port 22 (SSH)`, `UDP ports 53 (DNS) and 1000-2000`.
pub(super) fn ports(protocol: &str, ports: &PortSet) -> String {
    // Two or three ports in a row are named one by one.
    let split = |(first, last): (u16, u16)| match last - first {
        0..=2 => (first..=last).map(|port| (port, port)).collect(),
        _ => vec![(first, last)],
    };
    let ranges: Vec<(u16, u16)> = ports.ranges().flat_map(split).collect();
    let mut words: Vec<String> = ranges.iter().take(LISTED).map(|&range| port_range(range)).collect();
    if ranges.len() > LISTED {
        words.push(format!("{} more", ranges.len() - LISTED));
    }
    let noun = if ports.size() == 1 { "port" } else { "ports" };
    format!("{protocol} {noun} {}", listed(&words))
}

fn port_range((first, last): (u16, u16)) -> String {
    if first != last {
        return format!("{first}-{last}");
    }
    match SERVICES.binary_search_by_key(&first, |service| service.0) {
        Ok(index) => format!("{first} ({})", SERVICES[index].1),
        Err(_) => first.to_string(),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// How large a set is: `65,536 addresses`, `2^96 public IPv6 addresses`; `what` stands before the noun.
pub(super) fn size(addresses: &AddressSet, what: &str) -> String {
    let counts = Family::ALL.into_iter().filter(|&family| !addresses.family(family).is_empty()).map(|family| {
        let count = addresses.family(family).size();
        let (number, noun) = if count == 1u8.into() {
            ("1".to_owned(), "address")
        } else if count.bits() > 40 {
            let power = count.bits() - 1;
            let exact = count.trailing_zeros() == Some(power);
            (format!("{}2^{power}", if exact { "" } else { "over " }), "addresses")
        } else {
            (thousands(&count.to_string()), "addresses")
        };
        let family = if family == Family::V4 { "" } else { "IPv6 " };
        format!("{number} {what}{family}{noun}")
    });
    listed(&counts.collect::<Vec<_>>())
}

fn thousands(digits: &str) -> String {
    let mut separated = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            separated.push(',');
        }
        separated.push(digit);
    }
    separated
}

#[cfg(test)]
mod tests {
    use super::*;
    use ipnet::IpNet;

    #[test]
    fn services_are_sorted() {
        assert!(SERVICES.is_sorted_by_key(|service| service.0));
    }

    #[test]
    fn ports_name_their_services() {
        assert_eq!(ports("TCP", &PortSet::range(22, 22)), "TCP port 22 (SSH)");
        let set: PortSet = [(22, 22), (80, 90), (65535, 65535)].into_iter().collect();
        assert_eq!(ports("UDP", &set), "UDP ports 22 (SSH), 80-90 and 65535");
        assert_eq!(ports("TCP", &PortSet::range(22, 23)), "TCP ports 22 (SSH) and 23 (Telnet)");
        let many: PortSet = (0..20).map(|port| (port * 2, port * 2)).collect();
        assert_eq!(ports("TCP", &many), "TCP ports 0, 2, 4, 6, 8, 10 and 14 more");
    }

    #[test]
    fn sizes_are_readable() {
        let of = |text: &str| size(&AddressSet::from(text.parse::<IpNet>().unwrap()), "");
        assert_eq!(of("10.0.0.0/32"), "1 address");
        assert_eq!(of("10.0.0.0/15"), "131,072 addresses");
        assert_eq!(of("2600::/32"), "2^96 IPv6 addresses");
        assert_eq!(of("2600::/120"), "256 IPv6 addresses");
        let two = AddressSet::from("2600::/32".parse::<IpNet>().unwrap());
        assert_eq!(
            size(&two.difference(&AddressSet::from("2600::/128".parse::<IpNet>().unwrap())), ""),
            "over 2^95 IPv6 addresses"
        );
    }
}
