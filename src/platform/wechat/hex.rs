//! Lower-case hexadecimal, as WeChat writes its signatures.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

pub fn push_hex(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        out.push(digit(byte >> 4));
        out.push(digit(byte & 15));
    }
}

fn digit(value: u8) -> char {
    DIGITS.get(usize::from(value)).map_or('0', |digit| char::from(*digit))
}
