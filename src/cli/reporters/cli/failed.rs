//! What failed, in newman's table: its number, what kind of failure it is, and everything known of it beside that.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::cli::output::{Paint, escape};
use crate::exec::{At, Failure};

/// The narrowest detail that is worth wrapping; where there is less room, the terminal breaks the lines.
const NARROWEST: usize = 24;

/// The table, line by line, in so many columns where a person reads it. The collection is named where there are several. There
/// may be very many failures: their lines are made when they are asked for.
pub fn table(
    failures: &[Failure],
    several: bool,
    columns: Option<usize>,
    paint: Paint,
) -> impl Iterator<Item = String> + '_ {
    let width = |failure: &Failure| kind(failure).iter().map(|line| line.width()).max();
    let widest = failures.iter().filter_map(width).max().unwrap_or_default();
    let widest = widest.max("failure".len());
    let digits = failures.len().to_string().len();
    let before = digits + 6 + widest;
    let room = columns.and_then(|columns| columns.checked_sub(before));
    let room = room.filter(|room| *room >= NARROWEST);
    let number = format!("{:>1$}", "#", digits + 1);
    let title = format!(" {number}  {:widest$}  detail", "failure");
    let lines = move |(n, failure): (usize, &Failure)| {
        let mut out = vec![String::new()];
        let kind = kind(failure);
        let detail = detail(failure, several, room, paint);
        for line in 0..detail.len().max(kind.len()) {
            let number = match line {
                0 => format!("{:>digits$}.", n + 1),
                _ => " ".repeat(digits + 1),
            };
            let kind = kind.get(line).map_or("", String::as_str);
            let space = " ".repeat(widest - kind.width());
            let kind = if line == 0 { paint.red(kind) } else { paint.dim(kind) };
            let detail = detail.get(line).map_or("", String::as_str);
            let line = format!(" {number}  {kind}{space}  {detail}");
            out.push(line.trim_end().to_owned());
        }
        out
    };
    let head = [String::new(), paint.red(&title)];
    head.into_iter().chain(failures.iter().enumerate().flat_map(lines))
}

/// The kind, and below it the iteration, if there are several.
fn kind(failure: &Failure) -> Vec<String> {
    let mut out = vec![escape(&failure.kind)];
    if failure.iteration.count > 1 {
        out.push(format!("iteration: {}", failure.iteration.index + 1));
    }
    out
}

/// What it was, why, where in it, and inside which request, in newman's words.
fn detail(failure: &Failure, several: bool, room: Option<usize>, paint: Paint) -> Vec<String> {
    let wrapped = |text: &str| match room {
        Some(room) => wrap(text, room),
        None => vec![text.to_owned()],
    };
    // What a test or a script says is theirs, signs and all.
    let ours = |text: &str| match failure.at {
        At::Request => paint.words(text),
        _ => text.to_owned(),
    };
    let mut out = Vec::new();
    if !failure.what.is_empty() && !matches!(failure.at, At::Script(..)) {
        out.extend(wrapped(&escape(&failure.what)));
    }
    for line in failure.message.lines() {
        out.extend(wrapped(&ours(&escape(line))));
    }
    if let Some(hint) = &failure.hint {
        let mut lines = wrapped(&format!("hint: {}", ours(&escape(hint))));
        if let Some(first) = lines.first_mut() {
            *first = first.replacen("hint:", &paint.cyan("hint:"), 1);
        }
        out.extend(lines);
    }
    let from = usize::from(!several).min(failure.location.len().saturating_sub(1));
    // newman says no more of it than of the request itself.
    let by_script = failure.at == At::Request && !failure.what.is_empty();
    let place = failure.at.place();
    let places = [
        if by_script {
            format!("at {place} sent by a script")
        } else {
            format!("at {place}")
        },
        format!("inside \"{}\"", escape(&failure.location[from..].join(" / "))),
    ];
    out.extend(
        places
            .iter()
            .flat_map(|place| wrapped(place))
            .map(|line| paint.dim(&line)),
    );
    out
}

/// Breaks a line at its spaces, and within words that are longer than all the room.
fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut out = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        let width = word.trim_end().width();
        if used > 0 && used + width > room {
            out.push(std::mem::take(&mut line).trim_end().to_owned());
            used = 0;
        }
        for c in word.chars() {
            let width = c.width().unwrap_or_default();
            if used + width > room && c != ' ' {
                out.push(std::mem::take(&mut line).trim_end().to_owned());
                used = 0;
            }
            line.push(c);
            used += width;
        }
    }
    out.push(line.trim_end().to_owned());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::Iteration;

    fn failure(what: &str, message: &str, at: At) -> Failure {
        Failure {
            iteration: Iteration {
                index: 1,
                count: 2,
                by_hand: None,
            },
            node: None,
            location: ["API", "F", "one"].map(str::to_owned).into(),
            at,
            kind: "AssertionError".to_owned(),
            what: what.to_owned(),
            message: message.to_owned(),
            stack: String::new(),
            hint: None,
        }
    }

    #[test]
    fn failures_stand_as_in_newmans_table() {
        let failures = [failure("fails", "expected 1 to\ndeeply equal 2", At::Test(1))];
        let lines: Vec<String> = table(&failures, false, None, Paint::new(false)).collect();
        let expected = "
  #  failure         detail

 1.  AssertionError  fails
     iteration: 2    expected 1 to
                     deeply equal 2
                     at assertion:1 in test-script
                     inside \"F / one\"";
        assert_eq!(lines.join("\n"), expected);
    }

    #[test]
    fn a_request_of_a_script_is_not_taken_for_the_request_itself() {
        let lines = |url: &str| {
            table(&[failure(url, "refused", At::Request)], false, None, Paint::new(false))
                .collect::<Vec<_>>()
                .join("\n")
        };
        assert!(lines("http://h/").contains("refused\n                     at request sent by a script\n"));
        assert!(lines("").contains("at request\n"));
    }

    #[test]
    fn details_are_as_wide_as_the_terminal() {
        let long = "every good boy deserves 日本日本日本 fruit and then someunbreakablywordythingoverhere";
        let failures = [failure(long, "", At::Test(0))];
        let lines: Vec<String> = table(&failures, true, Some(50), Paint::new(false)).collect();
        assert!(lines.iter().all(|line| line.width() <= 50), "{lines:#?}");
        let told: Vec<&str> = lines[3..].iter().filter_map(|line| line.get(21..)).collect();
        assert!(
            told.concat().replace(' ', "").contains(&long.replace(' ', "")),
            "{lines:#?}"
        );
        assert!(
            lines
                .last()
                .is_some_and(|line| line.contains("inside \"API / F / one\""))
        );
        let narrow: Vec<String> = table(&failures, true, Some(30), Paint::new(false)).collect();
        assert!(narrow.iter().any(|line| line.contains(long)), "{narrow:#?}");
    }
}
