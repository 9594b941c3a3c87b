//! The scripts around a request: which run, in which order, and gathering what came of them.

use ::url::Url;
use jiff::Timestamp;

use crate::http::Jar;
use crate::model::InOrder;
use crate::model::Outcome;
use crate::model::exchange::Cookie;
use crate::model::outcome::{ConsoleLevel, ConsoleLine, ScriptError};
use crate::model::script::{Part, ScriptEvent, Scripts, parts};
use crate::script::{Info, ScriptJob, ScriptReport};

use super::plan::Plan;

/// What the scripts of one send have done so far.
#[derive(Default)]
pub(super) struct Log {
    pub outcome: Outcome,
}

impl Log {
    /// Adds what one script did; a later word on where the run goes on replaces an earlier one.
    pub fn take(&mut self, report: ScriptReport, event: ScriptEvent) {
        let outcome = &mut self.outcome;
        match event {
            ScriptEvent::PreRequest => outcome.scripts_run.0 += 1,
            ScriptEvent::PostResponse => outcome.scripts_run.1 += 1,
        }
        outcome.tests.extend(report.tests);
        outcome.console.extend(report.console);
        outcome.writes.extend(report.writes);
        outcome.undefined.extend(report.undefined);
        outcome.script_errors.extend(report.errors);
        outcome.skipped |= report.skip_request;
        // As in Postman, `pm.visualizer.clear()` takes back what this script drew, not what an earlier one did.
        if report.visualizer.is_some() {
            outcome.visualizer = report.visualizer;
        }
        if report.next_request.is_some() {
            outcome.next_request = report.next_request;
        }
    }
}

impl Log {
    /// Counts the scripts without a word of Postman's own file, as newman does.
    pub fn count_blank(&mut self, plan: &Plan, event: ScriptEvent) {
        let owners = plan.ancestors.iter().map(|owner| &owner.scripts);
        for Scripts { blank, .. } in owners.chain([&plan.request.scripts]) {
            match event {
                ScriptEvent::PreRequest => self.outcome.scripts_run.0 += blank.pre_request,
                ScriptEvent::PostResponse => self.outcome.scripts_run.1 += blank.post_response,
            }
        }
    }

    /// Says something that no script said, of a request.
    pub fn warn(&mut self, request: &str, text: String) {
        self.outcome.console.push(ConsoleLine {
            level: ConsoleLevel::Warn,
            text,
            listed: None,
            at: Timestamp::now(),
            script: request.to_owned(),
        });
    }

    /// Adds what the scripts of another request said and tested, which a script has run. What they did to variables has
    /// come back to that script.
    pub fn take_nested(&mut self, nested: Outcome) {
        let outcome = &mut self.outcome;
        outcome.tests.extend(nested.tests);
        outcome.console.extend(nested.console);
        outcome.console.order_by_key(|line| line.at);
        outcome.script_errors.extend(nested.script_errors);
        outcome.script_sends.extend(nested.script_sends);
        outcome.vault.extend(nested.vault);
        outcome.redactor = outcome.redactor.and(&nested.redactor);
    }
}

/// The text of every script of a plan.
pub(super) fn sources(plan: &Plan) -> Vec<&str> {
    let events = [ScriptEvent::PreRequest, ScriptEvent::PostResponse];
    events
        .into_iter()
        .flat_map(|event| written(plan, event).map(|(.., part)| part.source))
        .collect()
}

/// The scripts of a plan for one moment with their names and depths, outermost first, the empty ones left out.
fn written(plan: &Plan, event: ScriptEvent) -> impl Iterator<Item = (usize, &str, Part<'_>)> {
    let request = (plan.request.name.as_str(), &plan.request.scripts);
    let owners = plan.ancestors.iter().map(|owner| (owner.name.as_str(), &owner.scripts));
    owners
        .chain([request])
        .enumerate()
        .flat_map(move |(depth, (name, scripts))| {
            let parts = parts(scripts.source(event)).into_iter();
            parts.map(move |part| (depth, name, part))
        })
}

/// Whether a plan has scripts for one moment.
pub(super) fn any(plan: &Plan, event: ScriptEvent) -> bool {
    written(plan, event).next().is_some()
}

/// Whether any script of a plan for one moment may check something in chai's words: `pm.expect(…)`, `pm.response.to.have…`.
pub(super) fn check(plan: &Plan, event: ScriptEvent) -> bool {
    written(plan, event).any(|(.., part)| {
        [".expect", ".to.", "chai"]
            .iter()
            .any(|word| part.source.contains(word))
    })
}

/// What the scripts of a plan for one moment are called; each name once.
pub(super) fn names(plan: &Plan, event: ScriptEvent) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for (_, name, _) in written(plan, event) {
        let name = format!("{name}, {}", event.label());
        if !out.contains(&name) {
            out.push(name);
        }
    }
    out
}

