//! Addresses, names and passwords of the net.

use fake::faker::internet::en as internet;

use super::{HEX, Maker, Row, capital, people};

pub(super) const TABLE: &[Row] = &[
    ("$randomEmail", |m| {
        let provider = m.one_of(&["gmail.com", "yahoo.com", "hotmail.com"]);
        format!("{}@{provider}", mailbox(m))
    }),
    ("$randomExampleEmail", |m| {
        let domain = m.one_of(&["com", "net", "org"]);
        format!("{}@example.{domain}", mailbox(m))
    }),
    ("$randomUserName", |m| {
        let number = m.number(0..=99);
        if m.coin() {
            format!("{}{number}", plain(&people::first(m)))
        } else {
            mailbox(m)
        }
    }),
    ("$randomProtocol", protocol),
    ("$randomUrl", |m| {
        format!("{}://{}.{}", protocol(m), domain_word(m), suffix(m))
    }),
    ("$randomDomainName", |m| format!("{}.{}", domain_word(m), suffix(m))),
    ("$randomDomainSuffix", suffix),
    ("$randomDomainWord", domain_word),
    ("$randomIP", |m| {
        let part = |m: &mut Maker<'_>| m.number(0..=255);
        format!("{}.{}.{}.{}", part(m), part(m), part(m), part(m))
    }),
    ("$randomIPV6", |m| groups(m, 8, 4)),
    ("$randomMACAddress", |m| groups(m, 6, 2)),
    ("$randomUserAgent", |m| m.fake(&internet::UserAgent())),
    ("$randomPassword", |m| {
        m.chars("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_", 15)
    }),
];

fn protocol(m: &mut Maker<'_>) -> String {
    m.one_of(&["http", "https"])
}

fn suffix(m: &mut Maker<'_>) -> String {
    m.one_of(&["com", "net", "org", "info", "biz", "name"])
}

fn domain_word(m: &mut Maker<'_>) -> String {
    plain(&people::first(m)).to_ascii_lowercase()
}

/// A name as the left side of an address: letters only.
fn mailbox(m: &mut Maker<'_>) -> String {
    let joint = m.one_of(&[".", "_"]);
    format!("{}{joint}{}", plain(&people::first(m)), plain(&people::last(m)))
}

fn plain(name: &str) -> String {
    let letters: String = name.chars().filter(char::is_ascii_alphabetic).collect();
    capital(&letters)
}

fn groups(m: &mut Maker<'_>, count: usize, width: usize) -> String {
    let groups: Vec<String> = (0..count).map(|_| m.chars(HEX, width)).collect();
    groups.join(":")
}
