//! Which items match what was typed, best first, and which of their letters did.

use std::cmp::Reverse;
use std::ops::Range;

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use unicode_segmentation::UnicodeSegmentation;

use super::Item;

/// What a match in the label alone counts more than one spread over label and detail.
const LABEL_BONUS: u32 = 40;
/// The least a letter of a scattered match has to count on average; below, letters match by chance.
const LEAST_PER_LETTER: usize = 16;

/// How well an item fits what was typed: from by chance to exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// Its letters are somewhere, in this order.
    Scattered,
    /// Each word typed stands in it.
    Inside,
    /// Each word typed begins one of its words.
    WordStarts,
    /// The same, in the label alone.
    LabelWordStarts,
    /// The label begins with all that was typed.
    LabelStart,
    /// The label is what was typed.
    Label,
}

/// The matched graphemes of one row, counted from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// In the label.
    pub label: Vec<usize>,
    /// In the detail.
    pub detail: Vec<usize>,
}

/// The items that match a text.
#[derive(Debug)]
pub struct Ranking {
    text: String,
    pattern: Pattern,
    matcher: Matcher,
    order: Vec<usize>,
}

impl Ranking {
    /// Starts with all items in their own order.
    pub fn new(items: usize) -> Self {
        Self {
            text: String::new(),
            pattern: Pattern::default(),
            matcher: Matcher::new(Config::DEFAULT),
            order: (0..items).collect(),
        }
    }

    /// The text they match.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The matching items, best first; those that match equally well in their own order.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// Finds what matches a text; words may come in any order.
    pub fn rank(&mut self, text: &str, items: &[Item]) {
        if self.text == text {
            return;
        }
        text.clone_into(&mut self.text);
        self.pattern = Pattern::new(text, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
        if text.trim().is_empty() {
            self.order = (0..items.len()).collect();
            return;
        }
        let mut chars = Vec::new();
        let mut hay = String::new();
        let typed = text.trim().to_lowercase();
        let least = u32::try_from(LEAST_PER_LETTER * typed.chars().filter(|c| !c.is_whitespace()).count());
        let is_path = typed.contains('/');
        let mut scored: Vec<(Fit, u32, usize)> = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let label = self
                .pattern
                .score(Utf32Str::new(&item.label, &mut chars), &mut self.matcher)
                .map(|score| score + LABEL_BONUS);
            let score = label.or_else(|| {
                whole(item, &mut hay);
                self.pattern.score(Utf32Str::new(&hay, &mut chars), &mut self.matcher)
            });
            let score = score.or_else(|| {
                is_path.then(|| path(item, &mut hay))?;
                self.pattern.score(Utf32Str::new(&hay, &mut chars), &mut self.matcher)
            });
            let Some(score) = score else { continue };
            whole(item, &mut hay);
            let mut fit = fit(&typed, &item.label.to_lowercase(), &hay.to_lowercase());
            if is_path {
                path(item, &mut hay);
                fit = fit.max(fit_of_path(&typed, &hay.to_lowercase()));
            }
            if fit > Fit::Scattered || least.is_ok_and(|least| score >= least) {
                scored.push((fit, score, index));
            }
        }
        // Beside what was meant, what matches by chance is noise.
        if scored.iter().any(|(fit, ..)| *fit >= Fit::WordStarts) {
            scored.retain(|(fit, ..)| *fit > Fit::Scattered);
        }
        // Of requests that begin alike, the one of which most is typed; commands stand in an order of their own.
        let left = |fit: Fit, index: usize| {
            let begun = items
                .get(index)
                .filter(|item| fit == Fit::LabelStart && item.method.is_some());
            begun.map_or(0, |item| item.label.len())
        };
        scored.sort_unstable_by_key(|(fit, score, index)| (Reverse(*fit), left(*fit, *index), Reverse(*score), *index));
        self.order = scored.into_iter().map(|(.., index)| index).collect();
    }

    /// The matched letters of some rows, for those on the screen.
    pub fn hits(&mut self, items: &[Item], rows: Range<usize>) -> Vec<Hits> {
        if self.text.trim().is_empty() {
            return Vec::new();
        }
        let mut chars = Vec::new();
        let mut hay = String::new();
        let mut found = Vec::new();
        let (pattern, matcher) = (&self.pattern, &mut self.matcher);
        let visible = self.order.iter().skip(rows.start).take(rows.len());
        visible
            .filter_map(|index| items.get(*index))
            .map(|item| {
                found.clear();
                let label = Utf32Str::new(&item.label, &mut chars);
                let in_label = pattern.indices(label, matcher, &mut found).is_some();
                if !in_label {
                    found.clear();
                    whole(item, &mut hay);
                    pattern.indices(Utf32Str::new(&hay, &mut chars), matcher, &mut found);
                }
                let end = item.label.graphemes(true).count();
                let mut hits = Hits::default();
                for at in found.iter().filter_map(|at| usize::try_from(*at).ok()) {
                    if at < end {
                        hits.label.push(at);
                    } else if at > end {
                        hits.detail.push(at - end - 1);
                    }
                }
                hits.label.sort_unstable();
                hits.detail.sort_unstable();
                hits
            })
            .collect()
    }
}

