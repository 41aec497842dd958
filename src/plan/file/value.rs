//! Values as go-cty writes them in MessagePack (go-cty: `docs/` "MessagePack", package `cty/msgpack`).
//!
//! The encoding does not tell a set from a list, nor a map from an object, and numbers without an exact binary form travel
//! as text: the [`Shape`] settles all three.

use std::sync::Arc;

use rmp::Marker;
use rmp::decode::{
    self, ExtMeta, RmpRead, ValueReadError, read_bin_len, read_bool, read_ext_meta, read_f64, read_int, read_map_len,
    read_nil,
};

use super::Damage;
use super::sensitive::Sensitive;
use crate::inventory::Wanted;
use crate::lang::value::Entries;
use crate::lang::{Data, Fields, Marks, Number, ObjectType, Str, Type, Unknown, Value};
use crate::plan::Shape;

/// Values may lie so deep in one another.
const MAX_DEPTH: usize = 128;
/// A refinement is at most so long (go-cty: "unknown.go").
const MAX_REFINEMENT: u32 = 1024;
/// The extension that an unknown value with refinements is.
const REFINED: i8 = 12;

/// Reads a value of a shape.
///
/// # Errors
/// The bytes are no such value.
pub(super) fn decode(bytes: &[u8], shape: Shape<'_>) -> Result<Value, Damage> {
    let mut reader = Reader { rest: bytes };
    let value = reader.value(shape, None, 0)?;
    reader.end().map(|()| value)
}

/// Reads the attributes of a resource that somebody wants, with what is sensitive among them marked.
///
/// # Errors
/// The bytes are no object.
pub(super) fn decode_resource(
    bytes: &[u8],
    shape: Shape<'_>,
    wanted: &Wanted,
    sensitive: &Sensitive,
) -> Result<Value, Damage> {
    let mut reader = Reader { rest: bytes };
    if reader.marker()? == Marker::Null {
        return Ok(shape.null());
    }
    let value = reader.object(shape, Some(sensitive), 0, |name| wanted.takes(name))?;
    reader.end().map(|()| value)
}

