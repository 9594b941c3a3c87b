//! What the system says of an error, as part of a sentence of ours.

use std::fmt::Display;

/// A cause as part of a sentence: without the number of an OS error, which says nothing to a person, and with a small letter.
pub fn reason(cause: impl Display) -> String {
    let text = without_numbers(&cause.to_string());
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain([second]).chain(letters).collect()
        }
        _ => text,
    }
}

/// A text without the numbers of OS errors in it: `No such file or directory (os error 2)`.
pub fn without_numbers(text: &str) -> String {
    const MARK: &str = " (os error ";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(MARK) {
        let behind = &rest[at + MARK.len()..];
        let number = behind.strip_prefix('-').unwrap_or(behind);
        let end = number.find(|c: char| !c.is_ascii_digit());
        if let Some(after) = end.and_then(|end| number[end..].strip_prefix(')').filter(|_| end > 0)) {
            out.push_str(&rest[..at]);
            rest = after;
        } else {
            out.push_str(&rest[..at + MARK.len()]);
            rest = behind;
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_has_a_small_letter_and_no_number() {
        assert_eq!(
            reason("No such file or directory (os error 2)"),
            "no such file or directory"
        );
        assert_eq!(reason("TLS broke"), "TLS broke");
        assert_eq!(
            without_numbers("`a`: denied (os error 13); `b`: gone (os error -2)."),
            "`a`: denied; `b`: gone."
        );
        assert_eq!(
            without_numbers("an (os error x) stays (os error "),
            "an (os error x) stays (os error "
        );
    }
}
