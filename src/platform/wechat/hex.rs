//! Lower-case hexadecimal, as WeChat writes its signatures.

const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];

pub fn push_hex(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        out.push(digit(byte >> 4));
        out.push(digit(byte & 15));
    }
}

fn digit(value: u8) -> char {
    DIGITS.get(usize::from(value)).copied().unwrap_or('0')
}
