//! A report on its way out: what is known early waits in a temporary file, as the head needs figures of the end, and as a
//! value may turn out to be secret only in a later request. Each piece is gone over once more if that is so.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};

use crate::model::Redactor;

/// What stands before and behind a value in a piece; no text of a report has these characters in it otherwise.
const VALUE: (char, char) = ('\u{2}', '\u{3}');

/// The body of a report, growing.
pub struct Spool {
    body: BufWriter<File>,
    pieces: Vec<Piece>,
}

/// Where a piece ends, and how much was known to be secret when it was made.
#[derive(Clone, Copy)]
struct Piece {
    length: u64,
    known: usize,
}

impl Spool {
    /// An empty body.
    pub fn new() -> io::Result<Self> {
        let body = BufWriter::new(tempfile::tempfile()?);
        let pieces = Vec::new();
        Ok(Self { body, pieces })
    }

    /// Adds to the body what the redactor has been over.
    pub fn add(&mut self, piece: impl AsRef<[u8]>, redactor: &Redactor) -> io::Result<()> {
        let piece = piece.as_ref();
        self.pieces.push(Piece {
            length: piece.len() as u64,
            known: redactor.count(),
        });
        self.body.write_all(piece)
    }

    /// Reads it piece by piece, as often as asked; and whether more is secret by now than when a piece was made.
    pub fn read(
        &mut self,
        redactor: &Redactor,
        mut each: impl FnMut(Vec<u8>, bool) -> io::Result<()>,
    ) -> io::Result<()> {
        self.body.flush()?;
        let file = self.body.get_mut();
        file.seek(SeekFrom::Start(0))?;
        for piece in &self.pieces {
            let mut bytes = Vec::with_capacity(usize::try_from(piece.length).unwrap_or(0));
            file.take(piece.length).read_to_end(&mut bytes)?;
            each(bytes, piece.known != redactor.count())?;
        }
        file.seek(SeekFrom::End(0)).map(drop)
    }

    /// Writes it out: head, body, end; as often as asked. For texts whose [`value`]s are marked.
    pub fn write(&mut self, out: &mut dyn Write, head: &str, end: &str, redactor: &Redactor) -> io::Result<()> {
        out.write_all(head.as_bytes())?;
        self.read(redactor, |piece, is_late| {
            let piece = String::from_utf8_lossy(&piece);
            out.write_all(marked(&piece, is_late.then_some(redactor)).as_bytes())
        })?;
        out.write_all(end.as_bytes())
    }
}

/// A value as it stands in a piece; all else there are names and what is our own.
pub fn value(text: &str) -> String {
    format!("{}{text}{}", VALUE.0, VALUE.1)
}

/// A text without the marks of its values, and without what has become secret meanwhile.
pub fn marked(text: &str, redactor: Option<&Redactor>) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive(VALUE.1) {
        let (own, given) = part.split_once(VALUE.0).unwrap_or((part, ""));
        let given = given.trim_end_matches(VALUE.1);
        match redactor {
            Some(redactor) => {
                out.push_str(&redactor.redact_name(own));
                out.push_str(&redactor.redact(given));
            }
            None => out.extend([own, given]),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;
    use crate::model::secret::MASK;

    #[test]
    fn a_report_is_its_head_its_body_and_its_end_as_often_as_asked() {
        let mut spool = Spool::new().expect("a temporary file");
        let redactor = Redactor::default();
        let write = |spool: &mut Spool, end: &str| {
            let mut out = Vec::new();
            spool.write(&mut out, "<", end, &redactor).expect("written");
            String::from_utf8(out).expect("text")
        };
        for part in ["1", "2"] {
            spool.add(part, &redactor).expect("added");
        }
        assert_eq!([">", "]"].map(|end| write(&mut spool, end)), ["<12>", "<12]"]);
        spool.add("3", &redactor).expect("added");
        assert_eq!(write(&mut spool, ">"), "<123>");
    }

    #[test]
    fn what_is_secret_later_is_hidden_in_what_came_before() {
        let mut spool = Spool::new().expect("a temporary file");
        let piece = format!(
            "<b class=\"secret\">secret tok-123456789</b>{}, {}",
            value("a secret b"),
            value("tok-123456789")
        );
        spool.add(&piece, &Redactor::default()).expect("added");
        let redactor = Redactor::new(["secret", "tok-123456789"].map(Secret::new));
        let mut out = Vec::new();
        spool.write(&mut out, "", "", &redactor).expect("written");
        let expected = format!("<b class=\"secret\">secret {MASK}</b>a {MASK} b, {MASK}");
        assert_eq!(String::from_utf8(out).expect("text"), expected);
    }
}
