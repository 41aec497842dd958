//! Hashes ("Terraform Language: Hash and Crypto Functions").
//!
//! What differs from run to run (`bcrypt`, `uuid`) is unknown, as it is in a plan.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha256, Sha512};

use super::super::value::Value;
use super::filesystem::content;
use super::{Call, Failure, Function, Returns, Takes, function, number, rsa, string};

const TEXT: Returns = Returns::Always(Takes::String);

pub(super) const FUNCTIONS: &[Function] = &[
    function("base64sha256", &[string("str")], TEXT, |call| Ok(base64::<Sha256>(call.text(0).as_bytes()))),
    function("base64sha512", &[string("str")], TEXT, |call| Ok(base64::<Sha512>(call.text(0).as_bytes()))),
    function("bcrypt", &[string("str")], TEXT, |call| Ok(call.unknown())).variadic(number("cost")),
    function("filebase64sha256", &[string("path")], TEXT, |call| of_file(call, base64::<Sha256>)),
    function("filebase64sha512", &[string("path")], TEXT, |call| of_file(call, base64::<Sha512>)),
    function("filemd5", &[string("path")], TEXT, |call| of_file(call, hexadecimal::<Md5>)),
    function("filesha1", &[string("path")], TEXT, |call| of_file(call, hexadecimal::<Sha1>)),
    function("filesha256", &[string("path")], TEXT, |call| of_file(call, hexadecimal::<Sha256>)),
    function("filesha512", &[string("path")], TEXT, |call| of_file(call, hexadecimal::<Sha512>)),
    function("md5", &[string("str")], TEXT, |call| Ok(hexadecimal::<Md5>(call.text(0).as_bytes()))),
    function("rsadecrypt", &[string("ciphertext"), string("privatekey")], TEXT, rsa::decrypt),
    function("sha1", &[string("str")], TEXT, |call| Ok(hexadecimal::<Sha1>(call.text(0).as_bytes()))),
    function("sha256", &[string("str")], TEXT, |call| Ok(hexadecimal::<Sha256>(call.text(0).as_bytes()))),
    function("sha512", &[string("str")], TEXT, |call| Ok(hexadecimal::<Sha512>(call.text(0).as_bytes()))),
    function("uuid", &[], TEXT, |call| Ok(call.unknown())),
    function("uuidv5", &[string("namespace"), string("name")], TEXT, uuid).computed_from(1),
];

fn base64<D: Digest>(bytes: &[u8]) -> Value {
    Value::string(&STANDARD.encode(D::digest(bytes)))
}

fn hexadecimal<D: Digest>(bytes: &[u8]) -> Value {
    Value::string(&hex(&D::digest(bytes)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn of_file(call: &Call<'_>, hash: fn(&[u8]) -> Value) -> Result<Value, Failure> {
    Ok(content(call)?.map_or_else(|| call.unknown(), |bytes| hash(&bytes)))
}

/// Namespaces of RFC 4122, appendix C.
const NAMESPACES: [(&str, u128); 4] = [
    ("dns", 0x6ba7_b810_9dad_11d1_80b4_00c0_4fd4_30c8),
    ("url", 0x6ba7_b811_9dad_11d1_80b4_00c0_4fd4_30c8),
    ("oid", 0x6ba7_b812_9dad_11d1_80b4_00c0_4fd4_30c8),
    ("x500", 0x6ba7_b814_9dad_11d1_80b4_00c0_4fd4_30c8),
];

fn uuid(call: &Call<'_>) -> Result<Value, Failure> {
    let text = call.text(0);
    let known = NAMESPACES.iter().find(|(name, _)| *name == text).map(|(_, namespace)| *namespace);
    let namespace = match known {
        Some(namespace) => namespace,
        None => parse_uuid(text).map_err(|why| format!("uuidv5() doesn't support namespace {text} ({why})"))?,
    };
    let digest = Sha1::new().chain_update(namespace.to_be_bytes()).chain_update(call.text(1)).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x50;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hex(&bytes);
    Ok(Value::string(&[&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")))
}

/// A UUID in any of the forms that Go's `uuid.Parse` takes.
fn parse_uuid(text: &str) -> Result<u128, String> {
    const INVALID: &str = "invalid UUID format";
    let dashed = match text.len() {
        36 => text,
        45 => match text.get(..9) {
            Some(prefix) if prefix.eq_ignore_ascii_case("urn:uuid:") => &text[9..],
            _ => return Err(format!("invalid urn prefix: {:?}", text.get(..9).unwrap_or_default())),
        },
        38 => text.get(1..37).ok_or(INVALID)?,
        32 => return hexadecimal_number(text).ok_or_else(|| INVALID.into()),
        length => return Err(format!("invalid UUID length: {length}")),
    };
    if !dashed.is_ascii() || [8, 13, 18, 23].iter().any(|&at| dashed.as_bytes()[at] != b'-') {
        return Err(INVALID.into());
    }
    hexadecimal_number(&dashed.replace('-', ""))
        .filter(|_| dashed.matches('-').count() == 4)
        .ok_or_else(|| INVALID.into())
}

fn hexadecimal_number(text: &str) -> Option<u128> {
    text.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u128::from_str_radix(text, 16).ok())?
}
