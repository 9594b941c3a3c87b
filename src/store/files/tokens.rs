//! `[tokens.NAME]`: where token variables come from, in the files of collections, folders and environments.

use std::borrow::Cow;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::duration::{self, DurationText};
use super::tree::{Map, Tree};
use crate::model::token::{Life, Pick, Renew, Replay, TokenSource};

/// The value that is no path, but all of the body.
const WHOLE: &str = "body";

/// Where a token variable comes from.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct TokenDto {
    /// The request that fetches it, as a path below the collection: `get-token`. In an environment, the whole path.
    pub request: String,
    /// The request that renews it, if there is another one for that; when it fails, the first one runs.
    pub refresh: Option<String>,
    /// Where in the reply's JSON it stands, as `JSONPath`: `$.id_token`; `body` is all of a reply that is text. Absent, a
    /// script sets the variable.
    pub value: Option<String>,
    /// The header of the reply that holds it.
    pub header: Option<String>,
    /// The cookie of the reply that holds it.
    pub cookie: Option<String>,
    /// Where in the reply its end stands, as `JSONPath`: `$.expires_in` (seconds) or a date. A JWT says so itself.
    pub expires: Option<String>,
    /// How long it lives, where the reply does not say.
    pub ttl: Option<DurationText>,
    /// When to fetch it.
    #[serde(default)]
    pub renew: RenewDto,
    /// How long before its end a token counts as expired.
    pub renew_before: Option<DurationText>,
    /// The statuses that say the token is no good; absent, 401.
    pub statuses: Option<Vec<u16>>,
    /// Whether a request whose token was refused is sent again with the renewed one.
    #[serde(default)]
    pub replay: ReplayDto,
}

/// When to run the token request.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RenewDto {
    /// Without asking.
    #[default]
    Auto,
    /// After asking.
    Ask,
    /// Leave it to the user.
    Never,
}

/// Which requests are sent again after their token was renewed.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReplayDto {
    /// GET, HEAD, OPTIONS, TRACE, PUT and DELETE; others after asking.
    #[default]
    Idempotent,
    /// All: the server refuses before it acts.
    Always,
    /// All, after asking.
    Ask,
    /// None.
    Never,
}

/// The sources, by variable.
pub fn sources(tokens: IndexMap<String, TokenDto>) -> Vec<TokenSource> {
    tokens.into_iter().map(|(variable, dto)| dto.source(variable)).collect()
}

impl TokenDto {
    fn source(self, variable: String) -> TokenSource {
        let plain = TokenSource::new(variable, self.request);
        let body = self.value.map(|value| match &*value {
            WHOLE => Pick::Whole,
            _ => Pick::Body(value),
        });
        let header = || self.header.map(Pick::Header);
        TokenSource {
            refresh: self.refresh,
            pick: body
                .or_else(header)
                .or(self.cookie.map(Pick::Cookie))
                .unwrap_or_default(),
            life: self
                .expires
                .map(Life::Reply)
                .or(self.ttl.map(|ttl| Life::Fixed(ttl.0)))
                .unwrap_or_default(),
            renew: match self.renew {
                RenewDto::Auto => Renew::Auto,
                RenewDto::Ask => Renew::Ask,
                RenewDto::Never => Renew::Never,
            },
            renew_before: self.renew_before.map_or(plain.renew_before, |before| before.0),
            statuses: self.statuses.unwrap_or(plain.statuses),
            replay: match self.replay {
                ReplayDto::Idempotent => Replay::Idempotent,
                ReplayDto::Always => Replay::Always,
                ReplayDto::Ask => Replay::Ask,
                ReplayDto::Never => Replay::Never,
            },
            ..TokenSource::new(plain.variable, plain.request)
        }
    }
}

/// Adds the sources unless there are none.
pub fn put_tokens(map: &mut Map, tokens: &[TokenSource]) {
    let tokens: Map = tokens.iter().map(entry).collect();
    if !tokens.is_empty() {
        map.insert("tokens".into(), Tree::Table(tokens));
    }
}

fn entry(token: &TokenSource) -> (Cow<'static, str>, Tree) {
    let mut table = Map::new();
    let mut put = |key: &'static str, text: &str| table.insert(key.into(), text.into());
    put("request", &token.request);
    if let Some(refresh) = &token.refresh {
        put("refresh", refresh);
    }
    match &token.pick {
        Pick::Script => None,
        Pick::Body(path) => put("value", path),
        Pick::Whole => put("value", WHOLE),
        Pick::Header(name) => put("header", name),
        Pick::Cookie(name) => put("cookie", name),
    };
    match &token.life {
        Life::Told => None,
        Life::Reply(path) => put("expires", path),
        Life::Fixed(ttl) => put("ttl", &duration::format(*ttl)),
    };
    put("renew", token.renew.word());
    put("renew_before", &duration::format(token.renew_before));
    let plain = TokenSource::new("", "");
    if token.replay != plain.replay {
        put("replay", token.replay.word());
    }
    if token.statuses != plain.statuses {
        let statuses = token.statuses.iter().map(|status| Tree::Int(i64::from(*status)));
        table.insert("statuses".into(), Tree::List(statuses.collect()));
    }
    (token.variable.clone().into(), Tree::Table(table))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn read(text: &str) -> TokenSource {
        let dto: TokenDto = toml::from_str(text).unwrap();
        dto.source("t".into())
    }

    #[test]
    fn a_request_alone_is_enough() {
        assert_eq!(read("request = 'login'"), TokenSource::new("t", "login"));
        assert_eq!(read("request = 'login'\nvalue = 'body'").pick, Pick::Whole);
    }

    #[test]
    fn everything_can_be_said() {
        let read = read(
            "request = 'login'\nrefresh = 'again'\nheader = 'X-Token'\nttl = '10m'\nrenew = 'never'\n\
             renew_before = '1m'\nstatuses = [401, 419]\nreplay = 'always'",
        );
        let expected = TokenSource {
            refresh: Some("again".into()),
            pick: Pick::Header("X-Token".into()),
            life: Life::Fixed(std::time::Duration::from_mins(10)),
            renew: Renew::Never,
            renew_before: std::time::Duration::from_mins(1),
            statuses: vec![401, 419],
            replay: Replay::Always,
            ..TokenSource::new("t", "login")
        };
        assert_eq!(read, expected);
    }
}
