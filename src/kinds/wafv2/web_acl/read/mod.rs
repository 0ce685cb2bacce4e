//! A live web ACL as a spec, and what it has beyond it.

pub(super) mod rule;

use aws_sdk_wafv2::types as sdk;

use super::spec::{
    ApplicationAttribute, ApplicationConfig, CustomResponseBody, OnSourceDdosProtection, Outputs, Spec,
    default_reputation,
};
use crate::aws::Clients;
use crate::kinds::wafv2::{self};
use crate::resource::{Class, Failure, Result, Unmodelled, pointer};

/// What the rules begin with by which Shield Advanced answers attacks on the application. Who takes one out turns that off
/// (docs.aws.amazon.com/waf/latest/developerguide/ddos-automatic-app-layer-response-rg.html).
pub(super) const SHIELD: &str = "ShieldMitigationRuleGroup_";
/// Where these are told, and the rule groups that Firewall Manager puts before and behind ours: no update takes those away.
pub(super) const SHIELDS: &str = "/ShieldAdvancedRules";
pub(super) const MANAGERS: &str = "/FirewallManagerRuleGroups";

/// Reads the content, and the token that the next change has to show.
pub(super) async fn get(
    clients: &Clients,
    name: &str,
    id: &str,
    scope: &str,
) -> Result<(Spec, Outputs, Vec<Unmodelled>)> {
    let answer = clients.wafv2().get_web_acl().name(name).id(id).scope(scope.into()).send().await?;
    // That is not its absence, for which WAF has a code.
    let nothing = || Failure::new(Class::Other, format!("GetWebACL returned no web ACL {name} that can be made out"));
    let acl = answer.web_acl().ok_or_else(nothing)?;
    let (spec, theirs, unmodelled) = spec(acl, scope).ok_or_else(nothing)?;
    let outputs = Outputs {
        reference: wafv2::reference(name, id, scope),
        arn: acl.arn().to_owned(),
        id: id.to_owned(),
        name: name.to_owned(),
        label_namespace: acl.label_namespace().unwrap_or_default().to_owned(),
        capacity: acl.capacity(),
        lock_token: answer.lock_token().unwrap_or_default().to_owned(),
        theirs,
    };
    Ok((spec, outputs, unmodelled))
}

/// The spec, the rules that are AWS's own, and what is there beyond the spec.
fn spec(acl: &sdk::WebAcl, scope: &str) -> Option<(Spec, Vec<sdk::Rule>, Vec<Unmodelled>)> {
    let mut unmodelled = unmodelled(acl);
    let mut rules = Vec::new();
    let (theirs, own): (Vec<_>, Vec<_>) = acl.rules().iter().partition(|rule| rule.name().starts_with(SHIELD));
    unmodelled.extend(theirs.iter().map(|rule| added(SHIELDS, rule.name(), "Shield Advanced")));
    for rule in own {
        let (ours, lost) = rule::rule(rule);
        if !lost.is_empty() {
            let text = format!("a template cannot write all of its {}", lost.join(", "));
            unmodelled.push(Unmodelled { path: pointer::join("/Rules", rule.name()), text });
        }
        rules.extend(ours);
    }
    let body = |(key, body): (&String, &sdk::CustomResponseBody)| {
        let content_type = body.content_type.as_str().to_owned();
        (key.clone(), CustomResponseBody { content_type, content: body.content.clone() })
    };
    let attribute = |one: &sdk::ApplicationAttribute| ApplicationAttribute {
        name: one.name().unwrap_or_default().to_owned(),
        values: one.values().iter().cloned().collect(),
    };
    let application = acl.application_config().map(|config| config.attributes()).filter(|all| !all.is_empty());
    let reputation = acl.on_source_d_do_s_protection_config().map(|config| OnSourceDdosProtection {
        alb_low_reputation_mode: config.alb_low_reputation_mode().as_str().to_owned(),
    });
    let spec = Spec {
        scope: scope.to_owned(),
        default_action: rule::default_action(acl.default_action()?)?,
        description: acl.description().unwrap_or_default().to_owned(),
        rules,
        visibility_config: rule::visibility(acl.visibility_config()?),
        custom_response_bodies: acl.custom_response_bodies().into_iter().flatten().map(body).collect(),
        token_domains: acl.token_domains().iter().cloned().collect(),
        on_source_ddos_protection_config: reputation.unwrap_or_else(default_reputation),
        application_config: application
            .map(|all| ApplicationConfig { attributes: all.iter().map(attribute).collect() }),
        // Told by an operation of its own.
        logging_configuration: None,
    };
    Some((spec, theirs.into_iter().cloned().collect(), unmodelled))
}

fn added(list: &str, name: &str, by: &str) -> Unmodelled {
    Unmodelled { path: pointer::join(list, name), text: format!("{by} has added it") }
}

/// Returns what the web ACL has beyond our properties, without its values: a header may hold a secret. An update takes it
/// away, as it sends the whole.
fn unmodelled(acl: &sdk::WebAcl) -> Vec<Unmodelled> {
    let managed = acl.pre_process_firewall_manager_rule_groups().iter();
    let managed = managed.chain(acl.post_process_firewall_manager_rule_groups());
    let allow = acl.default_action().and_then(|action| action.allow()?.custom_request_handling());
    let is_set = |is_there: bool| is_there.then(|| "is set".to_owned());
    let all = [
        ("/DefaultAction/Allow/CustomRequestHandling", is_set(allow.is_some())),
        ("/AssociationConfig", is_set(acl.association_config().is_some())),
        ("/CaptchaConfig", is_set(acl.captcha_config().is_some())),
        ("/ChallengeConfig", is_set(acl.challenge_config().is_some())),
        ("/DataProtectionConfig", is_set(acl.data_protection_config().is_some())),
        ("/MonetizationConfig", is_set(acl.monetization_config().is_some())),
    ];
    let told = all.into_iter().filter_map(|(path, text)| Some(Unmodelled { path: path.to_owned(), text: text? }));
    told.chain(managed.map(|group| added(MANAGERS, group.name(), "Firewall Manager"))).collect()
}
