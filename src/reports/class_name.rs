//! Names of classes as newman's junit reporter makes them, so that a CI server finds the tests of before: lodash's camel case,
//! then only what JavaScript calls a word.

use std::sync::LazyLock;

/// The letters of `À` to `ſ` without their marks, as lodash has them.
const PLAIN: &str = "A A A A A A Ae C E E E E I I I I D N O O O O O × O U U U U Y Th ss a a a a a a ae c e e e e i i i i d n o o o o o ÷ \
    o u u u u y th y A a A a A a C c C c C c C c D d D d E e E e E e E e E e G g G g G g G g H h H h I i I i I i I i I i IJ ij J j K k \
    k L l L l L l L l L l N n N n N n n N n O o O o O o Oe oe R r R r R r S s S s S s S s T t T t T t U u U u U u U u U u U u W w Y y Y \
    Z z Z z Z z s";

/// `Folder / get-token` as `FolderGetToken`, `getURLById` as `GetUrlById`, `don't do it 1st` as `DontDoIt1st`.
pub fn class_name(name: &str) -> String {
    let letters = plain(name);
    let mut out = String::new();
    let mut at = 0;
    let mut is_first = true;
    while at < letters.len() {
        let Some(end) = word(&letters, at) else {
            let is_picture = kind(letters[at]) == Kind::Picture;
            at += 1;
            // How a picture is drawn belongs to it.
            at += usize::from(is_picture && matches!(letters.get(at), Some('\u{fe0e}' | '\u{fe0f}')));
            continue;
        };
        let mut small = letters[at..end].iter().flat_map(|c| c.to_lowercase());
        // The first word is small, until what is no word of JavaScript has gone.
        if !std::mem::take(&mut is_first) {
            out.extend(small.next().into_iter().flat_map(char::to_uppercase));
        }
        out.extend(small);
        at = end;
    }
    out.retain(|c| c.is_ascii_alphanumeric() || c == '_');
    // What stood in front may have gone.
    if let Some(first) = out.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    out
}

/// A text without the marks of its letters, and without apostrophes.
fn plain(text: &str) -> Vec<char> {
    static TABLE: LazyLock<Vec<&str>> = LazyLock::new(|| PLAIN.split(' ').collect());
    let mut out = Vec::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\'' | '\u{2019}' | '\u{300}'..='\u{36f}' | '\u{fe20}'..='\u{fe2f}' | '\u{20d0}'..='\u{20ff}' => {}
            '\u{c0}'..='\u{17f}' => {
                let own = usize::try_from(u32::from(c)).unwrap_or_default();
                out.extend(TABLE.get(own - 0xc0).into_iter().flat_map(|own| own.chars()));
            }
            c => out.push(c),
        }
    }
    out
}

/// What a letter is to lodash.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Small,
    Capital,
    Digit,
    /// Signs and blanks.
    Break,
    /// Letters of other scripts.
    Other,
    /// Pictures: a word each, that is dropped later.
    Picture,
}

fn kind(c: char) -> Kind {
    match c {
        'a'..='z' => Kind::Small,
        'A'..='Z' => Kind::Capital,
        '0'..='9' => Kind::Digit,
        '\0'..='\u{bf}' | '×' | '÷' | '\u{1680}' | '\u{180e}' | '\u{2000}'..='\u{206f}' | '\u{3000}' | '\u{feff}' => {
            Kind::Break
        }
        '\u{2700}'..='\u{27bf}' | '\u{10000}'.. => Kind::Picture,
        _ => Kind::Other,
    }
}

