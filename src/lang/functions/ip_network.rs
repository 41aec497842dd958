//! IP networks ("Terraform Language: IP Network Functions").
//!
//! Terraform parses addresses with a copy of Go's `net` package from before version 1.17, so leading zeros in IPv4
//! octets are decimal; arithmetic is that of the Go module `go-cidr`.

use std::fmt;

use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive};

use super::super::certain::{self, Certain, Subnet, What};
use super::super::types::Type;
use super::super::value::Value;
use super::{Call, Failure, Function, Returns, Takes, at, function, int, number, string};

const TEXT: Returns = Returns::Always(Takes::String);

pub(super) const FUNCTIONS: &[Function] = &[
    function("cidrhost", &[string("prefix"), number("hostnum")], TEXT, host).choosing(),
    function("cidrnetmask", &[string("prefix")], TEXT, netmask),
    function("cidrsubnet", &[string("prefix"), number("newbits"), number("netnum")], TEXT, subnet)
        .certainly(part)
        .choosing(),
    function("cidrsubnets", &[string("prefix")], Returns::Always(Takes::ListOfString), subnets)
        .variadic(number("newbits")),
];

/// A network: its address, all host bits zero, in as many bits as its family has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: u128,
    prefix: u32,
    bits: u32,
}

impl Network {
    fn parse(text: &str) -> Result<Self, String> {
        let invalid = || format!("invalid CIDR expression: invalid CIDR address: {text}");
        let (address, prefix) = text.split_once('/').ok_or_else(invalid)?;
        let (address, bits) = match v4(address) {
            Some(address) => (u128::from(address), 32),
            None => (v6(address).ok_or_else(invalid)?, 128),
        };
        let (prefix, rest) = decimal(prefix).ok_or_else(invalid)?;
        if !rest.is_empty() || prefix > bits {
            return Err(invalid());
        }
        Ok(Self { address: address & mask(prefix, bits), prefix, bits })
    }

    fn contains(self, address: u128) -> bool {
        address & mask(self.prefix, self.bits) == self.address
    }

    fn last(self) -> u128 {
        self.address | mask(self.bits, self.bits) & !mask(self.prefix, self.bits)
    }

    fn text(self, address: u128) -> String {
        if self.bits == 32 || is_mapped(address) {
            std::net::Ipv4Addr::from(address as u32).to_string()
        } else {
            v6_text(address)
        }
    }
}

/// Whether an address of IPv6 maps one of IPv4. Go takes such addresses for either, as the occasion has it.
const fn is_mapped(address: u128) -> bool {
    address >> 32 == 0xffff
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mapped = self.bits == 128 && is_mapped(self.address);
        match self.prefix.checked_sub(if mapped { 96 } else { 0 }) {
            Some(prefix) => write!(formatter, "{}/{prefix}", self.text(self.address)),
            None => formatter.write_str("<nil>"),
        }
    }
}

/// `prefix` one bits, then zeros.
fn mask(prefix: u32, bits: u32) -> u128 {
    let all = u128::MAX >> (128 - bits);
    if prefix == 0 { 0 } else { all & !(all.checked_shr(prefix).unwrap_or(0)) }
}

fn host(call: &Call<'_>) -> Result<Value, Failure> {
    let number = whole(call, 1)?;
    let network = Network::parse(call.text(0))?;
    let most = (BigInt::one() << (network.bits - network.prefix)) - 1;
    let (host, magnitude) =
        if number.is_negative() { (&most + &number + 1, -&number - BigInt::one()) } else { (number.clone(), number) };
    if magnitude > most {
        return Err(format!("prefix of {} does not accommodate a host numbered {host}", network.prefix).into());
    }
    // Go counts the bits of a mapped address as 32, in a number of 128.
    let shift = if network.bits == 128 && is_mapped(network.address) { 96 } else { 0 };
    Ok(Value::string(&network.text(network.address | host.to_u128().unwrap_or_default() << shift)))
}

fn netmask(call: &Call<'_>) -> Result<Value, Failure> {
    let network = Network::parse(call.text(0))?;
    if network.bits != 32 && !is_mapped(network.address) {
        return Err(format!("IPv6 addresses cannot have a netmask: {}", call.text(0)).into());
    }
    Ok(Value::string(&network.text(mask(network.prefix, network.bits))))
}

