//! Collections and environments in Postman's own cloud: by UID, or by their URL in its API, with the user's key, as
//! newman has them.

use url::Url;

use crate::model::Secret;

/// The API's servers; the second is its old name.
const HOSTS: [&str; 2] = ["api.postman.com", "api.getpostman.com"];

/// What a UID names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// A collection.
    Collection,
    /// An environment.
    Environment,
}

/// The API's URL of what a UID names; `None` for everything that is no UID: the owner's number or name, and a UUID.
pub fn by_uid(typed: &str, resource: Resource) -> Option<String> {
    let (owner, uuid) = typed.split_once('-')?;
    let groups: Vec<&str> = uuid.split('-').collect();
    let is_uuid = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.concat().bytes().all(|byte| byte.is_ascii_hexdigit());
    if owner.is_empty() || !owner.bytes().all(|byte| byte.is_ascii_alphanumeric()) || !is_uuid {
        return None;
    }
    let kind = match resource {
        Resource::Collection => "collections",
        Resource::Environment => "environments",
    };
    Some(format!("https://{}/{kind}/{typed}", HOSTS[0]))
}

/// Where in the API what was typed may be: a UID, or the URL of a page of Postman's that shows what has one. `None` for
/// everything else.
pub fn places(typed: &str) -> Option<Vec<String>> {
    const BOTH: [Resource; 2] = [Resource::Collection, Resource::Environment];
    let of = |uid: &str, kinds: &[Resource]| {
        let places: Vec<String> = kinds.iter().filter_map(|kind| by_uid(uid, *kind)).collect();
        Some(places).filter(|places| !places.is_empty())
    };
    let Some(url) = page(typed) else {
        return of(typed, &BOTH);
    };
    let mut kinds = &BOTH[..];
    for part in url.path_segments()? {
        match part {
            "collection" | "collections" => kinds = &BOTH[..1],
            "environment" | "environments" => kinds = &BOTH[1..],
            // What it shows is part of a collection, whose own UID is not in it.
            "request" | "folder" | "example" => return None,
            uid => {
                if let Some(places) = of(uid, kinds) {
                    return Some(places);
                }
            }
        }
    }
    None
}

/// The URL of a page for people: of Postman's own site, or of a team's.
pub fn page(typed: &str) -> Option<Url> {
    let url = Url::parse(typed).ok().filter(|url| url.scheme().starts_with("http"))?;
    let host = url.host_str()?;
    let is_page = ["www.postman.com", "postman.com", "postman.co"].contains(&host) || host.ends_with(".postman.co");
    is_page.then_some(url)
}

/// A URL of the API as it is asked for, and the key that goes with it: the one in its query, which stays out of the URL,
/// else the user's. `None` for all other URLs, which the key must not reach; a server without TLS is none of Postman's.
pub fn at_api(typed: &str, key: Option<&Secret>) -> Option<(String, Option<Secret>)> {
    let mut url = Url::parse(typed).ok()?;
    if url.scheme() != "https" || !HOSTS.contains(&url.host_str()?) {
        return None;
    }
    let is_key = |name: &str| name == "apikey";
    let own = url.query_pairs().find(|(name, _)| is_key(name));
    let own = own.map(|(_, value)| Secret::new(value.into_owned()));
    if own.is_some() {
        let rest: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(name, _)| !is_key(name))
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        url.set_query(None);
        if !rest.is_empty() {
            url.query_pairs_mut().extend_pairs(rest);
        }
    }
    let key = own.or_else(|| key.cloned()).filter(|key| !key.reveal().is_empty());
    Some((url.into(), key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_has_a_place_in_the_api() {
        let uid = "631643-f695cab7-6878-eb55-7943-ad88e1ccfd65";
        assert_eq!(
            by_uid(uid, Resource::Collection),
            Some(format!("https://api.postman.com/collections/{uid}"))
        );
        let place = by_uid(uid, Resource::Environment).unwrap_or_default();
        assert!(place.contains("/environments/"), "{place}");
        for other in [
            "f695cab7-6878-eb55-7943-ad88e1ccfd65",
            "1-f695cab7-6878-eb55-7943-ad88e1ccfd6",
            "1-f695cab7-6878-eb55-7943-ad88e1ccfd6x",
            "a.b-f695cab7-6878-eb55-7943-ad88e1ccfd65",
            "-f695cab7-6878-eb55-7943-ad88e1ccfd65",
            "c.json",
        ] {
            assert_eq!(by_uid(other, Resource::Collection), None, "{other}");
        }
    }

    #[test]
    fn the_page_of_a_collection_leads_to_its_place_in_the_api() {
        let uid = "631643-f695cab7-6878-eb55-7943-ad88e1ccfd65";
        let at = |kind: &str| format!("https://api.postman.com/{kind}/{uid}");
        for (typed, found) in [
            (uid.to_owned(), Some(vec![at("collections"), at("environments")])),
            (
                format!("https://www.postman.com/team/workspace/w/collection/{uid}/name?action=share"),
                Some(vec![at("collections")]),
            ),
            (
                format!("https://team.postman.co/workspace/w~1/environment/{uid}"),
                Some(vec![at("environments")]),
            ),
            (
                format!("https://www.postman.com/team/w/{uid}"),
                Some(vec![at("collections"), at("environments")]),
            ),
            (format!("https://www.postman.com/team/w/request/{uid}"), None),
            ("https://www.postman.com/team/workspace/w/overview".to_owned(), None),
            (format!("https://www.postman.com.example.org/collection/{uid}"), None),
            (format!("https://api.postman.com/collections/{uid}"), None),
            (format!("ftp://www.postman.com/collection/{uid}"), None),
            ("c.json".to_owned(), None),
        ] {
            assert_eq!(places(&typed), found, "{typed}");
        }
    }

    #[test]
    fn the_key_goes_to_the_api_and_nowhere_else() {
        let users = Secret::new("PMAK-1");
        let asked = |typed: &str, key: Option<&Secret>| {
            at_api(typed, key).map(|(url, key)| (url, key.map(|key| key.reveal().to_owned())))
        };
        let place = "https://api.getpostman.com/collections/1";
        assert_eq!(
            asked(place, Some(&users)),
            Some((place.to_owned(), Some("PMAK-1".to_owned())))
        );
        assert_eq!(asked(place, None), Some((place.to_owned(), None)));
        assert_eq!(
            asked(&format!("{place}?a=b%20c&apikey=PMAK-2"), Some(&users)),
            Some((format!("{place}?a=b+c"), Some("PMAK-2".to_owned())))
        );
        assert_eq!(
            asked(&format!("{place}?apikey=PMAK-2"), None),
            Some((place.to_owned(), Some("PMAK-2".to_owned())))
        );
        for other in [
            "http://api.getpostman.com/collections/1",
            "https://api.getpostman.com.example.org/collections/1",
            "https://example.org/?u=https://api.postman.com",
            "c.json",
        ] {
            assert_eq!(asked(other, Some(&users)), None, "{other}");
        }
    }
}
