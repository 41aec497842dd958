//! What subnets are called, which addresses they give, and where they send traffic.

use crate::lang::eval::Evaluated;
use crate::lang::{Marks, Type, Value};
use crate::network::Network;
use crate::network::aws::routes::Internet;
use crate::network::aws::spot::{Setting, Spot};

use super::{Arguments, object, text};

/// Tags that say what a subnet is for.
const TAGS: &[&str] = &["Name", "Tier", "Type"];

/// One fact per subnet.
pub(super) fn subnets(network: &Network<'_>) -> Vec<Value> {
    let aws = &network.aws;
    let facts = aws.vpcs().subnets.iter().map(|subnet| {
        let spot = Spot::instance(network.inventory, subnet.instance);
        let (internet, related) = internet(network, &spot, &aws.routes().of_subnet(aws, subnet.instance));
        let launch = spot.get("map_public_ip_on_launch");
        let gives_public_addresses = match launch.setting(network.inventory) {
            Setting::Unknown => network.unknown_at(Type::Bool, &launch),
            // "map_public_ip_on_launch" of `aws_default_subnet` is true where it is not set, of `aws_subnet` false.
            Setting::Unset => {
                Value::bool(network.inventory.instance(subnet.instance).type_name() == "aws_default_subnet")
            }
            Setting::Known(_) => Value::bool(launch.truth() == Some(true)),
        };
        object([
            ("address", network.address_text(subnet.instance)),
            ("gives_public_addresses", gives_public_addresses),
            ("labels", Value::tuple(labels(network, &spot))),
            ("launch_site", network.leaf(if launch.is_unset(network.inventory) { &spot } else { &launch })),
            ("routed_to_internet", internet),
            ("site", network.leaf_with(&spot, related)),
        ])
    });
    facts.collect()
}

/// Whether that is so, as a value that stands at `spot`, and what has to do with it.
pub(super) fn internet<'a>(
    network: &Network<'a>,
    spot: &Spot<'a>,
    internet: &Internet<'a>,
) -> (Value, Vec<(Spot<'a>, String)>) {
    match internet {
        Internet::No => (Value::bool(false), Vec::new()),
        Internet::Yes(None) => (Value::bool(true), Vec::new()),
        Internet::Yes(Some(route)) => {
            (Value::bool(true), vec![(route.clone(), "this route leads to an internet gateway".to_owned())])
        }
        Internet::Perhaps(doubt) => {
            let related = vec![(doubt.clone(), "not known until apply".to_owned())];
            (network.unknown_with(Type::Bool, spot, doubt, related.clone()), related)
        }
    }
}

/// The resource's name, and the tags that say what it is for; what is not known of them too.
fn labels<'a>(network: &Network<'a>, spot: &Spot<'a>) -> Vec<Value> {
    let name = &network.inventory.instance(spot.instance).address.name;
    let mut labels = vec![text(name, Marks::NONE)];
    let all = spot.get("tags_all");
    let tags = if all.is_unset(network.inventory) { spot.get("tags") } else { all };
    if tags.is_unknown(network.inventory) {
        labels.push(network.unknown_at(Type::String, &tags));
    }
    for (key, tag) in tags.entries() {
        if !TAGS.iter().any(|known| known.eq_ignore_ascii_case(key.trim())) {
            continue;
        }
        match tag.setting(network.inventory) {
            Setting::Unset => {}
            Setting::Unknown => {
                labels.extend(known_words(network, &tag).iter().map(|words| text(words, tag.marks)));
                let certain = tag.value.and_then(Value::as_unknown).and_then(|unknown| unknown.certain.as_deref());
                labels.push(network.unknown_at(Type::String, &tag).with_certain(certain.cloned()));
            }
            Setting::Known(_) => labels.extend(tag.text().map(|value| text(&value, tag.marks))),
        }
    }
    labels
}

/// The whole words that certainly stand in text that is not known in whole: in what it begins with, and between what a
/// template works out.
fn known_words<'a>(network: &Network<'a>, tag: &Spot<'a>) -> Vec<String> {
    let prefix = tag.value.and_then(Value::as_unknown).and_then(|unknown| unknown.prefix.as_deref());
    let mut found: Vec<String> = prefix.map(|text| whole_words(text, false, true)).into_iter().collect();
    let place = network.locate(tag);
    let parts = place.and_then(|place| network.aws.template(place.span)).unwrap_or_default();
    for (index, part) in parts.iter().enumerate() {
        let worked_out = |index: Option<usize>| index.and_then(|index| parts.get(index)).is_some_and(Option::is_none);
        let (before, after) = (worked_out(index.checked_sub(1)), worked_out(index.checked_add(1)));
        found.extend(part.as_deref().map(|text| whole_words(text, before, after)));
    }
    found
}

