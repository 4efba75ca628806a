//! The link of an invitation that no mail brings: the operator passes it on by hand.

use crate::app::people::Invited;

/// A link to be passed on by hand.
pub struct Link {
    /// To whom.
    pub email: String,
    /// The link.
    pub url: String,
    /// Whether there is a mail server and it did not take it.
    pub mail_failed: bool,
}

impl Link {
    /// The link of an invitation that no mail brings.
    pub fn of(invited: Invited) -> Self {
        Self { email: invited.email, url: invited.link, mail_failed: invited.mailed.is_some() }
    }
}
