//! The colours of the viewer; a theme fills them in.

use ratatui::style::{Color, Modifier, Style};

use super::line::Kind;

/// A style for each thing the viewer draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyStyles {
    /// Plain text, and the ground everything stands on.
    pub text: Style,
    /// Names of fields.
    pub key: Style,
    /// String values.
    pub string: Style,
    /// Numbers.
    pub number: Style,
    /// `true`, `false`, `null`.
    pub literal: Style,
    /// Brackets, commas, colons.
    pub punctuation: Style,
    /// Names of elements, functions, rules.
    pub name: Style,
    /// Comments.
    pub comment: Style,
    /// Line numbers and the rail of the scroll bar.
    pub line_number: Style,
    /// The number of the line the cursor is on, and the thumb of the scroll bar.
    pub gutter_current: Style,
    /// The ground of the line the cursor is on.
    pub current_line: Style,
    /// Every match of the search.
    pub found: Style,
    /// The match the cursor is on.
    pub found_current: Style,
    /// A mark on the scroll bar where there is a match.
    pub mark: Style,
    /// That of the match the cursor is on.
    pub mark_current: Style,
    /// Where the body is wrong.
    pub error: Style,
    /// Escapes, sizes and other words of ours.
    pub note: Style,
}

impl Default for BodyStyles {
    /// Sixteen colours only, for any terminal.
    fn default() -> Self {
        let plain = Style::new();
        Self {
            text: plain,
            key: plain.fg(Color::Cyan),
            string: plain.fg(Color::Green),
            number: plain.fg(Color::Yellow),
            literal: plain.fg(Color::Magenta),
            punctuation: plain,
            name: plain.fg(Color::Blue),
            comment: plain.add_modifier(Modifier::DIM),
            line_number: plain.add_modifier(Modifier::DIM),
            gutter_current: plain.add_modifier(Modifier::BOLD),
            current_line: plain,
            found: plain.fg(Color::Black).bg(Color::Yellow),
            found_current: plain.fg(Color::Black).bg(Color::LightRed).add_modifier(Modifier::BOLD),
            mark: plain.fg(Color::Yellow),
            mark_current: plain.fg(Color::LightRed).add_modifier(Modifier::BOLD),
            error: plain.fg(Color::Red).add_modifier(Modifier::BOLD),
            note: plain.add_modifier(Modifier::DIM),
        }
    }
}

impl BodyStyles {
    /// Returns the style of a kind of text.
    pub(super) fn of(&self, kind: Kind) -> Style {
        match kind {
            Kind::Text => self.text,
            Kind::Key => self.key,
            Kind::String => self.string,
            Kind::Number => self.number,
            Kind::Literal => self.literal,
            Kind::Punctuation => self.punctuation,
            Kind::Name => self.name,
            Kind::Comment => self.comment,
            Kind::Heading => self.literal.add_modifier(Modifier::BOLD),
            Kind::Strong => self.text.add_modifier(Modifier::BOLD),
            Kind::Emphasis => self.text.add_modifier(Modifier::ITALIC),
            Kind::Note | Kind::Fold => self.note,
            Kind::Error => self.error,
        }
    }
}