/// Text without the first or last word, to which something else may yet be joined.
fn whole_words(text: &str, before: bool, after: bool) -> String {
    let text = if before { text.trim_start_matches(char::is_alphanumeric) } else { text };
    let text = if after { text.trim_end_matches(char::is_alphanumeric) } else { text };
    text.to_owned()
}

/// `says(labels, words, [settling])`: whether one of the words stands in one of the labels, as a whole word and in any
/// letter case. `*` in a word stands for any letters. Where a settling word stands in what is known of the labels, what is
/// not known of them says nothing.
pub(super) fn says(_: &Network<'_>, call: &Arguments<'_>) -> Evaluated {
    let words = call.texts(1)?;
    let settling = if call.values.len() > 2 { call.texts(2)? } else { Vec::new() };
    let labels = call.value(0)?;
    let labels = labels.elements().unwrap_or(std::slice::from_ref(labels));
    let marks = labels.iter().fold(Marks::NONE, |marks, label| marks.with(label.marks));
    // Of a label that is one of several, it counts what all of them say.
    let all = |label: &Value, words: &[&str]| {
        let choices = label.choices().unwrap_or_default();
        !choices.is_empty() && choices.iter().all(|choice| says_one(choice.as_str().unwrap_or_default(), words))
    };
    let some = |label: &Value, words: &[&str]| {
        let choices = label.choices();
        choices.is_none_or(|choices| choices.iter().any(|it| says_one(it.as_str().unwrap_or_default(), words)))
    };
    let any = |words: &[&str]| labels.iter().any(|label| all(label, words));
    let said = any(&words);
    let unknown = labels.iter().find(|label| label.is_unknown() && some(label, &words));
    Ok(match unknown {
        Some(unknown) if !said && !any(&settling) => Value::unknown(Type::Bool).with_origin(unknown.origin),
        Some(_) | None => Value::bool(said).with_marks(marks),
    })
}

/// Words are runs of letters and digits; they end at a change from lower to upper case, and between letters and digits.
fn says_one(label: &str, words: &[&str]) -> bool {
    let label = split(label, false);
    words.iter().any(|word| {
        let word = split(word, true);
        !word.is_empty()
            && label.windows(word.len()).any(|window| {
                window.iter().zip(&word).all(|(text, pattern)| matches(text.as_bytes(), pattern.as_bytes()))
            })
    })
}

fn split(text: &str, pattern: bool) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut last = None;
    for character in text.chars() {
        let kept = character.is_alphanumeric() || (pattern && character == '*');
        let parts = last.is_some_and(|last: char| {
            (last.is_lowercase() && character.is_uppercase())
                || (last.is_ascii_digit() != character.is_ascii_digit() && last != '*' && character != '*')
        });
        if !kept || parts {
            words.push(String::new());
        }
        if kept {
            words.last_mut().into_iter().for_each(|word| word.extend(character.to_lowercase()));
        }
        last = kept.then_some(character);
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether text matches a pattern in which `*` is any text: in linear time per star, without recursion.
fn matches(text: &[u8], pattern: &[u8]) -> bool {
    let (mut at, mut next, mut star) = (0, 0, None);
    while at < text.len() {
        if pattern.get(next) == Some(&b'*') {
            star = Some((next, at));
            next += 1;
        } else if pattern.get(next) == Some(&text[at]) {
            at += 1;
            next += 1;
        } else if let Some((back, from)) = star {
            star = Some((back, from + 1));
            (next, at) = (back + 1, from + 1);
        } else {
            return false;
        }
    }
    pattern[next..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole() {
        for label in
            ["private", "my-private-subnet", "PrivateA", "app_private_1", "private1a", "net/Private", "appPrivate"]
        {
            assert!(says_one(label, &["private"]), "{label}");
        }
        for label in ["privateer", "nonprivate", "pri-vate", ""] {
            assert!(!says_one(label, &["private"]), "{label}");
        }
        assert!(says_one("db", &["data", "db"]));
        assert!(!says_one("dbs", &["db"]));
        assert!(says_one("Front-End tier", &["front end"]));
        assert!(says_one("publicly", &["public*"]));
        assert!(says_one("my-dmz2", &["*mz"]));
        assert!(!says_one("anything", &["", "-"]));
    }

    #[test]
    fn only_whole_words_count_of_what_is_known_in_part() {
        assert_eq!(whole_words("-public-", true, true), "-public-");
        assert_eq!(whole_words("public", true, true), "");
        assert_eq!(whole_words("my-private", false, true), "my-");
        assert_eq!(whole_words("zone private", true, false), " private");
    }
}
