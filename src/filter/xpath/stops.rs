//! Stops in an expression: places at which whoever evaluates it asks whether to go on.
//!
//! What evaluates XPath here asks nobody, but calls the functions it is given. So before it is evaluated, an expression is
//! written another way that means the same: each step of a path gets a predicate that is always true, and asks. An axis that
//! leads far is taken whole, node by node, before its test is: a test that never holds would call nothing.
//!
//! ```text
//! //a/..            /descendant-or-self::node()[S]/a[S]/parent::node()[S]
//! following::b[2]   following::node()[S][self::b][2]
//! concat(a, 'x')    concat(string(a[S]),string('x'))     nodes are not held while others are looked for
//! ```

/// The function that asks.
pub(super) const NAME: &str = "postrider-goes-on";
/// Texts that are joined in an expression: each of them may be as long as the document.
const MOST_JOINED: usize = 32;
/// Axes on which the way from many nodes is longer than the document.
const FAR: [&str; 8] = [
    "ancestor",
    "ancestor-or-self",
    "descendant",
    "descendant-or-self",
    "following",
    "following-sibling",
    "preceding",
    "preceding-sibling",
];

/// An expression with its stops.
#[derive(Debug, PartialEq)]
pub(super) struct Stoppable {
    pub text: String,
    /// Whether texts of many nodes may be held at a time: to compare them, or to add them up.
    pub compares: bool,
    /// The prefixes of the names of nodes in it.
    pub prefixes: Vec<String>,
}

/// Puts the stops into an expression that can be read; why not, if there is too much in it.
pub(super) fn put(text: &str) -> Result<Stoppable, String> {
    let mut writer = Writer {
        rest: text,
        out: String::new(),
        operand: false,
        axis: String::new(),
        open: Vec::new(),
        joined: 0,
        compares: false,
        prefixes: Vec::new(),
    };
    while let Some(next) = writer.rest.chars().next() {
        writer.take(next);
    }
    if writer.joined > MOST_JOINED {
        return Err(format!("an XPath may join {MOST_JOINED} texts at most"));
    }
    Ok(Stoppable {
        text: writer.out,
        compares: writer.compares,
        prefixes: writer.prefixes,
    })
}

struct Writer<'t> {
    rest: &'t str,
    out: String,
    /// Whether something with a value came last: then a name or a star is an operator (section 3.7).
    operand: bool,
    /// The axis of the test that follows, if one is named.
    axis: String,
    /// For each open bracket, whether texts are joined in it.
    open: Vec<bool>,
    joined: usize,
    compares: bool,
    prefixes: Vec<String>,
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.') || !c.is_ascii()
}