/// Reads values from the front of some bytes.
struct Reader<'b> {
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    fn marker(&self) -> Result<Marker, Damage> {
        self.rest.first().map(|&byte| Marker::from_u8(byte)).ok_or_else(cut)
    }

    fn end(&self) -> Result<(), Damage> {
        if self.rest.is_empty() { Ok(()) } else { Err(Damage::new("a value is followed by more bytes")) }
    }

    fn value(&mut self, shape: Shape<'_>, sensitive: Option<&Sensitive>, depth: usize) -> Result<Value, Damage> {
        if depth > MAX_DEPTH {
            return Err(Damage::new(format!("a value is nested more than {MAX_DEPTH} levels deep")));
        }
        let leaf = |value| shape.leaf(value).ok_or_else(wrong);
        let value = match self.marker()? {
            Marker::Null => {
                read_nil(&mut self.rest).map_err(|_| cut())?;
                shape.null()
            }
            Marker::True | Marker::False => leaf(Value::bool(read_bool(&mut self.rest).map_err(|_| cut())?))?,
            Marker::FixPos(_)
            | Marker::FixNeg(_)
            | Marker::U8
            | Marker::U16
            | Marker::U32
            | Marker::U64
            | Marker::I8
            | Marker::I16
            | Marker::I32
            | Marker::I64 => leaf(Value::number(self.integer()?))?,
            Marker::F32 | Marker::F64 => leaf(Value::number(self.float()?))?,
            Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => leaf(Value::string(self.text()?))?,
            Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => self.array(shape, sensitive, depth)?,
            Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => self.object(shape, sensitive, depth, |_| true)?,
            Marker::FixExt1
            | Marker::FixExt2
            | Marker::FixExt4
            | Marker::FixExt8
            | Marker::FixExt16
            | Marker::Ext8
            | Marker::Ext16
            | Marker::Ext32 => self.unknown(shape)?,
            Marker::Bin8 | Marker::Bin16 | Marker::Bin32 | Marker::Reserved => {
                return Err(Damage::new("a value is of a kind that Terraform does not write"));
            }
        };
        let inside = value.is_unknown() && sensitive.is_some_and(Sensitive::is_anywhere);
        let marked = inside || sensitive.is_some_and(Sensitive::is_here);
        Ok(if marked { value.with_marks(Marks::SENSITIVE) } else { value })
    }

    fn integer(&mut self) -> Result<Number, Damage> {
        let is_large = self.rest.first() == Some(&Marker::U64.to_u8());
        if is_large {
            return decode::read_u64(&mut self.rest).map(Number::from_u64).map_err(|_| cut());
        }
        read_int(&mut self.rest).map(Number::from_i64).map_err(|_| cut())
    }

    fn float(&mut self) -> Result<Number, Damage> {
        let float = if self.rest.first() == Some(&Marker::F32.to_u8()) {
            decode::read_f32(&mut self.rest).map(f64::from)
        } else {
            read_f64(&mut self.rest)
        };
        Number::from_f64(float.map_err(|_| cut())?).ok_or_else(|| Damage::new("a number is none (NaN)"))
    }

    fn text(&mut self) -> Result<&'b str, Damage> {
        match decode::read_str_from_slice(self.rest) {
            Ok((text, rest)) => {
                self.rest = rest;
                Ok(text)
            }
            Err(decode::DecodeStringError::InvalidUtf8(..)) => Err(Damage::new("a text is not UTF-8")),
            Err(_) => Err(Damage::new("a text is cut, or none stands where one has to be")),
        }
    }

    /// So many bytes.
    fn bytes(&mut self, length: u32) -> Result<&'b [u8], Damage> {
        let (bytes, rest) = self.rest.split_at_checked(length as usize).ok_or_else(cut)?;
        self.rest = rest;
        Ok(bytes)
    }

    /// How many elements a collection says that it has: never more than bytes are left, as each takes one at least.
    fn count(&self, count: u32) -> Result<usize, Damage> {
        if count as usize > self.rest.len() { Err(cut()) } else { Ok(count as usize) }
    }

    fn array(&mut self, shape: Shape<'_>, sensitive: Option<&Sensitive>, depth: usize) -> Result<Value, Damage> {
        let count = decode::read_array_len(&mut self.rest).map_err(|_| cut())?;
        let count = self.count(count)?;
        if count == 2 && matches!(self.marker()?, Marker::Bin8 | Marker::Bin16 | Marker::Bin32) {
            return self.dynamic(sensitive, depth);
        }
        if !shape.may_be_list() {
            return Err(wrong());
        }
        let mut elements = Vec::with_capacity(count.min(1024));
        for index in 0..count {
            let sensitive = sensitive.and_then(|sensitive| sensitive.element(index));
            elements.push(self.value(shape.element(index), sensitive, depth + 1)?);
        }
        Ok(shape.collection(elements))
    }

    /// A value of dynamic type: its type as JSON, and itself.
    fn dynamic(&mut self, sensitive: Option<&Sensitive>, depth: usize) -> Result<Value, Damage> {
        let length = read_bin_len(&mut self.rest).map_err(|_| cut())?;
        let json = serde_json::from_slice(self.bytes(length)?).ok();
        let ty = json.as_ref().and_then(type_of_json).ok_or_else(|| Damage::new("the type of a value is none"))?;
        self.value(Shape::Type(&ty), sensitive, depth + 1)
    }

    fn object(
        &mut self,
        shape: Shape<'_>,
        sensitive: Option<&Sensitive>,
        depth: usize,
        takes: impl Fn(&str) -> bool,
    ) -> Result<Value, Damage> {
        let count = read_map_len(&mut self.rest).map_err(|_| Damage::new("an object is cut, or none is there"))?;
        if !shape.may_be_object() {
            return Err(wrong());
        }
        let count = self.count(count)?;
        let mut members: Vec<(Str, Value)> = Vec::with_capacity(count.min(1024));
        for _ in 0..count {
            let name = self.text()?;
            if !takes(name) {
                self.skip()?;
                continue;
            }
            let (known, member) = shape.member(name);
            let sensitive = sensitive.and_then(|sensitive| sensitive.name(name));
            let value = self.value(member.shape, sensitive, depth + 1)?;
            let value = member.value(value);
            members.push((known.cloned().unwrap_or_else(|| key(name)), value));
        }
        Ok(shape.object(Entries::new(members)))
    }

    /// Passes over a value, however deep it is.
    fn skip(&mut self) -> Result<(), Damage> {
        let mut left: u64 = 1;
        while left > 0 {
            let marker = decode::read_marker(&mut self.rest).map_err(|_| cut())?;
            let (bytes, values) = self.size(marker).map_err(|_| cut())?;
            self.bytes(bytes)?;
            left = left - 1 + values;
        }
        Ok(())
    }

    /// How many bytes and values follow a marker and the sizes behind it, which are read.
    fn size(&mut self, marker: Marker) -> Result<(u32, u64), ValueReadError> {
        let rest = &mut self.rest;
        let size = match marker {
            Marker::Null | Marker::True | Marker::False | Marker::FixPos(_) | Marker::FixNeg(_) | Marker::Reserved => 0,
            Marker::U8 | Marker::I8 => 1,
            Marker::U16 | Marker::I16 | Marker::FixExt1 => 2,
            Marker::FixExt2 => 3,
            Marker::U32 | Marker::I32 | Marker::F32 => 4,
            Marker::FixExt4 => 5,
            Marker::U64 | Marker::I64 | Marker::F64 => 8,
            Marker::FixExt8 => 9,
            Marker::FixExt16 => 17,
            Marker::FixStr(length) => length.into(),
            Marker::Str8 | Marker::Bin8 => rest.read_data_u8()?.into(),
            Marker::Str16 | Marker::Bin16 => rest.read_data_u16()?.into(),
            Marker::Str32 | Marker::Bin32 => rest.read_data_u32()?,
            Marker::Ext8 => u32::from(rest.read_data_u8()?) + 1,
            Marker::Ext16 => u32::from(rest.read_data_u16()?) + 1,
            Marker::Ext32 => rest.read_data_u32()?.saturating_add(1),
            Marker::FixArray(count) => return Ok((0, count.into())),
            Marker::Array16 => return Ok((0, rest.read_data_u16()?.into())),
            Marker::Array32 => return Ok((0, rest.read_data_u32()?.into())),
            Marker::FixMap(count) => return Ok((0, 2 * u64::from(count))),
            Marker::Map16 => return Ok((0, 2 * u64::from(rest.read_data_u16()?))),
            Marker::Map32 => return Ok((0, 2 * u64::from(rest.read_data_u32()?))),
        };
        Ok((size, 0))
    }

    fn unknown(&mut self, shape: Shape<'_>) -> Result<Value, Damage> {
        let ExtMeta { typeid, size } = read_ext_meta(&mut self.rest).map_err(|_| cut())?;
        let payload = self.bytes(size)?;
        if size <= 1 {
            return Ok(shape.unknown());
        }
        if typeid != REFINED || size > MAX_REFINEMENT {
            return Err(Damage::new("an unknown value is of a kind that Terraform does not write"));
        }
        let refined = Reader { rest: payload }.refinements(Unknown::new(shape.ty()))?;
        Ok(Data::Unknown(Arc::new(refined)).into())
    }

    fn refinements(&mut self, mut unknown: Unknown) -> Result<Unknown, Damage> {
        let count = read_map_len(&mut self.rest).map_err(|_| cut())?;
        for _ in 0..self.count(count)? {
            let kind: i64 = read_int(&mut self.rest).map_err(|_| cut())?;
            match kind {
                // Whether it is null.
                1 => unknown.not_null = !read_bool(&mut self.rest).map_err(|_| cut())?,
                2 => unknown.prefix = Some(key(self.text()?)),
                5 => unknown.length.0 = read_int(&mut self.rest).map_err(|_| cut())?,
                6 => unknown.length.1 = Some(read_int(&mut self.rest).map_err(|_| cut())?),
                // Bounds of numbers, and what later versions may add.
                _ => self.skip()?,
            }
        }
        self.end().map(|()| unknown)
    }
}

