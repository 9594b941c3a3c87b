//! Saving one file: see that it is still the one we know, change what differs, replace it.

use std::path::Path;
use std::sync::Arc;

use super::atomic;
use super::error::{SaveError, Theirs};
use super::known::{Disk, Files, read};
use super::load::plain_group;
use super::merge::merge;
use super::parse::{FileText, parse, parse_text};
use super::place::{Content, Place};
use super::text;
use super::tree::{Map, Tree};
use super::value;
use crate::model::Environment;
use crate::model::problem::Problem;
use crate::model::variable::Variable;

/// How often a save begins anew because somebody else was writing at the same moment.
const ATTEMPTS: usize = 3;

/// What a save did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// The file was written.
    Written,
    /// The file said so already, or there is nothing a file would have to say.
    Unchanged,
}

impl Files {
    /// Writes the content of a place into its file, leaving comments, order and layout as they are.
    ///
    /// Comments and layout that somebody else has changed meanwhile are kept too; another *content* is a conflict unless
    /// `overwrite` says to carry our version into their file. A file that does not parse is never written.
    pub fn save(&self, place: &Place, content: &Content, overwrite: bool) -> Result<Saved, SaveError> {
        let path = self.path(place).ok_or_else(|| SaveError::BadPath {
            path: place.to_string(),
        })?;
        for _ in 0..ATTEMPTS {
            if let Some(saved) = self.try_save(place, &path, content, overwrite)? {
                return Ok(saved);
            }
        }
        let busy = std::io::Error::new(std::io::ErrorKind::ResourceBusy, "somebody else keeps writing it");
        Err(SaveError::io("write", path)(busy))
    }

    /// `None` when somebody wrote the file between our reading and our writing it.
    fn try_save(
        &self,
        place: &Place,
        path: &Path,
        content: &Content,
        overwrite: bool,
    ) -> Result<Option<Saved>, SaveError> {
        let conflict = |theirs| SaveError::Conflict {
            path: path.to_owned(),
            ours: Box::new(content.clone()),
            theirs: Box::new(theirs),
        };
        let known = self.known_bytes(place);
        // Of many that are new hardly one is there: asking each time costs as much as writing it.
        if self.is_in_bulk() && known.is_none() {
            match self.create(place, path, content) {
                Err(SaveError::Exists { .. }) => {}
                done => return done.map(Some),
            }
        }
        let disk = match read(path).map_err(SaveError::io("read", path))? {
            Disk::Bytes(bytes) => bytes,
            Disk::Missing => {
                if known.is_some() && !overwrite {
                    return Err(conflict(Theirs::Removed));
                }
                return match self.create(place, path, content) {
                    Err(SaveError::Exists { .. }) => Ok(None),
                    other => other.map(Some),
                };
            }
        };
        let theirs = match parse(place, path, &disk) {
            Ok(theirs) => theirs,
            Err(problem) => return Err(SaveError::Broken(Box::new(problem))),
        };
        let same = known.is_some_and(|known| {
            *known == *disk || parse(place, path, &known).is_ok_and(|before| before == theirs) || theirs == *content
        });
        if !same && theirs != *content && !overwrite {
            return Err(conflict(Theirs::Content(theirs)));
        }
        if self.known_bytes(place).is_none_or(|known| *known != *disk) {
            self.known().earlier.forget(|own| own == place);
        }
        let bytes = match self.earlier(place, path, &theirs, content) {
            Some(bytes) => bytes.to_vec(),
            None => self
                .merged(place, &disk, &theirs, content)
                .map_err(|problem| SaveError::Broken(Box::new(problem)))?,
        };
        if bytes == disk {
            self.note(place, disk);
            return Ok(Some(Saved::Unchanged));
        }
        if is_empty_globals(place, content) && bytes == text::text(&content.tree()).as_bytes() && !path.is_symlink() {
            std::fs::remove_file(path).map_err(SaveError::io("remove", path))?;
            self.forget(place);
            return Ok(Some(Saved::Written));
        }
        if !atomic::change(path, &bytes, &disk)? {
            return Ok(None);
        }
        self.note_written(place, bytes, disk);
        Ok(Some(Saved::Written))
    }

