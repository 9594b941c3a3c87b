//! What the form of a token takes for its life and for its place in the reply, and how it writes them.

use serde_json_path::JsonPath;

use crate::model::token::{Life, Pick, TokenSource};
use crate::tui::panes::request::{format_duration, parse_duration};

/// How a life is written in the form: nothing, `10m`, or a path.
pub fn life_text(life: &Life) -> String {
    match life {
        Life::Told => String::new(),
        Life::Reply(path) => path.clone(),
        Life::Fixed(time) => format_duration(*time),
    }
}

/// Reads a life.
pub(super) fn life_of(text: &str) -> Result<Life, String> {
    match text {
        "" => Ok(Life::Told),
        path if path.starts_with('$') => checked(path).map(Life::Reply),
        text => match parse_duration(text).filter(|time| !time.is_zero()) {
            Some(time) => Ok(Life::Fixed(time)),
            None => Err(format!("{}, or a path in the reply as $.expires_at", no_time(text))),
        },
    }
}

/// How a place is written.
pub(super) fn pick_text(pick: &Pick) -> String {
    match pick {
        Pick::Script => String::new(),
        Pick::Body(path) => path.clone(),
        Pick::Whole => "body".to_owned(),
        Pick::Header(name) => format!("header {name}"),
        Pick::Cookie(name) => format!("cookie {name}"),
    }
}

/// What a declaration says of where a token comes from, in a few words.
pub(super) fn what(known: &TokenSource) -> String {
    match pick_text(&known.pick) {
        none if none.is_empty() => format!("`{}`, whose script sets it; all else there stays", known.request),
        place => format!("{place} of `{}`; all else there stays", known.request),
    }
}

/// Reads a place.
pub(super) fn pick_of(text: &str) -> Result<Pick, String> {
    let named = text
        .split_once(char::is_whitespace)
        .map(|(kind, name)| (kind, name.trim()));
    match named {
        _ if text.is_empty() => Ok(Pick::Script),
        _ if text.starts_with('$') => checked(text).map(Pick::Body),
        _ if text == "body" => Ok(Pick::Whole),
        Some((kind @ ("header" | "cookie"), name)) if name.contains(char::is_whitespace) => {
            Err(format!("`{name}` is no name of a {kind}: there is a blank in it"))
        }
        Some(("header", name)) => Ok(Pick::Header(name.to_owned())),
        Some(("cookie", name)) => Ok(Pick::Cookie(name.to_owned())),
        _ => Err(format!("`{text}` is none of $.path, body, header NAME and cookie NAME")),
    }
}

fn checked(path: &str) -> Result<String, String> {
    match JsonPath::parse(path) {
        Ok(_) => Ok(path.to_owned()),
        Err(error) => {
            let place = error.position() + 1;
            let like = "it is written like `$.id_token` or `$.data[0].token`";
            Err(format!("`{path}` is no JSONPath from its character {place} on: {like}"))
        }
    }
}

/// What is said of a text that is no time.
pub(super) fn no_time(text: &str) -> String {
    format!("`{text}` is not a time: write 30s, 10m or 1h")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn lives_and_places_are_read_as_they_are_written() {
        for life in [
            Life::Told,
            Life::Reply("$.expires_at".into()),
            Life::Fixed(Duration::from_secs(90)),
        ] {
            assert_eq!(life_of(&life_text(&life)), Ok(life));
        }
        for pick in [
            Pick::Script,
            Pick::Body("$.a['b c']".into()),
            Pick::Whole,
            Pick::Header("X-Token".into()),
            Pick::Cookie("sid".into()),
        ] {
            assert_eq!(pick_of(&pick_text(&pick)), Ok(pick));
        }
        for text in ["soon", "0s", "$.[", "expires_in"] {
            assert!(life_of(text).is_err(), "{text}");
        }
        for text in ["id_token", "header X Y", "cookie a b"] {
            assert!(pick_of(text).is_err(), "{text}");
        }
        // Upper case may stand in a path, and is not what is wrong here.
        let wrong = pick_of("$.[bad").expect_err("that is no path");
        assert!(wrong.contains("from its character 3 on"), "{wrong}");
    }
}
