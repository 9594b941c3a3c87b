//! A body as it is looked at: as a kind, laid out or as it came, and where one is in each of the two.

use std::io;

use crate::filter::{EVENTS, LINES};
use crate::http::{Keeper, Keeping};
use crate::model::Payload;
use crate::model::exchange::Response;
use crate::tui::widgets::body::{Document, Form, Kind, Rendition, Source, Store, Syntax, Told, View};

/// A body and where one is in it.
#[derive(Debug)]
pub(super) struct Body {
    /// What is looked at.
    pub document: Document,
    pub view: View,
    /// Where one was in the response before: gone to as soon as all lines are known, unless one moves before that.
    pub again: Option<Seen>,
    /// How it is read; `None` for what a filter put out.
    read: Option<Read>,
}

/// Where one is in a body, and whether that is the one that is laid out.
pub(super) type Seen = (bool, Told);

/// How the body is read.
#[derive(Debug)]
struct Read {
    rendition: Rendition,
    /// The kind that was asked for, if one was, and the charset.
    wanted: Option<Kind>,
    charset: Option<&'static str>,
    /// The kind the server says it is.
    claimed: Option<Kind>,
    /// Whether the laid out form is the one looked at.
    laid: bool,
    /// Whether there were no bytes yet to tell the kind by.
    blank: bool,
    /// Where one was in the other form.
    other: View,
}

/// How the user wants a body to be read; what is not said is guessed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub kind: Option<Kind>,
    pub charset: Option<&'static str>,
}

impl Wanted {
    fn of(body: &Body) -> Self {
        Self {
            kind: body.wanted(),
            charset: body.charset(),
        }
    }
}

/// Text that is laid out is kept as bodies are: beyond a size in a file.
struct Kept(Keeper);

impl Store for Kept {
    fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.push(bytes)
    }
}

fn store(keeping: &Keeping) -> (Box<dyn Store>, Source) {
    let keeper = Keeper::new(keeping.clone());
    let kept: Payload = keeper.payload();
    (Box::new(Kept(keeper)), Source::new(kept))
}

/// The view that a body is first seen in: a record is what one reads of many, be it on a row of its own.
pub(super) fn begun(document: &Document) -> View {
    let mut view = View::new();
    if document.syntax() == Syntax::JsonLines {
        view.fold_to_level(document, Some(0));
    }
    view
}

impl Body {
    /// Reads a response's body as is wanted, else as what it seems to be.
    pub(super) fn new(response: &Response, wanted: Wanted, keeping: &Keeping) -> Self {
        let media_type = response.header("content-type");
        let source = Source::new(response.body.clone());
        let Wanted { kind: wanted, charset } = wanted;
        let rendition = Rendition::new(&source, media_type.as_deref(), (wanted, charset), &|| store(keeping));
        let laid = rendition.laid.is_some();
        let document = rendition.laid.clone().unwrap_or_else(|| rendition.plain.clone());
        let view = begun(&document);
        Self {
            document,
            view,
            again: None,
            read: Some(Read {
                wanted,
                charset,
                claimed: media_type.as_deref().and_then(Kind::claimed),
                laid,
                blank: source.is_empty(),
                other: View::new(),
                rendition,
            }),
        }
    }

    /// Where one is in it, for the next response to the request.
    pub(super) fn told(&self) -> Option<Seen> {
        let told = || self.view.told(&self.document, &begun(&self.document));
        self.again.clone().or_else(|| Some((self.is_laid(), told()?)))
    }

    /// Whether it is looked at as it was laid out.
    fn is_laid(&self) -> bool {
        self.read.as_ref().is_some_and(|read| read.laid)
    }

    /// Goes where one was in the response before, if it was read as the same kind and all lines are known, else later.
    pub(super) fn resume(&mut self, before: Option<(Kind, Option<Seen>)>) {
        self.again = before
            .filter(|(kind, _)| *kind == self.kind())
            .and_then(|(_, told)| told);
        self.settle();
    }

    /// Goes there, if it is time, and if it is shown as it was there.
    pub(super) fn settle(&mut self) {
        let form = self.view.form();
        let (known, laid) = (self.document.is_complete(form), self.is_laid());
        let again = self
            .again
            .take_if(|(of, told)| known && *of == laid && told.is_of(form));
        if let Some((_, told)) = again {
            self.view.find_again(&self.document, &told);
        }
    }

    /// What a filter made of a body, and where one was in what it made of the one before.
    pub(super) fn output(document: Document, view: View, again: Option<Seen>) -> Self {
        let mut body = Self {
            document,
            view,
            again,
            read: None,
        };
        body.settle();
        body
    }

    /// The kind it is read as.
    pub(super) fn kind(&self) -> Kind {
        match (&self.read, self.document.syntax()) {
            (Some(read), _) => read.rendition.kind,
            (None, Syntax::Json) => Kind::Json,
            (None, Syntax::JsonLines) => Kind::JsonLines,
            (None, Syntax::Hex) => Kind::Binary,
            (None, Syntax::Text | Syntax::Code(_) | Syntax::Marked | Syntax::Markup { .. }) => Kind::Text,
        }
    }

    /// The kind that was asked for.
    pub(super) fn wanted(&self) -> Option<Kind> {
        self.read.as_ref()?.wanted
    }

