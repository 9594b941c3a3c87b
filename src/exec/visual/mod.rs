//! What `pm.visualizer.set` was given, as text: a terminal draws no HTML, but most templates are headings, lists and
//! tables, and those it can show.
//!
//! ```text
//! template + data ── Handlebars ──▶ HTML ── html ──▶ text and tables
//!        └── nothing to read in it: the data, as a table where it is one
//! ```

mod html;
mod table;

use std::io::{self, Write};

use handlebars::Handlebars;
use serde_json::Value;

/// How much HTML a template may make, in bytes: it can loop over its data within loops over its data.
const MOST: usize = 4 * 1024 * 1024;

/// The visualization as text. Never fails: what cannot be drawn is said, and the data shown instead.
pub(super) fn text(given: &Value) -> String {
    let template = given["template"].as_str().unwrap_or_default();
    let data = &given["data"];
    let why = match render(template, data) {
        Ok(html) => {
            let text = html::text(&html);
            if !text.trim().is_empty() {
                return text;
            }
            "there is nothing to read in this visualization: it is drawn by a browser".to_owned()
        }
        Err(why) => why,
    };
    format!("{why}. Its data:\n\n{}", of_data(data))
}

fn render(template: &str, data: &Value) -> Result<String, String> {
    let mut engine = Handlebars::new();
    // Postman's engine has none of these helpers; fields of the data may have their names.
    for name in ["raw", "eq", "ne", "gt", "gte", "lt", "lte", "and", "or", "not", "len"] {
        engine.unregister_helper(name);
    }
    let mut page = Page(Vec::new());
    match engine.render_template_to_write(template, data, &mut page) {
        Ok(()) => {}
        // As much as was made before can be read.
        Err(_) if page.0.len() >= MOST => {}
        Err(error) => return Err(format!("the template cannot be filled in: {}", error.reason())),
    }
    Ok(String::from_utf8_lossy(&page.0).into_owned())
}

/// The HTML as it is made, up to a limit.
struct Page(Vec<u8>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = MOST - self.0.len();
        if room == 0 {
            return Err(io::Error::other("the page is too long"));
        }
        let taken = bytes.len().min(room);
        self.0.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
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
    let mut names: Vec<&str> = Vec::new();
    for name in rows.iter().filter_map(Value::as_object).flat_map(|row| row.keys()) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let cell = |row: &Value, name: &str| match &row[name] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let head = names.iter().map(|name| (*name).to_owned()).collect();
    let body = rows
        .iter()
        .map(|row| names.iter().map(|name| cell(row, name)).collect());
    table::text(&std::iter::once(head).chain(body).collect::<Vec<_>>(), true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
