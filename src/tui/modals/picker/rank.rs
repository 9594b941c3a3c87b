//! Which items match what was typed, best first, and which of their letters did.
//!
//! ```text
//! text → rank: few items at once, many a slice a time (go_on) ─ score, fit ─▶ finish: sorted
//!             └ what goes on from the text before looks only at what matched that
//! ```

use std::cmp::Reverse;
use std::mem;
use std::ops::Range;

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str, Utf32String};

use super::Item;

/// What a match in the label alone counts more than one spread over label and detail.
const LABEL_BONUS: u32 = 40;
/// The least a letter of a scattered match has to count on average; below, letters match by chance.
const LEAST_PER_LETTER: usize = 16;

/// So many items are looked at before the screen has its turn: some 2 ms of work.
const SLICE: usize = 1000;

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
    /// What each item is found by, once it was looked at.
    hays: Vec<Option<Hay>>,
    order: Vec<usize>,
    /// All that match the text, also by chance: what goes on from it looks among them.
    matching: Vec<usize>,
    search: Option<Search>,
}

/// How far the search for a text has come.
#[derive(Debug)]
struct Search {
    text: String,
    pattern: Pattern,
    /// What is looked at, and how much of it was.
    among: Vec<usize>,
    at: usize,
    matching: Vec<usize>,
    scored: Vec<Scored>,
}

/// The better of two comes first: by its fit, what is left untyped of it, its score, its place.
type Scored = (Reverse<Fit>, usize, Reverse<u32>, usize);

/// What an item is found by. To put it together costs as much as to search it.
#[derive(Debug)]
struct Hay {
    /// `label detail METHOD`.
    whole: Utf32String,
    /// How much of it is the label.
    label: usize,
    /// The same in lower case.
    lower: String,
    /// How many bytes of that are the label.
    lower_label: usize,
}

impl Hay {
    fn of(item: &Item) -> Self {
        let mut whole = plain(&item.label);
        let label = Utf32String::from(whole.as_str()).len();
        let mut lower = whole.to_lowercase();
        let lower_label = lower.len();
        for part in [Some(&item.detail), item.method.as_ref()].into_iter().flatten() {
            let part = plain(part);
            lower.push(' ');
            lower.push_str(&part.to_lowercase());
            whole.push(' ');
            whole.push_str(&part);
        }
        Self {
            whole: whole.into(),
            label,
            lower,
            lower_label,
        }
    }

    fn label(&self) -> Utf32Str<'_> {
        self.whole.slice(..self.label)
    }
}

/// The text with another mark between the names of a way: what is ASCII is searched many times faster.
fn plain(text: &str) -> String {
    text.replace('›', ">")
}

