//! Logarithms and powers to the last bit as Go computes them (package `math`), which need not be as this machine's
//! library does.

/// Splits a positive, finite number into a fraction from 0.5 to 1 and a power of two.
fn split(number: f64) -> (f64, i64) {
    if number < f64::MIN_POSITIVE {
        let (fraction, exponent) = split(number * 2f64.powi(52));
        return (fraction, exponent - 52);
    }
    split_as_normal(number)
}

fn split_as_normal(number: f64) -> (f64, i64) {
    let bits = number.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i64 - 1022;
    (f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52), exponent)
}

/// The natural logarithm, after "fdlibm" (`e_log.c`).
pub(super) fn log(number: f64) -> f64 {
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const EVEN: [f64; 3] = [3.999_999_999_940_942e-1, 2.222_219_843_214_978_4e-1, 1.531_383_769_920_937_3e-1];
    const ODD: [f64; 4] =
        [6.666_666_666_666_735e-1, 2.857_142_874_366_239e-1, 1.818_357_216_161_805e-1, 1.479_819_860_511_658_6e-1];
    if !(number > 0.0 && number.is_finite()) {
        return number.ln();
    }
    // Go's own routine for this processor takes a number below the normal ones as its bits stand.
    let (mut fraction, mut exponent) = split_as_normal(number);
    if fraction < std::f64::consts::FRAC_1_SQRT_2 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let rest = fraction - 1.0;
    let power = exponent as f64;
    let ratio = rest / (2.0 + rest);
    let square = ratio * ratio;
    let fourth = square * square;
    let odd = square * (ODD[0] + fourth * (ODD[1] + fourth * (ODD[2] + fourth * ODD[3])));
    let even = fourth * (EVEN[0] + fourth * (EVEN[1] + fourth * EVEN[2]));
    let half = 0.5 * rest * rest;
    power * LN2_HIGH - ((half - (ratio * (half + (odd + even)) + power * LN2_LOW)) - rest)
}

/// The exponential function as Go has it where the processor multiplies and adds at once: after N. Shibata, "Efficient
/// evaluation methods of elementary functions suitable for SIMD computation" (2010). For arguments that do not overflow.
fn exp(number: f64) -> f64 {
    const LN2_UPPER: f64 = 0.693_147_180_559_662_956_511_601_805_686_950_683_593_75;
    const LN2_LOWER: f64 = 0.282_352_905_630_315_771_225_884_481_750_134_360_255_254_120_68e-12;
    /// Of the Taylor series, from 1/8! on.
    const SERIES: [f64; 8] = [
        2.480_158_730_158_73e-5,
        1.984_126_984_126_984e-4,
        1.388_888_888_888_889e-3,
        8.333_333_333_333_333e-3,
        4.166_666_666_666_666_4e-2,
        1.666_666_666_666_666_6e-1,
        0.5,
        1.0,
    ];
    let power = (number * std::f64::consts::LOG2_E).round_ties_even();
    let rest = (-power).mul_add(LN2_LOWER, (-power).mul_add(LN2_UPPER, number)) * 0.0625;
    let series = SERIES[1..].iter().fold(SERIES[0], |sum, term| sum.mul_add(rest, *term));
    let mut less_one = rest * series;
    for _ in 0..3 {
        less_one *= less_one + 2.0;
    }
    scale((less_one + 2.0).mul_add(less_one, 1.0), power as i64)
}

/// A power: the whole part of the exponent by repeated squaring, the rest by logarithm.
pub(super) fn pow(base: f64, exponent: f64) -> f64 {
    let special = base == 0.0
        || exponent == 0.0
        || base == 1.0
        || !base.is_finite()
        || !exponent.is_finite()
        || exponent.abs() >= 2f64.powi(62);
    if special || (base < 0.0 && exponent.fract() != 0.0) {
        return base.powf(exponent);
    }
    match exponent {
        1.0 => return base,
        -1.0 => return 1.0 / base,
        0.5 => return base.sqrt(),
        -0.5 => return 1.0 / base.sqrt(),
        _ => {}
    }
    let (mut whole, mut part) = (exponent.abs().trunc(), exponent.abs().fract());
    let mut result = 1.0;
    if part != 0.0 {
        if part > 0.5 {
            part -= 1.0;
            whole += 1.0;
        }
        result = exp(part * log(base));
    }
    let mut result_exponent = 0i64;
    let (mut factor, mut factor_exponent) = split(base.abs());
    if base < 0.0 {
        factor = -factor;
    }
    let mut left = whole as i64;
    while left != 0 {
        if factor_exponent.abs() > 1 << 12 {
            // Over- or underflow: what the exponent says is all that counts.
            result_exponent += factor_exponent;
            break;
        }
        if left & 1 == 1 {
            result *= factor;
            result_exponent += factor_exponent;
        }
        factor *= factor;
        factor_exponent *= 2;
        if factor < 0.5 {
            factor += factor;
            factor_exponent -= 1;
        }
        left >>= 1;
    }
    if exponent < 0.0 {
        result = 1.0 / result;
        result_exponent = -result_exponent;
    }
    scale(result, result_exponent)
}

/// A number times a power of two, rounded once.
fn scale(number: f64, exponent: i64) -> f64 {
    let exponent = exponent.clamp(-2300, 2300) as i32;
    if exponent < -1000 {
        return number * 2f64.powi(exponent + 600) * 2f64.powi(-600);
    }
    let half = exponent / 2;
    number * 2f64.powi(half) * 2f64.powi(exponent - half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_bit_is_that_of_go() {
        assert_eq!(log(1000.0) / log(10.0), 2.999_999_999_999_999_6);
        assert_eq!(log(7.0) / log(3.0), 1.771_243_749_161_422_4);
        assert_eq!(pow(1.1, 10.0), 2.593_742_460_100_002);
        assert_eq!(pow(2.0, -1074.0), 5e-324);
        assert_eq!(pow(10.0, 400.0), f64::INFINITY);
        assert_eq!(pow(10.0, -400.0), 0.0);
    }
}
