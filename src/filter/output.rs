//! The output in the making: values line by line, as far as the bounds go.

use bytes::Bytes;

use super::jq::value::{Val, Written};
use super::meter::{self, Limits, Stopped};
use super::places::Way;
use super::{FilterError, Filtered, Form, Places};

/// What is put out.
pub(super) struct Output {
    text: Written,
    /// The bytes of whole values.
    sure: usize,
    count: usize,
    cut: Option<String>,
    /// Whether the first value alone is too large.
    large: bool,
    limits: Limits,
    places: Places,
}

impl Output {
    /// Nothing yet.
    pub fn new(limits: Limits) -> Self {
        Self {
            // One value may be as large as a body.
            text: Written::new(limits.body),
            sure: 0,
            count: 0,
            cut: None,
            large: false,
            limits,
            places: Places::default(),
        }
    }

    /// Adds a value; returns whether there is room for another one.
    pub fn add(&mut self, value: &Val) -> bool {
        let count = self.count;
        if count >= self.limits.count {
            self.cut = Some(format!("only the first {count} values: there are more"));
            return false;
        }
        let written = value
            .write(&mut self.text)
            .and_then(|()| std::fmt::Write::write_char(&mut self.text, '\n'));
        if written.is_err() {
            if count == 0 {
                self.large = true;
            } else {
                let most = meter::size(self.limits.output);
                self.cut = Some(format!("only the first {most}: there is more"));
            }
            return false;
        }
        self.text.limit(self.limits.output);
        self.sure = self.text.len();
        self.count += 1;
        true
    }

    /// The same for a value of the body that stands at the end of a way.
    pub fn add_at(&mut self, value: &Val, way: &Way<'_>) -> bool {
        let count = self.count;
        let more = self.add(value);
        if self.count > count {
            self.places.add(way);
        }
        more
    }

    /// Nobody wants more, or it was broken off.
    ///
    /// # Errors
    ///
    /// Why there is nothing.
    pub fn done(mut self, stopped: Option<Stopped>) -> Result<Filtered, FilterError> {
        match stopped {
            Some(Stopped::Cancelled) => return Err(FilterError::Cancelled),
            // What came before it was broken off is worth a look.
            Some(why) if self.count > 0 => self.cut = Some(why.words(self.limits)),
            Some(why) => return Err(FilterError::Run(why.words(self.limits))),
            None if self.large => {
                let most = meter::size(self.limits.body);
                let words = format!("stopped: the value has more than {most}");
                return Err(FilterError::Run(words));
            }
            None => {}
        }
        let count = self.count;
        let mut text = self.text.done();
        text.truncate(self.sure);
        if count == 1 {
            text.pop();
        }
        Ok(Filtered {
            bytes: Bytes::from(text),
            form: if count == 1 { Form::Json } else { Form::JsonLines },
            count,
            cut: self.cut,
            places: self.places,
        })
    }
}
