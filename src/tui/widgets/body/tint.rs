//! The colours of code: only the lines on the screen are lexed, and what leads up to them.
//!
//! A comment or a string may have begun long before the screen. How far to look back is a bargain: two hundred lines or
//! 48 KiB, whichever is less. What began before that is coloured as if it had not.

use super::document::{Document, Form};
use super::line::{Content, Kind, Line, Piece};
use super::syntax::Syntax;
use crate::tui::widgets::highlight::{self, LineState, Token, TokenKind};

/// How far back is looked, in lines and in bytes.
const LINES: usize = 200;
const BYTES: usize = 48 * 1024;

/// Colours lines one after the other.
pub(super) struct Tint {
    language: highlight::Syntax,
    state: LineState,
    tokens: Vec<Token>,
}

impl Tint {
    /// Gets ready for the lines from one on; `None` where there is nothing to colour.
    pub fn new(doc: &Document, form: Form, top: usize) -> Option<Self> {
        let Syntax::Code(language) = doc.syntax() else {
            return None;
        };
        if form == Form::Raw {
            return None;
        }
        let mut tint = Self {
            language,
            state: LineState::Normal,
            tokens: Vec::new(),
        };
        let start = top.saturating_sub(LINES);
        let before: Vec<Line> = doc.lines_from(form, start).take(top - start).collect();
        let mut bytes = 0;
        let near = before.iter().rev().take_while(|line| {
            bytes += line.bytes.len();
            bytes <= BYTES
        });
        let skip = before.len() - near.count();
        for line in &before[skip..] {
            tint.lex(line);
        }
        Some(tint)
    }

    /// Lexes the text of a line.
    fn lex(&mut self, line: &Line) {
        self.tokens.clear();
        let [
            Piece {
                content: Content::Body(_, bytes),
                ..
            },
        ] = &line.pieces[..]
        else {
            return;
        };
        if let Ok(text) = std::str::from_utf8(bytes) {
            self.state = highlight::lex(self.language, text, self.state, &mut self.tokens);
        }
    }

    /// Colours the next line.
    pub fn line(&mut self, line: &mut Line) {
        self.lex(line);
        if self.tokens.is_empty() {
            return;
        }
        let Some(Piece {
            content: Content::Body(range, bytes),
            ..
        }) = line.pieces.pop()
        else {
            return;
        };
        let mut push = |kind, from: usize, to: usize| {
            if from < to {
                let content = Content::Body(range.start + from..range.start + to, bytes.slice(from..to));
                line.pieces.push(Piece { kind, content });
            }
        };
        let mut end = 0;
        for token in &self.tokens {
            push(Kind::Text, end, token.range.start);
            push(kind(token.kind), token.range.start, token.range.end);
            end = token.range.end;
        }
        push(Kind::Text, end, bytes.len());
    }
}

/// What a token of a language is in a body.
fn kind(token: TokenKind) -> Kind {
    match token {
        TokenKind::Key => Kind::Key,
        TokenKind::String => Kind::String,
        TokenKind::Escape | TokenKind::Number => Kind::Number,
        TokenKind::Constant | TokenKind::Keyword => Kind::Literal,
        TokenKind::Function | TokenKind::Type => Kind::Name,
        TokenKind::Punctuation => Kind::Punctuation,
        TokenKind::Comment => Kind::Comment,
        TokenKind::Variable => Kind::Text,
        TokenKind::Invalid => Kind::Error,
    }
}
