//! Words, phrases and Latin.

use fake::faker::lorem::en as lorem;

use super::{Maker, Row, capital};

pub(super) const TABLE: &[Row] = &[
    ("$randomWord", word),
    ("$randomWords", |m| {
        let count = m.number(1..=3);
        let words: Vec<String> = (0..count).map(|_| capital(&word(m))).collect();
        words.join(" ")
    }),
    ("$randomAbbreviation", |m| m.one_of(&ABBREVIATIONS)),
    ("$randomAdjective", |m| m.one_of(&ADJECTIVES)),
    ("$randomNoun", |m| m.one_of(&NOUNS)),
    ("$randomVerb", |m| m.one_of(&VERBS.map(|(verb, _)| verb))),
    ("$randomIngverb", |m| m.one_of(&VERBS.map(|(_, doing)| doing))),
    ("$randomPhrase", |m| {
        let (doing, verb) = (m.pick(&VERBS.map(|v| v.1)), m.pick(&VERBS.map(|v| v.0)));
        let (first, second) = (m.pick(&NOUNS), m.pick(&NOUNS));
        let (adjective, short) = (m.pick(&ADJECTIVES), m.pick(&ABBREVIATIONS));
        format!("{doing} the {first} is not enough, we have to {verb} the {adjective} {short} {second}!")
    }),
    ("$randomLoremWord", latin),
    ("$randomLoremWords", |m| latin_words(m, " ")),
    ("$randomLoremSlug", |m| latin_words(m, "-")),
    ("$randomLoremSentence", sentence),
    ("$randomLoremSentences", |m| sentences(m, 2, 6, " ")),
    ("$randomLoremParagraph", paragraph),
    ("$randomLoremParagraphs", paragraphs),
    ("$randomLoremText", |m| match m.number(0..=2) {
        0 => sentence(m),
        1 => paragraph(m),
        _ => paragraphs(m),
    }),
    ("$randomLoremLines", |m| sentences(m, 1, 5, "\n")),
];

const ABBREVIATIONS: [&str; 16] = [
    "API", "CSS", "DNS", "GB", "HTTP", "IP", "JSON", "PNG", "RAM", "SQL", "SSD", "SSL", "TCP", "USB", "XML", "XSS",
];
const ADJECTIVES: [&str; 14] = [
    "auxiliary",
    "primary",
    "back-end",
    "digital",
    "open-source",
    "virtual",
    "redundant",
    "online",
    "wireless",
    "neural",
    "mobile",
    "solid-state",
    "optical",
    "bluetooth",
];
const NOUNS: [&str; 18] = [
    "driver",
    "protocol",
    "bandwidth",
    "panel",
    "microchip",
    "program",
    "port",
    "card",
    "array",
    "interface",
    "system",
    "sensor",
    "firewall",
    "pixel",
    "alarm",
    "feed",
    "monitor",
    "circuit",
];
const VERBS: [(&str, &str); 16] = [
    ("back up", "backing up"),
    ("bypass", "bypassing"),
    ("hack", "hacking"),
    ("override", "overriding"),
    ("compress", "compressing"),
    ("copy", "copying"),
    ("navigate", "navigating"),
    ("index", "indexing"),
    ("connect", "connecting"),
    ("generate", "generating"),
    ("quantify", "quantifying"),
    ("calculate", "calculating"),
    ("synthesize", "synthesizing"),
    ("transmit", "transmitting"),
    ("program", "programming"),
    ("parse", "parsing"),
];
const WORDS: [&str; 24] = [
    "bridge", "harbor", "lantern", "meadow", "compass", "granite", "archive", "signal", "orchard", "voyage", "timber",
    "canyon", "beacon", "marble", "engine", "garden", "ledger", "mirror", "anchor", "ribbon", "summit", "window",
    "cobalt", "paper",
];

pub(super) fn word(m: &mut Maker<'_>) -> String {
    m.one_of(&WORDS)
}

fn latin(m: &mut Maker<'_>) -> String {
    m.fake(&lorem::Word())
}

fn latin_words(m: &mut Maker<'_>, joint: &str) -> String {
    [latin(m), latin(m), latin(m)].join(joint)
}

fn sentence(m: &mut Maker<'_>) -> String {
    let count = m.number(3..=10);
    let words: Vec<String> = (0..count).map(|_| latin(m)).collect();
    format!("{}.", capital(&words.join(" ")))
}

fn sentences(m: &mut Maker<'_>, from: i64, to: i64, joint: &str) -> String {
    let count = m.number(from..=to);
    let all: Vec<String> = (0..count).map(|_| sentence(m)).collect();
    all.join(joint)
}

fn paragraph(m: &mut Maker<'_>) -> String {
    sentences(m, 3, 6, " ")
}

fn paragraphs(m: &mut Maker<'_>) -> String {
    [paragraph(m), paragraph(m), paragraph(m)].join("\n")
}