fn subnet(call: &Call<'_>) -> Result<Value, Failure> {
    let bits = call.int(1)?;
    let number = whole(call, 2)?;
    let network = Network::parse(call.text(0))?;
    let insufficient = || format!("insufficient address space to extend prefix of {} by {bits}", network.prefix);
    let prefix = i64::from(network.prefix).checked_add(bits).ok_or_else(insufficient)?;
    if prefix > i64::from(network.bits) {
        return Err(insufficient().into());
    }
    // Go looks at the lowest 64 bits of the magnitude only, and at bits as an unsigned number.
    let lowest = number.magnitude().iter_u64_digits().next().unwrap_or(0);
    let most = if (0..64).contains(&bits) { (1u64 << bits) - 1 } else { u64::MAX };
    if lowest > most {
        return Err(format!("prefix extension of {bits} does not accommodate a subnet numbered {number}").into());
    }
    let shift = i64::from(network.bits) - prefix;
    let address = BigInt::from(network.address) | &number << shift.min(256);
    let address = address.magnitude().to_u128().filter(|address| *address <= mask(network.bits, network.bits));
    let address = address.ok_or_else(|| format!("a subnet numbered {number} lies outside of all addresses"))?;
    let text = u32::try_from(prefix).map(|prefix| Network { address, prefix, ..network }.to_string());
    Ok(Value::string(text.as_deref().unwrap_or("<nil>")))
}

/// Which part of a network it is, where that is known of a block that is not.
fn part(arguments: &[Value]) -> Option<Certain> {
    let [network, bits, number] = arguments else { return None };
    let (of, outer_bits, outer) = match (network.as_str(), network.certain(), network.reference()) {
        // Each choice of the number is a block of its own.
        (Some(_), ..) if number.choices().is_some() => return None,
        (Some(text), ..) => (certain::Network::Known(text.into()), 0, Some(0)),
        (None, Some(What::Subnet(outer)), _) => (outer.of.clone(), outer.bits, outer.number),
        (None, _, Some(reference)) => (certain::Network::Of(reference.clone()), 0, Some(0)),
        (None, _, None) => return None,
    };
    let bits = u32::try_from(bits.as_number()?.to_i64()?).ok()?;
    let inner = number.as_number().and_then(|number| number.to_bigint()?.to_u128());
    let fits = outer_bits + bits.min(128) < 128 && inner.is_none_or(|number| number < 1 << bits.min(127));
    let number = outer.zip(inner).map(|(outer, inner)| outer << bits.min(127) | inner);
    fits.then(|| Certain::subnet(Subnet { of, bits: outer_bits + bits, number }))?
}

fn subnets(call: &Call<'_>) -> Result<Value, Failure> {
    let network = Network::parse(call.text(0)).map_err(|message| at(0, message))?;
    // Go starts from the network just below, and there is none below the first address.
    let mut next = (network.address != 0).then_some(network.address);
    let mut previous = None;
    let mut made = Vec::with_capacity(call.arguments.len() - 1);
    for (index, argument) in call.arguments.iter().enumerate().skip(1) {
        let extend = int(argument).map_err(|message| at(index, message))?;
        let prefix = match extend {
            ..1 => return Err(at(index, "must extend prefix by at least one bit")),
            33.. => return Err(at(index, "may not extend prefix by more than 32 bits")),
            _ => network.prefix + extend as u32,
        };
        if prefix > network.bits {
            let family = if network.bits == 32 { "IPv4" } else { "IPv6" };
            let message = format!("would extend prefix to {prefix} bits, which is too long for an {family} address");
            return Err(at(index, message));
        }
        // The next address that a network of this size can start at.
        let size = 1u128 << (network.bits - prefix);
        let start = next.and_then(|next| next.checked_add(size - 1)).map(|end| end & !(size - 1));
        let Some(start) = start.filter(|&start| network.contains(start)) else {
            let after = previous.unwrap_or_else(|| before(network, prefix));
            let message =
                format!("not enough remaining address space for a subnet with a prefix of {prefix} bits after {after}");
            return Err(at(index, message));
        };
        let subnet = Network { address: start, prefix, ..network };
        next = subnet.last().checked_add(1);
        previous = Some(subnet);
        made.push(Value::string(&subnet.to_string()));
    }
    Ok(Value::list(Type::String, made))
}

