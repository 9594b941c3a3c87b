//! The junit reporter: newman's XML, but a suite for every iteration of a request, where newman keeps only the last.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;

use super::class_name::class_name;
use super::record::{message, stack};
use super::spool::{Spool, value};
use super::{End, Report};
use crate::exec::{At, Done, RunEvent};
use crate::model::outcome::{AssertionError, TestResult};
use crate::model::script::ScriptEvent;
use crate::model::{Entity, NodeId, Redactor};

/// Writes the XML.
pub struct Junit {
    spool: Spool,
    /// The sum of the response times, in seconds.
    time: f64,
    /// The collection that ran first.
    first: Option<NodeId>,
}

impl Junit {
    /// A report with nothing in it yet.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            spool: Spool::new()?,
            time: 0.0,
            first: None,
        })
    }

    fn suite(&mut self, done: &Done<'_>, redactor: &Redactor) -> String {
        let outcome = done.outcome;
        let exchange = outcome.exchange.as_ref();
        let time = exchange.map_or(0.0, |exchange| exchange.answered_in().as_secs_f64());
        self.time += time;
        let shown = |text: &str| redactor.redact(text);
        let location = done.plan.location();
        let collection = redactor.redact_name(location.first().map_or("", String::as_str));
        let request = redactor.redact_name(&location[1.min(location.len() - 1)..].join(" / "));
        // Of several collections, of which newman runs none together, those behind the first are named.
        let above = done.plan.ancestors.first().map(|above| above.id);
        self.first = self.first.or(above);
        let is_first = self.first == above;
        let place = if is_first {
            request.clone()
        } else {
            format!("{collection} / {request}")
        };
        let origin = done
            .plan
            .node
            .and_then(|node| done.session.workspace.collection_of(node));
        let id = origin.and_then(|node| match &node.entity {
            Entity::Collection(group) if !group.origin.id.is_empty() => Some(shown(&group.origin.id)),
            _ => None,
        });
        let iteration = done.plan.iteration;
        let name = if iteration.count > 1 {
            format!("{place} (iteration {})", iteration.index + 1)
        } else {
            place
        };
        let tests = outcome.tests.len();
        let failed = outcome.tests.iter().filter(|test| test.failed()).count();
        let messages = shown(&errors(done));
        let broken = done
            .failures
            .iter()
            .filter(|failure| !matches!(failure.at, At::Test(_)));
        let mut out = format!(
            "  <testsuite name=\"{}\" id=\"{}\" timestamp=\"{}\" tests=\"{tests}\" failures=\"{failed}\" errors=\"{}\" \
             time=\"{time:.3}\">\n",
            attribute(&name),
            attribute(&done.plan.id()),
            milliseconds(exchange.map_or_else(jiff::Timestamp::now, |exchange| exchange.started)),
            broken.count(),
        );
        if !messages.is_empty() {
            let words = format!("Iteration: {}\n{messages}", iteration.index);
            // A string takes whatever is written.
            let _ = writeln!(out, "    <system-err>{}</system-err>", value(&cdata(&words)));
        }
        let class = class_name(&request);
        for (name, results) in by_name(&outcome.tests) {
            let head = format!(
                "    <testcase name=\"{}\" time=\"{time:.3}\" classname=\"{class}\"",
                attribute(&redactor.redact_name(name))
            );
            out.push_str(&head);
            if results.iter().all(|test| test.skipped) {
                out.push_str(">\n      <skipped/>\n    </testcase>\n");
                continue;
            }
            let errors: Vec<&AssertionError> = results.iter().filter_map(|test| test.error.as_ref()).collect();
            let Some(error) = errors.first() else {
                out.push_str("/>\n");
                continue;
            };
            let message = shown(&error.message);
            let stack = shown(&stack(error));
            let _ = writeln!(
                out,
                ">\n      <failure type=\"AssertionFailure\" message=\"{}\">",
                value(&attribute(&message))
            );
            let lines = [
                format!("Failed {} times.", errors.len()),
                id.as_ref()
                    .map_or_else(String::new, |id| format!("Collection JSON ID: {id}.")),
                format!("Collection name: {collection}."),
                format!("Request name: {request}."),
                format!("Test description: {}.", redactor.redact_name(name)),
            ];
            let given = [format!("Error message: {message}."), format!("Stacktrace: {stack}.")];
            let lines = lines.iter().filter(|line| !line.is_empty()).map(|line| cdata(line));
            for line in lines.chain(given.iter().map(|line| value(&cdata(line)))) {
                let _ = writeln!(out, "        {line}");
            }
            out.push_str("      </failure>\n    </testcase>\n");
        }
        out.push_str("  </testsuite>\n");
        out
    }
}

