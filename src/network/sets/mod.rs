//! Exact sets: of numbers ([`Ranges`]), addresses ([`AddressSet`]), ports ([`PortSet`]) and packets ([`PacketSet`]).
//!
//! Pure algebra, in canonical form: equal sets are equal values. Every operation is linear in the number of ranges.

mod addresses;
mod packets;
mod ports;
mod ranges;
#[cfg(test)]
mod tests;

pub use addresses::{AddressSet, Family};
pub use packets::{PacketSet, Protocols};
pub use ports::PortSet;
pub use ranges::Ranges;
