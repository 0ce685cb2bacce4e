//! The template in the docs, and what the life-cycle test makes of it.

pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::ElastiCache::User
    name: cart
    properties:
      Engine: redis
      UserName: cart
      AccessString: on ~cart:* +@all -@dangerous
      AuthenticationMode: { Type: no-password-required }
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::SecretsManager::Secret
    name: cart
    properties: { GenerateSecretString: { PasswordLength: 32, ExcludePunctuation: true } }
  - type: AWS::ElastiCache::User
    name: cart
    properties:
      Engine: valkey
      UserName: cart
      AccessString: on ~cart:* ~basket:* +@all -@dangerous
      AuthenticationMode:
        Type: password
        Passwords: [\"{{ '{{' }}resolve:secretsmanager:{{ ref('AWS::SecretsManager::Secret/cart') }}{{ '}}' }}\"]
";
