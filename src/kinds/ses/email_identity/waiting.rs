//! What an identity waits for. It holds nobody up: services can be there before a domain is verified, and its records are for
//! whoever has the domain's DNS.

use std::sync::Arc;

use aws_sdk_sesv2::operation::get_account::GetAccountOutput;
use aws_sdk_sesv2::operation::get_email_identity::GetEmailIdentityOutput as Description;
use aws_sdk_sesv2::types::{DkimAttributes, DkimStatus, MailFromAttributes, MailFromDomainStatus};

use crate::resource::{Pending, Result, Until};

/// An account that AWS does not review.
const HEALTHY: &str = "HEALTHY";
const HEARD: &str = "heard by everybody";
const SANDBOX: &str = "production access, for which a person asks AWS in this account and region (SES, Account dashboard): until then \
                       SES sends to verified addresses alone, 200 mails a day";

/// The records that SES has not seen.
pub(super) fn of(there: &Description) -> Vec<Pending> {
    let dkim = there.dkim_attributes().filter(|dkim| dkim.signing_enabled()).and_then(for_dkim);
    let mail_from =
        there.mail_from_attributes().filter(|one| !one.mail_from_domain().is_empty()).and_then(for_mail_from);
    dkim.into_iter().chain(mail_from).collect()
}

fn for_dkim(dkim: &DkimAttributes) -> Option<Pending> {
    let what = match dkim.status() {
        Some(DkimStatus::Success) => return None,
        Some(DkimStatus::Failed) => {
            "its three CNAME records, which SES did not find within 72 hours: set them, then turn SigningEnabled off and on"
        }
        Some(DkimStatus::TemporaryFailure) => {
            "its three CNAME records, which SES finds no more: it looks again for 72 hours"
        }
        _ => "its three CNAME records, for which SES looks for 72 hours",
    };
    Some(pending("/EmailIdentity", "verified", what))
}

fn for_mail_from(mail_from: &MailFromAttributes) -> Option<Pending> {
    let what = match mail_from.mail_from_domain_status() {
        MailFromDomainStatus::Success => return None,
        MailFromDomainStatus::Failed => {
            "its MX record, which SES did not find within 72 hours: set it, then take the domain out and in again"
        }
        MailFromDomainStatus::TemporaryFailure => "its MX record, which SES finds no more: it looks again for 72 hours",
        _ => "its MX record, for which SES looks for 72 hours",
    };
    Some(pending("/MailFromAttributes/MailFromDomain", "used", what))
}

/// What the account waits for, in this region.
pub(super) fn for_account(account: &Result<Arc<GetAccountOutput>>) -> Vec<Pending> {
    let account = match account {
        Ok(account) => account,
        Err(failure) => {
            let what = format!("production access, if the account has none: SES did not tell, {failure}");
            return vec![pending("/EmailIdentity", HEARD, &what)];
        }
    };
    let standing = account.enforcement_status().unwrap_or(HEALTHY);
    let reviewed = format!("the end of AWS's review of the account, which is {standing}");
    let waits = [
        (!account.production_access_enabled(), SANDBOX),
        (!account.sending_enabled(), "sending, which is turned off for the whole account in this region"),
        (standing != HEALTHY, &reviewed),
    ];
    waits.into_iter().filter(|(is_so, _)| *is_so).map(|(_, what)| pending("/EmailIdentity", HEARD, what)).collect()
}

fn pending(path: &str, after: &str, event: &str) -> Pending {
    Pending { path: path.to_owned(), before: None, after: Some(after.into()), until: Until::Event(event.to_owned()) }
}