/// Where the word ends that begins at a place, by lodash's rules, the first that holds.
fn word(letters: &[char], start: usize) -> Option<usize> {
    let at = |at: usize| letters.get(at).map(|c| kind(*c));
    let run = |from: usize, kinds: &[Kind]| {
        let of_them = letters[from..].iter().take_while(|c| kinds.contains(&kind(**c)));
        from + of_them.count()
    };
    let is_end = |end: usize| matches!(at(end), None | Some(Kind::Break));
    let body = start + usize::from(at(start) == Some(Kind::Capital));
    // `word` and `Word`.
    let end = run(body, &[Kind::Small]);
    if end > body && (is_end(end) || at(end) == Some(Kind::Capital)) {
        return Some(end);
    }
    // `HTTP`, also before `Server`.
    let end = run(start, &[Kind::Capital, Kind::Other]);
    let fits = |end: usize| {
        let is_next = at(end) == Some(Kind::Capital) && matches!(at(end + 1), Some(Kind::Small | Kind::Other));
        is_next || is_end(end)
    };
    if let Some(end) = (start + 1..=end).rev().find(|end| fits(*end)) {
        return Some(end);
    }
    let end = run(body, &[Kind::Small, Kind::Other]);
    if end > body {
        return Some(end);
    }
    let end = run(start, &[Kind::Capital]);
    if end > start {
        return Some(end);
    }
    let end = run(start, &[Kind::Digit]);
    ordinal(letters, start, end).or((end > start).then_some(end))
}

/// `1st`, `22nd`, `100TH`, whose digits are these, is one word.
fn ordinal(letters: &[char], start: usize, end: usize) -> Option<usize> {
    let last = letters[start..end].last()?;
    let ending: String = letters.iter().skip(end).take(2).collect();
    let next = letters.get(end + 2);
    let (small, behind) = (ending.to_lowercase(), next.is_none_or(|c| !c.is_ascii_alphanumeric()));
    let wanted = match last {
        '1' => "st",
        '2' => "nd",
        '3' => "rd",
        _ => "th",
    };
    let goes_on = if ending == small {
        next.is_some_and(char::is_ascii_uppercase)
    } else {
        ending == small.to_uppercase() && next.is_some_and(char::is_ascii_lowercase)
    };
    let is_one_case = ending == small || ending == small.to_uppercase();
    (small == wanted && is_one_case && (behind || goes_on)).then_some(end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_names_are_those_of_newman() {
        for (name, class) in [
            ("Users / get-token 2", "UsersGetToken2"),
            ("Scripts / SendRequest Variants", "ScriptsSendRequestVariants"),
            ("getURLById2", "GetUrlById2"),
            ("HTTPServer2xx OK", "HttpServer2XxOk"),
            ("V2API", "V2Api"),
            ("don't do it", "DontDoIt"),
            ("user's", "Users"),
            ("O’Neil’s", "ONeils"),
            ("it's 5o'clock", "Its5Oclock"),
            ("1st item", "1stItem"),
            ("2nd 3rd", "2nd3rd"),
            ("11th hour", "11ThHour"),
            ("100th", "100th"),
            ("21st", "21st"),
            ("2ND", "2nd"),
            ("1stb", "1Stb"),
            ("1st2nd", "1St2nd"),
            ("a1st", "A1st"),
            ("Müller straße", "MullerStrasse"),
            ("ÀÉÎ õü", "AeiOu"),
            ("ŁódŹ ąę", "LodZAe"),
            ("ĿĳœŒŉſ", "LijoeOens"),
            ("e\u{301}tude", "Etude"),
            ("×3÷2", "32"),
            ("日本語 test", "Test"),
            ("привет мир", ""),
            ("ArabicعربيTest", "ArabicTest"),
            ("a😀b", "AB"),
            ("_id", "Id"),
            ("ﬁ x", "X"),
            ("x ﬁ", "XFI"),
            ("a\u{fe0f}b", "Ab"),
            ("x a\u{fe0f}b", "XAb"),
            ("AB\u{fe0f}Cd", "AbCd"),
            ("a✂\u{fe0f}b", "AB"),
            ("a😀\u{fe0f}b", "AB"),
        ] {
            assert_eq!(class_name(name), class, "{name}");
        }
    }
}
