//! `pm.response`, `pm.request`, `pm.sendRequest` and what travels with them.

use super::*;