/// How well a label, or all that an item is found by, fits what was typed; all in lower case.
fn fit(typed: &str, label: &str, whole: &str) -> Fit {
    let begins = |text: &str, word: &str| {
        let mut words = text.split(|c: char| !c.is_alphanumeric());
        words.any(|own| own.starts_with(word)) || text.starts_with(word)
    };
    if label == typed {
        Fit::Label
    } else if label.starts_with(typed) {
        Fit::LabelStart
    } else if typed.split_whitespace().all(|word| begins(label, word)) {
        Fit::LabelWordStarts
    } else if typed.split_whitespace().all(|word| begins(whole, word)) {
        Fit::WordStarts
    } else if typed.split_whitespace().all(|word| whole.contains(word)) {
        Fit::Inside
    } else {
        Fit::Scattered
    }
}

/// How well a path fits one that was typed, both in lower case: it may begin and end within names.
fn fit_of_path(typed: &str, path: &str) -> Fit {
    match path.find(typed) {
        Some(at) if at == 0 || path[..at].ends_with('/') => Fit::WordStarts,
        Some(_) => Fit::Inside,
        None => Fit::Scattered,
    }
}

/// The names of the folders and the item's own as a path: `Pydio Cells/Users/List users`.
fn path(item: &Item, hay: &mut String) {
    hay.clear();
    for name in item.detail.split(" › ").filter(|name| !name.is_empty()) {
        hay.push_str(name);
        hay.push('/');
    }
    hay.push_str(&item.label);
}

/// All that an item is found by: `label detail METHOD`.
fn whole(item: &Item, hay: &mut String) {
    hay.clear();
    hay.push_str(&item.label);
    for part in [Some(&item.detail), item.method.as_ref()].into_iter().flatten() {
        hay.push(' ');
        hay.push_str(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(labels: &[(&str, &str)]) -> Vec<Item> {
        labels
            .iter()
            .map(|(label, detail)| Item {
                label: (*label).to_owned(),
                detail: (*detail).to_owned(),
                ..Item::default()
            })
            .collect()
    }

    #[test]
    fn labels_count_more_than_details_and_words_come_in_any_order() {
        let items = items(&[("Save", "send it later"), ("Send the request", ""), ("日本 send", "")]);
        let mut ranking = Ranking::new(items.len());
        ranking.rank("send", &items);
        assert_eq!(ranking.order()[0], 1);
        assert_eq!(ranking.order().len(), 3);
        ranking.rank("request send", &items);
        assert_eq!(ranking.order(), [1]);
        ranking.rank("zzz", &items);
        assert!(ranking.order().is_empty());
        ranking.rank("", &items);
        assert_eq!(ranking.order(), [0, 1, 2]);
    }

    #[test]
    fn what_begins_with_what_was_typed_comes_first_and_chance_matches_go() {
        let items = items(&[
            ("Rename the open request, folder or collection", "request.rename"),
            ("Show the cookies the response set", "response.cookies"),
            ("Choose a theme; it shows at once", "theme"),
            ("Show what the tests said", "response.tests"),
            ("Export the environment", "export"),
        ]);
        let mut ranking = Ranking::new(items.len());
        ranking.rank("theme", &items);
        assert_eq!(ranking.order(), [2], "t, h, e, m and e of others are chance");
        ranking.rank("show", &items);
        assert_eq!(ranking.order(), [1, 3, 2]);
        ranking.rank("rnm", &items);
        assert_eq!(
            ranking.order().first(),
            Some(&0),
            "letters left out are fine where nothing fits better"
        );
    }

    #[test]
    fn the_name_itself_comes_first_then_those_it_is_most_of() {
        let labels = ["bigint", "bigs", "big", "big one", "json", "js"];
        let mut items = items(&labels.map(|label| (label, "")));
        let mut ranking = Ranking::new(items.len());
        ranking.rank("JS", &items);
        assert_eq!(ranking.order(), [5, 4]);
        ranking.rank("bi", &items);
        assert_eq!(ranking.order(), [0, 1, 2, 3], "commands keep their order");
        for item in &mut items {
            item.method = Some("GET".to_owned());
        }
        ranking.rank("big", &items);
        assert_eq!(ranking.order(), [2, 1, 0, 3]);
    }

    #[test]
    fn a_path_finds_what_is_at_its_end_and_names_come_first() {
        let items = items(&[
            ("big", "Shop API › Resp"),
            ("Resp/big", "Other"),
            ("small", "Shop API › Resp"),
        ]);
        let mut ranking = Ranking::new(items.len());
        ranking.rank("Resp/big", &items);
        assert_eq!(ranking.order(), [1, 0]);
        ranking.rank("shop api/resp/", &items);
        assert_eq!(ranking.order(), [0, 2]);
        ranking.rank("esp/sm", &items);
        assert_eq!(ranking.order(), [2]);
        ranking.rank("resp/none", &items);
        assert!(ranking.order().is_empty());
    }

    #[test]
    fn hits_are_those_of_label_and_detail_in_wide_text_too() {
        let items = items(&[("日本語", "users")]);
        let mut ranking = Ranking::new(1);
        ranking.rank("本us", &items);
        assert_eq!(
            ranking.hits(&items, 0..5),
            [Hits {
                label: vec![1],
                detail: vec![0, 1]
            }]
        );
    }
}
