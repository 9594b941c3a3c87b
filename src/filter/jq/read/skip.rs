//! Going over a value without making it: the same rules and the same mistakes, in a small part of the time and in no memory.

use super::super::super::meter;
use super::{DEEP, MOST_DEPTH, Mistake, Reader};

impl Reader<'_> {
    /// Goes to the end of the value that begins here.
    pub(super) fn skip(&mut self) -> Result<(), Mistake> {
        // Of each list or object that is open, whether it is an object.
        let mut open = Vec::new();
        let skipped = self.over(&mut open);
        match skipped {
            // It has what is whole.
            Err(_) if self.may_end() && !open.is_empty() => {
                self.at = self.bytes.len();
                Ok(())
            }
            other => other,
        }
    }

    fn over(&mut self, open: &mut Vec<bool>) -> Result<(), Mistake> {
        loop {
            self.step();
            match self.peek() {
                Some(b'{') => {
                    self.enter(open, true)?;
                    if self.peek() != Some(b'}') {
                        self.name()?;
                        continue;
                    }
                }
                Some(b'[') => {
                    self.enter(open, false)?;
                    if self.peek() != Some(b']') {
                        continue;
                    }
                }
                Some(b'"') => self.skip_text()?,
                Some(b't') => self.word("true", ())?,
                Some(b'f') => self.word("false", ())?,
                Some(b'n') => self.word("null", ())?,
                Some(b'-' | b'0'..=b'9') => {
                    self.number()?;
                }
                Some(_) => return self.fail("a value should stand here"),
                None => return self.fail("it ends early"),
            }
            loop {
                let Some(object) = open.last().copied() else {
                    return Ok(());
                };
                self.space();
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        self.space();
                        if object {
                            self.name()?;
                        }
                        break;
                    }
                    Some(b'}') if object => self.at += 1,
                    Some(b']') if !object => self.at += 1,
                    Some(_) if object => return self.fail("a comma or `}` should stand here"),
                    Some(_) => return self.fail("a comma or `]` should stand here"),
                    None => return self.fail("it ends early"),
                }
                open.pop();
            }
        }
    }

    fn enter(&mut self, open: &mut Vec<bool>, object: bool) -> Result<(), Mistake> {
        let depth = u32::try_from(open.len()).unwrap_or(u32::MAX - 1);
        if depth == MOST_DEPTH && self.lines {
            return self.fail(DEEP);
        }
        open.push(object);
        meter::depth(depth + 1);
        self.at += 1;
        self.space();
        Ok(())
    }

    /// Goes over a name and its colon, to its value; returns where the name is, its quotes left out.
    pub(super) fn name(&mut self) -> Result<std::ops::Range<usize>, Mistake> {
        self.space();
        if self.peek() != Some(b'"') {
            return self.fail("a name in quotes should stand here");
        }
        let start = self.at + 1;
        self.skip_text()?;
        let end = self.at - 1;
        self.space();
        if self.peek() != Some(b':') {
            return self.fail("a colon should stand here");
        }
        self.at += 1;
        self.space();
        Ok(start..end)
    }

    fn skip_text(&mut self) -> Result<(), Mistake> {
        self.at += 1;
        let mut escaped = Vec::new();
        loop {
            let end = self.at + self.special()?;
            self.at = end + 1;
            if self.bytes[end] == b'"' {
                return Ok(());
            }
            escaped.clear();
            self.escape(&mut escaped)?;
        }
    }
}
