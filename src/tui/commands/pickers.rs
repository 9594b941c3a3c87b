//! The lists to choose from that belong to no pane, filled from the state.

use ratatui::layout::Position;

use crate::model::NodeId;
use crate::tui::action::{self, Action, App};
use crate::tui::command::Command;
use crate::tui::giving::{Copied, IN_CLEAR, Job, PERHAPS_IN_CLEAR, To};
use crate::tui::modals::{Item, Picker, Text};
use crate::tui::panes::{Pane, request, response, tree};
use crate::tui::shared::Shared;
use crate::tui::state::State;
use crate::tui::theme::Theme;

/// The environments, and none.
pub fn environments(state: &State) -> Picker {
    let active = state.shared.active_environment;
    let mut items: Vec<Item> = state
        .shared
        .workspace
        .environments()
        .iter()
        .map(|node| Item {
            label: node.environment.name.clone(),
            detail: node
                .environment
                .description
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
            current: active == Some(node.id),
            commands: vec![Command::Activate(Some(node.id))],
            ..Item::default()
        })
        .collect();
    items.push(Item {
        label: "No environment".into(),
        detail: "only globals and the collection's variables".into(),
        current: active.is_none(),
        commands: vec![Command::Activate(None)],
        ..Item::default()
    });
    Picker::new("Environment", items)
}

/// Every action with its keys.
pub fn palette(state: &State) -> Picker {
    let items = action::all()
        .filter(|spec| !matches!(spec.action, Action::Nav(_) | Action::App(App::Back | App::Palette)))
        .map(|spec| Item {
            label: spec.help.to_owned(),
            detail: spec.id.to_owned(),
            right: state.keymap.chords_text(spec.action),
            commands: vec![Command::Act(spec.action)],
            ..Item::default()
        });
    let open = state.shared.open_entity().is_some();
    let settings = request::SETTINGS.iter().filter(|_| open);
    let settings = settings.map(|(name, label, words)| Item {
        label: format!("Go to the setting: {label}"),
        detail: format!("{name}, {words}"),
        commands: vec![
            Command::Act(Action::App(App::FocusRequest)),
            Command::Request(request::Order::Setting(name)),
        ],
        ..Item::default()
    });
    let picker = Picker::new("Commands", items.chain(settings).collect());
    let is_number = |text: &str| number(text).is_some();
    if state.focus == Pane::Request && request::has_lines(&state.panes.request) {
        return picker.free_text_where(
            is_number,
            |text| format!("go to line {text} of the text in the request"),
            |text| vec![Command::Request(request::Order::Line(number(&text).unwrap_or(1)))],
        );
    }
    picker.free_text_where(
        is_number,
        |text| format!("go to line {text} of the response's body"),
        |text| {
            let number = number(&text).unwrap_or(1);
            vec![
                Command::Act(Action::App(App::FocusResponse)),
                Command::Act(Action::Response(response::Action::Line(number))),
            ]
        },
    )
}

/// The number of a line, counted from 1, written in digits alone.
fn number(text: &str) -> Option<usize> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_plain && *number > 0)
}

/// Every request, folder and collection.
pub fn finder(state: &State) -> Picker {
    let workspace = &state.shared.workspace;
    let below = workspace.collections().iter().flat_map(|id| workspace.descendants(*id));
    let all = workspace.scratch().iter().copied().chain(below);
    let open = |id| vec![Command::Open(id), Command::Reveal(id)];
    Picker::new("Find", nodes(&state.shared, all, state.shared.open, open))
}

/// A row for each node, with where it lives.
pub fn nodes(
    shared: &Shared,
    ids: impl Iterator<Item = NodeId>,
    current: Option<NodeId>,
    commands: impl Fn(NodeId) -> Vec<Command>,
) -> Vec<Item> {
    let workspace = &shared.workspace;
    // Siblings follow each other, by the thousand: what is above them is put into words once.
    let mut above = (None, String::new());
    ids.filter_map(|id| workspace.node(id))
        .map(|node| Item {
            label: node.entity.name().to_owned(),
            detail: {
                if above.0 != node.parent {
                    above = (node.parent, shared.breadcrumbs(node.id));
                }
                above.1.clone()
            },
            method: workspace.request(node.id).map(|request| request.method.to_string()),
            current: current == Some(node.id),
            commands: commands(node.id),
            ..Item::default()
        })
        .collect()
}

