//! The html reporter: one file that needs nothing else, to be opened years later from an archive.
//!
//! Each request is one fold, written as it comes; figures and failures stand above, and are written at the end.

use std::fmt::Write as _;
use std::io;

use super::spool::{Spool, marked, value};
use super::words::{duration, escape_lines, size};
use super::{End, Report};
use crate::exec::{Done, Failure, RunEvent, Summary};
use crate::model::outcome::{ConsoleLevel, Tally};
use crate::model::{Exchange, Redactor};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// How much of a body is in the report, in bytes; more makes it slow to open.
const CLIP: usize = 16 * 1024;
/// How many failures are listed at the top.
const LISTED: usize = 200;

/// Writes a page.
pub struct Html {
    spool: Spool,
    title: Option<String>,
    requests: usize,
    iteration: Option<usize>,
    /// The failures at the top, as HTML.
    failures: String,
    listed: usize,
    /// Tests that were skipped.
    skipped: usize,
}

impl Html {
    /// A report with nothing in it yet; without a title it has the collection's name.
    pub fn new(title: Option<String>) -> io::Result<Self> {
        Ok(Self {
            spool: Spool::new()?,
            title,
            requests: 0,
            iteration: None,
            failures: String::new(),
            listed: 0,
            skipped: 0,
        })
    }

    fn done(&mut self, done: &Done<'_>, redactor: &Redactor) -> io::Result<()> {
        self.requests += 1;
        self.skipped += done.outcome.tally().skipped;
        let iteration = done.plan.iteration;
        if iteration.count > 1 && self.iteration != Some(iteration.index) {
            self.iteration = Some(iteration.index);
            let heading = format!("<h2>Iteration {} of {}</h2>\n", iteration.index + 1, iteration.count);
            self.spool.add(&heading, redactor)?;
        }
        for failure in done.failures {
            self.listed += 1;
            if self.listed <= LISTED {
                let entry = listed(failure, self.requests, redactor);
                self.failures.push_str(&entry);
            }
        }
        self.spool.add(fold(done, self.requests, redactor), redactor)
    }

    fn head(&self, end: &End<'_>) -> String {
        let summary = end.summary;
        let name = end.collection.and_then(|node| end.session.workspace.node(node));
        let name = self
            .title
            .clone()
            .unwrap_or_else(|| end.redactor.redact_name(name.map_or("Run", |node| node.entity.name())));
        let name = text(&name);
        let (class, word) = verdict(summary);
        let started = summary.started.strftime("%Y-%m-%d %H:%M:%S UTC");
        let mut out = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" \
             content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n\
             <title>{name}: {word}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{name}</h1>\n\
             <p><span class=\"pill {class}\">{word}</span> <span class=\"quiet\">{started}</span></p>\n\
             <div class=\"figures\">\n"
        );
        for (label, value, failed) in figures(summary, self.skipped) {
            let failed = if failed > 0 {
                format!(" <span class=\"bad\">{failed} failed</span>")
            } else {
                String::new()
            };
            // A string takes whatever is written.
            let _ = writeln!(out, "<div><b>{value}</b>{label}{failed}</div>");
        }
        out.push_str("</div>\n");
        if self.listed > 0 {
            let more = match self.listed.saturating_sub(LISTED) {
                0 => String::new(),
                more => format!("<p class=\"quiet\">and {more} more</p>\n"),
            };
            let failures = marked(&self.failures, Some(end.redactor));
            let _ = write!(out, "<div class=\"failures\"><ol>\n{failures}</ol>\n{more}</div>\n");
        }
        out.push_str(
            "</header>\n<main>\n<div class=\"bar\">\n<button data-only=\"all\" aria-pressed=\"true\">All</button>\n\
             <button data-only=\"failed\">Failed</button>\n<button data-only=\"passed\">Passed</button>\n\
             <button data-only=\"skipped\">Skipped</button>\n\
             <input id=\"search\" type=\"search\" placeholder=\"Filter by name, method or status\" \
             aria-label=\"Filter\">\n<button id=\"fold\">Fold</button>\n<button id=\"theme\">Light or dark</button>\n\
             </div>\n",
        );
        out
    }
}

fn verdict(summary: &Summary) -> (&'static str, &'static str) {
    if summary.cancelled {
        ("odd", "cancelled")
    } else if summary.timed_out.is_some() {
        ("bad", "out of time")
    } else if summary.passed() {
        ("good", "passed")
    } else {
        ("bad", "failed")
    }
}

