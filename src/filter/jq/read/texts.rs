//! Texts in quotes, and the escapes in them.

use super::{Mistake, OPEN_TEXT, Reader};

impl Reader<'_> {
    pub(super) fn text(&mut self) -> Result<String, Mistake> {
        self.at += 1;
        let start = self.at;
        let end = self.special()?;
        if self.bytes[start + end] == b'"' {
            self.at = start + end + 1;
            return Ok(String::from_utf8_lossy(&self.bytes[start..start + end]).into_owned());
        }
        let mut out = Vec::new();
        loop {
            let from = self.at;
            let next = self.special()?;
            out.extend_from_slice(&self.bytes[from..from + next]);
            self.at = from + next + 1;
            if self.bytes[from + next] == b'"' {
                return Ok(match String::from_utf8(out) {
                    Ok(text) => text,
                    Err(broken) => String::from_utf8_lossy(broken.as_bytes()).into_owned(),
                });
            }
            self.escape(&mut out)?;
        }
    }

    /// How far it is to what ends a text or is an escape.
    pub(super) fn special(&mut self) -> Result<usize, Mistake> {
        let rest = &self.bytes[self.at..];
        let found = if self.lines {
            memchr::memchr3(b'"', b'\\', b'\n', rest)
        } else {
            memchr::memchr2(b'"', b'\\', rest)
        };
        match found {
            Some(len) if rest[len] == b'\n' => {
                self.at += len;
                self.fail(OPEN_TEXT)
            }
            Some(len) => Ok(len),
            None => {
                self.ran_out = true;
                self.fail(OPEN_TEXT)
            }
        }
    }

    pub(super) fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), Mistake> {
        let Some(byte) = self.peek() else {
            return self.fail("it ends early");
        };
        self.at += 1;
        out.push(match byte {
            b'"' | b'\\' | b'/' => byte,
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'b' => 8,
            b'f' => 12,
            b'u' => {
                let first = self.hex()?;
                let low = first & 0xFC00 == 0xD800 && self.bytes[self.at..].starts_with(b"\\u");
                let code = if low {
                    let before = self.at;
                    self.at += 2;
                    let second = self.hex()?;
                    if second & 0xFC00 == 0xDC00 {
                        0x10000 + ((first & 0x3FF) << 10) + (second & 0x3FF)
                    } else {
                        self.at = before;
                        first
                    }
                } else {
                    first
                };
                // Half of a pair is no character.
                let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => {
                self.at -= 1;
                return self.fail("there is no such escape");
            }
        });
        Ok(())
    }

    fn hex(&mut self) -> Result<u32, Mistake> {
        let digits = self.bytes.get(self.at..self.at + 4);
        // What reads numbers takes a sign, too.
        let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let Some(code) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) else {
            let rest = &self.bytes[self.at..];
            self.ran_out |= rest.len() < 4 && rest.iter().all(u8::is_ascii_hexdigit);
            return self.fail("four hexadecimal digits should stand here");
        };
        self.at += 4;
        Ok(code)
    }
}
