//! The cursor all lexers share: where they are in the line and what they have found.

use super::{Token, TokenKind};

/// A position in a line and the tokens so far.
pub(super) struct Scan<'a> {
    /// The line.
    pub line: &'a str,
    /// Byte position.
    pub at: usize,
    tokens: &'a mut Vec<Token>,
}

impl<'a> Scan<'a> {
    /// Starts at the beginning of a line.
    pub fn new(line: &'a str, tokens: &'a mut Vec<Token>) -> Self {
        Self { line, at: 0, tokens }
    }

    /// Returns what is left of the line.
    pub fn rest(&self) -> &'a str {
        &self.line[self.at..]
    }

    /// Returns the next character without taking it.
    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Takes the next character.
    pub fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Takes characters while they match.
    pub fn take_while(&mut self, matches: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let len = rest.find(|next| !matches(next)).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    /// Takes everything up to and including `end`; says whether it was found. If not, takes the rest.
    pub fn take_through(&mut self, end: &str) -> bool {
        let found = self.rest().find(end);
        self.at = found.map_or(self.line.len(), |at| self.at + at + end.len());
        found.is_some()
    }

    /// Notes a token from `start` to here; an empty one is dropped.
    pub fn push(&mut self, start: usize, kind: TokenKind) {
        if start < self.at {
            self.tokens.push(Token {
                range: start..self.at,
                kind,
            });
        }
    }

    /// Notes the next character as punctuation.
    pub fn punctuation(&mut self) {
        let start = self.at;
        self.bump();
        self.push(start, TokenKind::Punctuation);
    }

    /// Takes the rest of the line as one token.
    pub fn all(&mut self, kind: TokenKind) {
        let start = self.at;
        self.at = self.line.len();
        self.push(start, kind);
    }

    /// Takes a block comment up to its end, from `start`; says whether it ended.
    pub fn comment(&mut self, start: usize, end: &str) -> bool {
        let ended = self.take_through(end);
        self.push(start, TokenKind::Comment);
        ended
    }

    /// Takes the inside of a string and its closing quote, from `start`, with escapes apart; says whether it ended.
    pub fn string(&mut self, mut start: usize, quote: char, kind: TokenKind) -> bool {
        while let Some(next) = self.peek() {
            if next == '\\' {
                self.push(start, kind);
                start = self.at;
                self.bump();
                let unicode = self.bump() == Some('u');
                let digits = self.rest().chars().take(4).take_while(char::is_ascii_hexdigit).count();
                self.at += if unicode { digits } else { 0 };
                self.push(start, TokenKind::Escape);
                start = self.at;
                continue;
            }
            self.bump();
            if next == quote {
                self.push(start, kind);
                return true;
            }
        }
        self.push(start, kind);
        false
    }

    /// Takes a number as all these languages write them, including signs of exponents.
    pub fn number(&mut self) {
        let start = self.at;
        if self.peek() == Some('-') {
            self.bump();
        }
        let mut last = ' ';
        while let Some(next) = self.peek() {
            let exponent_sign = matches!(next, '+' | '-') && matches!(last, 'e' | 'E');
            if !(next.is_ascii_alphanumeric() || next == '.' || next == '_' || exponent_sign) {
                break;
            }
            last = next;
            self.bump();
        }
        self.push(start, TokenKind::Number);
    }

    /// Says whether what is left starts with this.
    pub fn starts_with(&self, text: &str) -> bool {
        self.rest().starts_with(text)
    }
}

/// Says whether a character may start a name.
pub(super) fn starts_name(next: char) -> bool {
    next.is_alphabetic() || matches!(next, '_' | '$')
}

/// Says whether a character may continue a name.
pub(super) fn in_name(next: char) -> bool {
    next.is_alphanumeric() || matches!(next, '_' | '$')
}
