//! The policies of a role, of which AWS allows only so many at once.

use provision::resource::{Class, Failure, Name, Tags};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{changes, kind_of, settled, xml_tags};

const KIND: &str = "AWS::IAM::Role";
const NAME: &str = "acme-production-main";
const OLD: &str = "arn:aws:iam::aws:policy/Old";
const NEW: &str = "arn:aws:iam::aws:policy/New";
const FULL: &str = "<ErrorResponse><Error><Code>LimitExceeded</Code><Message>10</Message></Error></ErrorResponse>";

/// IAM with one role of ours, which has an attached policy and an inline one, and these answers.
fn iam(answers: &[(&str, u16, &str)]) -> Canned {
    let role = format!(
        "<RoleName>{NAME}</RoleName><Arn>arn:aws:iam::123456789012:role/{NAME}</Arn><Tags>{}</Tags>\
         <AttachedManagedPolicies><member><PolicyArn>{OLD}</PolicyArn></member></AttachedManagedPolicies>\
         <RolePolicyList><member><PolicyName>old</PolicyName><PolicyDocument>{{}}</PolicyDocument></member></RolePolicyList>",
        xml_tags("member", "Key", "Value")
    );
    let details = format!(
        "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult><RoleDetailList><member>{role}</member>\
         </RoleDetailList></GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>"
    );
    let listed = format!(
        "<ListRolesResponse><ListRolesResult><Roles><member><Path>/</Path><RoleName>{NAME}</RoleName><RoleId>AROA1</RoleId>\
         <Arn>arn:aws:iam::123456789012:role/{NAME}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></member></Roles>\
         </ListRolesResult></ListRolesResponse>"
    );
    let reads = [("GetAccountAuthorizationDetails", 200, details.as_str()), ("ListRoles", 200, listed.as_str())];
    Canned::by_operation(&[reads.as_slice(), answers].concat())
}

/// Gives the role other policies; returns what was done about them.
async fn change(
    property: &str,
    to: Value,
    paths: &[&str],
    answers: &[(&str, u16, &str)],
) -> (Result<(), Failure>, Vec<String>) {
    let aws = iam(answers);
    let kind = kind_of(KIND);
    let live = aws.live(kind).await;
    let mut spec = live.spec.clone();
    spec[property] = to;
    let spec = settled(kind, spec);
    let writer = aws.writer(KIND, &[NAME], &[OLD, NEW]).await;
    let before = aws.asked().len();
    let made = kind.update(&writer, &live, &spec, &changes(paths)).await;
    let said = |asked: &String| {
        let operation = asked.split(' ').nth(2).unwrap_or_default().replace("RolePolicy", "");
        format!("{operation} {}", if asked.to_lowercase().contains("old") { "old" } else { "new" })
    };
    (made.map(drop), aws.asked().split_off(before).iter().map(said).collect())
}

async fn attached(answers: &[(&str, u16, &str)]) -> (Result<(), Failure>, Vec<String>) {
    change("ManagedPolicyArns", json!([NEW]), &["/ManagedPolicyArns"], answers).await
}

async fn inline(answers: &[(&str, u16, &str)]) -> (Result<(), Failure>, Vec<String>) {
    let policy = json!({ "PolicyName": "new", "PolicyDocument": {} });
    change("Policies", json!([policy]), &["/Policies/new", "/Policies/old"], answers).await
}

#[tokio::test(start_paused = true)]
async fn new_policies_come_before_old_ones_go() {
    assert_eq!(attached(&[]).await, (Ok(()), vec!["Attach new".to_owned(), "Detach old".to_owned()]));
    assert_eq!(inline(&[]).await, (Ok(()), vec!["Put new".to_owned(), "Delete old".to_owned()]));
    let wrong = FULL.replace("LimitExceeded", "MalformedPolicyDocument");
    let (made, calls) = inline(&[("PutRolePolicy", 400, wrong.as_str())]).await;
    assert_eq!((made.unwrap_err().class, calls), (Class::Invalid, vec!["Put new".to_owned()]), "the old one stays");
}

#[tokio::test(start_paused = true)]
async fn old_policies_go_first_where_there_is_no_room_for_both() {
    let (made, calls) = attached(&[("AttachRolePolicy", 409, FULL)]).await;
    assert!(made.is_ok(), "{made:?}");
    assert_eq!(calls, ["Attach new", "Detach old", "Attach new"]);
    let (made, calls) = inline(&[("PutRolePolicy", 409, FULL)]).await;
    assert!(made.is_ok(), "{made:?}");
    assert_eq!(calls, ["Put new", "Delete old", "Put new"]);
}

#[tokio::test(start_paused = true)]
async fn old_policies_come_back_where_there_is_no_room_for_the_new_ones_alone() {
    let (made, calls) = attached(&[("AttachRolePolicy", 409, FULL), ("AttachRolePolicy", 409, FULL)]).await;
    assert_eq!(made.unwrap_err().class, Class::Quota);
    assert_eq!(calls, ["Attach new", "Detach old", "Attach new", "Attach old"]);
    let (made, calls) = inline(&[("PutRolePolicy", 409, FULL), ("PutRolePolicy", 409, FULL)]).await;
    assert_eq!(made.unwrap_err().class, Class::Quota);
    assert_eq!(calls, ["Put new", "Delete old", "Put new", "Put old"]);
}

