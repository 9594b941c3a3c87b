//! The keys that fit at the end of the filter line, and Tab that takes them: the first one, then the next, around the end.
//!
//! Who types fast presses Tab before they are known: then it waits for them, unless another key comes first.

use crate::filter::Completion;

/// What is offered.
#[derive(Debug, Default)]
pub(super) struct Offers {
    /// The name of the run that they came with: for another text there may be others.
    run: u64,
    known: Offered,
    /// Whether Tab was pressed before they came.
    waits: bool,
    taken: Option<Taken>,
}

/// Keys, and the same with their secrets masked.
#[derive(Clone, Debug, Default)]
struct Offered {
    plain: Completion,
    masked: Vec<String>,
}

/// The one of them that Tab has put into the line.
#[derive(Debug)]
struct Taken {
    /// What stands before it.
    before: String,
    of: Offered,
    at: usize,
}

impl Offers {
    /// They came with a run; returns the text for the line, if Tab waits for one.
    pub(super) fn came(&mut self, run: u64, plain: Completion, masked: Vec<String>, line: &str) -> Option<String> {
        self.run = run;
        self.known = Offered { plain, masked };
        std::mem::take(&mut self.waits).then(|| self.first(line)).flatten()
    }

    /// Another key was pressed.
    pub(super) fn leave(&mut self) {
        (self.waits, self.taken) = (false, None);
    }

    /// Tab, or the other way round: returns the text for the line, if there is one now. `run` is the run of its text.
    pub(super) fn tab(&mut self, run: u64, line: &str, forward: bool) -> Option<String> {
        if let Some(Taken { before, of, at }) = self.taken.as_mut().filter(|taken| taken.of.plain.texts.len() > 1) {
            let len = of.plain.texts.len();
            *at = (*at + if forward { 1 } else { len - 1 }) % len;
            return Some(format!("{before}{}", of.plain.texts[*at]));
        }
        if self.run != run {
            self.waits = true;
            return None;
        }
        self.first(line)
    }

    fn first(&mut self, line: &str) -> Option<String> {
        let Completion { replaces, texts } = &self.known.plain;
        let before = line.get(..line.len().saturating_sub(*replaces))?.to_owned();
        let text = format!("{before}{}", texts.first()?);
        self.taken = Some(Taken {
            before,
            of: self.known.clone(),
            at: 0,
        });
        Some(text)
    }

    /// What Tab takes next, and what follows it.
    pub(super) fn next(&self, revealed: bool) -> Vec<&str> {
        let (of, skip) = match &self.taken {
            Some(taken) if taken.of.plain.texts.len() > 1 => (&taken.of, taken.at + 1),
            _ => (&self.known, 0),
        };
        let texts = if revealed { &of.plain.texts } else { &of.masked };
        let (start, end) = texts.split_at(skip.min(texts.len()));
        end.iter().chain(start).map(String::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(texts: &[&str], replaces: usize) -> (Completion, Vec<String>) {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let plain = Completion {
            replaces,
            texts: texts.clone(),
        };
        (plain, texts)
    }

    #[test]
    fn tab_waits_for_the_keys_and_goes_through_them() {
        let mut offers = Offers::default();
        assert_eq!(offers.tab(1, ".user.first", true), None);
        let (plain, masked) = names(&["firstName", "lastFirst"], 5);
        assert_eq!(
            offers.came(1, plain, masked, ".user.first").as_deref(),
            Some(".user.firstName")
        );
        // The text is another one now, and its keys come: they are not those that are gone through.
        let (plain, masked) = names(&["other"], 0);
        assert_eq!(offers.came(2, plain, masked, ".user.firstName"), None);
        assert_eq!(offers.next(true), ["lastFirst", "firstName"]);
        assert_eq!(
            offers.tab(2, ".user.firstName", true).as_deref(),
            Some(".user.lastFirst")
        );
        assert_eq!(
            offers.tab(3, ".user.lastFirst", true).as_deref(),
            Some(".user.firstName")
        );
        assert_eq!(
            offers.tab(4, ".user.firstName", false).as_deref(),
            Some(".user.lastFirst")
        );
        offers.leave();
        assert_eq!(offers.next(true), ["other"]);
    }

    #[test]
    fn another_key_is_not_undone_by_keys_that_come_late() {
        let mut offers = Offers::default();
        assert_eq!(offers.tab(1, ".us", true), None);
        offers.leave();
        let (plain, masked) = names(&["user"], 2);
        assert_eq!(offers.came(1, plain, masked, ".us"), None);
        assert_eq!(offers.tab(1, ".us", true).as_deref(), Some(".user"), "a single one");
        let (plain, masked) = names(&["user_id"], 4);
        assert_eq!(offers.came(2, plain, masked, ".user"), None);
        assert_eq!(
            offers.tab(2, ".user", true).as_deref(),
            Some(".user_id"),
            "goes on to what is longer"
        );
    }
}
