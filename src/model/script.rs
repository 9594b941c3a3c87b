//! Scripts as they are written down, and the two moments they run at.

use std::borrow::Cow;

use serde_json::Value;

use super::Rest;

/// A line of its own that divides the text of a moment into scripts, which run one after the other as in Postman: each with
/// names of its own, and whatever becomes of the one before.
pub const NEXT: &str = "//--- next script ---";

/// One of the scripts that the text of a moment holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// Its source.
    pub source: &'a str,
    /// How many lines of the text stand before it.
    pub above: u32,
}

/// The scripts of a text, without those in which nothing stands.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut out = Vec::new();
    let (mut begin, mut above) = (0, 0);
    // Most have no such line, and need not be looked through.
    if text.contains(NEXT) {
        let mut at = 0;
        for (line, number) in text.split_inclusive('\n').zip(1..) {
            if line.trim() == NEXT {
                let source = &text[begin..at];
                out.push(Part {
                    source: source.strip_suffix('\n').unwrap_or(source),
                    above,
                });
                (begin, above) = (at + line.len(), number);
            }
            at += line.len();
        }
    }
    out.push(Part {
        source: &text[begin..],
        above,
    });
    out.retain(|part| !part.source.trim().is_empty());
    out
}

/// One script of a text, whatever stands in it: a line that would divide it, as in a comment or a text over several lines, is
/// written a little otherwise.
pub fn undivided(source: &str) -> Cow<'_, str> {
    if !source.contains(NEXT) {
        return source.into();
    }
    let lines = source.split_inclusive('\n').map(|line| match line.trim() {
        NEXT => line.replacen("//", "// ", 1).into(),
        _ => Cow::from(line),
    });
    lines.collect::<String>().into()
}

/// The text that holds scripts, of which [`parts`] are these again, but for what [`undivided`] writes otherwise.
pub fn joined(sources: &[&str]) -> String {
    let sources: Vec<Cow<'_, str>> = sources.iter().map(|source| undivided(source)).collect();
    sources.join(&format!("\n{NEXT}\n"))
}

/// The scripts of a collection, folder or request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scripts {
    /// Runs before the request is resolved and sent; empty is none.
    pub pre_request: String,
    /// Runs on the response and holds the tests; empty is none.
    pub post_response: String,
    /// The blank ones of Postman's own file beside these.
    pub blank: Blank,
}

/// How many scripts without a word stand in Postman's own file, by moment. Postman's app writes one for every tab that was
/// looked at; they do nothing, and newman counts them. They are among what is kept of that file, and so are counted from
/// there: scripts are equal with and without.
#[derive(Clone, Copy, Debug, Default)]
pub struct Blank {
    /// Those before sending.
    pub pre_request: usize,
    /// Those after the response.
    pub post_response: usize,
}

impl PartialEq for Blank {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Blank {}

impl Blank {
    /// Those in what is kept of an item; one in a file of its own, which does not run, counts as well.
    pub fn kept(rest: &[Rest]) -> Self {
        let mut blank = Self::default();
        for rest in rest {
            let events = events(rest).unwrap_or_default().iter();
            for event in events.filter(|event| event.get("disabled").is_none() && source_of(event).trim().is_empty()) {
                match ScriptEvent::of(event) {
                    Some(ScriptEvent::PreRequest) => blank.pre_request += 1,
                    Some(ScriptEvent::PostResponse) => blank.post_response += 1,
                    None => {}
                }
            }
        }
        blank
    }
}

/// Postman's events in what is kept of an item; `None` where that is something else.
pub fn events(rest: &Rest) -> Option<&[Value]> {
    match (rest.at.as_str(), &rest.value) {
        ("/event", Value::Array(events)) => Some(events),
        ("/event/-", event) => Some(std::slice::from_ref(event)),
        _ => None,
    }
}

/// The source of one of Postman's events as it is kept.
pub fn source_of(event: &Value) -> &str {
    let source = event.get("script").and_then(|script| script.get("exec")?.as_str());
    source.unwrap_or_default()
}

/// Whether nothing stands in the script of one of Postman's events as it is kept, here or elsewhere.
pub fn is_blank(event: &Value) -> bool {
    let is_elsewhere = event.get("script").is_some_and(|script| script.get("src").is_some());
    source_of(event).trim().is_empty() && !is_elsewhere
}

impl Scripts {
    /// How many of the two are there.
    pub fn count(&self) -> usize {
        usize::from(!self.pre_request.trim().is_empty()) + usize::from(!self.post_response.trim().is_empty())
    }

    /// The source for one moment.
    pub fn source(&self, event: ScriptEvent) -> &str {
        match event {
            ScriptEvent::PreRequest => &self.pre_request,
            ScriptEvent::PostResponse => &self.post_response,
        }
    }
}

/// The moment a script runs at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScriptEvent {
    /// Before sending; Postman's `prerequest`.
    PreRequest,
    /// After the response; Postman's `test`.
    PostResponse,
}

impl ScriptEvent {
    /// Postman's word, as `pm.info.eventName` gives it.
    pub fn postman_name(self) -> &'static str {
        match self {
            Self::PreRequest => "prerequest",
            Self::PostResponse => "test",
        }
    }

    /// The moment that Postman has this word for.
    pub fn from_postman_name(name: &str) -> Option<Self> {
        let all = [Self::PreRequest, Self::PostResponse];
        all.into_iter().find(|event| event.postman_name() == name)
    }

    /// The moment of one of Postman's events.
    pub fn of(event: &Value) -> Option<Self> {
        Self::from_postman_name(event.get("listen")?.as_str()?)
    }

    /// The word a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::PreRequest => "pre-request",
            Self::PostResponse => "post-response",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_its_own_divides_scripts() {
        let next = NEXT;
        let all = |text: &str| -> Vec<(String, u32)> {
            let parts = parts(text).into_iter();
            parts.map(|part| (part.source.to_owned(), part.above)).collect()
        };
        let one = |source: &str, above| (source.to_owned(), above);
        assert_eq!(all("a\nb\n"), [one("a\nb\n", 0)]);
        assert_eq!(all(" \n"), []);
        assert_eq!(all(&format!("a; {next}\nb")), [one(&format!("a; {next}\nb"), 0)]);
        assert_eq!(
            all(&format!("a\n\n{next}\n{next} \n\n  {next}\r\nb\n{next}")),
            [one("a\n", 0), one("b", 6)]
        );
        let sources = ["a\n", "\nb", "c"];
        let back: Vec<String> = all(&joined(&sources)).into_iter().map(|(source, _)| source).collect();
        assert_eq!(back, sources);
        // What stands in a script does not divide it.
        let (comment, text) = (format!("/*\n{next}\n*/ b"), format!("`\n\t{next} \r\n`"));
        let back: Vec<String> = all(&joined(&["a", &comment, &text, next]))
            .into_iter()
            .map(|(source, _)| source)
            .collect();
        let other = "// --- next script ---";
        assert_eq!(
            back,
            [
                "a".to_owned(),
                format!("/*\n{other}\n*/ b"),
                format!("`\n\t{other} \r\n`"),
                other.to_owned()
            ]
        );
        assert_eq!(undivided(&format!("a; {next}")), format!("a; {next}"));
    }
}
