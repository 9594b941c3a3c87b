//! A report on its way out: what is known early waits in a temporary file, as the head needs figures of the end.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};

/// The body of a report, growing.
pub struct Spool {
    body: BufWriter<File>,
}

impl Spool {
    /// An empty body.
    pub fn new() -> io::Result<Self> {
        let body = BufWriter::new(tempfile::tempfile()?);
        Ok(Self { body })
    }

    /// Adds to the body.
    pub fn add(&mut self, text: &str) -> io::Result<()> {
        self.body.write_all(text.as_bytes())
    }

    /// Writes it out: head, body, end; as often as asked.
    pub fn write(&mut self, out: &mut dyn Write, head: &str, end: &str) -> io::Result<()> {
        Self::write_bodies(out, &mut [(head, self)], end)
    }

    /// Writes several bodies out, each behind a text of its own, then the end.
    pub fn write_bodies(out: &mut dyn Write, bodies: &mut [(&str, &mut Self)], end: &str) -> io::Result<()> {
        for (head, spool) in bodies {
            spool.body.flush()?;
            spool.body.seek(SeekFrom::Start(0))?;
            out.write_all(head.as_bytes())?;
            io::copy(spool.body.get_mut(), out)?;
        }
        out.write_all(end.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_its_head_its_body_and_its_end_as_often_as_asked() {
        let mut spool = Spool::new().expect("a temporary file");
        for part in ["1", "2"] {
            spool.add(part).expect("added");
        }
        for end in [">", "]"] {
            let mut out = Vec::new();
            spool.write(&mut out, "<", end).expect("written");
            assert_eq!(String::from_utf8(out).expect("text"), format!("<12{end}"));
        }
        let mut other = Spool::new().expect("a temporary file");
        for text in ["<12|3>", "<12|33>"] {
            other.add("3").expect("added");
            let mut out = Vec::new();
            Spool::write_bodies(&mut out, &mut [("<", &mut spool), ("|", &mut other)], ">").expect("written");
            assert_eq!(String::from_utf8(out).expect("text"), text);
        }
    }
}
