//! People, their jobs, and where they live.

use fake::faker::address::en as address;
use fake::faker::job::en as job;
use fake::faker::name::en as name;

use super::{Maker, Row};

pub(super) const TABLE: &[Row] = &[
    ("$randomFirstName", first),
    ("$randomLastName", last),
    ("$randomFullName", |m| format!("{} {}", first(m), last(m))),
    ("$randomNamePrefix", |m| {
        m.one_of(&["Mr.", "Mrs.", "Ms.", "Miss", "Dr."])
    }),
    ("$randomNameSuffix", |m| m.fake(&name::Suffix())),
    ("$randomJobTitle", |m| {
        format!("{} {} {}", descriptor(m), area(m), job_type(m))
    }),
    ("$randomJobDescriptor", descriptor),
    ("$randomJobArea", area),
    ("$randomJobType", job_type),
    ("$randomPhoneNumber", phone),
    ("$randomPhoneNumberExt", |m| {
        format!("{}-{}", m.number(1..=99), phone(m))
    }),
    ("$randomLocale", |m| m.one_of(&LOCALES)),
    ("$randomCity", |m| m.fake(&address::CityName())),
    ("$randomStreetName", street),
    ("$randomStreetAddress", |m| {
        format!("{} {}", m.number(1..=99_999), street(m))
    }),
    ("$randomCountry", |m| m.fake(&address::CountryName())),
    ("$randomCountryCode", |m| m.fake(&address::CountryCode())),
    ("$randomLatitude", |m| degrees(m, 90)),
    ("$randomLongitude", |m| degrees(m, 180)),
];

const LOCALES: [&str; 24] = [
    "en", "fr", "de", "es", "it", "pt", "nl", "sv", "da", "fi", "pl", "cs", "tr", "el", "ru", "uk", "ar", "he", "hi",
    "th", "vi", "ja", "ko", "zh",
];
const DESCRIPTORS: [&str; 16] = [
    "Lead",
    "Senior",
    "Junior",
    "Principal",
    "Regional",
    "National",
    "Global",
    "Central",
    "District",
    "Corporate",
    "Chief",
    "Deputy",
    "Internal",
    "External",
    "Future",
    "Interim",
];
const AREAS: [&str; 16] = [
    "Accounts",
    "Brand",
    "Communications",
    "Data",
    "Education",
    "Facilities",
    "Integration",
    "Logistics",
    "Mobility",
    "Operations",
    "Quality",
    "Research",
    "Safety",
    "Security",
    "Support",
    "Web",
];

pub(super) fn first(m: &mut Maker<'_>) -> String {
    m.fake(&name::FirstName())
}

pub(super) fn last(m: &mut Maker<'_>) -> String {
    m.fake(&name::LastName())
}

fn descriptor(m: &mut Maker<'_>) -> String {
    m.one_of(&DESCRIPTORS)
}

fn area(m: &mut Maker<'_>) -> String {
    m.one_of(&AREAS)
}

fn job_type(m: &mut Maker<'_>) -> String {
    m.fake(&job::Position())
}

fn phone(m: &mut Maker<'_>) -> String {
    format!(
        "{}-{}-{:04}",
        m.number(200..=999),
        m.number(200..=999),
        m.number(0..=9999)
    )
}

fn street(m: &mut Maker<'_>) -> String {
    let suffix = m.fake(&address::StreetSuffix());
    format!("{} {suffix}", last(m))
}

/// Degrees with four places, at most `limit` either way.
fn degrees(m: &mut Maker<'_>, limit: i64) -> String {
    let sign = if m.coin() { "-" } else { "" };
    format!("{sign}{}.{:04}", m.number(0..=limit - 1), m.number(0..=9999))
}
