//! The styles of tokens and variables.

use ratatui::style::{Color, Modifier, Style};

use super::{TokenKind, VariableStatus};

/// One style for each kind of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HighlightStyles {
    /// Style of [`TokenKind::Key`].
    pub key: Style,
    /// Style of [`TokenKind::String`].
    pub string: Style,
    /// Style of [`TokenKind::Escape`].
    pub escape: Style,
    /// Style of [`TokenKind::Number`].
    pub number: Style,
    /// Style of [`TokenKind::Constant`].
    pub constant: Style,
    /// Style of [`TokenKind::Keyword`].
    pub keyword: Style,
    /// Style of [`TokenKind::Function`].
    pub function: Style,
    /// Style of [`TokenKind::Type`].
    pub type_name: Style,
    /// Style of [`TokenKind::Variable`].
    pub variable: Style,
    /// Style of [`TokenKind::Punctuation`].
    pub punctuation: Style,
    /// Style of [`TokenKind::Comment`].
    pub comment: Style,
    /// Style of [`TokenKind::Invalid`].
    pub invalid: Style,
}

impl HighlightStyles {
    /// Returns the style of a kind.
    pub fn get(&self, kind: TokenKind) -> Style {
        match kind {
            TokenKind::Key => self.key,
            TokenKind::String => self.string,
            TokenKind::Escape => self.escape,
            TokenKind::Number => self.number,
            TokenKind::Constant => self.constant,
            TokenKind::Keyword => self.keyword,
            TokenKind::Function => self.function,
            TokenKind::Type => self.type_name,
            TokenKind::Variable => self.variable,
            TokenKind::Punctuation => self.punctuation,
            TokenKind::Comment => self.comment,
            TokenKind::Invalid => self.invalid,
        }
    }
}

impl Default for HighlightStyles {
    /// Few colours from the terminal's own palette; a theme replaces them.
    fn default() -> Self {
        let colour = |colour| Style::new().fg(colour);
        let dim = Style::new().add_modifier(Modifier::DIM);
        Self {
            key: colour(Color::Magenta),
            string: colour(Color::Green),
            escape: colour(Color::Cyan),
            number: colour(Color::Yellow),
            constant: colour(Color::Cyan),
            keyword: colour(Color::Magenta),
            function: colour(Color::Blue),
            type_name: colour(Color::Blue),
            variable: colour(Color::Cyan),
            punctuation: dim,
            comment: dim.add_modifier(Modifier::ITALIC),
            invalid: colour(Color::Red),
        }
    }
}

/// The styles of `{{variables}}` by whether they resolve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VariableStyles {
    /// It has a value.
    pub resolved: Style,
    /// Nobody knows it; it would be sent as it stands.
    pub unresolved: Style,
    /// Its value is made anew for each send, as `{{$guid}}`.
    pub dynamic: Style,
}

impl VariableStyles {
    /// Returns the style of a status.
    pub fn get(&self, status: VariableStatus) -> Style {
        match status {
            VariableStatus::Resolved => self.resolved,
            VariableStatus::Unresolved => self.unresolved,
            VariableStatus::Dynamic => self.dynamic,
        }
    }
}

impl Default for VariableStyles {
    /// An unresolved one is underlined as well, so that it is told apart without colours.
    fn default() -> Self {
        Self {
            resolved: Style::new().fg(Color::Cyan),
            unresolved: Style::new().fg(Color::Red).add_modifier(Modifier::UNDERLINED),
            dynamic: Style::new().fg(Color::Blue).add_modifier(Modifier::ITALIC),
        }
    }
}
