use crate::kinds::kms::key::Key;
use crate::resource::{CLOSE, Mistake, Ref};

/// Returns a mistake if a key is not given by its ARN: RDS and ElastiCache answer with ARNs of keys, so a key's id or alias
/// would look like another key, and another key means another database; CloudWatch Logs takes nothing else.
pub(in crate::kinds) fn mistake(pointer: &str, key: Option<&Ref<Key>>) -> Option<Mistake> {
    let text = key?.as_str();
    let is_arn = (text.starts_with("arn:") && text.contains(":key/")) || text.ends_with(&format!(".Arn{CLOSE}"));
    (!is_arn).then(|| Mistake::new(pointer, format!("`{text}` is not a key's ARN: write ref(<key>, 'Arn')")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_given_by_arn() {
        let mistake = |text: &str| mistake("/KmsKeyId", Some(&text.into())).map(|mistake| mistake.text);
        assert_eq!(mistake("arn:aws:kms:us-east-1:1:key/a"), None);
        assert_eq!(mistake("⟦AWS::KMS::Key/main.Arn⟧"), None);
        assert!(mistake("arn:aws:kms:us-east-1:1:alias/a").is_some(), "they answer with the key behind an alias");
        assert_eq!(
            mistake("⟦AWS::KMS::Key/main.KeyId⟧").unwrap(),
            "`⟦AWS::KMS::Key/main.KeyId⟧` is not a key's ARN: write ref(<key>, 'Arn')"
        );
    }
}
