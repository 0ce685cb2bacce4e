//! The template in the docs, and what the life-cycle test makes of it.

pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::SES::EmailIdentity
    name: main
    properties: { EmailIdentity: acme.example }
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::SES::ConfigurationSet
    name: receipts
    properties: { DeliveryOptions: { TlsPolicy: REQUIRE } }
  - type: AWS::SES::EmailIdentity
    name: main
    properties:
      EmailIdentity: acme.example
      ConfigurationSetAttributes: { ConfigurationSetName: \"{{ ref('AWS::SES::ConfigurationSet/receipts') }}\" }
      DkimAttributes: { SigningEnabled: false }
      DkimSigningAttributes: { NextSigningKeyLength: RSA_1024_BIT }
      FeedbackAttributes: { EmailForwardingEnabled: false }
      MailFromAttributes: { MailFromDomain: bounce.acme.example, BehaviorOnMxFailure: REJECT_MESSAGE }
";
