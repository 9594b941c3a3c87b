//! What `pm.visualizer.set` was given, as text: a terminal draws no HTML, but most templates are headings, lists and
//! tables, and those it can show.
//!
//! ```text
//! template + data ── template ──▶ HTML ── html ──▶ text and tables
//!        └── nothing to read in it: the data, as a table where it is one
//! ```

mod html;
mod table;
mod template;
mod watch;

use std::time::Duration;

use indexmap::IndexSet;
use serde_json::Value;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use watch::Watch;

/// How much HTML a template may make, in bytes: it can loop over its data within loops over its data.
const MOST: usize = 4 * 1024 * 1024;

/// How many rows and columns of the data are shown where a template cannot be.
const MOST_ROWS: usize = 10_000;
const MOST_COLUMNS: usize = 50;

/// The visualization as text, drawn on a thread of its own; nothing once it is cancelled. What takes longer than the limit
/// is left and said.
pub(super) async fn drawn(given: Value, limit: Duration, cancel: &CancellationToken) -> Option<String> {
    let watch = Watch::new(limit, cancel.clone());
    let late = format!("the template cannot be filled in: {}", watch.late());
    let (tell, told) = oneshot::channel();
    let thread = std::thread::Builder::new()
        .name("visualizer".to_owned())
        .stack_size(watch::STACK);
    // Whoever waited may be gone.
    let begun = thread.spawn(move || drop(tell.send(text(&given, &watch))));
    if let Err(error) = begun {
        return Some(format!("this visualization cannot be drawn: {error}"));
    }
    // Drawing keeps to the watch by itself; a template takes no longer to read than it is long.
    let grace = limit.saturating_mul(2);
    tokio::select! {
        () = cancel.cancelled() => None,
        drawn = tokio::time::timeout(grace, told) => drawn.map_or(Some(late), Result::ok),
    }
}

/// The same at once. Never fails: what cannot be drawn is said, and the data shown instead.
fn text(given: &Value, watch: &Watch) -> String {
    let template = given["template"].as_str().unwrap_or_default();
    let data = &given["data"];
    let drawn = render(template, data, watch).and_then(|html| html::text(&html, watch));
    let why = match drawn {
        Ok(text) if text.trim().is_empty() => {
            "there is nothing to read in this visualization: it is drawn by a browser".to_owned()
        }
        Ok(text) => return text,
        Err(why) => format!("the template cannot be filled in: {why}"),
    };
    format!("{why}. Its data:\n\n{}", of_data(data))
}

/// The page that a template makes; one that is too long is read as far as it goes.
fn render(template: &str, data: &Value, watch: &Watch) -> Result<String, String> {
    template::draw(&template::read(template)?, data, MOST, &|| watch.stopped())
}

