//! The json reporter: newman's summary in one file, executions written as they come.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;

use indexmap::IndexSet;
use serde_json::{Value, json};

use super::spool::Spool;
use super::{End, Report, hide, record, scopes, sdk, stats};
use crate::exec::{Done, RunEvent};
use crate::formats::postman::{Secrets, write};
use crate::formats::whole;
use crate::model::secret::MASK;
use crate::model::{NodeId, Redactor, Workspace, literal};

/// Writes newman's summary.
pub struct Json {
    /// Of each execution the body of its response, as it is, and all else.
    spool: Spool,
    /// The failures as they are listed, redacted; newman's shape has them behind the executions. Each has its whole item
    /// in it, so that they wait on disk too.
    failures: Spool,
    /// The items as Postman writes them.
    items: HashMap<NodeId, Value>,
    /// The collections whose every secret is hidden: an item is written as it is in its file.
    collections: IndexSet<NodeId>,
    /// Hides those, and all that was secret in the run so far.
    redactor: Redactor,
}

impl Json {
    /// A report with nothing in it yet.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            spool: Spool::new()?,
            failures: Spool::new()?,
            items: HashMap::new(),
            collections: IndexSet::new(),
            redactor: Redactor::default(),
        })
    }

    /// Hides what stands in clear in a collection's files, whether it is run or not.
    fn hide(&mut self, workspace: &Workspace, collection: Option<NodeId>) {
        let Some(collection) = collection.filter(|id| self.collections.insert(*id)) else {
            return;
        };
        let nodes = workspace.descendants(collection).into_iter();
        let entities = nodes.filter_map(|id| workspace.node(id)).map(|node| &node.entity);
        let written = entities.flat_map(literal::of_entity).map(|literal| literal.value);
        self.redactor = self.redactor.with(written);
    }

    fn done(&mut self, done: &Done<'_>, redactor: &Redactor) -> io::Result<()> {
        let cursor = record::cursor(done);
        let mut item = self.item(done);
        hide::secrets(&mut item, redactor);
        if let Some(execution) = record::execution(done, &cursor) {
            let mut execution = Value::Object(execution);
            hide::secrets(&mut execution, redactor);
            record::add_checksums(&mut execution);
            let response = done.outcome.exchange.as_ref().and_then(|exchange| exchange.response());
            let body = response.map_or(Ok(Vec::new()), |response| {
                response.body.whole().map(|body| hidden(&body, redactor))
            })?;
            self.spool.add(body, redactor)?;
            let text = execution.to_string().replacen("\"stream\":null", BODY, 1);
            // The item last: what is in it is not looked at again.
            let text = text.replacen("\"item\":null", &format!("\"item\":{item}"), 1);
            self.spool.add(text, redactor)?;
        }
        let parent = (!done.failures.is_empty()).then(|| record::parent(done)).flatten();
        for failure in done.failures {
            let mut failure = record::failure(failure, done, &cursor, parent.clone());
            hide::secrets(&mut failure, redactor);
            record::add_checksums(&mut failure);
            let text = failure.to_string();
            let text = text.replacen("\"source\":null", &format!("\"source\":{item}"), 1);
            self.failures.add(text, redactor)?;
        }
        Ok(())
    }

    /// The item of a request as Postman writes it; made once.
    fn item(&mut self, done: &Done<'_>) -> Value {
        let make = |node: NodeId| {
            let node = done.session.workspace.node(node);
            let item = node.map(|node| write::item(&node.entity, &Secrets::None));
            let mut item = item.unwrap_or_default();
            item["name"] = done.plan.request.name.as_str().into();
            item["id"] = done.plan.id().into();
            sdk::item(&mut item);
            item
        };
        match done.plan.node {
            Some(node) => self.items.entry(node).or_insert_with(|| make(node)).clone(),
            None => Value::Null,
        }
    }
}

/// The body without secrets, whether it is UTF-8, Latin-1 or has both in it.
fn hidden(body: &[u8], redactor: &Redactor) -> Vec<u8> {
    if let Ok(text) = std::str::from_utf8(body) {
        return redactor.redact(text).into_bytes();
    }
    let mut out = Vec::with_capacity(body.len());
    let mut from = 0;
    for secret in redactor.find(body) {
        out.extend_from_slice(&body[from..secret.start]);
        out.extend_from_slice(MASK.as_bytes());
        from = secret.end;
    }
    out.extend_from_slice(&body[from..]);
    let latin: String = out.iter().map(|byte| char::from(*byte)).collect();
    let found = redactor.redact(&latin);
    if found == latin { out } else { found.into_bytes() }
}

/// What stands for the body in an execution that waits.
const BODY: &str = "\"stream\":\"\\u0001\"";

/// An execution or a failure without what has become secret since it was put by.
fn mended(text: &[u8], redactor: Option<&Redactor>) -> io::Result<String> {
    let text = String::from_utf8_lossy(text).into_owned();
    let Some(redactor) = redactor else {
        return Ok(text);
    };
    let mut entry: Value = serde_json::from_str(&text)?;
    hide::secrets(&mut entry, redactor);
    record::add_checksums(&mut entry);
    Ok(entry.to_string())
}

