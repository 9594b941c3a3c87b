//! The colours of code: only the lines on the screen are lexed, and what leads up to them.
//!
//! A comment or a string may have begun long before the screen. How far to look back is a bargain: two hundred lines or
//! 48 KiB, whichever is less. What began before that is coloured as if it had not.

use std::ops::Range;

use super::document::{Document, Form};
use super::line::{Content, Kind, Line, Piece};
use super::marks::Mark;
use super::source::Source;
use super::syntax::Syntax;
use crate::tui::widgets::highlight::{self, LineState, Token, TokenKind};

/// How far back is looked, in lines and in bytes.
const LINES: usize = 200;
const BYTES: usize = 48 * 1024;

/// Colours lines one after the other.
pub(super) struct Tint {
    by: By,
    state: LineState,
    tokens: Vec<Token>,
    /// What the stretches of the line in hand are.
    marks: Vec<Mark>,
}

/// What tells the colours.
enum By {
    Language(highlight::Syntax),
    /// Marks beside the text.
    Marks(Source),
}

impl Tint {
    /// Gets ready for the lines from one on; `None` where there is nothing to colour.
    pub fn new(doc: &Document, form: Form, top: usize) -> Option<Self> {
        let by = match doc.syntax() {
            _ if form == Form::Raw => return None,
            Syntax::Code(language) => By::Language(language),
            Syntax::Markup { html: true } => By::Language(highlight::Syntax::Html),
            Syntax::Markup { html: false } => By::Language(highlight::Syntax::Xml),
            Syntax::Marked => By::Marks(doc.source().clone()),
            _ => return None,
        };
        let mut tint = Self {
            by,
            state: LineState::Normal,
            tokens: Vec::new(),
            marks: Vec::new(),
        };
        if matches!(tint.by, By::Marks(_)) {
            return Some(tint);
        }
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
        for piece in &line.pieces {
            if let Content::Body(range, bytes) = &piece.content {
                self.lex_piece(range, bytes);
            }
        }
    }

    fn lex_piece(&mut self, range: &Range<usize>, bytes: &[u8]) {
        self.tokens.clear();
        self.marks.clear();
        match &self.by {
            By::Language(language) => {
                if let Ok(text) = std::str::from_utf8(bytes) {
                    self.state = highlight::lex(*language, text, self.state, &mut self.tokens);
                }
                let tokens = self.tokens.drain(..);
                self.marks.extend(tokens.map(|token| Mark {
                    range: token.range,
                    kind: token.kind.into(),
                }));
            }
            By::Marks(source) => {
                let marks = source.marks(range).into_iter();
                self.marks.extend(marks.map(|mark| Mark {
                    range: mark.range.start - range.start..mark.range.end - range.start,
                    ..mark
                }));
            }
        }
    }

    /// Colours the next line: its text, and where it is folded that of its end, too.
    pub fn line(&mut self, line: &mut Line) {
        for piece in std::mem::take(&mut line.pieces) {
            let Content::Body(range, bytes) = &piece.content else {
                line.pieces.push(piece);
                continue;
            };
            self.lex_piece(range, bytes);
            if self.marks.is_empty() {
                line.pieces.push(piece);
                continue;
            }
            let mut push = |kind, from: usize, to: usize| {
                if from < to {
                    let content = Content::Body(range.start + from..range.start + to, bytes.slice(from..to));
                    line.pieces.push(Piece { kind, content });
                }
            };
            let mut end = 0;
            for mark in &self.marks {
                push(Kind::Text, end, mark.range.start);
                push(mark.kind, mark.range.start, mark.range.end);
                end = mark.range.end;
            }
            push(Kind::Text, end, bytes.len());
        }
    }
}

impl From<TokenKind> for Kind {
    /// What a token of a language is in a body.
    fn from(token: TokenKind) -> Self {
        match token {
            TokenKind::Key => Self::Key,
            TokenKind::String => Self::String,
            TokenKind::Escape | TokenKind::Number => Self::Number,
            TokenKind::Constant | TokenKind::Keyword => Self::Literal,
            TokenKind::Function | TokenKind::Type => Self::Name,
            TokenKind::Punctuation => Self::Punctuation,
            TokenKind::Comment => Self::Comment,
            TokenKind::Variable => Self::Text,
            TokenKind::Invalid => Self::Error,
        }
    }
}
