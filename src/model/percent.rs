//! What is percent-encoded where: the alphabets of URLs and forms as Postman has them. An
//! existing `%xx` stays as it is, except in a form.

/// What a path is encoded with, beside controls and all beyond ASCII.
pub const PATH: &str = " \"<>`#?{}";
/// What a query as a whole is encoded with.
pub const QUERY: &str = " \"#'<>";
/// What the value of one query parameter is encoded with.
pub const QUERY_VALUE: &str = " \"#'<>&";
/// What the name of one query parameter is encoded with.
pub const QUERY_NAME: &str = " \"#'<>&=";
/// What a fragment is encoded with.
pub const FRAGMENT: &str = " \"<>`";
/// What user and password of a URL are encoded with.
pub const USERINFO: &str = " \"<>`#?{}/:;=@[\\]^|";

/// Percent-encodes controls, everything beyond ASCII, and the characters of `set`.
pub fn encode(text: &str, set: &str) -> String {
    encode_if(text, |b| !(0x20..0x7f).contains(&b) || set.as_bytes().contains(&b))
}

/// Percent-encodes only the characters of `set`.
pub fn encode_only(text: &str, set: &[char]) -> String {
    encode_if(text, |b| b.is_ascii() && set.contains(&char::from(b)))
}

/// A form's name or value: all but letters, digits and `- . _ ~` is encoded, `!'()*` too, unlike what
/// `encodeURIComponent` does.
pub fn form(text: &str) -> String {
    encode_if(text, |b| !b.is_ascii_alphanumeric() && !b"-._~".contains(&b))
}

/// The bytes of a character are encoded all or none.
fn encode_if(text: &str, special: impl Fn(u8) -> bool) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    let mut bytes = [0; 4];
    for c in text.chars() {
        let spelled = c.encode_utf8(&mut bytes).bytes();
        if !spelled.clone().any(&special) {
            out.push(c);
            continue;
        }
        for b in spelled {
            out.push('%');
            out.push(char::from(HEX[usize::from(b >> 4)]));
            out.push(char::from(HEX[usize::from(b & 15)]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_has_its_alphabet() {
        assert_eq!(form("v v é&=+'!*()~"), "v%20v%20%C3%A9%26%3D%2B%27%21%2A%28%29~");
        assert_eq!(encode("a b%20é[1]|'", QUERY), "a%20b%20%C3%A9[1]|%27");
        assert_eq!(encode("a=b&c", QUERY_VALUE), "a=b%26c");
        assert_eq!(encode("a=b&c", QUERY_NAME), "a%3Db%26c");
        assert_eq!(encode_only("a#bé&", &['#', '&']), "a%23bé%26");
    }
}
