//! Themes: one TOML file each, names of things to colours, fitted to what the terminal can show.
//!
//! ```text
//! themes/*.toml (embedded) ┐
//!                          ├─▶ Theme (styles) ─fit(Depth)─▶ what the panes draw with
//! <config>/themes/*.toml   ┘
//! ```
//!
//! A style names at most a foreground, a background and modifiers. Every theme must stay readable without colour: what
//! matters is also said by a symbol, weight or reverse video.

mod colour;
mod widgets;

use std::collections::BTreeMap;
use std::path::Path;

use ratatui::style::{Modifier, Style};
use serde::Deserialize;

use super::shipped;
use crate::model::problem::Problem;
use crate::store::files::one_line;
use crate::store::keys::{self, Inside, Shape};

pub use colour::Depth;

/// The themes in the binary: file name without ending, and text.
pub const EMBEDDED: [(&str, &str); 5] = [
    ("night", include_str!("../../../themes/night.toml")),
    ("day", include_str!("../../../themes/day.toml")),
    ("contrast", include_str!("../../../themes/contrast.toml")),
    ("ansi", include_str!("../../../themes/ansi.toml")),
    ("dusk", include_str!("../../../themes/dusk.toml")),
];

/// The theme used when nothing else is said.
pub const DEFAULT: &str = "night";

/// The same on a light ground.
pub const LIGHT: &str = "day";

/// What leaves it to the terminal's ground, in the settings.
pub const AUTO: &str = "auto";

static STYLE: Shape = Shape(&[("fg", Inside::Any), ("bg", Inside::Any), ("mods", Inside::Any)]);
static STYLES: Shape = Theme::STYLE_KEYS;
static FILE: Shape = Shape(&[
    ("name", Inside::Any),
    ("palette", Inside::Any),
    ("styles", Inside::Table(&STYLES)),
]);

