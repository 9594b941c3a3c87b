//! What is told of the variable under the cursor: where its value comes from, and a JWT in clear words.
//!
//! A JWT's signature is left out, so that what is shown is no longer a key to anything.

use jiff::Timestamp;
use ratatui::text::{Line as Text, Span};
use serde_json::Value;

use crate::exec::tokens;
use crate::model::InOrder;
use crate::tui::panes::{View, environments};
use crate::tui::variables::{Line, text_of, words};
use crate::tui::widgets::{escape, glyphs};

/// Columns a claim needs at least, to stand beside another.
const CLAIM: usize = 42;

/// The lines to show, at most `height` of them.
pub fn lines(line: &Line, override_: Option<&str>, view: View<'_>, width: usize, height: usize) -> Vec<Text<'static>> {
    let mut out = Vec::new();
    let token = line.value().map(text_of).unwrap_or_default();
    if let Some((header, claims)) = tokens::decode(&token) {
        out.push(jwt(&header, &token, view, width));
        out.extend(self::claims(&claims, view, width, height.saturating_sub(2)));
    }
    out.push(match override_ {
        // One sets it by a current value, so it is no secret.
        Some(value) if !line.masked() => {
            let text = format!("{} hides both while the demo server runs", escape::printable(value));
            Text::styled(text, view.theme.warn)
        }
        _ => Text::styled(line.origin(), view.theme.dim),
    });
    if let Some(variable) = line
        .variable
        .as_ref()
        .filter(|variable| !variable.description.is_empty())
    {
        let first = variable.description.lines().next().unwrap_or_default();
        out.push(Text::styled(escape::printable(first).into_owned(), view.theme.base));
    }
    out.truncate(height);
    out
}

/// `JWT · RS256 · at+jwt          expires in 9:41`
fn jwt(header: &Value, token: &str, view: View<'_>, width: usize) -> Text<'static> {
    let theme = view.theme;
    let mut words = vec!["JWT".to_owned()];
    for name in ["alg", "typ", "kid"] {
        let value = header.get(name).map(text_of).filter(|value| value != "JWT");
        words.extend(value.map(|value| glyphs::elide(&value, 24)));
    }
    let now = view.shared.now;
    let (life, style) = match tokens::life(token) {
        None => ("does not say when it ends".to_owned(), theme.dim),
        Some(life) if life.is_expired(now) => ("expired".to_owned(), theme.error),
        Some(life) => {
            let left = environments::life_text(life.remaining(now), view.shared.awake);
            (format!("expires in {left}"), theme.ok)
        }
    };
    let left = glyphs::elide(&words.join(" · "), width.saturating_sub(glyphs::width(&life) + 2));
    let gap = width.saturating_sub(glyphs::width(&left) + glyphs::width(&life));
    Text::from(vec![
        Span::styled(left, theme.strong),
        Span::raw(" ".repeat(gap)),
        Span::styled(life, style),
    ])
}

/// The claims, in two columns where there is room.
fn claims(claims: &Value, view: View<'_>, width: usize, height: usize) -> Vec<Text<'static>> {
    let Some(map) = claims.as_object() else {
        return Vec::new();
    };
    let columns = (width / CLAIM).clamp(1, 2);
    let room = (width - 2 * (columns - 1)) / columns;
    let names = map.keys().map(|name| glyphs::width(name)).max().unwrap_or(0).min(14);
    // The times first: they are what one looks for.
    let is_time = |name: &str| matches!(name, "exp" | "iat" | "nbf" | "auth_time");
    let mut all: Vec<(&String, &Value)> = map.iter().collect();
    all.order_by_key(|(name, _)| (!is_time(name), name.as_str() != "iat", name.as_str() != "exp"));
    let fits = height * columns;
    let hidden = all.len().saturating_sub(fits);
    let mut cells: Vec<Vec<Span<'static>>> = all
        .into_iter()
        .take(fits)
        .map(|(name, value)| {
            let shown = is_time(name).then(|| moment(value)).flatten();
            let shown = shown.unwrap_or_else(|| text_of(value));
            let name = glyphs::elide(name, names);
            let pad = names - glyphs::width(&name).min(names);
            let value = glyphs::elide(&shown, room.saturating_sub(names + 2));
            vec![
                Span::styled(format!("{name}{}  ", " ".repeat(pad)), view.theme.syntax_key),
                Span::styled(value, view.theme.base),
            ]
        })
        .collect();
    if let Some(last) = cells.last_mut().filter(|_| hidden > 0) {
        *last = vec![Span::styled(format!("… and {} more", hidden + 1), view.theme.dim)];
    }
    let rows = cells.len().div_ceil(columns);
    (0..rows)
        .map(|row| {
            let mut spans = cells[row].clone();
            if let Some(second) = cells.get(row + rows) {
                let used: usize = spans.iter().map(|span| glyphs::width(&span.content)).sum();
                spans.push(Span::raw(" ".repeat((room + 2).saturating_sub(used))));
                spans.extend(second.iter().cloned());
            }
            Text::from(spans)
        })
        .collect()
}

/// A moment in seconds since 1970, in words.
fn moment(value: &Value) -> Option<String> {
    let at = Timestamp::from_second(value.as_i64()?).ok()?;
    Some(words(at))
}