/// The themes; the one under the cursor shows at once.
pub fn themes(state: &State) -> Picker {
    let items = state
        .themes
        .iter()
        .map(|(file, text)| Item {
            label: Theme::parse(text).map_or_else(|_| file.clone(), |theme| theme.name),
            detail: file.clone(),
            current: *file == state.theme_name,
            preview_theme: Some(file.clone()),
            commands: vec![Command::Theme {
                name: file.clone(),
                keep: true,
            }],
            ..Item::default()
        })
        .collect();
    let back = vec![Command::Theme {
        name: state.theme_name.clone(),
        keep: false,
    }];
    Picker::new("Theme", items).on_cancel(back)
}

/// What the focused pane can copy.
pub fn copies(state: &State) -> Picker {
    let mut offers: Vec<(String, Copied)> = match state.focus {
        Pane::Response => {
            // It is not that of an earlier response, nor of the one that is seen if the request was changed since.
            let name = "curl command, as the request is now";
            let curl = request::curl_offer(&state.panes.request, &state.shared, name);
            let mut offers = response::copies(&state.panes.response, &state.shared);
            offers.extend(curl);
            offers
        }
        Pane::Request | Pane::Collections => request::copies(&state.panes.request, &state.shared),
        Pane::Environments => Vec::new(),
    };
    if let Some(path) = state.shared.open.and_then(|id| state.shared.workspace.path(id)) {
        offers.push(("path in the workspace".to_owned(), Copied::Text(path.to_string())));
    }
    let items = offers.into_iter().map(|(what, copied)| Item {
        label: match &copied {
            Copied::Body(_, Some(_)) => format!("{what}, {PERHAPS_IN_CLEAR}"),
            _ => what.clone(),
        },
        detail: if what.ends_with(IN_CLEAR) {
            String::new()
        } else {
            copied.start().chars().take(60).collect()
        },
        commands: vec![match copied {
            Copied::Text(text) => Command::Copy(text, what),
            Copied::Body(body, hidden) => Command::Give(Box::new(Job {
                body,
                to: To::Clipboard(what),
                hidden,
            })),
        }],
        ..Item::default()
    });
    let too_big = match state.focus {
        Pane::Response => response::too_big(&state.panes.response),
        _ => Vec::new(),
    };
    let too_big = too_big.into_iter().map(|(label, instead)| Item {
        label,
        detail: instead.to_owned(),
        commands: vec![Command::Act(Action::Response(response::Action::Save))],
        ..Item::default()
    });
    Picker::new("Copy", items.chain(too_big).collect())
}

/// The fields on the screen, with the commands that go there.
pub fn jumps(state: &State) -> Vec<(Position, Vec<Command>)> {
    let layout = state.layout();
    let mut out = Vec::new();
    for pane in Pane::ALL {
        let Some(area) = layout.area(pane) else { continue };
        let places = match pane {
            Pane::Environments => Vec::new(),
            Pane::Collections => tree::jumps(&state.panes.tree, &state.shared, area),
            Pane::Request => request::jumps(&state.panes.request, &state.shared, area),
            Pane::Response => response::jumps(&state.panes.response, &state.shared, area),
        };
        out.push((Position::new(area.x + 2, area.y), vec![Command::Focus(pane)]));
        for (at, mut commands) in places {
            commands.insert(0, Command::Focus(pane));
            out.push((at, commands));
        }
    }
    out
}

/// What the status line said, the latest first.
pub fn messages(state: &State) -> Text {
    let shared = &state.shared;
    let mut lines: Vec<String> = Vec::new();
    for (at, notice) in shared.messages.iter().rev() {
        let ago = match shared.now.duration_since(*at).as_secs() {
            ..5 => "now".to_owned(),
            secs @ 5..60 => format!("{secs} s ago"),
            secs @ 60..3600 => format!("{} min ago", secs / 60),
            secs => format!("{} h ago", secs / 3600),
        };
        lines.push(format!(
            "{} {} · {ago}",
            notice.level.mark(),
            notice.text.replace('\n', " ")
        ));
    }
    if lines.is_empty() {
        lines.push("Nothing has been said yet.".to_owned());
    }
    Text::new("Messages", lines)
}

/// What is wrong with files.
pub fn problems(state: &State) -> Text {
    let problems = &state.shared.workspace.problems;
    let mut lines = Vec::new();
    for problem in problems {
        let file = problem
            .file
            .strip_prefix(&state.shared.workspace.root)
            .unwrap_or(&problem.file);
        let at = problem
            .at
            .map(|(line, column)| format!(":{line}:{column}"))
            .unwrap_or_default();
        lines.push(format!("{}{at}", file.display()));
        lines.extend(problem.message.lines().map(|line| format!("  {line}")));
        if let Some(hint) = &problem.hint {
            lines.push(format!("  → {hint}"));
        }
        lines.push(String::new());
    }
    if problems.is_empty() {
        lines.push("Every file of the workspace could be read, and there is nothing to be said of any.".to_owned());
    }
    Text::new("Problems", lines)
}