fn cut() -> Damage {
    Damage::new("a value is cut, or is not what stands there in Terraform's plans")
}

fn wrong() -> Damage {
    Damage::new("a value is of another type than its attribute")
}

/// Text as values hold it (NFC).
fn key(text: &str) -> Str {
    match Value::string(text).data {
        Data::String(text) => text,
        Data::Null(_)
        | Data::Unknown(_)
        | Data::Bool(_)
        | Data::Number(_)
        | Data::List(..)
        | Data::Set(..)
        | Data::Map(..)
        | Data::Tuple(_)
        | Data::Object(_) => text.into(),
    }
}

/// A type as go-cty writes it in JSON (go-cty: `cty/json`, "type.go"). The depth is bounded by the JSON parser's.
fn type_of_json(json: &serde_json::Value) -> Option<Type> {
    if let Some(word) = json.as_str() {
        return match word {
            "string" => Some(Type::String),
            "number" => Some(Type::Number),
            "bool" => Some(Type::Bool),
            "dynamic" => Some(Type::Dynamic),
            _ => None,
        };
    }
    let parts = json.as_array()?;
    let argument = parts.get(1)?;
    match parts.first()?.as_str()? {
        "list" => type_of_json(argument).map(Type::list),
        "set" => type_of_json(argument).map(Type::set),
        "map" => type_of_json(argument).map(Type::map),
        "tuple" => argument.as_array()?.iter().map(type_of_json).collect::<Option<_>>().map(Type::tuple),
        "object" => {
            let attributes = argument.as_object()?.iter();
            let attributes: Option<Fields<Type>> =
                attributes.map(|(name, ty)| Some((key(name), type_of_json(ty)?))).collect();
            Some(Type::Object(Arc::new(ObjectType { attributes: attributes?, optional: Default::default() })))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Mode;
    use crate::lang::json;

    /// A value as JSON text, unknown ones as `"?"`.
    fn shown(bytes: &[u8], shape: Shape<'_>) -> String {
        match decode(bytes, shape) {
            Ok(value) if value.is_wholly_known() => json::encode(&value).unwrap(),
            Ok(value) => format!("{value:?}"),
            Err(Damage(why)) => format!("damaged: {why}"),
        }
    }

    #[test]
    fn what_go_cty_writes_is_read() {
        for (bytes, expected) in [
            (&b"\xc0"[..], "null"),
            (b"\xc3", "true"),
            (b"\x2a", "42"),
            (b"\xff", "-1"),
            (b"\xcd\x01\xbb", "443"),
            (b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", "18446744073709551615"),
            (b"\xd3\x80\x00\x00\x00\x00\x00\x00\x00", "-9223372036854775808"),
            (b"\xcb\x3f\xe0\x00\x00\x00\x00\x00\x00", "0.5"),
            (b"\xa2hi", "\"hi\""),
            (b"\x93\x01\xa1a\xc0", "[1,\"a\",null]"),
            (b"\x82\xa1a\x01\xa1b\x90", "{\"a\":1,\"b\":[]}"),
            // Of dynamic type: the type says that the text is a number, and the array a set.
            (b"\x92\xc4\x08\"number\"\xa30.1", "0.1"),
            (b"\x92\xc4\x10[\"set\",\"string\"]\x92\xa1b\xa1a", "[\"a\",\"b\"]"),
        ] {
            assert_eq!(shown(bytes, Shape::Any), expected, "{bytes:?}");
        }
    }

    #[test]
    fn the_schema_settles_what_travels_as_text() {
        let alarm = Shape::of(Mode::Managed, "aws_cloudwatch_metric_alarm");
        let value = decode(b"\x81\xa9threshold\xa30.1", alarm).unwrap();
        assert_eq!(value.get("threshold").unwrap().as_number(), Number::parse("0.1").as_ref());
        let number = Type::Number;
        let big = decode(b"\xb81208925819614629174706176"[..25].as_ref(), Shape::Type(&number)).unwrap();
        assert_eq!(big.as_number(), Number::parse("120892581961462917470617").as_ref());
    }

    #[test]
    fn unknown_values_keep_what_is_known_of_them() {
        let unknown = decode(b"\xd4\x00\x00", Shape::Any).unwrap();
        assert!(!unknown.as_unknown().unwrap().not_null);
        let refined = decode(b"\xc7\x09\x0c\x82\x01\xc2\x02\xa4arn:", Shape::Type(&Type::String)).unwrap();
        let refined = refined.as_unknown().unwrap();
        assert_eq!((refined.not_null, refined.prefix.as_deref(), &refined.ty), (true, Some("arn:"), &Type::String));
        let bounded = decode(b"\xc7\x05\x0c\x82\x05\x01\x06\x03", Shape::Any).unwrap();
        assert_eq!(bounded.as_unknown().unwrap().length, (1, Some(3)));
    }

    #[test]
    fn what_is_damaged_is_refused() {
        let deep = vec![0x91; 100_000];
        let mut deep_and_skipped = b"\x81\xa1x".to_vec();
        deep_and_skipped.extend(&deep);
        for bytes in [
            &b""[..],
            b"\xc1",
            b"\xa5cut",
            b"\xa2\xff\xfe",
            b"\xdd\xff\xff\xff\xff",
            b"\xdf\xff\xff\xff\xff\xa1a",
            b"\xdb\xff\xff\xff\xff",
            b"\xc9\xff\xff\xff\xff\x0c",
            b"\xc7\x02\x05\x00\x00",
            b"\xc8\x04\x01\x0c",
            b"\x81\x01\x02",
            b"\x01\x02",
            b"\x92\xc4\x05\"nope\"\x01",
            b"\x92\xc4\x02[]\x01",
            b"\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00",
            &deep,
            &deep_and_skipped,
        ] {
            assert!(decode(bytes, Shape::Any).is_err(), "{bytes:?}");
        }
        // The innermost array lacks its element.
        let nothing = decode_resource(&deep_and_skipped, Shape::Any, &Wanted::Nothing, &Sensitive::default());
        assert!(nothing.is_err());
    }

    #[test]
    fn what_nobody_wants_is_passed_over() {
        for value in [
            &b"\xc0"[..],
            b"\xcd\x01\xbb",
            b"\xcb\x3f\xe0\x00\x00\x00\x00\x00\x00",
            b"\xd9\x02hi",
            b"\xd4\x00\x00",
            b"\xc7\x03\x0c\x81\x01\xc2",
            b"\xdc\x00\x02\xa1a\x82\xa1b\x01\xa1c\x90",
            b"\x92\xc4\x08\"number\"\xa30.1",
        ] {
            let object = [b"\x82\xa1a".as_slice(), value, b"\xa4tags\x80"].concat();
            let wanted = Wanted::Only(std::rc::Rc::from([Str::from("tags")]));
            let read = decode_resource(&object, Shape::Any, &wanted, &Sensitive::default()).unwrap();
            assert!(read.get("tags").is_some() && read.get("a").is_none(), "{value:?}");
        }
    }
}
