//! No auth: nothing is sent, and nothing is inherited from the parents.

use super::{AuthType, Draft, FieldSpec, Step};
use crate::model::Auth;

/// Sends no credentials.
pub(super) struct NoAuth;

impl AuthType for NoAuth {
    fn kind(&self) -> &'static str {
        Auth::NONE
    }

    fn label(&self) -> &'static str {
        "No auth"
    }

    fn help(&self) -> &'static str {
        "Sends none, and inherits none."
    }

    fn fields(&self) -> &'static [FieldSpec] {
        &[]
    }

    fn sign(&self, _draft: &mut Draft) -> Step {
        Step::Signed
    }
}
