//! Numbers ("Terraform Language: Numeric Functions").

use num_bigint::BigInt;

use super::super::Number;
use super::super::types::Type;
use super::super::value::Value;
use super::{Call, Failure, Function, Returns, Takes, any, at, function, go_math, number, quoted};

const NUMBER: Returns = Returns::Always(Takes::Number);

pub(super) const FUNCTIONS: &[Function] = &[
    function("abs", &[number("num").untyped().marked()], NUMBER, abs),
    function("ceil", &[number("num")], NUMBER, |call| rounded(call, Number::ceil)),
    function("floor", &[number("num")], NUMBER, |call| rounded(call, Number::floor)),
    function("log", &[number("num"), number("base")], NUMBER, |call| {
        let (number, base) = (float(call, 0)?, float(call, 1)?);
        of_float(go_math::log(number) / go_math::log(base))
    }),
    function("max", &[], NUMBER, |call| extreme(call, |number, most| number > most))
        .choosing()
        .variadic(number("numbers").untyped())
        .keeps(),
    function("min", &[], NUMBER, |call| extreme(call, |number, least| number < least))
        .choosing()
        .variadic(number("numbers").untyped())
        .keeps(),
    function(
        "parseint",
        &[any("number").unknowable().marked(), number("base").unknowable().marked()],
        parse_type(),
        parse,
    ),
    function("pow", &[number("num"), number("power")], NUMBER, |call| {
        of_float(go_math::pow(float(call, 0)?, float(call, 1)?))
    }),
    function("signum", &[number("num")], NUMBER, |call| Ok(Value::number(Number::from_i64(call.int(0)?.signum())))),
];

const fn parse_type() -> Returns {
    Returns::By(|arguments| {
        let ty = arguments[0].ty();
        if ty == Type::String {
            return Ok(Type::Number);
        }
        Err(at(0, format!("first argument must be a string, not {ty}")))
    })
}

fn abs(call: &Call<'_>) -> Result<Value, Failure> {
    let number = call.arguments[0].as_number().ok_or("a number is required")?;
    Ok(Value::number(number.absolute()).with_marks(call.arguments[0].marks))
}

fn rounded(call: &Call<'_>, round: fn(&Number) -> Number) -> Result<Value, Failure> {
    let number = call.arguments[0].as_number().ok_or("a number is required")?;
    if number.is_integer() && !number.is_zero() {
        Ok(call.arguments[0].clone())
    } else {
        Ok(Value::number(round(number)))
    }
}

/// An argument as a number of 64 bits: it may lose digits, and may not become infinite.
fn float(call: &Call<'_>, index: usize) -> Result<f64, Failure> {
    let Some(number) = call.arguments[index].as_number() else { return Ok(0.0) };
    let float = number.to_f64();
    if float.is_infinite() && !number.is_infinite() {
        let most = format!("{:.6}", f64::MAX);
        return Err(format!("value must be between -{most} and {most} inclusive").into());
    }
    Ok(float)
}

fn of_float(number: f64) -> Result<Value, Failure> {
    Number::from_f64(number).map(Value::number).ok_or_else(|| "the result is not a number".into())
}

fn extreme(call: &Call<'_>, better: fn(&Number, &Number) -> bool) -> Result<Value, Failure> {
    let mut best: Option<&Value> = None;
    for value in call.arguments {
        let (Some(number), found) = (value.as_number(), best.and_then(Value::as_number)) else { continue };
        if found.is_none_or(|found| better(number, found)) {
            best = Some(value);
        }
    }
    best.cloned().ok_or_else(|| "must pass at least one number".into())
}

fn parse(call: &Call<'_>) -> Result<Value, Failure> {
    let [text, base] = call.arguments else { return Ok(call.unknown()) };
    let marks = text.marks.with(base.marks);
    if text.is_unknown() || base.is_unknown() {
        return Ok(call.unknown().with_marks(marks));
    }
    let base_number = call.int(1).map_err(|message| at(1, message))?;
    if !(2..=62).contains(&base_number) {
        return Err(at(1, "base must be a whole number between 2 and 62 inclusive"));
    }
    let Some(number) = digits(call.text(0), base_number as u32) else {
        let base = if base.marks.is_empty() { base_number.to_string() } else { "(sensitive value)".into() };
        let text = quoted(call.text(0), text.marks);
        return Err(at(0, format!("cannot parse {text} as a base {base} integer")));
    };
    Ok(Value::number(Number::from_bigint(&number)).with_marks(marks))
}

/// An integer in a base up to 62: digits, then small letters, then (the same up to base 36) capitals.
fn digits(text: &str, base: u32) -> Option<BigInt> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let values = text.bytes().map(|byte| {
        let value = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'z' => byte - b'a' + 10,
            b'A'..=b'Z' if base <= 36 => byte - b'A' + 10,
            b'A'..=b'Z' => byte - b'A' + 36,
            _ => return None,
        };
        (u32::from(value) < base).then_some(value)
    });
    let values = values.collect::<Option<Vec<u8>>>().filter(|values| !values.is_empty())?;
    let sign = if negative { num_bigint::Sign::Minus } else { num_bigint::Sign::Plus };
    BigInt::from_radix_be(sign, &values, base)
}