impl Ranking {
    /// Starts with all items in their own order.
    pub fn new(items: usize) -> Self {
        let mut hays = Vec::new();
        hays.resize_with(items, || None);
        Self {
            text: String::new(),
            pattern: Pattern::default(),
            matcher: Matcher::new(Config::DEFAULT),
            hays,
            order: (0..items).collect(),
            matching: (0..items).collect(),
            search: None,
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

    /// Whether another text is still being searched for.
    pub fn is_searching(&self) -> bool {
        self.search.is_some()
    }

    /// Finds what matches a text; words may come in any order. Among many items it only begins.
    pub fn rank(&mut self, text: &str, items: &[Item]) {
        let last = self.search.as_ref().map_or(&self.text, |search| &search.text);
        if last == text {
            return;
        }
        let search = Search {
            text: text.to_owned(),
            pattern: Pattern::new(
                &plain(text),
                CaseMatching::Ignore,
                Normalization::Smart,
                AtomKind::Fuzzy,
            ),
            among: if self.goes_on(text) {
                self.matching.clone()
            } else {
                (0..items.len()).collect()
            },
            at: 0,
            matching: Vec::new(),
            scored: Vec::new(),
        };
        let at_once = search.among.len() <= SLICE || text.trim().is_empty();
        self.search = Some(search);
        if at_once {
            self.finish(items);
        }
    }

    /// Whether what matches a text matches the last one, too. A `/` looks at more, and a `\` escapes.
    fn goes_on(&self, text: &str) -> bool {
        text.starts_with(&self.text) && text.contains('/') == self.text.contains('/') && !text.contains('\\')
    }

    /// Looks at some more of many items.
    pub fn go_on(&mut self, items: &[Item]) {
        if let Some(search) = self.search.take() {
            self.look(search, items, SLICE);
        }
    }

    /// Looks at all that are left.
    pub fn finish(&mut self, items: &[Item]) {
        if let Some(search) = self.search.take() {
            self.look(search, items, usize::MAX);
        }
    }

    fn look(&mut self, mut search: Search, items: &[Item], most: usize) {
        if search.text.trim().is_empty() {
            self.order = (0..items.len()).collect();
            self.matching.clone_from(&self.order);
            self.text = search.text;
            self.pattern = search.pattern;
            return;
        }
        let typed = plain(search.text.trim()).to_lowercase();
        let letters = typed.chars().filter(|c| !c.is_whitespace()).count();
        let least = u32::try_from(LEAST_PER_LETTER * letters).unwrap_or(u32::MAX);
        let is_path = typed.contains('/');
        let mut chars = Vec::new();
        let end = search.at.saturating_add(most).min(search.among.len());
        for index in &search.among[search.at..end] {
            let (Some(item), Some(hay)) = (items.get(*index), self.hays.get_mut(*index)) else {
                continue;
            };
            let hay = &*hay.get_or_insert_with(|| Hay::of(item));
            let (pattern, matcher) = (&search.pattern, &mut self.matcher);
            let way = is_path.then(|| path(item));
            let score = pattern
                .score(hay.label(), matcher)
                .map(|score| score + LABEL_BONUS)
                .or_else(|| pattern.score(hay.whole.slice(..), matcher))
                .or_else(|| pattern.score(Utf32Str::new(way.as_deref()?, &mut chars), matcher));
            let Some(score) = score else { continue };
            search.matching.push(*index);
            let mut fit = fit(&typed, &hay.lower[..hay.lower_label], &hay.lower);
            if let Some(way) = way {
                fit = fit.max(fit_of_path(&typed, &way.to_lowercase()));
            }
            // Of requests that begin alike, the one of which most is typed; commands stand in an order of their own.
            let begun = fit == Fit::LabelStart && item.method.is_some();
            let left = if begun { item.label.len() } else { 0 };
            if fit > Fit::Scattered || score >= least {
                search.scored.push((Reverse(fit), left, Reverse(score), *index));
            }
        }
        search.at = end;
        if end < search.among.len() {
            self.search = Some(search);
            return;
        }
        let mut scored = mem::take(&mut search.scored);
        // Beside what was meant, what matches by chance is noise.
        if scored.iter().any(|(Reverse(fit), ..)| *fit >= Fit::WordStarts) {
            scored.retain(|(Reverse(fit), ..)| *fit > Fit::Scattered);
        }
        scored.sort_unstable();
        self.order = scored.into_iter().map(|(.., index)| index).collect();
        self.matching = search.matching;
        self.text = search.text;
        self.pattern = search.pattern;
    }

    /// The matched letters of some rows, for those on the screen.
    pub fn hits(&mut self, items: &[Item], rows: Range<usize>) -> Vec<Hits> {
        if self.text.trim().is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut out = Vec::new();
        for index in self.order.iter().skip(rows.start).take(rows.len()) {
            let (Some(item), Some(hay)) = (items.get(*index), self.hays.get_mut(*index)) else {
                continue;
            };
            let hay = hay.get_or_insert_with(|| Hay::of(item));
            let (pattern, matcher) = (&self.pattern, &mut self.matcher);
            found.clear();
            if pattern.indices(hay.label(), matcher, &mut found).is_none() {
                found.clear();
                pattern.indices(hay.whole.slice(..), matcher, &mut found);
            }
            let mut hits = Hits::default();
            for at in found.iter().filter_map(|at| usize::try_from(*at).ok()) {
                if at < hay.label {
                    hits.label.push(at);
                } else if at > hay.label {
                    hits.detail.push(at - hay.label - 1);
                }
            }
            hits.label.sort_unstable();
            hits.detail.sort_unstable();
            out.push(hits);
        }
        out
    }
}

/// How well a label, or all that an item is found by, fits what was typed; all in lower case.
fn fit(typed: &str, label: &str, whole: &str) -> Fit {
    if label == typed {
        Fit::Label
    } else if label.starts_with(typed) {
        Fit::LabelStart
    } else if typed.split_whitespace().all(|word| begins(label, word)) {
        Fit::LabelWordStarts
    } else {
        fit_of_words(typed, whole)
    }
}

/// How well a path fits one that was typed, both in lower case: it may begin and end within names, and each of its names may
/// have more to it.
fn fit_of_path(typed: &str, path: &str) -> Fit {
    match path.find(typed) {
        Some(at) if at == 0 || path[..at].ends_with('/') => Fit::WordStarts,
        Some(_) => fit_of_names(typed, path).max(Fit::Inside),
        None => fit_of_names(typed, path),
    }
}

/// How well the names of a path fit those that were typed, in their order: the last one its last, the others any above.
fn fit_of_names(typed: &str, path: &str) -> Fit {
    let mut fit = Fit::WordStarts;
    let mut names = path.split('/').rev();
    for (at, part) in typed.split('/').map(str::trim).rev().enumerate() {
        let mut found = names.by_ref().map(|name| match fit_of_words(part, name) {
            _ if part.is_empty() => Fit::WordStarts,
            fit => fit,
        });
        let found = if at == 0 {
            found.next().filter(|fit| *fit > Fit::Scattered)
        } else {
            found.find(|fit| *fit > Fit::Scattered)
        };
        fit = fit.min(found.unwrap_or(Fit::Scattered));
    }
    fit
}

/// How well the words that were typed fit a text, both in lower case.
fn fit_of_words(typed: &str, text: &str) -> Fit {
    if typed.split_whitespace().all(|word| begins(text, word)) {
        Fit::WordStarts
    } else if typed.split_whitespace().all(|word| text.contains(word)) {
        Fit::Inside
    } else {
        Fit::Scattered
    }
}

/// Whether a word of the text begins so.
fn begins(text: &str, word: &str) -> bool {
    let mut places = text.match_indices(word);
    places.any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric))
}