fn figures(summary: &Summary, skipped: usize) -> Vec<(&'static str, String, usize)> {
    let count = |count: crate::exec::summary::Count| (count.total.to_string(), count.failed);
    let (requests, unanswered) = count(summary.sent);
    let (tests, failed) = (summary.tests.total.saturating_sub(skipped), summary.tests.failed);
    let scripts = summary.pre_request.total + summary.post_response.total;
    let threw = summary.pre_request.failed + summary.post_response.failed;
    let word = |count: usize, one: &'static str, many: &'static str| if count == 1 { one } else { many };
    let mut out = vec![
        (
            word(summary.iterations, "iteration", "iterations"),
            summary.iterations.to_string(),
            0,
        ),
        (word(summary.sent.total, "request", "requests"), requests, unanswered),
        (word(tests, "test", "tests"), tests.to_string(), failed),
        (word(scripts, "script", "scripts"), scripts.to_string(), threw),
        ("duration", duration(summary.took), 0),
        ("received", size(summary.received), 0),
    ];
    if skipped > 0 {
        let what = word(skipped, "skipped test", "skipped tests");
        out.insert(3, (what, skipped.to_string(), 0));
    }
    if summary.times.count > 0 {
        let mean = std::time::Duration::from_secs_f64(summary.times.mean.max(0.0) / 1000.0);
        out.push(("mean response time", duration(mean), 0));
    }
    out
}

fn listed(failure: &Failure, number: usize, redactor: &Redactor) -> String {
    let what = if failure.what.is_empty() {
        failure.kind.clone()
    } else {
        format!("{}: {}", failure.kind, failure.what)
    };
    format!(
        "<li><a href=\"#r{number}\">{}</a> <span class=\"bad\">{}</span><br>{}</li>\n",
        text(&redactor.redact_name(&failure.location.join(" / "))),
        text(&redactor.redact_name(&what)),
        value(&text(&redactor.redact(&failure.message))),
    )
}

/// A request, folded; one that failed is open.
fn fold(done: &Done<'_>, number: usize, redactor: &Redactor) -> String {
    let outcome = done.outcome;
    let shown = |given: &str| value(&text(&redactor.redact(given)));
    let (class, open) = match (done.failures.is_empty(), outcome.skipped) {
        (false, _) => ("failed", " open"),
        (true, true) => ("skipped", ""),
        (true, false) => ("passed", ""),
    };
    let location = done.plan.location();
    let name = text(&redactor.redact_name(&location[1.min(location.len() - 1)..].join(" / ")));
    let method = shown(done.plan.request.method.as_str());
    let mut out = format!(
        "<details class=\"request {class}\" id=\"r{number}\"{open}><summary><code>{method}</code><span class=\"name\">\
         {name}</span>"
    );
    let mut add = |part: String| out.push_str(&part);
    match outcome
        .exchange
        .as_ref()
        .map(|exchange| (exchange, exchange.response()))
    {
        Some((exchange, Some(response))) => add(format!(
            "<span class=\"{}\">{} {}</span><span class=\"quiet\">{} · {}</span>",
            if response.status < 400 { "good" } else { "odd" },
            response.status,
            shown(&response.reason),
            size(response.body.len() as u64),
            duration(exchange.answered_in())
        )),
        Some((_, None)) => add("<span class=\"bad\">no response</span>".to_owned()),
        None => add("<span class=\"quiet\">not sent</span>".to_owned()),
    }
    let Tally { passed, ran, skipped } = outcome.tally();
    let mut told = Vec::new();
    if ran > 0 {
        told.push(format!("{passed}/{ran} {}", if ran == 1 { "test" } else { "tests" }));
    }
    if skipped > 0 {
        told.push(format!("{skipped} skipped"));
    }
    if !told.is_empty() {
        let class = if class == "failed" { "bad" } else { "quiet" };
        add(format!("<span class=\"{class}\">{}</span>", told.join(", ")));
    }
    add("</summary><div class=\"inside\">\n".to_owned());
    for failure in done
        .failures
        .iter()
        .filter(|failure| !matches!(failure.at, crate::exec::At::Test(_)))
    {
        add(format!(
            "<p class=\"bad\">{} at {}: {}</p>\n",
            shown(&failure.kind),
            shown(&failure.at.place()),
            shown(&failure.message)
        ));
    }
    if !outcome.tests.is_empty() {
        add("<ul class=\"tests\">\n".to_owned());
        for test in &outcome.tests {
            let name = text(&redactor.redact_name(&test.name));
            add(match &test.error {
                Some(error) => format!("<li class=\"bad\">✗ {name}<pre>{}</pre></li>\n", shown(&error.message)),
                None if test.skipped => format!("<li class=\"quiet\">– {name} (skipped)</li>\n"),
                None => format!("<li><span class=\"good\">✓</span> {name}</li>\n"),
            });
        }
        add("</ul>\n".to_owned());
    }
    if !outcome.console.is_empty() {
        let lines = outcome.console.iter().map(|line| {
            let class = match line.level {
                ConsoleLevel::Error => "bad",
                ConsoleLevel::Warn => "odd",
                _ => "mono",
            };
            format!("<span class=\"{class}\">{}</span>", shown(&line.text))
        });
        let lines = lines.collect::<Vec<_>>().join("\n");
        add(format!(
            "<details><summary>Console</summary><pre>{lines}</pre></details>\n"
        ));
    }
    if let Some(exchange) = &outcome.exchange {
        add(sent_and_received(exchange, redactor));
    }
    out.push_str("</div></details>\n");
    out
}

