//! Postman's dynamic variables: `{{$guid}}`, `{{$randomCity}}` and 116 more.
//!
//! Every occurrence gets a value of its own. The names are one table, so completion, help and tests read it too; the
//! generators live in one file per subject. Words come from the `fake` crate where it has fitting ones, else from ours.

mod business;
mod files;
mod internet;
mod people;
mod text;
mod things;

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// A source of dynamic values: chance and the clock. Cheap to clone; clones share their chance.
#[derive(Clone)]
pub struct Dynamic {
    chance: Arc<Mutex<StdRng>>,
    clock: Clock,
}

#[derive(Clone, Copy)]
enum Clock {
    System,
    Fixed(Timestamp),
}

impl Dynamic {
    /// Real chance and the real time.
    pub fn new() -> Self {
        Self::with(rand::make_rng(), Clock::System)
    }

    /// The same values every time, for tests.
    pub fn seeded(seed: u64, now: Timestamp) -> Self {
        Self::with(StdRng::seed_from_u64(seed), Clock::Fixed(now))
    }

    fn with(chance: StdRng, clock: Clock) -> Self {
        Self {
            chance: Arc::new(Mutex::new(chance)),
            clock,
        }
    }

    /// A fresh value for a name with its `$`; `None` when there is no such variable.
    pub fn value(&self, name: &str) -> Option<String> {
        let make = tables().flatten().find(|(known, _)| *known == name)?.1;
        let now = match self.clock {
            Clock::System => Timestamp::now(),
            Clock::Fixed(now) => now,
        };
        // A panic in another thread leaves the generator usable: chance has no invariants.
        let mut rng = self.chance.lock().unwrap_or_else(PoisonError::into_inner);
        Some(make(&mut Maker { rng: &mut rng, now }))
    }
}

impl Default for Dynamic {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Dynamic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dynamic")
    }
}

/// Whether this is a dynamic variable's name, with its `$`.
pub fn is_name(name: &str) -> bool {
    names().any(|known| known == name)
}

/// All names, each with its `$`, by subject.
pub fn names() -> impl Iterator<Item = &'static str> {
    tables().flatten().map(|(name, _)| *name)
}

/// A name with its `$`, and what makes its values.
type Row = (&'static str, fn(&mut Maker<'_>) -> String);

fn tables() -> impl Iterator<Item = &'static [Row]> {
    [
        BASIC,
        people::TABLE,
        things::TABLE,
        business::TABLE,
        internet::TABLE,
        files::TABLE,
        text::TABLE,
    ]
    .into_iter()
}

const BASIC: &[Row] = &[
    ("$guid", |m| m.uuid()),
    ("$timestamp", |m| m.now.as_second().to_string()),
    ("$isoTimestamp", |m| {
        m.now.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
    }),
    ("$randomUUID", |m| m.uuid()),
    ("$randomInt", |m| m.number(0..=1000).to_string()),
    ("$randomBoolean", |m| m.coin().to_string()),
    ("$randomAlphaNumeric", |m| {
        m.chars("abcdefghijklmnopqrstuvwxyz0123456789", 1)
    }),
    ("$randomHexColor", |m| format!("#{}", m.chars(HEX, 6))),
    ("$randomSemver", |m| {
        format!("{}.{}.{}", m.number(0..=9), m.number(0..=9), m.number(0..=9))
    }),
    ("$randomDatePast", |m| m.date(-365 * DAY, -1)),
    ("$randomDateFuture", |m| m.date(1, 365 * DAY)),
    ("$randomDateRecent", |m| m.date(-DAY, -1)),
    ("$randomMonth", |m| m.one_of(&MONTHS)),
    ("$randomWeekday", |m| m.one_of(&WEEKDAYS)),
];

const HEX: &str = "0123456789abcdef";
const DAY: i64 = 24 * 60 * 60;
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// Chance and the time, while one value is made.
struct Maker<'a> {
    rng: &'a mut StdRng,
    now: Timestamp,
}