/// Makes a role with an inline policy and an attached one; returns what was sent.
async fn create(answers: &[(&str, u16, &str)]) -> (Result<(), Failure>, Vec<String>) {
    let made = format!(
        "<CreateRoleResponse><CreateRoleResult><Role><Path>/</Path><RoleName>{NAME}</RoleName><RoleId>AROA1</RoleId>\
         <Arn>arn:aws:iam::123456789012:role/{NAME}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></Role>\
         </CreateRoleResult></CreateRoleResponse>"
    );
    let aws = Canned::by_operation(&[&[("CreateRole", 200, made.as_str())], answers].concat());
    let kind = kind_of(KIND);
    let spec = json!({
        "AssumeRolePolicyDocument": {}, "ManagedPolicyArns": [NEW],
        "Policies": [{ "PolicyName": "new", "PolicyDocument": {} }],
    });
    let spec = settled(kind, spec);
    let writer = aws.writer(KIND, &[NAME], &[NEW]).await;
    let made = kind.create(&writer, &Name::given(NAME), &spec, &Tags::default()).await;
    (made.map(drop), aws.operations())
}

fn unknown(what: &str) -> String {
    format!("<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>{what}</Message></Error></ErrorResponse>")
}

/// IAM does not show a new role everywhere at once; a policy that is not the stack's own is never new.
#[tokio::test(start_paused = true)]
async fn a_role_that_was_just_made_gets_its_policies_although_it_is_not_known_yet() {
    let role = unknown(&format!("The role with name {NAME} cannot be found."));
    let (made, calls) = create(&[("PutRolePolicy", 404, &role), ("AttachRolePolicy", 404, &role)]).await;
    assert!(made.is_ok(), "{made:?}");
    assert_eq!(calls, ["CreateRole", "PutRolePolicy", "PutRolePolicy", "AttachRolePolicy", "AttachRolePolicy"]);
    let policy = unknown(&format!("Policy {NEW} does not exist or is not attachable."));
    let (made, calls) = create(&[("AttachRolePolicy", 404, &policy)]).await;
    assert_eq!(made.unwrap_err().class, Class::NotFound);
    assert_eq!(calls, ["CreateRole", "PutRolePolicy", "AttachRolePolicy"]);
}

/// A role that somebody deleted has nothing to be taken off: an update of it has not been done.
#[tokio::test(start_paused = true)]
async fn what_is_off_a_role_is_done_but_not_where_there_is_no_role() {
    let no_role = unknown(&format!("The role with name {NAME} cannot be found."));
    for (property, path, to, operation, off) in [
        ("Policies", "/Policies/old", json!([]), "DeleteRolePolicy", "The role policy with name old cannot be found."),
        ("ManagedPolicyArns", "/ManagedPolicyArns", json!([]), "DetachRolePolicy", "Policy Old was not found."),
        ("PermissionsBoundary", "/PermissionsBoundary", json!(""), "DeleteRolePermissionsBoundary", "It has none."),
    ] {
        let (made, _) = change(property, to.clone(), &[path], &[(operation, 404, &unknown(off))]).await;
        assert_eq!(made, Ok(()), "{operation}");
        let (made, _) = change(property, to, &[path], &[(operation, 404, &no_role)]).await;
        assert_eq!(made.map_err(|failure| failure.class), Err(Class::NotFound), "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn changes_of_one_role_that_meet_are_sent_again() {
    let met = FULL.replace("LimitExceeded", "ConcurrentModification");
    let (made, calls) = attached(&[("AttachRolePolicy", 409, &met), ("DetachRolePolicy", 409, &met)]).await;
    assert_eq!(
        (made.is_ok(), calls),
        (true, ["Attach new", "Attach new", "Detach old", "Detach old"].map(str::to_owned).to_vec())
    );
    for operation in ["PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary"] {
        let to = if operation.starts_with("Put") { NEW } else { "" };
        let (made, calls) =
            change("PermissionsBoundary", json!(to), &["/PermissionsBoundary"], &[(operation, 409, &met)]).await;
        assert_eq!((made.is_ok(), calls.len()), (true, 2), "{operation}");
    }
}

/// A list may show nothing for a moment after something else of the role was removed.
#[tokio::test(start_paused = true)]
async fn what_still_holds_a_role_is_looked_for_again() {
    let list = |members: &str| {
        format!(
            "<ListAttachedRolePoliciesResponse><ListAttachedRolePoliciesResult><AttachedPolicies>{members}\
             </AttachedPolicies></ListAttachedRolePoliciesResult></ListAttachedRolePoliciesResponse>"
        )
    };
    let (none, one) = (list(""), list(&format!("<member><PolicyArn>{OLD}</PolicyArn></member>")));
    let held = FULL.replace("LimitExceeded", "DeleteConflict");
    let aws = iam(&[
        ("ListAttachedRolePolicies", 200, &none),
        ("DeleteRole", 409, &held),
        ("ListAttachedRolePolicies", 200, &one),
    ]);
    let kind = kind_of(KIND);
    let live = aws.live(kind).await;
    let writer = aws.writer(KIND, &[NAME], &[OLD]).await;
    kind.delete(&writer, &live).await.unwrap();
    let calls: Vec<_> = aws.operations().into_iter().filter(|call| call.starts_with("De")).collect();
    assert_eq!(calls, ["DeleteRole", "DetachRolePolicy", "DeleteRole"]);
}
