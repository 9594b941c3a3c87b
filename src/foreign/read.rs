//! Reading Postman's files from a file, a folder, a URL or the standard input.

use std::io::Read;
use std::path::Path;

use http::header::HeaderName;

use super::{ForeignError, cloud};
use crate::formats::{FormatError, Found, MOST_BYTES, postman};
use crate::http::{Client, Download};
use crate::model::Secret;
use crate::model::secret::{MASK, without_credentials};
use crate::store::locate::{holds_v3, is_v3, is_workspace};

/// Where Postman's API expects the key.
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Whether what was typed is a file, URL or UID of Postman's, or the standard input (`-`), and nothing of a workspace.
pub fn is_foreign(cwd: &Path, typed: &str) -> bool {
    let path = cwd.join(typed);
    // What is there comes before what a UID may name, as where it is read.
    let is_uid = || cloud::by_uid(typed, cloud::Resource::Collection).is_some() && !path.exists();
    if is_url(typed) || typed == "-" || is_uid() {
        return true;
    }
    let ending = |wanted: &str| {
        let own = path.extension();
        own.is_some_and(|own| own.eq_ignore_ascii_case(wanted))
    };
    if path.is_dir() {
        return is_foreign_folder(&path);
    }
    // Whatever else is there was meant, a device too: why it is of no use is told then.
    ending("json") || (path.exists() && !ending("toml"))
}

/// Whether a folder is a collection of format 3, holds such, or exported collections. A workspace of ours is ours, whatever lies
/// beside it: an export of it, for one.
fn is_foreign_folder(folder: &Path) -> bool {
    if is_workspace(folder) {
        return false;
    }
    if folder.join("postman/collections").is_dir() || is_v3(folder) || holds_v3(folder) {
        return true;
    }
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    names
        .filter_map(|entry| entry.file_name().into_string().ok())
        .any(|name| name.to_lowercase().ends_with(".postman_collection.json"))
}

