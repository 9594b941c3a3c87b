//! Multipart bodies (RFC 7578): the parts in their order, files streamed.

use std::path::Path;

use bytes::Bytes;
use rand::RngExt;

use super::body::{BodyFiles, Segment};
use crate::model::wire::{ResolvedContent, ResolvedPart};

/// A boundary as Postman writes it: 26 dashes and 24 digits.
pub(super) fn boundary() -> String {
    let mut rng = rand::rng();
    let digits: String = (0..24).map(|_| char::from(b'0' + rng.random_range(0..10u8))).collect();
    format!("{:-<26}{digits}", "")
}

/// The body of some parts; a part whose file cannot be read is left out with a warning, as in Postman.
pub(super) async fn segments(
    parts: &[ResolvedPart],
    boundary: &str,
    files: BodyFiles<'_>,
    warnings: &mut Vec<String>,
) -> Vec<Segment> {
    let mut segments = Vec::new();
    for part in parts {
        let (content, file_name, guessed) = match &part.content {
            ResolvedContent::Text(text) => (Segment::Bytes(Bytes::from(text.clone())), None, None),
            ResolvedContent::File(path) if path.is_empty() => {
                warnings.push(format!("the form part `{}` has no file: sent empty", part.name));
                (Segment::Bytes(Bytes::new()), Some(String::new()), None)
            }
            ResolvedContent::File(path) => match files.open(path).await {
                Ok(file) => {
                    let name = Path::new(path)
                        .file_name()
                        .unwrap_or_default()
                        .to_string_lossy()
                        .into_owned();
                    let guessed = mime_guess::from_path(path).first_or_octet_stream();
                    (file, Some(name), Some(guessed.to_string()))
                }
                Err(why) => {
                    warnings.push(format!("the form part `{}` is not sent: {why}", part.name));
                    continue;
                }
            },
        };
        let mut head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"",
            escape(&part.name)
        );
        if let Some(file_name) = part.file_name.clone().or(file_name) {
            head = format!("{head}; filename=\"{}\"", escape(&file_name));
        }
        if let Some(content_type) = part.content_type.clone().or(guessed) {
            head = format!("{head}\r\nContent-Type: {}", one_line(&content_type));
        }
        head.push_str("\r\n\r\n");
        segments.push(Segment::Bytes(Bytes::from(head)));
        segments.push(content);
        segments.push(Segment::Bytes(Bytes::from_static(b"\r\n")));
    }
    if !segments.is_empty() {
        segments.push(Segment::Bytes(Bytes::from(format!("--{boundary}--\r\n"))));
    }
    segments
}

/// A name between quotes, as browsers escape it.
fn escape(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// A value that cannot smuggle in another header.
fn one_line(value: &str) -> String {
    value.replace(['\r', '\n'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_looks_like_postmans_and_is_another_each_time() {
        let (one, two) = (boundary(), boundary());
        assert_eq!(one.len(), 50);
        assert!(one[..26].bytes().all(|b| b == b'-') && one[26..].bytes().all(|b| b.is_ascii_digit()));
        assert_ne!(one, two);
    }

    #[test]
    fn names_cannot_break_out_of_their_quotes() {
        assert_eq!(escape("a\"; x=\"\r\nb"), "a%22; x=%22%0D%0Ab");
    }
}
