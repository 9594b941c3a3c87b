//! Syntax colours, one line at a time.
//!
//! A lexer gets a line and the small state the line before left behind (inside a comment, a template, a tag) and yields
//! tokens and the next state. So only the lines on the screen are ever lexed, plus what leads up to them (the editor
//! keeps the states). Lexers never fail: half-typed text is the normal case, what is not understood stays plain.
//!
//! ```text
//! (line, LineState) → lex → [Token { range, kind }] + LineState → the next line
//! ```
//!
//! `{{variables}}` are not tokens: they may stand anywhere, also inside strings, so they are found apart
//! ([`variables`]) and painted over, coloured by what the caller's [`VariableLookup`] says about them.

mod css;
mod graphql;
mod javascript;
mod json;
mod laid;
mod markdown;
mod scan;
mod style;
pub mod variables;
mod xml;
mod yaml;

use std::ops::Range;

pub use laid::{CELL, EVENT};
pub use style::{HighlightStyles, VariableStyles};
pub use variables::{VariableLookup, VariableStatus};

/// Lines longer than this many bytes are shown plain: nobody reads the colours of a minified megabyte.
pub const LONGEST_LINE: usize = 16 * 1024;

/// The language of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Syntax {
    /// No colours.
    #[default]
    Plain,
    /// JSON, with the comments Postman allows in bodies.
    Json,
    /// JavaScript, as in scripts.
    JavaScript,
    /// XML.
    Xml,
    /// HTML.
    Html,
    /// GraphQL queries and schemas.
    GraphQl,
    /// Style sheets.
    Css,
    /// YAML.
    Yaml,
    /// Markdown.
    Markdown,
    /// Rows of cells with [`CELL`] between them.
    Table,
    /// Events of a stream, each begun with [`EVENT`].
    Events,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// The name of a JSON member, an XML attribute or a GraphQL argument.
    Key,
    /// A string or template.
    String,
    /// An escape sequence or entity within text.
    Escape,
    /// A number.
    Number,
    /// `true`, `false`, `null` and the like.
    Constant,
    /// A word of the language.
    Keyword,
    /// A name that is called, or a GraphQL directive.
    Function,
    /// A type, or the name of an XML element.
    Type,
    /// A variable of the language, as GraphQL's `$id`.
    Variable,
    /// Brackets, commas, operators.
    Punctuation,
    /// A comment.
    Comment,
    /// Something that cannot be right.
    Invalid,
}

/// A coloured piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Bytes of the line.
    pub range: Range<usize>,
    /// What it is.
    pub kind: TokenKind,
}

/// What a line leaves behind for the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum LineState {
    /// Nothing is open.
    #[default]
    Normal,
    /// In a block comment, whichever the language has.
    Comment,
    /// In the text of a JavaScript template.
    Template,
    /// In a `${…}` of a template, with this many braces open within it.
    TemplateCode(u8),
    /// In a GraphQL block string.
    BlockString,
    /// In an XML tag, between attributes.
    Tag,
    /// In an attribute value with this quote.
    TagString(char),
    /// In an XML CDATA section.
    Cdata,
    /// In an element of HTML whose text has no tags, up to this end of it.
    Raw(&'static str),
}

/// Lexes one line, without its line break, into `tokens` (cleared first), in order and without overlaps.
pub fn lex(syntax: Syntax, line: &str, state: LineState, tokens: &mut Vec<Token>) -> LineState {
    tokens.clear();
    if line.len() > LONGEST_LINE {
        return LineState::Normal;
    }
    match syntax {
        Syntax::Plain => LineState::Normal,
        Syntax::Json => json::lex(line, state, tokens),
        Syntax::JavaScript => javascript::lex(line, state, tokens),
        Syntax::Xml => xml::lex(line, false, state, tokens),
        Syntax::Html => xml::lex(line, true, state, tokens),
        Syntax::GraphQl => graphql::lex(line, state, tokens),
        Syntax::Css => css::lex(line, state, tokens),
        Syntax::Yaml => yaml::lex(line, state, tokens),
        Syntax::Markdown => markdown::lex(line, state, tokens),
        Syntax::Table => laid::table(line, tokens),
        Syntax::Events => laid::events(line, tokens),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Lexes lines and writes each token as `kind:text`.
    pub(super) fn show(syntax: Syntax, text: &str) -> Vec<String> {
        let mut state = LineState::Normal;
        let mut tokens = Vec::new();
        let mut shown = Vec::new();
        for line in text.lines() {
            state = lex(syntax, line, state, &mut tokens);
            shown.extend(
                tokens
                    .iter()
                    .map(|token| format!("{:?}:{}", token.kind, &line[token.range.clone()])),
            );
        }
        shown
    }

    proptest! {
        #[test]
        fn tokens_are_ordered_and_on_boundaries(lines in prop::collection::vec("[ -~é日│●\\t{}\"'`$/*<>!&;#\\\\-]{0,40}", 0..6)) {
            for syntax in [
                Syntax::Json, Syntax::JavaScript, Syntax::Xml, Syntax::Html, Syntax::GraphQl, Syntax::Css, Syntax::Yaml,
                Syntax::Markdown, Syntax::Table, Syntax::Events,
            ] {
                let mut state = LineState::Normal;
                let mut tokens = Vec::new();
                for line in &lines {
                    state = lex(syntax, line, state, &mut tokens);
                    let mut end = 0;
                    for token in &tokens {
                        prop_assert!(token.range.start >= end && token.range.start < token.range.end);
                        prop_assert!(line.get(token.range.clone()).is_some());
                        end = token.range.end;
                    }
                }
            }
        }
    }

    #[test]
    fn a_huge_line_stays_plain() {
        let mut tokens = Vec::new();
        lex(Syntax::Json, &"1,".repeat(LONGEST_LINE), LineState::Normal, &mut tokens);
        assert!(tokens.is_empty());
    }
}
