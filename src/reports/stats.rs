//! The figures of a run as newman counts and names them.

use serde_json::{Value, json};

use crate::exec::Summary;
use crate::exec::summary::{Count, Spread};

/// `run.stats` of newman's summary.
pub fn stats(summary: &Summary) -> Value {
    let count = |count: Count| json!({ "total": count.total, "pending": 0, "failed": count.failed });
    let whole = |total: usize| json!({ "total": total, "pending": 0, "failed": 0 });
    let scripts = Count {
        total: summary.pre_request.total + summary.post_response.total,
        failed: summary.pre_request.failed + summary.post_response.failed,
    };
    json!({
        "iterations": whole(summary.iterations),
        "items": whole(summary.requests),
        "scripts": count(scripts),
        "prerequests": whole(summary.requests),
        "requests": count(summary.sent),
        "tests": whole(summary.tested),
        "assertions": count(summary.tests),
        "testScripts": count(summary.post_response),
        "prerequestScripts": count(summary.pre_request),
    })
}

/// Milliseconds without a fraction: those of one request are whole in newman's report, their mean is not.
fn whole(millis: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "no request takes 2^63 ms")]
    let whole = millis.round() as i64;
    whole.into()
}

/// `run.timings` of newman's summary, in milliseconds.
pub fn timings(summary: &Summary) -> Value {
    let mut out = serde_json::Map::new();
    let mut add = |name: &str, spread: &Spread| {
        out.insert(format!("{name}Average"), json!(spread.mean));
        out.insert(format!("{name}Min"), whole(spread.min));
        out.insert(format!("{name}Max"), whole(spread.max));
        out.insert(format!("{name}Sd"), json!(spread.deviation()));
    };
    add("response", &summary.times);
    add("dns", &summary.dns);
    add("firstByte", &summary.first_byte);
    let started = summary.started.as_millisecond();
    let took = i64::try_from(summary.took.as_millis()).unwrap_or(i64::MAX);
    out.insert("started".to_owned(), json!(started));
    out.insert("completed".to_owned(), json!(started.saturating_add(took)));
    Value::Object(out)
}
