//! The body on its way out: encoded, measured, and streamed as often as redirects ask for it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Either, Full, StreamBody};
use hyper::body::Frame;
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

use super::headers::FORM;
use super::multipart;
use super::trace::Trace;
use crate::auth::SignedRequest;
use crate::model::body::inline;
use crate::model::exchange::SentRequest;
use crate::model::reason::reason;
use crate::model::wire::{ResolvedBody, ResolvedContent};

/// What is read into memory of a file that is signed, in bytes.
const MOST_SIGNED: u64 = 64 << 20;

/// How much of a file is read at once, in bytes: each reading is a trip to another thread and back.
const FILE_STEP: usize = 256 * 1024;

/// A body as hyper sends it: in one piece, or as it is read.
pub(super) type Body = Either<Full<Bytes>, UnsyncBoxBody<Bytes, std::io::Error>>;

/// A piece of a body: bytes, or a file that is read when it is sent.
#[derive(Clone, Debug)]
pub(super) enum Segment {
    Bytes(Bytes),
    File { path: PathBuf, len: u64 },
}

/// A body, ready to be sent any number of times.
#[derive(Clone, Debug, Default)]
pub(super) struct Outgoing {
    segments: Vec<Segment>,
    /// The Content-Type it asks for.
    pub content_type: Option<String>,
    /// Raw and GraphQL bodies have their Content-Type right behind the user's headers.
    pub type_first: bool,
    /// A file's Content-Type stands behind its length.
    pub length_first: bool,
    /// The boundary, which a user's own Content-Type may lack.
    pub boundary: Option<String>,
}

impl Outgoing {
    /// Prepares the body of a request; what cannot be sent is told in a warning.
    pub(super) async fn new(request: &SignedRequest, files: BodyFiles<'_>, warnings: &mut Vec<String>) -> Self {
        if !request.method().has_body() && !request.settings().always_send_body.unwrap_or(false) {
            return Self::default();
        }
        let mut out = Self::default();
        match request.body() {
            ResolvedBody::None => {}
            form @ ResolvedBody::Form(_) => {
                out.push(form.bytes().unwrap_or_default());
                out.content_type = Some(FORM.to_owned());
            }
            ResolvedBody::Multipart(parts) => {
                let own = request.headers().iter().rev().find_map(own_boundary);
                let boundary = own.unwrap_or_else(multipart::boundary);
                out.segments = multipart::segments(parts, &boundary, files, warnings).await;
                out.content_type = Some(format!("multipart/form-data; boundary={boundary}"));
                out.boundary = Some(boundary);
            }
            ResolvedBody::Bytes {
                content_type, bytes, ..
            } => {
                out.push(bytes.clone());
                out.content_type = Some((*content_type).to_owned());
                out.type_first = true;
            }
            ResolvedBody::File { path, bytes } => {
                match bytes {
                    // As it was signed.
                    Some(read) => out.segments.push(Segment::Bytes(read.clone())),
                    None => match files.open(path).await {
                        Ok(file) => out.segments.push(file),
                        Err(why) => warnings.push(format!("the body is not sent: {why}")),
                    },
                }
                out.length_first = true;
                // Content without a name has no type, as in Postman.
                if inline(path).is_none() {
                    out.content_type = Some(mime_guess::from_path(path).first_or_octet_stream().to_string());
                }
            }
        }
        if out.segments.is_empty() {
            return Self::default();
        }
        out
    }

    pub(super) fn push(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.segments.push(Segment::Bytes(bytes));
        }
    }

    /// Whether nothing is sent.
    pub(super) fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// Whether it begins with a text: neither a file nor nothing.
    pub(super) fn is_text(&self) -> bool {
        !self.is_empty() && !self.length_first
    }

    /// Its length in bytes.
    pub(super) fn len(&self) -> u64 {
        self.segments
            .iter()
            .map(|segment| match segment {
                Segment::Bytes(bytes) => bytes.len() as u64,
                Segment::File { len, .. } => *len,
            })
            .sum()
    }

    /// The body for one hop; what is read of files shows up in `shown`.
    pub(super) fn stream(&self, trace: &Arc<Trace>, shown: &Shown) -> Body {
        shown.clear();
        match self.segments.as_slice() {
            [] => return Body::Left(Full::default()),
            [Segment::Bytes(bytes)] => {
                shown.add(bytes);
                return Body::Left(Full::new(bytes.clone()));
            }
            _ => {}
        }
        let (trace, shown) = (Arc::clone(trace), shown.clone());
        let pieces = stream::iter(self.segments.clone())
            .then(|segment| async move {
                Ok::<_, std::io::Error>(match segment {
                    Segment::Bytes(bytes) => stream::once(async move { Ok(bytes) }).boxed(),
                    Segment::File { path, len } => {
                        let file = tokio::fs::File::open(path).await?;
                        // A file that grew meanwhile must not break the announced length.
                        ReaderStream::with_capacity(file.take(len), FILE_STEP).boxed()
                    }
                })
            })
            .try_flatten()
            .map_ok(move |bytes| {
                shown.add(&bytes);
                trace.body_sent();
                Frame::data(bytes)
            });
        Body::Right(BodyExt::boxed_unsync(StreamBody::new(pieces)))
    }
}