    /// Whether it has to be read again, because there was nothing of it, or too little, when its kind was guessed.
    pub(super) fn is_stale(&self, response: &Response) -> bool {
        let Some(read) = &self.read else { return false };
        // What is longer was told by what had come.
        let is_told = || matches!(response.body.known(), (len, true) if len <= Kind::GUESS);
        read.blank && !response.body.is_empty() || read.rendition.early && is_told()
    }

    /// The text as it came, decoded to UTF-8; `None` for what is no text, and for what a filter put out.
    pub(super) fn text(&self) -> Option<&Source> {
        let read = self.read.as_ref().filter(|read| read.rendition.kind.is_text())?;
        Some(read.rendition.plain.source())
    }

    /// What filters take: the text that is shown before it is laid out, or the JSON that was decoded; and the media type that
    /// this is of, whatever the server said.
    pub(super) fn for_filters(&self) -> Option<(Source, &'static str)> {
        let Rendition { kind, plain, laid, .. } = &self.read.as_ref()?.rendition;
        let decoded = laid.as_ref().filter(|laid| laid.syntax() == Syntax::Json);
        let media_type = match kind {
            Kind::Xml => "application/xml",
            Kind::Html => "text/html",
            Kind::Events => EVENTS,
            Kind::JsonLines => LINES,
            _ => "application/json",
        };
        Some((decoded.unwrap_or(plain).source().clone(), media_type))
    }

    /// Whether a filter can do something with it: it is JSON or markup, or decoded to JSON.
    pub(super) fn can_filter(&self) -> bool {
        self.read.as_ref().is_some_and(|read| {
            let laid = read.rendition.laid.as_ref();
            laid.is_some_and(|laid| laid.syntax() == Syntax::Json)
                || matches!(
                    read.rendition.kind,
                    Kind::Json | Kind::JsonLines | Kind::Events | Kind::Xml | Kind::Html
                )
        })
    }

    /// What its text is read in where that is a guess, as it is no UTF-8 and nothing says what else; and whether it is said to
    /// be UTF-8.
    pub(super) fn guessed(&self) -> Option<(&'static str, bool)> {
        let Rendition {
            encoding,
            guessed,
            said_utf8,
            ..
        } = &self.read.as_ref()?.rendition;
        guessed.then(|| (encoding.unwrap_or("UTF-8"), *said_utf8))
    }

    /// The charset that its text is said to be in, if nobody knows that, and what it is read in.
    pub(super) fn unknown_charset(&self) -> Option<(&str, &'static str)> {
        let Rendition { encoding, unknown, .. } = &self.read.as_ref()?.rendition;
        Some((unknown.as_deref()?, encoding.unwrap_or("UTF-8")))
    }

    /// The charset that was asked for.
    pub(super) fn charset(&self) -> Option<&'static str> {
        self.read.as_ref()?.charset
    }

    /// Whether it is read as something else than it was last time, or is to be.
    pub(super) fn differs(&self, wanted: Wanted) -> bool {
        Wanted::of(self) != wanted
    }

    /// The line above the others.
    pub(super) fn header(&self) -> Option<&str> {
        self.read.as_ref().filter(|read| read.laid)?.rendition.header()
    }

    /// What is wrong with it, in words.
    pub(super) fn flaw(&self) -> Option<String> {
        let laid = || self.read.as_ref()?.rendition.flaw();
        let json = self
            .document
            .flaw_words()
            .filter(|_| self.kind().is_text())
            .map(|flaw| format!("not valid JSON at {flaw}"));
        json.or_else(|| laid().map(str::to_owned))
    }

    /// From which byte on what is laid out is not, if that was given up.
    pub(super) fn gave_up(&self) -> Option<usize> {
        self.read.as_ref()?.rendition.gave_up()
    }

    /// Shows the body as it came, or laid out; says whether that is another document than before.
    pub(super) fn set_raw(&mut self, raw: bool) -> bool {
        let Some(read) = self.read.as_mut().filter(|read| read.laid == raw) else {
            return false;
        };
        let Some(laid) = &mut read.rendition.laid else {
            return false;
        };
        let (own, other) = if raw {
            (laid, &mut read.rendition.plain)
        } else {
            (&mut read.rendition.plain, laid)
        };
        own.clone_from(&self.document);
        self.document.clone_from(other);
        std::mem::swap(&mut self.view, &mut read.other);
        self.view.refresh(&self.document);
        read.laid = !raw;
        true
    }

    /// The form of the document that is to be shown: bytes that are laid out otherwise are bytes as they came.
    pub(super) fn form(&self, raw: bool) -> Form {
        let laid = self.read.as_ref().is_some_and(|read| read.rendition.laid.is_some());
        let bytes = laid && !self.kind().is_text();
        if raw && !bytes { Form::Raw } else { Form::Pretty }
    }

    /// The kind for the title, and what is odd about it: another encoding than UTF-8, another kind than the server said.
    pub(super) fn label(&self) -> String {
        let kind = self.kind();
        let mut label = kind.name().to_owned();
        let Some(read) = &self.read else { return label };
        // As it came it is not what it could be laid out as.
        if self.view.form() == Form::Raw || (!read.laid && read.rendition.laid.is_some()) {
            label.insert_str(0, "raw ");
        }
        if let Some(encoding) = read.rendition.encoding {
            label.push(' ');
            label.push_str(encoding);
        }
        match read.claimed.filter(|claimed| *claimed != kind) {
            _ if read.wanted.is_some() => label.push_str(", as chosen"),
            Some(claimed) => {
                label.push_str(", not ");
                label.push_str(claimed.name());
            }
            None => {}
        }
        label
    }
}
