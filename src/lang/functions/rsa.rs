//! `rsadecrypt`: private keys in the forms that Go's `ssh.ParseRawPrivateKey` takes, and RSAES-PKCS1-v1_5 (RFC 8017).
//!
//! Keys and texts are in the configuration: nothing here has to take the same time for all of them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use num_bigint::BigUint;

use super::super::value::{Marks, Value};
use super::encoding::base64_bytes;
use super::{Call, Failure, at, quoted};

/// Larger keys would take long.
const MAX_BITS: u64 = 16_384;

struct PrivateKey {
    modulus: BigUint,
    exponent: BigUint,
}

pub(super) fn decrypt(call: &Call<'_>) -> Result<Value, Failure> {
    let Some(encrypted) = base64_bytes(call.text(0)) else {
        let text = quoted(call.text(0), Marks::NONE);
        return Err(at(0, format!("failed to decode input {text}: cipher text must be base64-encoded")));
    };
    let key = PrivateKey::read(call.text(1)).map_err(|message| at(1, message))?;
    let clear = key.decrypt(&encrypted).ok_or("failed to decrypt: crypto/rsa: decryption error")?;
    // Terraform hands on bytes that are no text, which nothing can be said of.
    Ok(String::from_utf8(clear).map_or_else(|_| call.unknown(), |text| Value::string(&text)))
}

impl PrivateKey {
    /// The key in a text.
    fn read(text: &str) -> Result<Self, String> {
        let (kind, headers, content) = block(text).ok_or("invalid private key: ssh: no key found")?;
        if headers.contains("ENCRYPTED") {
            return Err("invalid private key: ssh: this private key is passphrase protected".into());
        }
        let key = match kind {
            "RSA PRIVATE KEY" => Self::pkcs1(&content),
            "PRIVATE KEY" => Self::pkcs8(&content)?,
            "OPENSSH PRIVATE KEY" => Self::openssh(&content)?,
            "EC PRIVATE KEY" | "DSA PRIVATE KEY" => return Err(NO_RSA.into()),
            _ => return Err(format!("invalid private key: ssh: unsupported key type {kind:?}")),
        };
        let key = key.ok_or("invalid ASN1 data in the given private key: truncated tag or length")?;
        if key.modulus.bits() > MAX_BITS {
            return Err(format!("the private key has more than {MAX_BITS} bits"));
        }
        Ok(key)
    }

    /// `RSAPrivateKey` of RFC 8017, A.1.2.
    fn pkcs1(content: &[u8]) -> Option<Self> {
        let mut fields = Der(content).take(SEQUENCE)?;
        let _version = fields.take(INTEGER)?;
        let (modulus, _public) = (fields.take(INTEGER)?, fields.take(INTEGER)?);
        Some(Self::of(modulus.0, fields.take(INTEGER)?.0))
    }

    /// `PrivateKeyInfo` of RFC 5208, 5.
    fn pkcs8(content: &[u8]) -> Result<Option<Self>, String> {
        let parts = || {
            let mut fields = Der(content).take(SEQUENCE)?;
            let _version = fields.take(INTEGER)?;
            let kind = fields.take(SEQUENCE)?.take(OBJECT_IDENTIFIER)?;
            Some((kind.0, fields.take(OCTET_STRING)?))
        };
        match parts() {
            None => Ok(None),
            Some((kind, key)) if kind == RSA_ENCRYPTION => Ok(Self::pkcs1(key.0)),
            Some(_) => Err(NO_RSA.into()),
        }
    }

    /// The format of OpenSSH's `PROTOCOL.key`.
    fn openssh(content: &[u8]) -> Result<Option<Self>, String> {
        let Some(content) = content.strip_prefix(b"openssh-key-v1\0") else { return Ok(None) };
        let mut fields = Ssh(content);
        let (Some(cipher), Some(_derivation), Some(_options)) = (fields.take(), fields.take(), fields.take()) else {
            return Ok(None);
        };
        if cipher != b"none" {
            return Err("invalid private key: ssh: this private key is passphrase protected".into());
        }
        let private = fields.skip(4).and_then(|()| fields.take()).and_then(|_public| fields.take());
        let mut fields = Ssh(private.unwrap_or_default());
        let Some(kind) = fields.skip(8).and_then(|()| fields.take()) else { return Ok(None) };
        if kind != b"ssh-rsa" {
            return Err(NO_RSA.into());
        }
        let (modulus, _public, exponent) = (fields.take(), fields.take(), fields.take());
        Ok(modulus.zip(exponent).map(|(modulus, exponent)| Self::of(modulus, exponent)))
    }

    fn of(modulus: &[u8], exponent: &[u8]) -> Self {
        Self { modulus: BigUint::from_bytes_be(modulus), exponent: BigUint::from_bytes_be(exponent) }
    }

    /// The text in an encrypted block: after a zero, a two, at least eight bytes that are not zero, and a zero.
    fn decrypt(&self, encrypted: &[u8]) -> Option<Vec<u8>> {
        let length = usize::try_from(self.modulus.bits().div_ceil(8)).ok()?;
        let number = BigUint::from_bytes_be(encrypted);
        if encrypted.len() > length || number >= self.modulus || length < 11 {
            return None;
        }
        let block = number.modpow(&self.exponent, &self.modulus).to_bytes_be();
        let padded = block.strip_prefix(&[2]).filter(|padded| padded.len() + 2 == length)?;
        let end = padded.iter().position(|byte| *byte == 0).filter(|end| *end >= 8)?;
        Some(padded[end + 1..].to_vec())
    }
}

const NO_RSA: &str = "invalid private key type: it is no RSA key";

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// `rsaEncryption`, 1.2.840.113549.1.1.1.
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// Values in DER (ITU-T X.690).
struct Der<'b>(&'b [u8]);

impl<'b> Der<'b> {
    /// The content of the next value, which has this tag.
    fn take(&mut self, tag: u8) -> Option<Self> {
        let [found, first, rest @ ..] = self.0 else { return None };
        let (length, rest) = match usize::from(*first) {
            short @ ..0x80 => (short, rest),
            long => {
                let (digits, rest) = rest.split_at_checked(long - 0x80).filter(|(digits, _)| digits.len() <= 4)?;
                (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
            }
        };
        let (content, rest) = rest.split_at_checked(length).filter(|_| *found == tag)?;
        self.0 = rest;
        Some(Self(content))
    }
}

/// Fields with their length before them (RFC 4251, 5).
struct Ssh<'b>(&'b [u8]);

impl<'b> Ssh<'b> {
    fn take(&mut self) -> Option<&'b [u8]> {
        let (length, rest) = self.0.split_first_chunk::<4>()?;
        let (field, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        self.0 = rest;
        Some(field)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.0 = self.0.get(count..)?;
        Some(())
    }
}

/// The first block of PEM text (RFC 7468): its label, its headers, and what is in it.
fn block(text: &str) -> Option<(&str, &str, Vec<u8>)> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let (headers, body) = match body.rfind(": ") {
        Some(last) => body.split_at(last + body[last..].find('\n')?),
        None => ("", body),
    };
    let symbols: String = body.split_ascii_whitespace().collect();
    Some((label, headers, STANDARD.decode(symbols).ok()?))
}
