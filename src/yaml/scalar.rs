use super::Value;

/// Reads a plain scalar by YAML 1.2's core schema: `yes`, `on` and `1_000` are text.
pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).unwrap_or_else(|| Value::String(text.to_owned())),
    }
}

/// Infinities and not-a-number stay text: JSON has neither. So do integers of more than 64 bits, which would lose digits.
fn number(text: &str) -> Option<Value> {
    if let Some(hex) = text.strip_prefix("0x") {
        return digits(hex, 16);
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return digits(octal, 8);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = are_digits(whole)
        && are_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && are_digits(exponent));
    if !is_number {
        return None;
    }
    if mantissa == whole && exponent.is_none() {
        return text.parse().ok().map(Value::Int);
    }
    text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::Float)
}

fn digits(text: &str, radix: u32) -> Option<Value> {
    let only_digits = !text.is_empty() && text.chars().all(|letter| letter.is_digit(radix));
    only_digits.then(|| i64::from_str_radix(text, radix).ok())?.map(Value::Int)
}