macro_rules! styles {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What each kind of thing on the screen looks like.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct Theme {
            /// The name shown in the picker.
            pub name: String,
            /// How many colours the terminal shows: pictures have colours of their own.
            pub depth: Depth,
            $($(#[$doc])* pub $name: Style,)*
        }

        impl Theme {
            /// The names a theme file must define, each once.
            pub const STYLES: &[&str] = &[$(stringify!($name)),*];

            /// The keys of its `[styles]`.
            const STYLE_KEYS: Shape = Shape(&[$((stringify!($name), Inside::Table(&STYLE))),*]);

            fn slot(&mut self, name: &str) -> Option<&mut Style> {
                match name {
                    $(stringify!($name) => Some(&mut self.$name),)*
                    _ => None,
                }
            }

            /// All styles with their names.
            pub fn styles(&self) -> impl Iterator<Item = (&'static str, Style)> {
                [$((stringify!($name), self.$name)),*].into_iter()
            }
        }
    };
}

styles! {
    /// The screen's ground and ordinary text.
    base,
    /// Text that matters less: hints, units, descriptions.
    dim,
    /// What the eye should find first.
    accent,
    /// Text of a heading or of the active tab.
    strong,
    /// Borders of panes without focus.
    border,
    /// Borders of the pane with focus.
    border_focused,
    /// Title of a pane without focus.
    title,
    /// Title of the pane with focus.
    title_focused,
    /// The line the cursor is on, in the focused pane.
    selected,
    /// The line the cursor is on, in a pane without focus.
    selected_unfocused,
    /// Ground and text of a popup.
    popup,
    /// Border of a popup.
    popup_border,
    /// A text field that can be typed into.
    field,
    /// Selected text in an editor.
    selection,
    /// The key in a key hint.
    key_hint,
    /// The hatching of an empty pane.
    hatch,
    /// Scroll bar.
    scroll,
    /// It went well: 2xx, a passed test, a valid token.
    ok,
    /// It needs a look: 3xx, a token about to expire.
    warn,
    /// It failed: 4xx, 5xx, a failed test, an expired token.
    error,
    /// For information: 1xx, notes.
    info,
    /// Unsaved mark.
    unsaved,
    /// Badge of a 2xx status.
    badge_ok,
    /// Badge of a 3xx status.
    badge_warn,
    /// Badge of a 4xx or 5xx status or an error.
    badge_error,
    /// `GET`.
    method_get,
    /// `POST`.
    method_post,
    /// `PUT`.
    method_put,
    /// `PATCH`.
    method_patch,
    /// `DELETE`.
    method_delete,
    /// Any other method.
    method_other,
    /// A variable that resolves.
    variable,
    /// A variable that nothing defines.
    variable_missing,
    /// A dynamic variable such as `{{$guid}}`.
    variable_dynamic,
    /// A key of an object, an attribute's name.
    syntax_key,
    /// A string.
    syntax_string,
    /// A number.
    syntax_number,
    /// `true`, `false`, `null`, a keyword.
    syntax_keyword,
    /// A comment.
    syntax_comment,
    /// Brackets, commas.
    syntax_punctuation,
    /// A function, a tag.
    syntax_function,
    /// Line numbers.
    line_number,
    /// A search hit.
    found,
    /// The search hit the cursor is on.
    found_current,
}

/// What is wrong with a theme file.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    /// It is no TOML, or not of the right shape.
    #[error("{}", one_line(.0.message()))]
    Syntax(#[from] toml::de::Error),
    /// A colour that cannot be read.
    #[error("`{0}` is not a colour: write `#rrggbb`, a number from 0 to 255, an ANSI name or a name of `[palette]`")]
    Colour(String),
    /// A modifier that does not exist.
    #[error("`{0}` is not a modifier: bold, dim, italic, underlined, reversed")]
    Modifier(String),
}

#[derive(Deserialize)]
struct File {
    name: String,
    #[serde(default)]
    palette: BTreeMap<String, String>,
    styles: BTreeMap<String, StyleEntry>,
}

#[derive(Default, Deserialize)]
struct StyleEntry {
    fg: Option<String>,
    bg: Option<String>,
    #[serde(default)]
    mods: Vec<String>,
}

impl Theme {
    /// The keys of a theme file that do nothing, misspelt styles first of all.
    pub fn unknown_keys(file: &Path, text: &str) -> Vec<Problem> {
        keys::unknown(file, text, &FILE)
    }

    /// Reads a theme file. What it does not know is left out, see [`Theme::unknown_keys`].
    pub fn parse(text: &str) -> Result<Self, ThemeError> {
        if EMBEDDED.iter().any(|(_, own)| *own == text) {
            return Ok(Self::shipped(text));
        }
        Self::of(toml::from_str(text)?)
    }

    /// Reads one of those in the binary.
    fn shipped(text: &str) -> Self {
        let mut theme = Self::default();
        let mut palette: Vec<(&str, &str)> = Vec::new();
        let mut table = "";
        for line in text.lines() {
            if line.starts_with('[') {
                table = line;
            }
            let Some(name) = shipped::name(line).filter(|_| !line.starts_with('#')) else {
                continue;
            };
            let mut style = Style::default();
            for (key, value) in shipped::strings(line) {
                let colour = || {
                    let own = palette.iter().find(|(name, _)| *name == value);
                    colour::read(own.map_or(value, |(_, colour)| colour))
                };
                match (table, key) {
                    ("[palette]", _) => palette.push((name, value)),
                    ("[styles]", "fg") => style.fg = colour(),
                    ("[styles]", "bg") => style.bg = colour(),
                    ("[styles]", "mods") => style = style.add_modifier(modifier(value).unwrap_or_default()),
                    (_, "name") => value.clone_into(&mut theme.name),
                    _ => {}
                }
            }
            if let Some(slot) = theme.slot(name).filter(|_| table == "[styles]") {
                *slot = style;
            }
        }
        theme
    }

    fn of(file: File) -> Result<Self, ThemeError> {
        let mut theme = Self {
            name: file.name,
            ..Self::default()
        };
        for (name, entry) in &file.styles {
            let mut style = Style::default();
            if let Some(fg) = &entry.fg {
                style.fg = Some(colour::parse(fg, &file.palette).ok_or_else(|| ThemeError::Colour(fg.clone()))?);
            }
            if let Some(bg) = &entry.bg {
                style.bg = Some(colour::parse(bg, &file.palette).ok_or_else(|| ThemeError::Colour(bg.clone()))?);
            }
            for word in &entry.mods {
                style = style.add_modifier(modifier(word).ok_or_else(|| ThemeError::Modifier(word.clone()))?);
            }
            if let Some(slot) = theme.slot(name) {
                *slot = style;
            }
        }
        Ok(theme)
    }

    /// An embedded theme by its file name; the default one for an unknown name.
    pub fn embedded(name: &str) -> Self {
        EMBEDDED
            .iter()
            .find(|(own, _)| *own == name)
            .or_else(|| EMBEDDED.iter().find(|(own, _)| *own == DEFAULT))
            .and_then(|(_, text)| Self::parse(text).ok())
            .unwrap_or_default()
    }

    /// The theme with its colours brought down to what the terminal shows.
    #[must_use]
    pub fn fit(mut self, depth: Depth) -> Self {
        self.depth = depth;
        for name in Self::STYLES {
            if let Some(style) = self.slot(name) {
                style.fg = style.fg.and_then(|colour| depth.fit(colour));
                style.bg = style.bg.and_then(|colour| depth.fit(colour));
            }
        }
        if depth == Depth::None {
            // Without colours, what colours alone would have said.
            for name in [
                "selected",
                "badge_ok",
                "badge_warn",
                "badge_error",
                "found_current",
                "selection",
            ] {
                if let Some(style) = self.slot(name) {
                    *style = style.add_modifier(Modifier::REVERSED);
                }
            }
            for name in ["found", "variable_missing", "selected_unfocused"] {
                if let Some(style) = self.slot(name) {
                    *style = style.add_modifier(Modifier::UNDERLINED);
                }
            }
            for name in ["accent", "title_focused", "border_focused", "key_hint", "error"] {
                if let Some(style) = self.slot(name) {
                    *style = style.add_modifier(Modifier::BOLD);
                }
            }
        }
        self
    }

    /// The style of a method.
    pub fn method(&self, method: &str) -> Style {
        match method {
            "GET" => self.method_get,
            "POST" => self.method_post,
            "PUT" => self.method_put,
            "PATCH" => self.method_patch,
            "DELETE" => self.method_delete,
            _ => self.method_other,
        }
    }

    /// The badge style of a status code.
    pub fn badge(&self, status: u16) -> Style {
        match status {
            200..300 => self.badge_ok,
            100..200 | 300..400 => self.badge_warn,
            _ => self.badge_error,
        }
    }
}

fn modifier(word: &str) -> Option<Modifier> {
    Some(match word {
        "bold" => Modifier::BOLD,
        "dim" => Modifier::DIM,
        "italic" => Modifier::ITALIC,
        "underlined" => Modifier::UNDERLINED,
        "reversed" => Modifier::REVERSED,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use ratatui::style::Color;

    #[test]
    fn every_embedded_theme_loads_and_styles_everything() {
        for (name, text) in EMBEDDED {
            let file: File = toml::from_str(text).unwrap_or_else(|e| panic!("{name}: {e}"));
            let theme = Theme::parse(text).unwrap_or_else(|e| panic!("{name}: {e}"));
            let as_toml = Theme::of(toml::from_str(text).unwrap()).unwrap();
            assert_eq!(theme, as_toml, "{name}, as what is shipped is read");
            assert_eq!(Theme::unknown_keys(Path::new(name), text), []);
            let missing: Vec<_> = Theme::STYLES
                .iter()
                .filter(|style| !file.styles.contains_key(**style))
                .collect();
            assert!(missing.is_empty(), "{name} misses {missing:?}");
        }
    }

    #[test]
    fn every_file_in_themes_is_embedded() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("themes");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap();
            assert!(
                EMBEDDED.iter().any(|(name, _)| *name == stem),
                "themes/{stem}.toml is not embedded"
            );
        }
    }

    /// Relative luminance (WCAG 2.2); `None` for a colour of the terminal's own palette.
    fn luminance(colour: Option<Color>) -> Option<f64> {
        let Some(Color::Rgb(r, g, b)) = colour else { return None };
        let part = |part: u8| {
            let c = f64::from(part) / 255.0;
            if c <= 0.039_28 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        Some(0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b))
    }

    fn contrast(text: Option<Color>, ground: Option<Color>) -> Option<f64> {
        let (text, ground) = (luminance(text)?, luminance(ground)?);
        Some((text.max(ground) + 0.05) / (text.min(ground) + 0.05))
    }

    #[test]
    fn every_text_can_be_read_on_every_ground_it_may_stand_on() {
        /// Lines and patterns that nobody reads.
        const DECORATION: [&str; 5] = ["border", "border_focused", "popup_border", "hatch", "scroll"];
        for (name, text) in EMBEDDED {
            let theme = Theme::parse(text).unwrap();
            let least = if name == "contrast" { 4.5 } else { 3.0 };
            let Some(base) = theme.base.bg.filter(|ground| matches!(ground, Color::Rgb(..))) else {
                continue;
            };
            let grounds = ["base", "popup", "selected", "selected_unfocused", "field", "selection"];
            for (ground, on) in theme.styles().filter(|(style, _)| grounds.contains(style)) {
                for (style, what) in theme.styles().filter(|(style, _)| !DECORATION.contains(style)) {
                    if ["title", "title_focused", "line_number"].contains(&style) && ground != "base" {
                        continue;
                    }
                    // What has a ground of its own stands on that.
                    let fg = what.fg.or(on.fg).or(theme.base.fg);
                    let bg = what.bg.or(on.bg).or(Some(base));
                    let ratio = contrast(fg, bg).unwrap();
                    assert!(ratio >= least, "{name}: `{style}` on `{ground}` is {ratio:.1}:1");
                }
            }
        }
    }

    #[test]
    fn the_terminals_own_ground_may_be_black_or_white() {
        let (blacks, whites) = (
            [Color::Blue, Color::Black],
            [
                Color::Yellow,
                Color::LightYellow,
                Color::Cyan,
                Color::LightCyan,
                Color::LightGreen,
                Color::White,
                Color::Gray,
            ],
        );
        for (name, style) in Theme::embedded("ansi").styles() {
            let fg = style.fg.filter(|_| style.bg.is_none());
            assert!(
                fg.is_none_or(|fg| !blacks.contains(&fg)),
                "`{name}` cannot be read on black"
            );
            assert!(
                fg.is_none_or(|fg| !whites.contains(&fg)),
                "`{name}` cannot be read on white"
            );
        }
    }

    #[test]
    fn without_colour_nothing_has_a_colour_and_the_cursor_line_still_shows() {
        let theme = Theme::embedded(DEFAULT).fit(Depth::None);
        assert!(
            theme
                .styles()
                .all(|(_, style)| style.fg.is_none() && style.bg.is_none())
        );
        assert!(theme.selected.add_modifier.contains(Modifier::REVERSED));
        assert!(theme.hatching().hatch.add_modifier.contains(Modifier::DIM));
    }

    #[test]
    fn mistakes_are_named() {
        let text = |style: &str| format!("name = 'x'\n[styles]\n{style}\n");
        let misspelt = text("bace = {}\ndim = { fgs = 'red' }");
        assert!(Theme::parse(&misspelt).is_ok());
        let told: Vec<String> = Theme::unknown_keys(Path::new("x.toml"), &misspelt)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            told,
            [
                "x.toml:3:1: unknown key `bace` in `styles`, did you mean `base`?",
                "x.toml:4:9: unknown key `fgs` in `styles.dim`, did you mean `fg`?"
            ]
        );
        assert!(matches!(
            Theme::parse(&text("base = { fg = 'blu' }")),
            Err(ThemeError::Colour(_))
        ));
        assert!(matches!(
            Theme::parse(&text("base = { mods = ['fat'] }")),
            Err(ThemeError::Modifier(_))
        ));
    }
}