/// The results of each name: a test that runs again is one case, as in newman, which failed if any of its results did.
fn by_name(tests: &[TestResult]) -> Vec<(&str, Vec<&TestResult>)> {
    let mut out: Vec<(&str, Vec<&TestResult>)> = Vec::new();
    let mut places = HashMap::new();
    for test in tests {
        let at = *places.entry(test.name.as_str()).or_insert(out.len());
        match out.get_mut(at) {
            Some((_, results)) => results.push(test),
            None => out.push((&test.name, vec![test])),
        }
    }
    out
}

/// A moment as newman writes it; more digits than these are no ISO 8601 for some readers.
fn milliseconds(at: jiff::Timestamp) -> String {
    format!("{at:.3}")
}

/// What failed besides tests, as newman words it.
fn errors(done: &Done<'_>) -> String {
    let mut out = String::new();
    for failure in done.failures {
        let kind = match failure.at {
            At::Request => "RequestError: ",
            At::Script(ScriptEvent::PreRequest, _) => "prerequestScriptError: ",
            At::Script(ScriptEvent::PostResponse, _) => "testScriptError: ",
            At::Test(_) => continue,
        };
        out.push_str(kind);
        out.push_str(&message(failure, done));
        out.push_str("\n---\n");
    }
    out
}

/// A text inside quotes; characters that XML 1.0 cannot hold are replaced.
fn attribute(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            c if is_xml(c) => out.push(c),
            _ => out.push('\u{fffd}'),
        }
    }
    out
}

fn cdata(text: &str) -> String {
    let text: String = text.chars().map(|c| if is_xml(c) { c } else { '\u{fffd}' }).collect();
    format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"))
}

/// XML 1.0, section 2.2.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

impl Report for Junit {
    fn event(&mut self, event: &RunEvent<'_>, redactor: &Redactor) -> io::Result<()> {
        let RunEvent::Outcome(done) = event else { return Ok(()) };
        // A skipped request is no suite.
        if done.outcome.exchange.is_none() && done.failures.is_empty() {
            return Ok(());
        }
        let suite = self.suite(done, redactor);
        self.spool.add(suite, redactor)
    }

    fn write(&mut self, end: &End<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let first = end.collection.and_then(|node| end.session.workspace.node(node));
        let name = end.redactor.redact_name(first.map_or("", |node| node.entity.name()));
        let summary = end.summary;
        let head = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" tests=\"{}\" failures=\"{}\" \
             errors=\"{}\" time=\"{:.3}\">\n",
            attribute(&name),
            summary.tests.total,
            summary.tests.failed,
            summary.failures.len() - summary.tests.failed.min(summary.failures.len()),
            self.time,
        );
        self.spool.write(out, &head, "</testsuites>\n", end.redactor)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use crate::exec::{Place, Session};
    use crate::model::{Outcome, Request};

    #[test]
    fn a_name_is_one_case_which_failed_if_any_of_its_results_did() {
        let test = |name: &str, skipped: bool, error: Option<&str>| TestResult {
            name: name.to_owned(),
            skipped,
            error: error.map(|message| AssertionError {
                name: "Error".to_owned(),
                message: message.to_owned(),
                stack: String::new(),
                hint: None,
            }),
            script: "s".to_owned(),
            index: 0,
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        let outcome = Outcome {
            tests: vec![
                test("a", false, None),
                test("b", true, None),
                test("a", false, Some("one")),
                test("a", false, Some("two")),
                test("a", false, None),
                test("b", false, None),
                test("c", true, None),
            ],
            ..Outcome::default()
        };
        let session = Session::default();
        let plan = session.plan_of(Request::default());
        let done = Done {
            plan: &plan,
            place: Place::ALONE,
            outcome: &outcome,
            failures: &[],
            session: &session,
        };
        let suite = Junit::new().unwrap().suite(&done, &Redactor::default());
        assert_eq!(suite.matches("<testcase ").count(), 3, "{suite}");
        assert_eq!(suite.matches("<failure ").count(), 1, "{suite}");
        assert!(
            suite.contains("Error message: one.") && suite.contains("Failed 2 times."),
            "{suite}"
        );
        assert_eq!(suite.matches("<skipped/>").count(), 1, "{suite}");
        // All results count.
        assert!(suite.contains("tests=\"7\" failures=\"2\""), "{suite}");
    }

    #[test]
    fn texts_of_any_kind_stay_inside_their_xml() {
        assert_eq!(
            attribute("a<b> & \"c\"\n\u{1}"),
            "a&lt;b&gt; &amp; &quot;c&quot;&#10;\u{fffd}"
        );
        assert_eq!(cdata("x]]>y"), "<![CDATA[x]]]]><![CDATA[>y]]>");
        let at: jiff::Timestamp = "2026-11-29T07:04:55.476406385Z".parse().unwrap_or_default();
        assert_eq!(milliseconds(at), "2026-11-29T07:04:55.476Z");
    }
}
