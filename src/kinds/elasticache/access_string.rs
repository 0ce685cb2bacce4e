//! The rules of a user, as Valkey and Redis write them.

use serde::{Deserialize, Serialize};

use crate::resource::OPEN;

/// What a user may do, `on ~cart:* +@all -@dangerous`, in one normal form: on or off, keys, channels, commands.
///
/// ElastiCache answers the same rules in other words (`allkeys` as `~*`), and with what holds anyway (`resetchannels`,
/// `sanitize-payload`). Rules with selectors, `(~cart:* +get)`, are kept as they are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct AccessString(String);

impl AccessString {
    pub fn new(text: &str) -> Self {
        // What it refers to is not known yet.
        Self(if text.contains(OPEN) { text.to_owned() } else { normal(text) })
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a rule says something of passwords, which ElastiCache refuses: they would be told to whoever may read users.
    pub fn has_password(&self) -> bool {
        self.0.split_whitespace().any(is_of_passwords)
    }
}

fn is_of_passwords(rule: &str) -> bool {
    matches!(rule, "nopass" | "reset" | "resetpass") || rule.starts_with(['>', '<', '#', '!'])
}

fn normal(text: &str) -> String {
    if text.contains('(') {
        return text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let mut is_on = false;
    let (mut keys, mut channels, mut commands, mut passwords) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for rule in text.split_whitespace() {
        match rule {
            "on" => is_on = true,
            "off" => is_on = false,
            // What every user begins with.
            "sanitize-payload" => {}
            "resetkeys" => keys.clear(),
            "resetchannels" => channels.clear(),
            "allkeys" | "~*" | "%RW~*" => keys = vec!["~*".to_owned()],
            "allchannels" | "&*" => channels = vec!["&*".to_owned()],
            "allcommands" | "+@all" => commands = vec!["+@all".to_owned()],
            "nocommands" | "-@all" => commands = vec!["-@all".to_owned()],
            _ if is_of_passwords(rule) => passwords.push(rule.to_owned()),
            _ if rule.starts_with('&') => channels.push(rule.to_owned()),
            _ if rule.starts_with(['~', '%']) => keys.push(rule.replacen("%RW~", "~", 1)),
            _ => commands.push(rule.to_owned()),
        }
    }
    if commands.first().is_none_or(|first| !first.ends_with("@all")) {
        commands.insert(0, "-@all".to_owned());
    }
    for patterns in [&mut keys, &mut channels] {
        patterns.sort();
        patterns.dedup();
    }
    let state = if is_on { "on" } else { "off" }.to_owned();
    [vec![state], passwords, keys, channels, commands].concat().join(" ")
}

impl From<String> for AccessString {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_rules_in_other_words_are_one() {
        let same = |texts: &[&str]| {
            let normal: Vec<_> = texts.iter().map(|text| normal(text)).collect();
            assert!(normal.windows(2).all(|two| two[0] == two[1]), "{normal:#?}");
        };
        same(&["on allkeys allcommands", "on ~* +@all", "+@all ~* on", "on ~* sanitize-payload resetchannels +@all"]);
        same(&["on ~a* ~b* +@read", "on ~b* ~a* resetchannels -@all +@read", "on %RW~a* ~b* ~a* -@all +@read"]);
        same(&["off", "off -@all", "off resetchannels -@all", ""]);
        same(&["on ~* &* +@all", "on allkeys allchannels +@read allcommands"]);
    }

    #[test]
    fn selectors_are_no_rules_of_the_user_itself() {
        assert_ne!(normal("on (~a +get) ~b +@read"), normal("on (~b +get) ~a +@read"));
        assert_eq!(normal("on  (~a +get)"), "on (~a +get)");
    }

    #[test]
    fn a_password_among_the_rules_is_noticed() {
        for rule in [">hunter2", "<hunter2", "#ab12", "!ab12", "nopass", "resetpass", "reset"] {
            assert!(AccessString::new(&format!("on {rule} ~* +@all")).has_password(), "{rule}");
        }
        assert!(!AccessString::new("on ~cart>* &* +@all -@dangerous").has_password());
    }

    #[test]
    fn the_order_of_commands_means_something() {
        assert_eq!(normal("on ~* +@all -@dangerous +info"), "on ~* +@all -@dangerous +info");
        assert_ne!(normal("on ~* +@all -info +info"), normal("on ~* +@all +info -info"));
        assert_ne!(normal("on ~* &* +@all"), normal("on ~* +@all"), "channels are rights");
    }
}
