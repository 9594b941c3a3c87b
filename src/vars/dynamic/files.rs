//! Files, their types and places.

use super::{Maker, Row, text};

pub(super) const TABLE: &[Row] = &[
    ("$randomFilePath", |m| format!("{}/{}", directory(m), file_name(m))),
    ("$randomDirectoryPath", directory),
    ("$randomFileName", file_name),
    ("$randomCommonFileName", |m| format!("{}.{}", stem(m), common_ending(m))),
    ("$randomMimeType", |m| m.one_of(&TYPES.map(|(mime, _)| mime))),
    ("$randomCommonFileType", |m| {
        m.one_of(&["video", "audio", "image", "text", "application"])
    }),
    ("$randomCommonFileExt", common_ending),
    ("$randomFileType", |m| {
        m.one_of(&[
            "video",
            "audio",
            "image",
            "text",
            "application",
            "font",
            "model",
            "message",
        ])
    }),
    ("$randomFileExt", ending),
];

const DIRECTORIES: [&str; 16] = [
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/media",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/srv",
    "/sys",
    "/tmp",
    "/usr/share",
    "/var/log",
];
const TYPES: [(&str, &str); 20] = [
    ("application/json", "json"),
    ("application/xml", "xml"),
    ("application/pdf", "pdf"),
    ("application/zip", "zip"),
    ("application/gzip", "gz"),
    ("application/msword", "doc"),
    ("application/rtf", "rtf"),
    ("application/wasm", "wasm"),
    ("audio/mpeg", "mp3"),
    ("audio/ogg", "ogg"),
    ("image/png", "png"),
    ("image/jpeg", "jpg"),
    ("image/gif", "gif"),
    ("image/svg+xml", "svg"),
    ("text/plain", "txt"),
    ("text/html", "html"),
    ("text/css", "css"),
    ("text/csv", "csv"),
    ("video/mp4", "mp4"),
    ("video/webm", "webm"),
];

fn directory(m: &mut Maker<'_>) -> String {
    m.one_of(&DIRECTORIES)
}

/// Three words with `_` between them.
fn stem(m: &mut Maker<'_>) -> String {
    format!("{}_{}_{}", text::word(m), text::word(m), text::word(m))
}

fn ending(m: &mut Maker<'_>) -> String {
    m.one_of(&TYPES.map(|(_, ending)| ending))
}

fn common_ending(m: &mut Maker<'_>) -> String {
    m.one_of(&["pdf", "png", "jpg", "gif", "mp3", "mp4", "html"])
}

fn file_name(m: &mut Maker<'_>) -> String {
    format!("{}.{}", stem(m), ending(m))
}