/// The names of the folders and the item's own as a path: `Pydio Cells/Users/List users`.
fn path(item: &Item) -> String {
    let mut way = String::new();
    for name in item.detail.split(" › ").filter(|name| !name.is_empty()) {
        way.push_str(name);
        way.push('/');
    }
    way.push_str(&item.label);
    way
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
    fn the_names_of_a_path_stand_together_before_those_whose_letters_are_scattered() {
        let items = items(&[
            ("thing 37", "Big › Folder 177"),
            ("thing 3", "Big › Folder 7"),
            ("a thing 3 of many", "Big › Folder 77 and more"),
            ("thing 3", "Big › Folder 77"),
            ("thing 13", "Big › Folder 77"),
        ]);
        let mut ranking = Ranking::new(items.len());
        for typed in ["Folder 77/thing 3", "big/Folder 77/thing 3"] {
            ranking.rank(typed, &items);
            assert_eq!(ranking.order()[0], 3, "{typed}");
            assert!(ranking.order()[..2].contains(&2), "{typed}: {:?}", ranking.order());
        }
    }

    /// Requests by the thousand, as the finder lists them.
    fn many() -> Vec<Item> {
        (0..5 * SLICE)
            .map(|n| Item {
                label: format!("Request {}", n % 20),
                detail: format!("Shop › Folder {}", n / 20),
                method: Some("GET".to_owned()),
                ..Item::default()
            })
            .collect()
    }

    #[test]
    fn many_items_are_searched_a_slice_a_time_and_a_burst_of_letters_once() {
        let items = many();
        let mut ranking = Ranking::new(items.len());
        for typed in ["f", "fo", "folder 77"] {
            ranking.rank(typed, &items);
            assert!(ranking.is_searching(), "`{typed}` only begins");
            assert_eq!(ranking.text(), "", "nothing was found yet");
            assert_eq!(ranking.order().len(), items.len());
        }
        let mut slices = 0;
        while ranking.is_searching() {
            ranking.go_on(&items);
            slices += 1;
        }
        assert_eq!(slices, 5, "what was typed on the way was never searched for");
        assert_eq!(ranking.text(), "folder 77");
        assert_eq!(items[ranking.order()[0]].detail, "Shop › Folder 77");
    }

    #[test]
    fn what_goes_on_from_the_last_text_finds_what_it_finds_alone() {
        let items = many();
        let typed = [
            "r",
            "re",
            "re 7",
            "re 7 f",
            "re 7 folder 21",
            "re 7 folder 2",
            "shop/fold",
            "shop/folder 21/re",
            "shop",
            "shop ›",
            "shop › f",
            "\\",
            "",
        ];
        let mut ranking = Ranking::new(items.len());
        for text in typed {
            ranking.rank(text, &items);
            ranking.finish(&items);
            let mut alone = Ranking::new(items.len());
            alone.rank(text, &items);
            alone.finish(&items);
            assert_eq!(ranking.order(), alone.order(), "`{text}`");
        }
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