fn sent_and_received(exchange: &Exchange, redactor: &Redactor) -> String {
    let shown = |given: &str| value(&text(&redactor.redact(given)));
    let request = &exchange.request;
    let mut out = format!(
        "<p class=\"mono\">{} {}</p>\n",
        shown(exchange.asked_method().as_str()),
        shown(exchange.asked_url())
    );
    for (n, hop) in exchange.hops.iter().enumerate() {
        let to = exchange.hops.get(n + 1).map_or(&request.url, |next| &next.url);
        let _ = writeln!(
            out,
            "<p class=\"mono quiet\">{}: {} to {}</p>",
            shown(hop.again.as_deref().unwrap_or("redirected")),
            hop.status,
            shown(to)
        );
    }
    let headers: Vec<(String, String)> = request.headers.clone();
    out.push_str(&part("Request", &headers, &request.body, request.body_len, redactor));
    if let Some(response) = exchange.response() {
        let headers = response.headers.iter();
        let headers: Vec<_> = headers
            .map(|(name, value)| (name.clone(), String::from_utf8_lossy(value).into_owned()))
            .collect();
        let len = response.body.len() as u64;
        match response.body.read(0, (4 * CLIP).saturating_add(redactor.reach())) {
            Ok(bytes) => out.push_str(&part("Response", &headers, &bytes, len, redactor)),
            Err(error) => {
                let _ = writeln!(
                    out,
                    "<p class=\"quiet\">the body cannot be read: {}</p>",
                    text(&error.to_string())
                );
            }
        }
    }
    out
}

fn part(what: &str, headers: &[(String, String)], body: &[u8], len: u64, redactor: &Redactor) -> String {
    let shown = |given: &str| value(&text(&redactor.redact(given)));
    let mut out = format!(
        "<details><summary>{what}: {} headers, {}</summary><table>",
        headers.len(),
        size(len)
    );
    for (name, value) in headers {
        let _ = write!(
            out,
            "<tr><td>{}</td><td class=\"mono\">{}</td></tr>",
            shown(name),
            shown(value)
        );
    }
    out.push_str("</table>");
    if !body.is_empty() {
        // Redacted before it is cut, or the beginning of a secret would stay.
        let window = body.len().min((4 * CLIP).saturating_add(redactor.reach()));
        let readable = String::from_utf8_lossy(&body[..window]);
        let readable = redactor.redact_start(&readable, 4 * CLIP, (window as u64) < len);
        let cut = readable.floor_char_boundary(CLIP);
        let rest = if cut < readable.len() || (window as u64) < len {
            format!("<p class=\"quiet\">the first {} of {}</p>", size(cut as u64), size(len))
        } else {
            String::new()
        };
        let _ = write!(out, "<pre>{}</pre>{rest}", value(&text(&readable[..cut])));
    }
    out.push_str("</details>\n");
    out
}

/// A text that may hold anything, as HTML.
fn text(text: &str) -> String {
    let text = escape_lines(text);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

impl Report for Html {
    fn event(&mut self, event: &RunEvent<'_>, redactor: &Redactor) -> io::Result<()> {
        match event {
            RunEvent::Outcome(done) => self.done(done, redactor),
            _ => Ok(()),
        }
    }

    fn write(&mut self, end: &End<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let head = self.head(end);
        let tail = format!(
            "</main>\n<footer>postrider {}</footer>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n",
            env!("CARGO_PKG_VERSION")
        );
        self.spool.write(out, &head, &tail, end.redactor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_half_of_a_secret_stands_where_a_body_is_cut() {
        let secret = "s3cret-".repeat(8);
        let redactor = Redactor::default().with([crate::model::Secret::new(secret.as_str())]);
        // Masked, the first 64 KiB take less than 16.
        for body in [secret.repeat(5000), format!("x{}", secret.repeat(5000))] {
            let body = &body.as_bytes()[..200_000];
            let shown = part("Response", &[], body, body.len() as u64 + 9, &redactor);
            assert!(!shown.contains("s3c"), "{}", &shown[shown.len() - 200..]);
            assert!(shown.contains("the first "));
        }
    }

    #[test]
    fn no_text_becomes_markup() {
        assert_eq!(
            text("<script>\"&'\u{1b}</script>\nx"),
            "&lt;script&gt;&quot;&amp;&#39;\\u{1b}&lt;/script&gt;\nx"
        );
    }

    #[test]
    fn skipped_tests_are_told_apart_at_the_top_too() {
        let mut summary = Summary::default();
        (summary.tests.total, summary.tests.failed) = (5, 1);
        let figures = figures(&summary, 3);
        assert!(figures.contains(&("tests", "2".to_owned(), 1)), "{figures:?}");
        assert!(figures.contains(&("skipped tests", "3".to_owned(), 0)), "{figures:?}");
    }
}