/// A response's body as Node writes a buffer.
fn stream(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 4 + 32);
    out.push_str("{\"type\":\"Buffer\",\"data\":[");
    for (n, byte) in bytes.iter().enumerate() {
        let comma = if n == 0 { "" } else { "," };
        // A string takes whatever is written.
        let _ = write!(out, "{comma}{byte}");
    }
    out.push_str("]}");
    out
}

impl Report for Json {
    fn event(&mut self, event: &RunEvent<'_>, redactor: &Redactor) -> io::Result<()> {
        match event {
            RunEvent::Outcome(done) => {
                self.redactor = self.redactor.and(redactor);
                let workspace = &done.session.workspace;
                let of = |node| workspace.collection_of(node).map(|node| node.id);
                self.hide(workspace, done.plan.node.and_then(of));
                let redactor = self.redactor.clone();
                self.done(done, &redactor)
            }
            _ => Ok(()),
        }
    }

    fn write(&mut self, end: &End<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        self.redactor = self.redactor.and(end.redactor);
        self.hide(&end.session.workspace, end.collection);
        let redactor = self.redactor.clone();
        let redacted = |mut value: Value| {
            hide::secrets(&mut value, &redactor);
            value
        };
        let collection = |node: NodeId| {
            let mut whole = whole(&end.session.workspace, node);
            sdk::identify(&mut whole);
            let mut value = write::collection(&whole, &Secrets::None);
            sdk::collection(&mut value);
            value
        };
        let mut first = end.collection.map_or(Value::Null, collection);
        // Further ones, of which newman has none, stand in the first as its folders: every request that ran is in there.
        let others = self.collections.iter().filter(|node| Some(**node) != end.collection);
        for mut other in others.copied().map(collection) {
            let items = first.get_mut("item").and_then(Value::as_array_mut);
            if let (Some(items), Some(folder)) = (items, other.as_object_mut()) {
                let info = folder.shift_remove("info").unwrap_or_default();
                folder.insert("name".to_owned(), info["name"].clone());
                folder.insert("id".to_owned(), info["_postman_id"].clone());
                items.push(other);
            }
        }
        let head = format!(
            "{{\"collection\":{},\n\"environment\":{},\n\"globals\":{},\n\"run\":{{\"stats\":{},\n\"timings\":{},\n\
             \"executions\":[",
            redacted(first),
            redacted(scopes::environment(end.session)),
            redacted(scopes::globals(end.session)),
            stats::stats(end.summary),
            stats::timings(end.summary),
        );
        let error = match end.summary.timed_out {
            Some(limit) => Some(format!("the run took longer than {} ms", limit.as_millis())),
            None if end.summary.cancelled => Some("the run was cancelled".to_owned()),
            None => None,
        };
        let error = error.map_or(Value::Null, |message| json!({ "name": "Error", "message": message }));
        let between = format!(
            "],\n\"transfers\":{{\"responseTotal\":{}}},\n\"failures\":[",
            end.summary.received
        );
        let tail = format!("],\n\"error\":{error}}}}}\n");
        out.write_all(head.as_bytes())?;
        let mut body: Option<Vec<u8>> = None;
        let mut comma = "\n";
        self.spool.read(&redactor, |piece, is_late| {
            let late = is_late.then_some(&redactor);
            let Some(bytes) = body.take() else {
                body = Some(match late {
                    Some(redactor) => hidden(&piece, redactor),
                    None => piece,
                });
                return Ok(());
            };
            let text = mended(&piece, late)?;
            let (before, behind) = text.split_once(BODY).unwrap_or((&text, ""));
            out.write_all(std::mem::replace(&mut comma, ",\n").as_bytes())?;
            out.write_all(before.as_bytes())?;
            if before.len() < text.len() {
                out.write_all(format!("\"stream\":{}{behind}", stream(&bytes)).as_bytes())?;
            }
            Ok(())
        })?;
        out.write_all(between.as_bytes())?;
        let mut comma = "";
        self.failures.read(&redactor, |piece, is_late| {
            out.write_all(std::mem::replace(&mut comma, ",\n").as_bytes())?;
            out.write_all(mended(&piece, is_late.then_some(&redactor))?.as_bytes())
        })?;
        out.write_all(tail.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;

    #[test]
    fn no_body_shows_a_secret_whatever_its_encoding() {
        let redactor = Redactor::default().with([Secret::new("s3cret-k\u{e9}y"), Secret::new("plain-s3cret")]);
        for body in [
            "a s3cret-k\u{e9}y plain-s3cret".as_bytes(),
            b"\xff s3cret-k\xe9y plain-s3cret",
            b"\xff s3cret-k\xc3\xa9y plain-s3cret",
        ] {
            let shown = String::from_utf8_lossy(&hidden(body, &redactor)).into_owned();
            assert!(!shown.contains("s3cret") && shown.contains(MASK), "{shown}");
        }
        assert_eq!(hidden(b"\xff\x00", &redactor), b"\xff\x00");
    }
}
