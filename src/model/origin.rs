//! Where an imported item comes from: its identity there, and what of it has no place in our model.

use serde_json::Value;
use sha1::{Digest, Sha1};
use uuid::Builder;

/// What is kept of a foreign file beside what our model holds, so that nothing is lost and a second import finds it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    /// The identity the other program gave it (Postman's `_postman_id`, `id` or `uid`); empty when it gave none.
    pub id: String,
    /// What has no place in our model, in the order of the file.
    pub rest: Vec<Rest>,
}

impl Origin {
    /// Whether there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        self.id.is_empty() && self.rest.is_empty()
    }

    /// The id it goes by where one is wanted: its own, else a UUID (RFC 9562, version 5's way without a namespace) of where
    /// it is filed: the same in every run, as scripts may keep it and reports name it.
    pub fn id_at(&self, place: &str) -> String {
        if !self.id.is_empty() {
            return self.id.clone();
        }
        let digest: [u8; 20] = Sha1::digest(place).into();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Builder::from_sha1_bytes(bytes).into_uuid().to_string()
    }
}

/// One value of the foreign item that our model does not hold, and where it goes on export.
#[derive(Clone, PartialEq)]
pub struct Rest {
    /// A JSON pointer (RFC 6901) into the exported item: `/request/certificate`.
    pub at: String,
    /// The rows passed on the way, by name: a row that moved is found again, and one that is gone takes this along.
    pub of: Vec<String>,
    /// What stands there in our own export, as a check sum; absent when nothing does. A value the user has changed
    /// meanwhile is not put back.
    pub instead_of: Option<String>,
    /// The value.
    pub value: Value,
}

impl std::fmt::Debug for Rest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A kept value may be a passphrase or a token.
        write!(f, "Rest({})", self.at)
    }
}