/// The scripts of a plan for one moment, outermost first.
pub(super) fn jobs(plan: &Plan, event: ScriptEvent) -> Vec<ScriptJob> {
    let location = plan.location();
    written(plan, event)
        .map(|(depth, name, part)| {
            let mut job = ScriptJob::new(part.source, format!("{name}, {}", event.label()), event);
            job.above = part.above;
            job.info = Info {
                iteration: u32::try_from(plan.iteration.index).unwrap_or(u32::MAX),
                iteration_count: u32::try_from(plan.iteration.count).unwrap_or(u32::MAX),
                request_id: plan.id(),
                location: location.clone(),
                current: location.get(depth).cloned().unwrap_or_default(),
            };
            job
        })
        .collect()
}

/// The cookies that go to a URL, as `pm.cookies` shows them.
pub(super) fn cookies(jar: &Jar, url: &str) -> Vec<Cookie> {
    Url::parse(url).map(|url| jar.matching(&url)).unwrap_or_default()
}

/// A script whose tests failed has failed itself when the run is to stop there, as in newman.
pub(super) fn fail_with_its_tests(report: &mut ScriptReport, script: &str, event: ScriptEvent) {
    let failed = report.tests.iter().filter(|test| test.failed());
    let names: Vec<&str> = failed.map(|test| test.name.as_str()).collect();
    if !names.is_empty() && report.errors.is_empty() {
        report.errors.push(ScriptError {
            script: script.to_owned(),
            event,
            name: "AssertionFailure".to_owned(),
            message: names.join(", "),
            at: None,
            when: Timestamp::now(),
            hint: None,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::plan::{Ancestor, InheritedAuth, Iteration};
    use crate::model::outcome::NextRequest;
    use crate::model::script::NEXT;
    use crate::model::{Auth, Entity, Group, Request, Settings, Workspace};
    use crate::vars::Scopes;
    use std::sync::Arc;

    fn scripts(source: &str) -> Scripts {
        Scripts {
            pre_request: source.into(),
            ..Scripts::default()
        }
    }

    #[test]
    fn scripts_run_from_the_outside_in_and_empty_ones_do_not() {
        let mut workspace = Workspace::default();
        let mut ancestor = |name: &str, source: &str| Ancestor {
            id: workspace.load_node(None, name, Entity::Collection(Arc::new(Group::named(name)))),
            name: name.into(),
            scripts: scripts(source),
        };
        let plan = Plan {
            node: None,
            path: None,
            request: Arc::new(Request {
                name: "List".into(),
                scripts: scripts(&format!("\n{NEXT}\n3\n{NEXT}\n4")),
                ..Request::default()
            }),
            ancestors: vec![ancestor("API", "1"), ancestor("Users", " \n")],
            inherited_auth: InheritedAuth {
                auth: Auth::new(Auth::NONE),
                from: None,
            },
            settings: Settings::default(),
            scopes: Scopes::default(),
            iteration: Iteration {
                index: 1,
                count: 3,
                by_hand: None,
            },
            root: "/w".into(),
            environment: String::new(),
            aim: crate::exec::plan::Aim::Response,
            others: None,
            vault: Vec::new(),
            locked_vault: Vec::new(),
            collection: None,
            tokens: crate::exec::renewal::Tokens::default(),
            unread: None,
        };
        let jobs = jobs(&plan, ScriptEvent::PreRequest);
        let names: Vec<&str> = jobs.iter().map(|job| job.name.as_str()).collect();
        assert_eq!(names, ["API, pre-request", "List, pre-request", "List, pre-request"]);
        let sources = jobs.iter().map(|job| (job.source.as_str(), job.above));
        assert_eq!(sources.collect::<Vec<_>>(), [("1", 0), ("3", 2), ("4", 4)]);
        for (job, current) in jobs.iter().zip(["API", "List", "List"]) {
            assert_eq!(job.info.location, ["API", "Users", "List"]);
            assert_eq!(job.info.current, current);
        }
        assert_eq!((jobs[1].info.iteration, jobs[1].info.iteration_count), (1, 3));
        assert!(super::jobs(&plan, ScriptEvent::PostResponse).is_empty());
    }

    #[test]
    fn the_last_word_on_the_next_request_counts_and_silence_keeps_it() {
        let mut log = Log::default();
        for next in [Some(NextRequest::To("a".into())), Some(NextRequest::Stop), None] {
            let report = ScriptReport {
                next_request: next,
                ..ScriptReport::default()
            };
            log.take(report, ScriptEvent::PostResponse);
        }
        assert_eq!(log.outcome.next_request, Some(NextRequest::Stop));
    }
}
