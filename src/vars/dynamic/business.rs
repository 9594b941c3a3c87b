//! Companies, money and databases.

use fake::faker::company::en as company;
use fake::faker::currency::en as currency;

use super::{Maker, Row, people};

pub(super) const TABLE: &[Row] = &[
    ("$randomCompanyName", |m| match m.number(0..=2) {
        0 => format!("{} {}", people::last(m), suffix(m)),
        1 => format!("{} - {}", people::last(m), people::last(m)),
        _ => format!("{}, {} and {}", people::last(m), people::last(m), people::last(m)),
    }),
    ("$randomCompanySuffix", suffix),
    ("$randomCatchPhrase", |m| {
        format!("{} {} {}", phrase_adjective(m), phrase_descriptor(m), phrase_noun(m))
    }),
    ("$randomCatchPhraseAdjective", phrase_adjective),
    ("$randomCatchPhraseDescriptor", phrase_descriptor),
    ("$randomCatchPhraseNoun", phrase_noun),
    ("$randomBs", |m| {
        format!("{} {} {}", bs_verb(m), bs_adjective(m), bs_noun(m))
    }),
    ("$randomBsAdjective", bs_adjective),
    ("$randomBsBuzz", bs_verb),
    ("$randomBsNoun", bs_noun),
    ("$randomBankAccount", |m| m.chars(DIGITS, 8)),
    ("$randomBankAccountName", |m| format!("{} Account", m.pick(&ACCOUNTS))),
    ("$randomCreditCardMask", |m| m.chars(DIGITS, 4)),
    ("$randomPrice", |m| {
        format!("{}.{:02}", m.number(0..=999), m.number(0..=99))
    }),
    ("$randomTransactionType", |m| {
        m.one_of(&["deposit", "withdrawal", "payment", "invoice"])
    }),
    ("$randomCurrencyCode", |m| m.fake(&currency::CurrencyCode())),
    ("$randomCurrencyName", |m| m.fake(&currency::CurrencyName())),
    ("$randomCurrencySymbol", |m| m.fake(&currency::CurrencySymbol())),
    ("$randomBitcoin", |m| {
        let first = m.chars("13", 1);
        let count = if m.coin() { 33 } else { 28 };
        first + &m.chars("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", count)
    }),
    ("$randomBankAccountIban", iban),
    ("$randomBankAccountBic", |m| {
        let country = m.one_of(&COUNTRIES.map(|(country, _)| country));
        let branch = if m.coin() {
            m.chars(LETTERS_AND_DIGITS, 3)
        } else {
            String::new()
        };
        format!(
            "{}{country}{}{branch}",
            m.chars(LETTERS, 4),
            m.chars(LETTERS_AND_DIGITS, 2)
        )
    }),
    ("$randomDatabaseColumn", |m| m.one_of(&COLUMNS)),
    ("$randomDatabaseType", |m| m.one_of(&TYPES)),
    ("$randomDatabaseCollation", |m| m.one_of(&COLLATIONS)),
    ("$randomDatabaseEngine", |m| m.one_of(&ENGINES)),
];

const DIGITS: &str = "0123456789";
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LETTERS_AND_DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const ACCOUNTS: [&str; 8] = [
    "Checking",
    "Savings",
    "Investment",
    "Credit Card",
    "Home Loan",
    "Personal Loan",
    "Auto Loan",
    "Money Market",
];
/// Countries with the number of digits behind an IBAN's check digits (ISO 13616), of those that use digits only.
const COUNTRIES: [(&str, usize); 8] = [
    ("DE", 18),
    ("AT", 16),
    ("BE", 12),
    ("DK", 14),
    ("ES", 20),
    ("FI", 14),
    ("PL", 24),
    ("PT", 21),
];
const COLUMNS: [&str; 12] = [
    "id",
    "name",
    "title",
    "email",
    "phone",
    "status",
    "category",
    "comment",
    "token",
    "group",
    "createdAt",
    "updatedAt",
];
const TYPES: [&str; 14] = [
    "int",
    "varchar",
    "text",
    "date",
    "datetime",
    "tinyint",
    "time",
    "timestamp",
    "smallint",
    "serial",
    "blob",
    "double",
    "real",
    "bigint",
];
const COLLATIONS: [&str; 6] = [
    "utf8_unicode_ci",
    "utf8_general_ci",
    "utf8_bin",
    "ascii_bin",
    "ascii_general_ci",
    "cp1250_general_ci",
];
const ENGINES: [&str; 6] = ["InnoDB", "MyISAM", "MEMORY", "CSV", "BLACKHOLE", "ARCHIVE"];

fn suffix(m: &mut Maker<'_>) -> String {
    m.fake(&company::CompanySuffix())
}

fn phrase_adjective(m: &mut Maker<'_>) -> String {
    m.fake(&company::Buzzword())
}

fn phrase_descriptor(m: &mut Maker<'_>) -> String {
    m.fake(&company::BuzzwordMiddle())
}

fn phrase_noun(m: &mut Maker<'_>) -> String {
    m.fake(&company::BuzzwordTail())
}

fn bs_verb(m: &mut Maker<'_>) -> String {
    m.fake(&company::BsVerb())
}

fn bs_adjective(m: &mut Maker<'_>) -> String {
    m.fake(&company::BsAdj())
}

fn bs_noun(m: &mut Maker<'_>) -> String {
    m.fake(&company::BsNoun())
}

/// An IBAN whose check digits hold (ISO 7064, MOD 97-10).
fn iban(m: &mut Maker<'_>) -> String {
    let at = usize::try_from(m.number(0..=7)).unwrap_or(0);
    let (country, length) = COUNTRIES[at];
    let account = m.chars(DIGITS, length);
    let moved = format!("{account}{country}00");
    let rest = moved
        .chars()
        .filter_map(|c| c.to_digit(36))
        .fold(0, |rest, digit| (rest * if digit > 9 { 100 } else { 10 } + digit) % 97);
    format!("{country}{:02}{account}", 98 - rest)
}
