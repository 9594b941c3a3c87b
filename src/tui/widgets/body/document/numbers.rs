//! The numbers in the gutter, and which line goes by one.

use super::super::line::Line;
use super::super::plain::{Lines, PIECE};
use super::super::scan::is_space;
use super::super::syntax::Syntax;
use super::{Document, Form, Layout};

impl Document {
    /// Returns the number in the gutter that a line goes by, from 1: the pieces of a long line are one.
    pub fn number_of(&self, form: Form, line: usize) -> usize {
        match self.layout(form) {
            Layout::Plain => {
                let mut window = self.window(form);
                let number = self.index().raw.number_of(&mut window, line);
                number.unwrap_or(line + 1)
            }
            Layout::Json if self.numbers_are_those_sent(form) => {
                let raw = self.line(form, line);
                let raw = raw.and_then(|line| self.line_at(Form::Raw, line.bytes.start));
                raw.map_or_else(|| self.last_number(form), |raw| self.number_of(Form::Raw, raw))
            }
            Layout::Json | Layout::Hex => line + 1,
        }
    }

    /// Whether lines go by the numbers of the lines as sent, also where they are laid out: of many values each is a line, and
    /// what is written elsewhere of one goes by that.
    pub(in super::super) fn numbers_are_those_sent(&self, form: Form) -> bool {
        self.syntax == Syntax::JsonLines && form == Form::Pretty
    }

    /// The number of the line as sent that a line begins with; `None` where it does not begin one.
    pub(in super::super) fn number_sent(&self, line: &Line) -> Option<usize> {
        let mut window = self.window(Form::Raw);
        let is_note = line.number.is_none() && line.bytes.is_empty();
        let raw = Some(&self.index().raw).filter(|_| !is_note);
        raw?.begins(&mut window, line.bytes.start)
    }

    /// Counts the lines by their numbers.
    pub fn numbers(&self, form: Form) -> usize {
        match self.layout(form) {
            Layout::Plain => self.last_number(form),
            Layout::Json if self.numbers_are_those_sent(form) => self.last_number(form),
            Layout::Json | Layout::Hex => self.lines(form),
        }
    }

    /// Says whether [`Document::last_number`] is the final number.
    pub fn is_numbered(&self, form: Form) -> bool {
        self.is_complete(form) && (!self.numbers_are_those_sent(form) || self.snapshot.raw_complete())
    }

    /// Returns the highest line number of the gutter.
    pub fn last_number(&self, form: Form) -> usize {
        match self.layout(form) {
            Layout::Json if !self.numbers_are_those_sent(form) => {
                self.json_lines() + self.index().tail.as_ref().map_or(0, Lines::numbers)
            }
            Layout::Json | Layout::Plain => self.index().raw.numbers(),
            Layout::Hex => 0,
        }
    }

    /// Finds the known line with this number in the gutter, counted from 1.
    pub fn line_of_number(&self, form: Form, number: usize) -> Option<usize> {
        let index = self.index();
        let mut window = self.window(form);
        match self.layout(form) {
            Layout::Hex => number.checked_sub(1).filter(|&line| line < self.lines(form)),
            Layout::Plain => index.raw.line_of_number(&mut window, number),
            Layout::Json if self.numbers_are_those_sent(form) => {
                let mut window = self.window(Form::Raw);
                let line = index.raw.line_of_number(&mut window, number)?;
                let start = self.line(Form::Raw, line)?.bytes.start;
                // White space before a value belongs to the one before it, and an empty line to nothing.
                let text = |byte: &u8| !is_space(*byte);
                let text = window.at(start, PIECE).iter().position(text).unwrap_or(0);
                self.line_at(form, start + text)
            }
            Layout::Json => match number.checked_sub(self.json_lines() + 1) {
                None => number.checked_sub(1),
                Some(rest) => {
                    window.set_end(self.snapshot.len);
                    let tail = index.tail.as_ref();
                    let line = tail.and_then(|tail| tail.line_of_number(&mut window, rest + 1));
                    line.map(|line| self.tail_line(line))
                }
            },
        }
    }
}