/// The network of that size just below.
fn before(network: Network, prefix: u32) -> Network {
    let all = mask(network.bits, network.bits);
    Network { address: network.address.wrapping_sub(1) & all & mask(prefix, network.bits), prefix, ..network }
}

fn whole(call: &Call<'_>, index: usize) -> Result<BigInt, Failure> {
    let number = call.arguments[index].as_number();
    number.and_then(super::super::Number::to_bigint).ok_or_else(|| "value must be a whole number".into())
}

/// A decimal number at the start of the text, and what follows it.
fn decimal(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let number = text[..end].bytes().try_fold(0u32, |number, digit| {
        let number = number * 10 + u32::from(digit - b'0');
        (number < 0xff_ffff).then_some(number)
    })?;
    (end > 0).then_some((number, &text[end..]))
}

/// An IPv4 address of four decimal octets.
fn v4(text: &str) -> Option<u32> {
    let mut rest = text;
    let mut address = 0;
    for index in 0..4 {
        if index > 0 {
            rest = rest.strip_prefix('.')?;
        }
        let (octet, after) = decimal(rest)?;
        address = address << 8 | (octet <= 255).then_some(octet)?;
        rest = after;
    }
    rest.is_empty().then_some(address)
}

/// An IPv6 address (RFC 4291, section 2.2).
fn v6(text: &str) -> Option<u128> {
    let (head, tail) = match text.split_once("::") {
        Some((head, tail)) => (groups(head, tail.is_empty())?, Some(groups(tail, true)?)),
        None => (groups(text, true)?, None),
    };
    let zeros = match &tail {
        Some(tail) => 8usize.checked_sub(head.len() + tail.len()).filter(|&zeros| zeros > 0)?,
        None => (head.len() == 8).then_some(0)?,
    };
    let all = head.iter().copied().chain(std::iter::repeat_n(0, zeros)).chain(tail.iter().flatten().copied());
    Some(all.fold(0, |address, group| address << 16 | u128::from(group)))
}

/// Groups between colons; the last may be an IPv4 address if it ends the text.
fn groups(text: &str, ends: bool) -> Option<Vec<u16>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let parts: Vec<&str> = text.split(':').collect();
    let mut groups = Vec::with_capacity(8);
    for (index, part) in parts.iter().enumerate() {
        if ends && index + 1 == parts.len() && part.contains('.') {
            let address = v4(part)?;
            groups.extend([(address >> 16) as u16, address as u16]);
        } else {
            let hexadecimal = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_hexdigit());
            groups.push(hexadecimal.then(|| u32::from_str_radix(part, 16).ok())??.try_into().ok()?);
        }
    }
    (groups.len() <= 8).then_some(groups)
}

/// The canonical form (RFC 5952), without IPv4 inside.
fn v6_text(address: u128) -> String {
    let groups: Vec<u16> = (0..8).map(|index| (address >> (112 - 16 * index)) as u16).collect();
    let (mut start, mut length, mut index) = (0, 1, 0);
    while index < 8 {
        let run = groups[index..].iter().take_while(|&&group| group == 0).count();
        if run > length {
            (start, length) = (index, run);
        }
        index += run.max(1);
    }
    let hexadecimal = |groups: &[u16]| groups.iter().map(|group| format!("{group:x}")).collect::<Vec<_>>().join(":");
    if length < 2 {
        return hexadecimal(&groups);
    }
    format!("{}::{}", hexadecimal(&groups[..start]), hexadecimal(&groups[start + length..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_and_written() {
        for (text, canonical) in [
            ("010.0.0.8/8", "10.0.0.0/8"),
            ("0.0.0.0/00", "0.0.0.0/0"),
            ("::/0", "::/0"),
            ("2001:DB8:0:0:1:0:0:1/128", "2001:db8::1:0:0:1/128"),
            ("fe80::1.2.3.4/128", "fe80::102:304/128"),
            ("1:2:3:4:5:6:7::/128", "1:2:3:4:5:6:7:0/128"),
        ] {
            assert_eq!(Network::parse(text).unwrap().to_string(), canonical);
        }
        for text in
            ["1.2.3/8", "1.2.3.4", "1.2.3.4/33", "1.2.3.256/8", "1::2::3/8", "::1%eth0/64", "12345::/16", ":1/8"]
        {
            assert!(Network::parse(text).is_err(), "{text}");
        }
    }
}