/// The first bytes of a body, kept for showing.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown(Arc<Mutex<BytesMut>>);

impl Shown {
    /// Forgets a former hop's.
    pub(super) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn add(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = SentRequest::BODY_SHOWN - kept.len();
        kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// What was sent of it so far.
    pub(super) fn bytes(&self) -> Bytes {
        Bytes::copy_from_slice(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Where the files of bodies are.
#[derive(Clone, Copy)]
pub(super) struct BodyFiles<'a> {
    /// Where relative paths start.
    pub dir: &'a Path,
    /// No file outside of it is read.
    pub only_there: bool,
}

/// A file of a body that is not the workspace's own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OutsideFile {
    /// Where it is, without links.
    pub path: PathBuf,
    /// What the body calls it, where that is another path.
    pub called: Option<String>,
}

impl BodyFiles<'_> {
    /// The files of a body that are outside of the folder, or with `all` wherever they are. What is not there is not read.
    pub(super) fn outside(self, body: &ResolvedBody, all: bool) -> Vec<OutsideFile> {
        let paths: Vec<&String> = match body {
            ResolvedBody::File { path, .. } if inline(path).is_none() => vec![path],
            ResolvedBody::Multipart(parts) => {
                let contents = parts.iter().map(|part| &part.content);
                let files = contents.filter_map(|content| match content {
                    ResolvedContent::File(path) if !path.is_empty() => Some(path),
                    _ => None,
                });
                files.collect()
            }
            _ => Vec::new(),
        };
        let outside = paths.into_iter().filter_map(|called| {
            let full = self.dir.join(called);
            let path = real(&full).ok().filter(|_| all || !self.holds(&full))?;
            let called = (!path.ends_with(called)).then(|| called.clone());
            Some(OutsideFile { path, called })
        });
        outside.collect()
    }

    /// Whether a file is in the folder: by the real paths, or a link would lead out.
    fn holds(self, full: &Path) -> bool {
        match (real(full), real(self.dir)) {
            (Ok(full), Ok(dir)) => full.starts_with(dir),
            // What is not there is not read.
            (Err(_), _) => true,
            (Ok(full), Err(_)) => full.starts_with(self.dir),
        }
    }

    /// A file as a segment, if it can and may be read.
    pub(super) async fn open(self, path: &str) -> Result<Segment, String> {
        let full = self.dir.join(path);
        if self.only_there && !self.holds(&full) {
            return Err(format!("`{path}` is outside the working directory"));
        }
        open_file(path, full).await
    }
}

fn real(path: &Path) -> std::io::Result<PathBuf> {
    std::fs::canonicalize(if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    })
}

async fn open_file(path: &str, full: PathBuf) -> Result<Segment, String> {
    let readable = async {
        let meta = tokio::fs::File::open(&full).await?.metadata().await?;
        if meta.is_file() {
            Ok(meta.len())
        } else {
            Err(std::io::Error::other("it is no file"))
        }
    };
    match readable.await {
        Ok(len) => Ok(Segment::File { path: full, len }),
        Err(error) => Err(format!("cannot read `{path}`: {}", reason(error))),
    }
}

/// The boundary of a Content-Type that the user wrote; the parts must be told apart by that.
fn own_boundary((name, value): &(String, String)) -> Option<String> {
    if !name.eq_ignore_ascii_case("content-type") {
        return None;
    }
    let (_, boundary) = value.strip_prefix("multipart/")?.split_once("boundary=")?;
    let boundary = boundary.split(';').next()?.trim().trim_matches('"');
    let fits = (1..=70).contains(&boundary.len()) && boundary.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    fits.then(|| boundary.to_owned())
}

/// Reads the file that is a request's body, for an auth that signs it. One that is too large or cannot be read stays as it
/// is: it is streamed, or its sending says what is wrong.
pub(super) async fn read(body: &mut ResolvedBody, files: BodyFiles<'_>) {
    let ResolvedBody::File { path, bytes } = body else {
        return;
    };
    if inline(path).is_some() {
        return;
    }
    if let Ok(Segment::File { path, len }) = files.open(path).await
        && len <= MOST_SIGNED
    {
        *bytes = tokio::fs::read(path).await.ok().map(Bytes::from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_of_the_users_is_taken_if_it_can_be_one() {
        let own = |value: &str| own_boundary(&("content-Type".to_owned(), value.to_owned()));
        assert_eq!(own("multipart/form-data; boundary=own").as_deref(), Some("own"));
        assert_eq!(own("multipart/mixed; boundary=\"a b\"; x=y").as_deref(), Some("a b"));
        assert_eq!(own("multipart/form-data"), None);
        assert_eq!(own("multipart/form-data; boundary="), None);
        assert_eq!(own("text/plain; boundary=own"), None);
    }
}