impl Writer<'_> {
    fn take(&mut self, next: char) {
        let two = self.rest.get(..2);
        match next {
            '"' | '\'' => {
                let end = self.rest[1..].find(next).map_or(self.rest.len(), |at| at + 2);
                self.copy(end, true);
            }
            '/' if two == Some("//") => self.put(2, &format!("/descendant-or-self::node()[{NAME}()]/"), false),
            '/' => {
                let step = |c: char| is_name(c) || matches!(c, '*' | '@');
                if self.rest[1..].trim_start().starts_with(step) {
                    self.copy(1, false);
                } else {
                    self.put(1, &format!("/self::node()[{NAME}()]"), true);
                }
            }
            '.' if two == Some("..") => self.put(2, &format!("parent::node()[{NAME}()]"), true),
            '.' if !self.rest[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                self.put(1, &format!("self::node()[{NAME}()]"), true);
            }
            '.' | '0'..='9' => {
                let end = self.rest.find(|c: char| !c.is_ascii_digit() && c != '.');
                self.copy(end.unwrap_or(self.rest.len()), true);
            }
            '$' => {
                let end = self.rest[1..].find(|c| !is_name(c) && c != ':');
                self.copy(end.map_or(self.rest.len(), |at| at + 1), true);
            }
            '(' | '[' => {
                self.open.push(false);
                self.copy(1, false);
            }
            ')' => {
                let joins = self.open.pop().unwrap_or(false);
                self.put(1, if joins { "))" } else { ")" }, true);
            }
            ']' => {
                self.open.pop();
                self.copy(1, true);
            }
            ',' if self.open.last() == Some(&true) => {
                self.joined += 1;
                self.put(1, "),string(", false);
            }
            '*' if !self.operand => self.test("*", 1),
            c if is_name(c) && c != '-' => self.name(),
            c if c.is_whitespace() => self.copy(c.len_utf8(), self.operand),
            c => {
                self.compares |= c == '=';
                self.copy(c.len_utf8(), false);
            }
        }
    }

    /// Copies so many bytes.
    fn copy(&mut self, bytes: usize, operand: bool) {
        let (taken, rest) = self.rest.split_at(bytes);
        self.out.push_str(taken);
        (self.rest, self.operand) = (rest, operand);
    }

    /// Writes something else for so many bytes.
    fn put(&mut self, bytes: usize, instead: &str, operand: bool) {
        self.out.push_str(instead);
        (self.rest, self.operand) = (&self.rest[bytes..], operand);
    }

    /// Writes the test of a step, which has so many bytes.
    fn test(&mut self, test: &str, bytes: usize) {
        let axis = std::mem::take(&mut self.axis);
        let with_stop = match (FAR.contains(&&*axis), test) {
            (true, "node()") | (false, _) => format!("{test}[{NAME}()]"),
            (true, _) => format!("node()[{NAME}()][self::{test}]"),
        };
        self.put(bytes, &with_stop, true);
    }

    /// Takes a name, whatever it is the name of.
    fn name(&mut self) {
        let text = self.rest;
        let end = |from: usize| text[from..].find(|c| !is_name(c)).map_or(text.len(), |at| from + at);
        let mut len = end(0);
        if self.operand {
            return self.copy(len, false);
        }
        let behind = text[len..].trim_start();
        if let Some(rest) = behind.strip_prefix("::") {
            text[..len].clone_into(&mut self.axis);
            return self.copy(text.len() - rest.len(), false);
        }
        if text[len..].starts_with(':') {
            len = if text[len + 1..].starts_with('*') {
                len + 2
            } else {
                end(len + 1)
            };
        }
        let name = &text[..len];
        let behind = text[len..].trim_start();
        let Some(inner) = behind.strip_prefix('(') else {
            if let Some((prefix, _)) = name.split_once(':') {
                self.prefixes.push(prefix.to_owned());
            }
            return self.test(name, len);
        };
        let opened = text.len() - inner.len();
        if matches!(name, "text" | "node" | "comment" | "processing-instruction") {
            let target = inner.trim_start();
            let quote = target.chars().next().filter(|c| matches!(c, '"' | '\''));
            let close = match quote {
                Some(quote) => target[1..].split_once(quote).map_or("", |(_, behind)| behind),
                None => target,
            };
            let closed = text.len() - close.split_once(')').map_or("", |(_, behind)| behind).len();
            let whole = if quote.is_some() {
                text[..closed].to_owned()
            } else {
                format!("{name}()")
            };
            return self.test(&whole, closed);
        }
        let joins = name == "concat";
        self.compares |= name == "sum";
        self.open.push(joins);
        self.copy(opened, false);
        if joins {
            self.joined += 1;
            self.out.push_str("string(");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_gets_a_stop_and_nothing_else_does() {
        for (text, expected) in [
            ("a", "a[S]"),
            ("/", "/self::node()[S]"),
            ("/a", "/a[S]"),
            ("//a/@b", "/descendant-or-self::node()[S]/a[S]/@b[S]"),
            ("a/../.", "a[S]/parent::node()[S]/self::node()[S]"),
            (
                "a[2]/p:*[@x='a/b' and .5 < 2.]",
                "a[S][2]/p:*[S][@x[S]='a/b' and .5 < 2.]",
            ),
            ("2*3 * a * *", "2*3 * a[S] * *[S]"),
            ("* * *", "*[S] * *[S]"),
            ("div div mod", "div[S] div mod[S]"),
            ("(//a)[1]", "(/descendant-or-self::node()[S]/a[S])[1]"),
            ("count( a|b )", "count( a[S]|b[S] )"),
            ("text()/node ( )", "text()[S]/node()[S]"),
            ("following::b[2]", "following::node()[S][self::b][2]"),
            ("ancestor-or-self :: node()", "ancestor-or-self :: node()[S]"),
            ("child::a-b", "child::a-b[S]"),
            ("a -b", "a[S] -b[S]"),
            ("- a", "- a[S]"),
            (
                "preceding::processing-instruction('x)')",
                "preceding::node()[S][self::processing-instruction('x)')]",
            ),
            (
                "concat(a, ',', f(1, 2))",
                "concat(string(a[S]),string( ','),string( f(1, 2)))",
            ),
            ("/=.", "/self::node()[S]=self::node()[S]"),
            ("$x:y + p:f(a)", "$x:y + p:f(a[S])"),
        ] {
            let put = put(text).map(|put| put.text.replace("postrider-goes-on()", "S"));
            assert_eq!(put.as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_holds_many_texts_is_told_and_bounded() {
        let compares = |text: &str| put(text).is_ok_and(|put| put.compares);
        assert!(compares("//a = //b") && compares("a != b") && compares("sum(//a)"));
        assert!(!compares("//a < //b") && !compares("//a[@b]"));
        let prefixes = |text: &str| put(text).map(|put| put.prefixes).unwrap_or_default();
        assert_eq!(prefixes("//a:b[@c:d]/e:*/text() | self::f:g"), ["a", "c", "e", "f"]);
        assert!(prefixes("//b[self::c = 'a:b'] + $x:y + p:f(1)").is_empty());
        let joined = |texts: usize| put(&format!("concat({})", vec!["."; texts].join(",")));
        assert!(joined(32).is_ok());
        assert_eq!(joined(33), Err("an XPath may join 32 texts at most".to_owned()));
    }
}