impl Maker<'_> {
    fn number(&mut self, range: std::ops::RangeInclusive<i64>) -> i64 {
        self.rng.random_range(range)
    }

    fn coin(&mut self) -> bool {
        self.rng.random()
    }

    fn pick(&mut self, words: &[&'static str]) -> &'static str {
        let at = self.rng.random_range(0..words.len());
        words[at]
    }

    fn one_of(&mut self, words: &[&'static str]) -> String {
        self.pick(words).to_owned()
    }

    /// So many characters out of an ASCII alphabet.
    fn chars(&mut self, alphabet: &str, count: usize) -> String {
        let alphabet = alphabet.as_bytes();
        (0..count)
            .map(|_| char::from(alphabet[self.rng.random_range(0..alphabet.len())]))
            .collect()
    }

    /// A value of one of the `fake` crate's fakers.
    fn fake<F: fake::Fake>(&mut self, faker: &F) -> String
    where
        String: fake::Dummy<F>,
    {
        fake::Fake::fake_with_rng::<String, _>(faker, self.rng)
    }

    fn uuid(&mut self) -> String {
        uuid::Builder::from_random_bytes(self.rng.random())
            .into_uuid()
            .to_string()
    }

    /// A moment between two offsets from now, in seconds, as JavaScript's `Date.toString()` spells it.
    fn date(&mut self, from: i64, to: i64) -> String {
        let offset = SignedDuration::from_secs(self.number(from..=to));
        self.now
            .saturating_add(offset)
            .unwrap_or(self.now)
            .strftime("%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)")
            .to_string()
    }
}

/// The text with its first letter in upper case.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn many(name: &str) -> Vec<String> {
        let dynamic = Dynamic::seeded(7, Timestamp::UNIX_EPOCH);
        (0..50).map(|_| dynamic.value(name).expect("known")).collect()
    }

    #[test]
    fn there_are_118_names_and_every_one_makes_text() {
        let names: BTreeSet<&str> = names().collect();
        assert_eq!(names.len(), 118);
        assert_eq!(tables().map(<[Row]>::len).sum::<usize>(), 118);
        for name in names {
            assert!(name.starts_with('$'));
            for value in many(name) {
                assert!(!value.is_empty() && !value.contains("{{"), "{name}: {value:?}");
            }
        }
    }

    /// The names, without their `$`, and what all their values look like; tried on as many values of Postman's.
    const SHAPES: &str = r"
        guid ^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$
        randomUUID ^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$
        timestamp ^\d+$
        isoTimestamp ^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$
        randomInt ^(\d{1,3}|1000)$
        randomBoolean ^(true|false)$
        randomAlphaNumeric ^[a-z0-9]$
        randomHexColor ^#[0-9a-f]{6}$
        randomSemver ^\d\.\d\.\d$
        randomDatePast,randomDateFuture,randomDateRecent ^[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d{4} \d\d:\d\d:\d\d GMT\+0000 \(Coordinated Universal Time\)$
        randomMonth ^(January|February|March|April|May|June|July|August|September|October|November|December)$
        randomWeekday ^(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day$
        randomPassword ^[A-Za-z0-9_-]{15}$
        randomImageUrl ^http://placeimg.com/640/480$
        randomAbstractImage,randomAnimalsImage,randomBusinessImage,randomCatsImage,randomCityImage,randomFoodImage,randomNightlifeImage,randomFashionImage,randomPeopleImage,randomNatureImage,randomSportsImage,randomTransportImage ^http://placeimg.com/640/480/(abstract|animals|business|cats|city|food|nightlife|fashion|people|nature|sports|transport)$
        randomImageDataUri ^data:image/svg\+xml;charset=UTF-8,%3Csvg
        randomAvatarImage ^https://(avatars\.githubusercontent\.com/u/\d+|cloudflare-ipfs\.com/\S+\.jpg)$
        randomIP ^(\d{1,3}\.){3}\d{1,3}$
        randomIPV6 ^([0-9a-f]{4}:){7}[0-9a-f]{4}$
        randomMACAddress ^([0-9a-f]{2}:){5}[0-9a-f]{2}$
        randomProtocol ^https?$
        randomUrl ^https?://[a-z0-9-]+\.[a-z]+$
        randomDomainName ^[a-z0-9-]+\.[a-z]+$
        randomDomainSuffix ^[a-z]+$
        randomDomainWord ^[a-z0-9-]+$
        randomUserAgent ^(Mozilla|Opera)/\d
        randomEmail ^[^@\s]+@[^@\s]+\.[a-z]+$
        randomExampleEmail ^[^@\s]+@example\.(com|net|org)$
        randomUserName ^[A-Za-z0-9_.']+$
        randomPhoneNumber ^\d{3}-\d{3}-\d{4}$
        randomPhoneNumberExt ^\d{1,2}-\d{3}-\d{3}-\d{4}$
        randomLocale,randomFileType,randomCommonFileType ^[a-z_-]+$
        randomBankAccount ^\d{8}$
        randomBankAccountName ^[A-Z][a-z]+( [A-Z][a-z]+)* Account$
        randomBankAccountBic ^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$
        randomBankAccountIban ^[A-Z]{2}[0-9]{2}[A-Z0-9]+$
        randomBitcoin ^[13][1-9A-HJ-NP-Za-km-z]{24,33}$
        randomCreditCardMask ^\d{4}$
        randomPrice ^\d{1,3}\.\d\d$
        randomTransactionType ^(deposit|withdrawal|payment|invoice)$
        randomCurrencyCode ^[A-Z]{3}$
        randomCurrencyName ^[A-Z]\S*( \S+)*$
        randomCurrencySymbol ^\S+$
        randomLatitude ^-?\d{1,2}\.\d{4}$
        randomLongitude ^-?\d{1,3}\.\d{4}$
        randomCountryCode ^[A-Z]{2}$
        randomCity,randomStreetName,randomCountry ^[A-Z]\S*( \S+)*$
        randomStreetAddress ^\d{3,5} [A-Z]\S*( [A-Z]\S*)+$
        randomFirstName,randomLastName ^[A-Z][A-Za-z']+$
        randomFullName ^([A-Z][a-z]+\. )?[A-Z][A-Za-z']+ [A-Z][A-Za-z']+( \S+)?$
        randomNamePrefix ^[A-Z][a-z]+\.$|^Miss$
        randomNameSuffix ^[A-Za-z]+\.?$
        randomJobTitle ^[A-Z]\w+ \w+ [A-Z]\w+$
        randomJobDescriptor,randomJobArea,randomJobType ^[A-Z]\w+$
        randomCompanyName ^[A-Z]\S*( - |, | )\S+( \S+){0,2}$
        randomCompanySuffix ^(Inc|LLC|Group|and Sons)$
        randomDepartment,randomProductAdjective,randomProductMaterial,randomProduct ^[A-Z]\w+$
        randomProductName ^[A-Z]\w+ [A-Z]\w+ [A-Z]\w+$
        randomColor ^[a-z]+( [a-z]+)?$
        randomCatchPhrase ^[A-Z]\S+ \S+( \S+)+$
        randomCatchPhraseAdjective ^[A-Z]\S+( \S+){0,2}$
        randomCatchPhraseDescriptor,randomBsBuzz,randomBsNoun,randomBsAdjective ^[A-Za-z0-9/]\S*( \S+)?$
        randomCatchPhraseNoun ^[A-Za-z]\S*( \S+){0,2}$
        randomBs ^[a-z]\S+ \S+( \S+)+$
        randomDatabaseColumn,randomDatabaseType ^[a-zA-Z]+$
        randomDatabaseCollation ^[a-z0-9]+_[a-z_]+$
        randomDatabaseEngine ^[A-Za-z]+$
        randomAbbreviation ^[A-Z0-9]{2,4}$
        randomAdjective,randomNoun,randomVerb ^[a-z0-9-]+( [a-z]+)?$
        randomIngverb ^[a-z]+ing( [a-z]+)?$
        randomPhrase ^\S+( \S+){5,}[.!]$
        randomWord ^\S+( \S+){0,2}$
        randomWords ^\S+( \S+)*$
        randomLoremWord ^[a-z]+$
        randomLoremWords ^[a-z]+ [a-z]+ [a-z]+$
        randomLoremSlug ^[a-z]+-[a-z]+-[a-z]+$
        randomLoremSentence ^[A-Z][a-z]*( [a-z]+)+\.$
        randomLoremSentences,randomLoremParagraph,randomLoremParagraphs,randomLoremLines ^[A-Z][a-z]*( [a-z]+)+\.
        randomFileName,randomCommonFileName ^[a-z0-9_.$&-]+\.[a-z0-9]+$
        randomFilePath ^(/[A-Za-z0-9_.+-]+)+/[a-z0-9_.$&-]+\.[a-z0-9-]+$
        randomDirectoryPath ^(/[A-Za-z0-9_.+-]+)+$
        randomMimeType ^[a-z]+/[A-Za-z0-9._+-]+$
        randomFileExt ^[a-z0-9-]+$
        randomCommonFileExt ^[a-z0-9]+$
        randomLoremText ^[A-Za-z][a-z]*( [a-z]+)*\.?
    ";

    #[test]
    fn the_shapes_are_postmans() {
        let mut known = BTreeSet::new();
        for line in SHAPES.trim().lines() {
            let (names, shape) = line.trim_start().split_once(' ').expect("names and a shape");
            let shape = regex::Regex::new(shape).expect("a pattern");
            for name in names.split(',').map(|name| format!("${name}")) {
                for value in many(&name) {
                    assert!(shape.is_match(&value), "{name}: {value}");
                }
                known.insert(name);
            }
        }
        assert!(known.iter().map(String::as_str).eq(names().collect::<BTreeSet<_>>()));
    }

    #[test]
    fn a_seed_repeats_and_values_differ() {
        assert_eq!(many("$randomCity"), many("$randomCity"));
        assert!(many("$guid").iter().collect::<BTreeSet<_>>().len() == 50);
    }

    #[test]
    fn an_iban_passes_its_check() {
        for iban in many("$randomBankAccountIban") {
            let moved = format!("{}{}", &iban[4..], &iban[..4]);
            let rest = moved.chars().fold(0u64, |rest, c| {
                let digit = u64::from(c.to_digit(36).expect("letters and digits"));
                (rest * if digit > 9 { 100 } else { 10 } + digit) % 97
            });
            assert_eq!(rest, 1, "{iban}");
        }
    }

    #[test]
    fn other_names_are_none() {
        assert_eq!(Dynamic::new().value("$nope"), None);
        assert_eq!(Dynamic::new().value("guid"), None);
        assert!(is_name("$guid") && !is_name("guid"));
    }
}