    /// The bytes with which we have found or left a file when it said the same: undoing brings back its comments too.
    fn earlier(&self, place: &Place, path: &Path, theirs: &Content, content: &Content) -> Option<Arc<[u8]>> {
        let tree = content.tree();
        if theirs.tree() == tree {
            return None;
        }
        let versions = self.known().earlier.of(place);
        versions.into_iter().find(|bytes| {
            // A secret's value that stood in a file does not come back there.
            let says = |said: Content| said.tree() == tree && !said.variables().iter().any(is_written_secret);
            parse(place, path, bytes).is_ok_and(says)
        })
    }

    fn create(&self, place: &Place, path: &Path, content: &Content) -> Result<Saved, SaveError> {
        // A collection that had no file of its own needs none either.
        let as_it_was = |group| self.knows_group(group) && *content == Content::Item(plain_group(group));
        if let Place::Group(group) = place
            && (content.is_plain_folder(place.slug()) || as_it_was(group))
        {
            let folder = path.parent().unwrap_or(self.root());
            std::fs::create_dir_all(folder).map_err(SaveError::io("create", folder))?;
            self.note_group(group);
            return Ok(Saved::Unchanged);
        }
        if is_empty_globals(place, content) {
            return Ok(Saved::Unchanged);
        }
        let bytes = text::text(&content.tree()).into_bytes();
        self.create_file(path, &bytes)?;
        self.note(place, bytes);
        Ok(Saved::Written)
    }

    /// The bytes of a file with another content, and proof that they say it.
    fn merged(&self, place: &Place, disk: &[u8], theirs: &Content, ours: &Content) -> Result<Vec<u8>, Problem> {
        let file = self.path(place).unwrap_or_default();
        let text = FileText::new(&file, disk)?;
        let (mut old, new) = (theirs.tree(), ours.tree());
        if old == new {
            return Ok(disk.to_vec());
        }
        put_written_secrets(&mut old, theirs);
        let mut base = text.text.clone();
        if old.get("params") != new.get("params") || old.get("url") != new.get("url") {
            base = split_url(place, base, &mut old);
        }
        let merged = merge(&base, &old, &new).ok();
        // Should a strange layout defeat the merge, the content counts more than the comments.
        let plain = text::text(&new);
        let meant = parse_text(place, &file, &plain)?;
        let says = |text: &String| parse_text(place, &file, text).is_ok_and(|said| said == meant);
        let merged = merged.filter(says).unwrap_or(plain);
        Ok(text.bytes(&merged))
    }
}

/// Adds the values of secrets that somebody wrote into the file, so that the merge sees them and takes them out.
fn put_written_secrets(old: &mut Map, theirs: &Content) {
    if let Some(Tree::Rows(rows)) = old.get_mut("variables") {
        let rows = rows.iter_mut().zip(theirs.variables());
        for (row, variable) in rows.filter(|(_, variable)| is_written_secret(variable)) {
            if value::fits_toml(&variable.value) {
                row.insert("value".into(), value::tree(&variable.value));
            } else {
                row.insert("json".into(), Tree::Text(variable.value.to_string()));
            }
        }
    }
}

/// Globals that say nothing need no file.
fn is_empty_globals(place: &Place, content: &Content) -> bool {
    *place == Place::Globals && matches!(content, Content::Environment(globals) if **globals == Environment::default())
}

fn is_written_secret(variable: &Variable) -> bool {
    variable.secret && variable.value != ""
}

/// Takes a query written by hand out of the URL of the text, so that the rows can be changed one by one.
fn split_url(place: &Place, text: String, old: &mut Map) -> String {
    let Ok(table) = text.parse::<toml_edit::DocumentMut>() else {
        return text;
    };
    let written = table
        .get("url")
        .and_then(toml_edit::Item::as_str)
        .unwrap_or("")
        .to_owned();
    let split = old.get("url") != Some(&Tree::Text(written.clone())) && written.contains('?');
    if !split || !matches!(place, Place::Request(_)) {
        return text;
    }
    // The parameters are in two places now; they are written anew, in one.
    let mut raw = Map::new();
    raw.insert("url".into(), Tree::Text(written));
    if table.contains_key("params") {
        raw.insert("params".into(), Tree::List(Vec::new()));
    }
    let mut split = Map::new();
    for key in ["name", "description", "method", "url", "order", "params"] {
        if let Some(tree) = old.get(key) {
            split.insert(key.into(), tree.clone());
            if !matches!(key, "url" | "params") {
                raw.insert(key.into(), tree.clone());
            }
        }
    }
    merge(&text, &raw, &split).unwrap_or(text)
}