/// Whether what was typed is the URL of a file.
pub fn is_url(typed: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| {
        typed
            .get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

/// What was typed as it may be shown: `-` in words, a URL without user and password, and without the values in its query, where keys of
/// APIs stand.
pub fn shown(typed: &str) -> String {
    if typed == "-" {
        return "standard input".to_owned();
    }
    if !is_url(typed) {
        return typed.to_owned();
    }
    let Ok(url) = url::Url::parse(typed) else {
        let plain = without_credentials(typed);
        return plain.split(['?', '#']).next().unwrap_or_default().to_owned();
    };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let host = url.host_str().unwrap_or_default();
    let mut out = format!("{}://{host}{port}{}", url.scheme(), url.path());
    for (n, pair) in url.query().into_iter().flat_map(|query| query.split('&')).enumerate() {
        out.push(if n == 0 { '?' } else { '&' });
        match pair.split_once('=') {
            Some((key, _)) => out.extend([key, "=", MASK]),
            None => out.push_str(MASK),
        }
    }
    out
}

/// What is there: the bytes of a file, an answer, or the standard input (`-`).
///
/// # Errors
///
/// When it cannot be read, or is longer than `most` bytes.
pub async fn fetch(client: &Client, cwd: &Path, typed: &str, most: u64) -> Result<Vec<u8>, ForeignError> {
    if is_url(typed) {
        return download(client, typed, None, most).await;
    }
    if typed != "-" {
        return file(&cwd.join(typed), typed, most);
    }
    all(std::io::stdin(), typed, most)
}

/// The bytes of a file, of which the user typed this.
fn file(path: &Path, typed: &str, most: u64) -> Result<Vec<u8>, ForeignError> {
    let failed = |source| unreadable(typed, source);
    let file = std::fs::File::open(path).map_err(failed)?;
    // Told before anything is read, where the length is known.
    if file.metadata().map_err(failed)?.len() > most {
        return Err(too_long(typed, most));
    }
    all(file, typed, most)
}

fn all(from: impl Read, typed: &str, most: u64) -> Result<Vec<u8>, ForeignError> {
    let mut bytes = Vec::new();
    let read = from.take(most + 1).read_to_end(&mut bytes);
    read.map_err(|source| unreadable(typed, source))?;
    if bytes.len() as u64 > most {
        return Err(too_long(typed, most));
    }
    Ok(bytes)
}

fn unreadable(typed: &str, source: std::io::Error) -> ForeignError {
    ForeignError::Read {
        what: shown(typed),
        source,
    }
}

fn too_long(typed: &str, most: u64) -> ForeignError {
    ForeignError::TooLong {
        what: shown(typed),
        most,
    }
}

async fn download(client: &Client, url: &str, key: Option<&Secret>, most: u64) -> Result<Vec<u8>, ForeignError> {
    let at_api = cloud::at_api(url, key);
    let asked = at_api.as_ref().map_or(url, |(asked, _)| asked);
    let key = at_api.as_ref().and_then(|(_, key)| key.clone());
    let download = Download {
        url: asked,
        accept: "*/*",
        credentials: key.map(|key| (API_KEY, key)),
        most,
    };
    let failed = |why: String, status: Option<u16>, hint: Option<String>| ForeignError::Fetch {
        what: shown(url),
        why,
        status,
        hint,
    };
    match client.download(&download).await {
        Ok(answer) if (200..300).contains(&answer.status) => Ok(answer.bytes),
        Ok(answer) => {
            let refused = at_api.is_some() && [401, 403].contains(&answer.status);
            let hint = refused.then(|| format!("Postman's API wants your key: {}", super::error::KEY));
            let why = format!("{} {}", answer.status, answer.reason);
            Err(failed(why, Some(answer.status), hint))
        }
        Err(error) => Err(failed(error.message, None, error.hint)),
    }
}

/// What Postman's file, folder or URL holds; at Postman's API, where a UID and the page of a collection lead, with the user's
/// key. A file of such a name comes first.
///
/// # Errors
///
/// When it cannot be read, or is nothing of Postman's.
pub async fn read(client: &Client, cwd: &Path, typed: &str, key: Option<&Secret>) -> Result<Found, ForeignError> {
    if let Some(places) = cloud::places(typed).filter(|_| !cwd.join(typed).exists()) {
        return in_cloud(client, typed, &places, key).await;
    }
    if is_url(typed) || typed == "-" {
        let bytes = if is_url(typed) {
            download(client, typed, key, MOST_BYTES).await?
        } else {
            fetch(client, cwd, typed, MOST_BYTES).await?
        };
        return postman::read(&bytes).map_err(|source| match cloud::page(typed) {
            Some(_) => ForeignError::Page { what: shown(typed) },
            None => useless(shown(typed), source),
        });
    }
    local(&cwd.join(typed), typed)
}

/// What is in Postman's API at the first of these places that has something.
async fn in_cloud(
    client: &Client,
    typed: &str,
    places: &[String],
    key: Option<&Secret>,
) -> Result<Found, ForeignError> {
    let what = shown(typed);
    let Some(key) = key.filter(|key| !key.reveal().is_empty()) else {
        return Err(ForeignError::Key { what });
    };
    let mut nothing = None;
    for place in places {
        match download(client, place, Some(key), MOST_BYTES).await {
            Ok(bytes) => return postman::read(&bytes).map_err(|source| useless(shown(place), source)),
            // What has this UID may be of another kind. All else would be so there, too.
            Err(error) if error.is_not_found() => nothing = nothing.or(Some(error)),
            Err(error) => return Err(error),
        }
    }
    Err(nothing.unwrap_or(ForeignError::Key { what }))
}

/// What a file or folder holds, of which the user typed this.
pub fn local(path: &Path, typed: &str) -> Result<Found, ForeignError> {
    let read = if path.is_dir() {
        postman::read_folder(path)
    } else {
        match postman::read_file(path) {
            Ok(None) => postman::read(&file(path, typed, MOST_BYTES)?),
            Ok(Some(found)) => Ok(found),
            Err(error) => Err(error),
        }
    };
    let mut found = read.map_err(|source| useless(path.display().to_string(), source))?;
    let folder = if path.is_dir() { Some(path) } else { path.parent() };
    for collection in &mut found.collections {
        collection.folder = folder.map(Path::to_owned);
    }
    Ok(found)
}

fn useless(what: String, source: FormatError) -> ForeignError {
    ForeignError::Format { what, source }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn an_environment_of_a_v3_folder_is_read_where_it_stands() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("Dev.environment.yaml");
        std::fs::write(&file, "name: Dev\nvalues:\n  - key: a\n    value: b\n").unwrap();
        let found = local(&file, "Dev.environment.yaml").unwrap();
        assert_eq!(found.environments[0].name, "Dev");
        assert_eq!(found.environments[0].variables[0].key, "a");
        std::fs::write(&file, "name: [\n").unwrap();
        assert!(local(&file, "Dev.environment.yaml").is_err());
    }

    #[test]
    fn a_workspace_of_ours_is_no_folder_of_postmans() {
        let root = tempfile::tempdir().unwrap();
        let file = |path: &str| {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        };
        let is_postmans = |typed: &str| is_foreign(root.path(), typed);
        file("w/postman/collections/X/.resources/definition.yaml");
        assert!(is_postmans("w") && is_postmans("w/postman") && is_postmans("w/postman/collections/X"));
        assert_eq!(crate::store::locate::nearest(&root.path().join("w/postman")), None);
        // The v3 folder is an export of it.
        file("w/collections/x/collection.toml");
        assert!(!is_postmans("w") && is_postmans("w/postman"));
        file("exports/My.postman_collection.json");
        file("plain/package.json");
        assert!(is_postmans("exports") && !is_postmans("plain"));
    }

    #[test]
    fn what_is_there_comes_before_what_a_uid_of_its_name_would_be() {
        let root = tempfile::tempdir().unwrap();
        let uid = "12345-11111111-2222-3333-4444-555555555555";
        assert!(is_foreign(root.path(), uid));
        std::fs::create_dir(root.path().join(uid)).unwrap();
        assert!(!is_foreign(root.path(), uid), "a folder of ours");
        // What a message begins with is no status.
        let failed = |why: &str, status| ForeignError::Fetch {
            what: uid.to_owned(),
            why: why.to_owned(),
            status,
            hint: None,
        };
        assert!(failed("nothing there", Some(404)).is_not_found() && !failed("404 is no port", None).is_not_found());
    }

    #[test]
    fn a_url_is_shown_without_what_may_be_secret() {
        for (typed, told) in [
            ("c.json?x@y", "c.json?x@y".to_owned()),
            ("http://h:81/a@b.json", "http://h:81/a@b.json".to_owned()),
            ("https://user:p4ss@h/c.json#p4ss", "https://h/c.json".to_owned()),
            (
                "https://h/c?apikey=s3cret&s3cret&b=",
                format!("https://h/c?apikey={MASK}&{MASK}&b={MASK}"),
            ),
            ("HTTP://user:p4/ss@h:x/c?k=s3cret", "HTTP://h:x/c".to_owned()),
        ] {
            assert_eq!(shown(typed), told);
        }
    }
}
