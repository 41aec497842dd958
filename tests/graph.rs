//! Pictures hold whatever names the network has: every format stays what it is, and the same picture is drawn the same.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use terravet::finding::{Severity, Verdict};
use terravet::picture::{
    Element, Finding, Flow, Format, Gateway, GatewayKind, Kind, Link, LinkKind, Name, Picture, Rule, Service, Subnet,
    Tier, Vpc, write,
};

/// What the cases expect, by the ending of the file.
fn expected(ending: &str) -> Vec<PathBuf> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/graph");
    let mut found: Vec<PathBuf> = fs::read_dir(cases)
        .unwrap()
        .map(|case| case.unwrap().path().join("output/network").with_extension(ending))
        .collect();
    found.retain(|path| path.exists());
    assert!(!found.is_empty());
    found
}

fn drawn(format: Format, picture: &Picture) -> String {
    let mut bytes = Vec::new();
    write(format, picture, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// An SVG is XML, of known elements, without anything that is elsewhere or does something.
fn check_svg(text: &str) {
    let document = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let known = ["svg", "title", "desc", "style", "rect", "path", "circle", "text", "tspan", "g"];
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        assert!(known.contains(&node.tag_name().name()), "{}", node.tag_name().name());
        for attribute in node.attributes() {
            let known = [
                "class",
                "x",
                "y",
                "width",
                "height",
                "rx",
                "d",
                "cx",
                "cy",
                "r",
                "font-size",
                "dx",
                "text-anchor",
                "transform",
                "viewBox",
                "role",
                "aria-labelledby",
                "id",
            ];
            assert!(known.contains(&attribute.name()), "{}", attribute.name());
        }
    }
    let root = document.root_element();
    let size = |name: &str| root.attribute(name).unwrap().parse::<i32>().unwrap();
    let (width, height) = (size("width"), size("height"));
    for node in document.descendants().filter(|node| node.has_tag_name("rect") || node.tag_name().name() == "rect") {
        let side = |name: &str| node.attribute(name).map_or(0, |value| value.parse::<i32>().unwrap());
        assert!(side("x") >= 0 && side("y") >= 0, "{node:?}");
        assert!(
            side("x") + side("width") <= width && side("y") + side("height") <= height,
            "{node:?} of {width}x{height}"
        );
    }
    let style: String =
        document.descendants().filter(|node| node.tag_name().name() == "style").filter_map(|it| it.text()).collect();
    assert!(!style.contains("url(") && !style.contains("@import"));
}

/// Outside of quotes, a chart is words of its own; inside, everything is written by its number that might mean something.
fn check_mermaid(text: &str) {
    let mut open = 0;
    for line in text.lines().skip(4) {
        let parts: Vec<&str> = line.split('"').collect();
        assert!(parts.len() % 2 == 1, "{line}");
        for quoted in parts.iter().skip(1).step_by(2) {
            let rest = quoted.replace("<br>", "");
            assert!(!rest.contains(['<', '>', '`', '\\', '|', '&']), "{line}");
        }
        let bare = parts.iter().step_by(2).copied().collect::<String>();
        assert!(bare.is_ascii(), "{line}");
        open += i32::from(bare.trim_start().starts_with("subgraph ")) - i32::from(bare.trim() == "end");
        assert!(open >= 0, "{line}");
    }
    assert_eq!(open, 0);
}

/// Quotes and braces of a graph are in pairs.
fn check_dot(text: &str) {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for letter in text.chars() {
        match letter {
            _ if escaped => {
                escaped = false;
                assert!(matches!(letter, '\\' | '"' | 'n'), "\\{letter}");
            }
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '\n' => assert!(!quoted, "a text goes on in the next line"),
            '{' if !quoted => depth += 1,
            '}' if !quoted => depth -= 1,
            letter => assert!(quoted || letter.is_ascii(), "{letter}"),
        }
        assert!(depth >= 0);
    }
    assert!(depth == 0 && !quoted);
}

#[test]
fn what_the_cases_expect_is_well_formed() {
    expected("svg").iter().for_each(|path| check_svg(&fs::read_to_string(path).unwrap()));
    expected("mmd").iter().for_each(|path| check_mermaid(&fs::read_to_string(path).unwrap()));
    expected("dot").iter().for_each(|path| check_dot(&fs::read_to_string(path).unwrap()));
}

fn name() -> impl Strategy<Value = Name> {
    prop_oneof![any::<String>(), "[\"<>&'\\\\\n|`;#{}\\[\\]]{0,12}", "[a-z]{1,200}", "\\PC{0,6}"]
        .prop_map(|text| Name { short: text.clone(), full: text })
}

/// A picture of so many VPCs, subnets and tiers, with links and flows between any of them.
fn picture() -> impl Strategy<Value = Picture> {
    let names = prop::collection::vec(name(), 24);
    let ends = prop::collection::vec((0usize..8, 0usize..8, any::<bool>(), any::<bool>(), 0usize..24), 0..24);
    (1usize..4, 0usize..9, 0usize..6, names, ends).prop_map(|(vpcs, subnets, tiers, names, ends)| {
        let name = |index: usize| names[index % names.len()].clone();
        let mut picture = Picture { title: name(0).full, ..Picture::default() };
        for index in 0..vpcs {
            let blocks = vec!["10.0.0.0/16".to_owned(); index];
            picture.vpcs.push(Vpc { name: name(index), blocks, elsewhere: index == 1 });
        }
        for index in 0..subnets {
            let kinds = [Kind::Public, Kind::Private, Kind::Isolated, Kind::Unknown];
            picture.subnets.push(Subnet {
                name: name(index + 3),
                vpc: (index % 5 < vpcs).then_some(index % 5),
                zone: (index % 3 > 0).then(|| name(index % 3 + 4).full),
                kind: kinds[index % 4],
                role: name(index / 2).full,
                blocks: vec!["2001:db8::/64".to_owned()],
            });
        }
        for index in 0..tiers {
            let subnets: Vec<usize> = (0..subnets).filter(|subnet| subnet % 5 == index % 5).collect();
            picture.tiers.push(Tier {
                name: name(index + 7),
                words: vec![("instance", index)],
                members: vec![name(index).full; index * 4],
                vpc: subnets.first().and_then(|subnet| picture.subnets[*subnet].vpc),
                subnets,
                nat: index == 4,
                certain: index != 2,
            });
        }
        let kinds = [GatewayKind::Internet, GatewayKind::EgressOnly, GatewayKind::Private, GatewayKind::Endpoint];
        for (index, kind) in kinds.into_iter().enumerate() {
            picture.gateways.push(Gateway {
                name: name(index + 9),
                kind,
                vpc: Some(index % vpcs),
                certain: index != 1,
            });
        }
        for index in 0..2 {
            picture.gateways.push(Gateway { name: name(index), kind: GatewayKind::Transit, vpc: None, certain: true });
        }
        let place = |index: usize| match index {
            0 => Element::Internet,
            1 => Element::OnPremises,
            index if tiers > 0 => Element::Tier(index % tiers),
            _ => Element::Internet,
        };
        picture.links.push(Link {
            from: Element::Gateway(4),
            to: Element::Vpc(0),
            kind: LinkKind::Attachment,
            name: None,
            certain: true,
        });
        picture.links.push(Link {
            from: Element::Gateway(4),
            to: Element::Gateway(5),
            kind: LinkKind::Peering,
            name: Some(name(1)),
            certain: false,
        });
        picture.links.push(Link {
            from: Element::Vpc(0),
            to: Element::Vpc(vpcs - 1),
            kind: LinkKind::Peering,
            name: Some(name(2)),
            certain: true,
        });
        for (from, to, certain, open, text) in ends {
            let (from, to) = (place(from), place(to));
            if !matches!((from, to), (Element::Tier(_), _) | (_, Element::Tier(_))) {
                continue;
            }
            let services = vec![Service { protocol: "tcp".to_owned(), ports: text.to_string() }];
            let far = (text % 3 == 0).then(|| name(text).full);
            picture.flows.push(Flow { from, to, certain, services, far, open: open && from == Element::Internet });
        }
        picture.rules = (0..12).map(|index| Rule { name: name(index).full, title: name(index + 1).full }).collect();
        let elements = [Element::Vpc(0), Element::Gateway(0), Element::Gateway(4)];
        for rule in 0..12 {
            picture.findings.push(Finding {
                rule,
                severity: Severity::Error,
                verdict: if rule % 2 == 0 { Verdict::Violation } else { Verdict::Undetermined },
                message: name(rule).full,
                address: None,
                place: None,
                elements: elements[..rule % 4].to_vec(),
            });
        }
        picture.notes.push(name(5).full);
        picture
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_names_are_every_format_stays_what_it_is(picture in picture()) {
        let svg = drawn(Format::Svg, &picture);
        check_svg(&svg);
        check_mermaid(&drawn(Format::Mermaid, &picture));
        check_dot(&drawn(Format::Dot, &picture));
        let json: serde_json::Value = serde_json::from_str(&drawn(Format::Json, &picture)).unwrap();
        prop_assert_eq!(json["flows"].as_array().unwrap().len(), picture.flows.len());
        prop_assert_eq!(svg, drawn(Format::Svg, &picture));
    }
}