/// The first list of objects in the data as a table; any other data as JSON.
fn of_data(data: &Value) -> String {
    let is_list = |value: &&Value| value.as_array().is_some_and(|rows| rows.iter().any(Value::is_object));
    let list = if is_list(&data) {
        Some(data)
    } else {
        data.as_object().and_then(|fields| fields.values().find(is_list))
    };
    let Some(rows) = list.and_then(Value::as_array) else {
        return serde_json::to_string_pretty(data).unwrap_or_default();
    };
    let names = rows.iter().filter_map(Value::as_object).flat_map(|row| row.keys());
    let names: IndexSet<&str> = names.map(String::as_str).collect();
    let more_columns = names.len().saturating_sub(MOST_COLUMNS);
    let names: Vec<&str> = names.into_iter().take(MOST_COLUMNS).collect();
    let cell = |row: &Value, name: &str| match &row[name] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let head = names.iter().map(|name| (*name).to_owned()).collect();
    let more_rows = rows.len().saturating_sub(MOST_ROWS);
    let body = rows
        .iter()
        .take(MOST_ROWS)
        .map(|row| names.iter().map(|name| cell(row, name)).collect());
    let shown = table::text(&std::iter::once(head).chain(body).collect::<Vec<_>>(), true);
    let more = [(more_rows, "row"), (more_columns, "column")];
    more.iter()
        .filter(|(more, _)| *more > 0)
        .fold(shown, |shown, (more, what)| {
            let s = if *more == 1 { "" } else { "s" };
            format!("{shown}\n… and {more} more {what}{s}")
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// What is drawn on a thread as deep as the real one.
    fn text(given: &Value) -> String {
        let given = given.clone();
        let draw = move || {
            let watch = Watch::new(Duration::from_hours(1), CancellationToken::new());
            super::text(&given, &watch)
        };
        let thread = std::thread::Builder::new().stack_size(watch::STACK).spawn(draw);
        thread.map_or_else(|why| why.to_string(), |thread| thread.join().unwrap_or_default())
    }

    #[test]
    fn values_are_written_as_in_javascript() {
        let data = json!({
            "list": ["a", 1, null, [2, "b"], {"x": 1}], "none": [], "object": {"length": "own", "x": [1]},
            "name": "é😀", "rows": [{"cells": [1, 2]}, {"cells": []}], "off": false, "zero": 0, "nil": null
        });
        for (template, drawn) in [
            ("{{list}}", "a,1,,2,b,[object Object]"),
            ("{{{list}}}|{{object}}", "a,1,,2,b,[object Object]|[object Object]"),
            ("{{list.length}} {{none.length}} {{name.length}}", "5 0 3"),
            ("{{object.length}} {{object.x.length}} {{zero.length}}.", "own 1 ."),
            (
                "{{#if none.length}}some{{else}}none{{/if}}{{#if list.length}} some{{/if}}",
                "none some",
            ),
            (
                "{{#each rows}}{{cells.length}} of {{../rows.length}}; {{/each}}",
                "2 of 2; 0 of 2;",
            ),
            (
                "{{#each rows}}{{#with cells}}{{length}}{{this.length}}{{/with}}{{@index}}{{@root.list.length}} {{/each}}",
                "2205 15",
            ),
            (
                "{{#each object.x}}{{this}}{{/each}}{{off}} {{zero}}{{nil}}{{missing}}.",
                "1false 0.",
            ),
            (
                "{{#*inline \"p\"}}{{n}}{{/inline}}{{> p n=list.length}} {{> p n=none.length}} {{> p (lookup rows list.length) n=1}}",
                "5 0 1",
            ),
            ("{{#*inline \"p\"}}{{this}}{{/inline}}{{> p list.length}}", "5"),
            (
                "{{#each rows as |length|}}{{length}} {{cells.length}} {{length.cells.length}}, {{/each}}{{#each object.x as |x length|}}{{length}}{{#if length}}!{{else}}?{{/if}}{{else}}{{length}}{{/each}}",
                "[object Object] 2 2, [object Object] 0 0, 0?",
            ),
            ("{{#each none as |length|}}{{else}}{{list.length}}{{/each}}", "5"),
        ] {
            assert_eq!(text(&json!({"template": template, "data": data})), drawn, "{template}");
        }
    }

    #[test]
    fn parts_that_include_each_other_without_end_end() {
        let template = "{{#*inline \"a\"}}{{> b}}{{/inline}}{{#*inline \"b\"}}{{> a}}{{/inline}}{{> a}}";
        let drawn = text(&json!({"template": template, "data": {"x": 1}}));
        assert_eq!(
            drawn,
            "the template cannot be filled in: its parts include each other more than 100 deep. Its data:\n\n{\n  \"x\": 1\n}"
        );
        // Where there is an end, they may.
        let template = "{{#*inline \"a\"}}{{n}}{{#each c}}{{> b}}{{/each}}{{/inline}}
            {{#*inline \"b\"}}-{{> a}}{{/inline}}{{> a}}";
        let data = json!({"n": 1, "c": [{"n": 2, "c": [{"n": 3}]}, {"n": 4}]});
        assert_eq!(text(&json!({"template": template, "data": data})), "1-2-3-4");
        // There are no thousands of them, one within the other.
        for (levels, well) in [(50, true), (51, false)] {
            let data = (1..levels).fold(json!({"n": 1}), |inner, _| json!({"n": 1, "c": [inner]}));
            let drawn = text(&json!({"template": template, "data": data}));
            assert_eq!(drawn.starts_with("1-1-1"), well, "{levels}: {drawn}");
        }
        let deep = format!("{}x{}", "{{#if a}}".repeat(100), "{{/if}}".repeat(100));
        assert_eq!(text(&json!({"template": deep, "data": {"a": 1}})), "x");
        let deeper = format!("{}x{}", "{{#if a}}".repeat(20_000), "{{/if}}".repeat(20_000));
        let drawn = text(&json!({"template": deeper, "data": {}}));
        assert!(drawn.contains("its blocks are nested too deep"), "{drawn}");
    }

    #[test]
    fn blocks_go_by_the_data_they_are_named_by() {
        let data = json!({"list": [1, 2], "rows": [{"n": "x"}, {"n": "y"}], "one": {"n": "z"}, "none": [], "on": true, "off": false, "zero": 0});
        for (template, drawn) in [
            (
                "{{#list}}{{@index}}{{this}}{{^}}-{{/list}} {{#none}}x{{else}}none{{/none}}",
                "0112 none",
            ),
            (
                "{{#rows}}{{n}}{{../zero}}{{#unless @last}}, {{/unless}}{{/rows}}",
                "x0, y0",
            ),
            (
                "{{#rows as |row|}}{{row.n}}{{/rows}}{{#one}}{{n}}{{/one}}{{#one.n}}{{this}}{{/one.n}}",
                "xyzz",
            ),
            (
                "{{#on}}on{{/on}}{{#off}}off{{/off}}{{#zero}}{{this}}{{/zero}}{{#gone}}gone{{/gone}}",
                "on0",
            ),
            (
                "{{^none}}none{{/none}}{{^list}}x{{/list}}{{^zero}}x{{/zero}} {{#rows}}{{^gone}}{{n}}{{/gone}}{{/rows}} {{~^off~}} ! {{~/off}}",
                "none xy!",
            ),
            (
                "{{#list}}{{.}}{{/list}}{{!-- {{^x}} --}}{{#list}}{{#if this}}{{^}}{{/if}}{{/list}}",
                "12",
            ),
        ] {
            assert_eq!(text(&json!({"template": template, "data": data})), drawn, "{template}");
        }
        let wrong = text(&json!({"template": "{{#helper 1}}x{{/helper}}", "data": {"a": 1}}));
        assert!(wrong.contains("there is no helper `helper`"), "{wrong}");
    }

    #[test]
    fn loops_look_at_the_watch() {
        let many: Vec<u32> = (0..300).collect();
        let inner = "{{#each ../r}}{{#each ../../r}}{{#each ../../../r}}{{/each}}{{/each}}{{/each}}";
        let given = json!({"template": format!("{{{{#each r}}}}{inner}{{{{/each}}}}"), "data": {"r": many}});
        let late = super::text(&given, &Watch::new(Duration::from_millis(5), CancellationToken::new()));
        assert!(
            late.starts_with("the template cannot be filled in: it took more than 5ms. Its data:"),
            "{late}"
        );
        let cancel = CancellationToken::new();
        cancel.cancel();
        let cancelled = super::text(&given, &Watch::new(Duration::from_hours(1), cancel.clone()));
        assert!(cancelled.contains("it was cancelled"), "{cancelled}");
    }

    #[tokio::test]
    async fn who_cancels_does_not_wait_for_a_drawing() {
        let cancel = CancellationToken::new();
        let given = json!({"template": "<p>{{a}}</p>", "data": {"a": 1}});
        let limit = Duration::from_hours(1);
        assert_eq!(drawn(given.clone(), limit, &cancel).await.as_deref(), Some("1"));
        let many: Vec<u32> = (0..3000).collect();
        let endless = "{{#each r}}{{#each ../r}}{{#each ../../r}}{{/each}}{{/each}}{{/each}}";
        let endless = json!({"template": endless, "data": {"r": many}});
        let (drawn, ()) = tokio::join!(drawn(endless, limit, &cancel), async {
            tokio::task::yield_now().await;
            cancel.cancel();
        });
        assert_eq!(drawn, None);
    }

    #[test]
    fn data_with_many_rows_and_columns_is_cut() {
        let rows: Vec<Value> = (0..MOST_ROWS + 5)
            .map(|n| json!({ (format!("c{}", n % 60)): n }))
            .collect();
        let drawn = of_data(&json!(rows));
        assert!(drawn.ends_with("\n… and 5 more rows\n… and 10 more columns"));
        assert!(drawn.lines().next().is_some_and(|head| head.ends_with("c49")));
    }

    #[test]
    fn templates_are_filled_in_and_read() {
        let template = "<style>td { color: red }</style><h1>Birds &amp; more</h1>
            <table><tr><th>Name</th><th>Legs</th></tr>
            {{#each birds}}<tr><td>{{name}}</td><td>{{#if legs}}{{legs}}{{else}}none{{/if}}</td></tr>{{/each}}</table>
            <ul>{{#each tags}}<li>{{@index}} {{this}}</li>{{/each}}</ul><p>{{{raw}}}</p>";
        let data = json!({"birds": [{"name": "<owl>", "legs": 2}, {"name": "snake", "legs": 0}], "tags": ["a", "b"], "raw": "<b>x</b>"});
        assert_eq!(
            text(&json!({"template": template, "data": data})),
            "Birds & more\n\nName   Legs\n─────  ────\n<owl>  2\nsnake  none\n\n• 0 a\n• 1 b\n\nx"
        );
    }

    #[test]
    fn what_a_browser_draws_is_shown_as_its_data() {
        let drawn = text(
            &json!({"template": "<canvas></canvas><script>chart()</script>", "data": {"rows": [{"a": 1}, {"b": "x"}]}}),
        );
        assert_eq!(
            drawn,
            "there is nothing to read in this visualization: it is drawn by a browser. Its data:\n\na  b\n─  ─\n1\n   x"
        );
        let wrong = text(&json!({"template": "{{#each", "data": {"a": 1}}));
        assert!(wrong.starts_with("the template cannot be filled in: "), "{wrong}");
        assert!(wrong.ends_with("{\n  \"a\": 1\n}"), "{wrong}");
    }

    #[test]
    fn a_page_has_an_end() {
        let many: Vec<u32> = (0..3000).collect();
        let template = "{{#each a}}{{#each ../a}}{{this}} {{/each}}{{/each}}";
        let drawn = text(&json!({"template": template, "data": {"a": many}}));
        assert!((1_000_000..=MOST).contains(&drawn.len()), "{}", drawn.len());
    }
}
