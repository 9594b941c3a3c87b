//! A script's tokens by where they stand and what is done with them.

use super::calls::{Kind, Script, is_one_of};
use super::rest_at;

impl Script<'_> {
    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// What stands from a token to another, as it is written.
    pub fn between(&self, start: usize, end: usize) -> &str {
        let token = end.checked_sub(1).and_then(|at| self.tokens.get(at));
        let behind = token.map_or(0, |token| token.at + token.text.len());
        let begin = self.tokens.get(start).map_or(behind, |token| token.at);
        self.source.get(begin..behind).unwrap_or_default()
    }

    /// The tokens of a line.
    pub fn on_line(&self, line: u32) -> Option<std::ops::Range<usize>> {
        let row = usize::try_from(line).ok()?.checked_sub(1)?;
        let start: usize = self.source.split_inclusive('\n').take(row).map(str::len).sum();
        let length = self.source.split_inclusive('\n').nth(row)?.len();
        let first = |place: usize| self.tokens.partition_point(|token| token.at < place);
        Some(first(start)..first(start + length))
    }

    /// Whether the engine keeps the place of a token: something is called, made or looked up there.
    pub fn is_located(&self, at: usize) -> bool {
        let is_group = !self.is_call(at) || is_one_of("function async", self.text(at.max(1) - 1));
        match self.text(at) {
            "." | "?." | "new" | "throw" => true,
            "(" => !is_group && self.mate(at).is_none_or(|end| self.text(end + 1) != "=>"),
            "[" => !self.begins_pattern(at),
            text => text.starts_with('`') && self.is_call(at),
        }
    }

    /// The token that a place is in, or the next one.
    pub fn at(&self, at: (u32, u32)) -> Option<usize> {
        let line = usize::try_from(at.0).ok()?.checked_sub(1)?;
        let start: usize = self.source.split_inclusive('\n').take(line).map(str::len).sum();
        let place = start + self.source.split('\n').nth(line)?.len() - rest_at(self.source, at)?.len();
        Some(
            self.tokens
                .partition_point(|token| token.at + token.text.len() <= place),
        )
    }

    /// Whether a line ends right before a token.
    pub fn is_line_start(&self, number: usize) -> bool {
        let (Some(before), Some(token)) = (self.tokens.get(number.wrapping_sub(1)), self.tokens.get(number)) else {
            return false;
        };
        self.source[before.at + before.text.len()..token.at].contains('\n')
    }

    /// Whether a statement without a `;` ends before a token, and another one begins.
    pub fn begins_statement(&self, number: usize) -> bool {
        let text = self.text(number);
        // A template belongs to its tag, wherever that is.
        let goes_on = is_one_of("in of instanceof", text) || text.starts_with('`');
        self.is_line_start(number) && self.is_operand(number) && self.kind(number) != Kind::Sign && !goes_on
    }

    /// The innermost bracket that is open at a token.
    pub fn around(&self, number: usize) -> Option<usize> {
        let mut open = self.tokens.get(number)?.around;
        // One without an end is around nothing.
        while let Some(at) = open
            && self.mate(at).is_none_or(|end| end < number)
        {
            open = self.tokens[at].around;
        }
        open
    }

    /// Whether a bracket begins a list and belongs to no value before it.
    pub fn begins_pattern(&self, open: usize) -> bool {
        let word = open.checked_sub(1).map_or("", |before| self.text(before));
        !self.is_operand(open) || ["const", "let", "var"].contains(&word)
    }

    /// Whether what ends with a token gets a value there.
    pub fn is_changed(&self, number: usize) -> bool {
        let (next, after) = (self.text(number + 1), self.text(number + 2));
        let before = number.checked_sub(1).map_or("", |before| self.text(before));
        let is_sign = ["+", "-", "*", "/", "%", "&", "|", "^", "&&", "||", "??"].contains(&next);
        next == "=" || (is_sign && after == "=") || [next, before].iter().any(|sign| ["++", "--"].contains(sign))
    }

    /// Whether a name is one that a function is given, or a part of what is taken apart.
    pub fn is_given(&self, number: usize) -> bool {
        let mut at = number;
        while let Some(open) = self.around(at) {
            let behind = self.mate(open).map_or("", |end| self.text(end + 1));
            let word = open.checked_sub(1).map_or("", |before| self.text(before));
            let is_params = behind == "=>" || (behind == "{" && !is_one_of("if for await while switch with", word));
            if self.text(open) == "(" && is_params || self.text(open) != "(" && behind == "=" {
                return true;
            }
            at = open;
        }
        false
    }

    /// Whether a function begins at a token.
    pub fn begins(&self, at: usize) -> bool {
        ["function", "async"].contains(&self.text(at))
            || self.text(at + 1) == "=>"
            || (self.text(at) == "(" && self.mate(at).is_some_and(|end| self.text(end + 1) == "=>"))
    }

    /// Whether a place in a bracket is in an arrow function that ends with it.
    pub fn is_body(&self, open: usize, place: usize) -> bool {
        let mut at = open + 1;
        while at < place {
            if self.text(at) == "=>" {
                return true;
            }
            at = self.mate(at).filter(|end| *end > at && *end < place).unwrap_or(at) + 1;
        }
        false
    }

    /// Whether a brace begins an object and no block.
    pub fn is_object(&self, open: usize) -> bool {
        let before = open.checked_sub(1).map_or("", |before| self.text(before));
        matches!(
            before,
            "(" | "[" | "," | ":" | "=" | "?" | "||" | "&&" | "??" | "return"
        )
    }

    /// The token behind a function, whose body is another matter.
    pub fn behind_function(&self, at: usize) -> Option<usize> {
        let open = (at..self.len()).find(|at| self.text(*at) == "(")?;
        let body = self.mate(open)? + 1;
        Some(self.mate(body)? + 1)
    }

    /// The token behind an arrow's function.
    pub fn behind_arrow(&self, arrow: usize) -> usize {
        let mut at = arrow + 1;
        if self.text(at) == "{" {
            return self.mate(at).map_or(self.len(), |end| end + 1);
        }
        while at < self.len() && !matches!(self.text(at), "," | ";" | ")" | "]" | "}") {
            at = self.mate(at).filter(|end| *end > at).unwrap_or(at) + 1;
        }
        at
    }
}
