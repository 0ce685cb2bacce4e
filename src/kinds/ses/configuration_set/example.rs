//! The template in the docs, and what the life-cycle test makes of it.

pub(super) const EXAMPLE: &str = "
resources:
  - type: AWS::SNS::Topic
    name: bounces
    properties:
      Policy:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: { Service: ses.amazonaws.com }
            Action: \"sns:Publish\"
            Resource: \"*\"
            Condition: { StringEquals: { \"aws:SourceAccount\": \"{{ account }}\" } }
  - type: AWS::SES::ConfigurationSet
    name: receipts
    properties:
      DeliveryOptions: { TlsPolicy: REQUIRE }
      SuppressionOptions: { SuppressedReasons: [BOUNCE, COMPLAINT] }
      EventDestinations:
        - Name: bounces
          Enabled: true
          MatchingEventTypes: [bounce, complaint, reject]
          SnsDestination: { TopicARN: \"{{ ref('AWS::SNS::Topic/bounces') }}\" }
";

pub(super) const CHANGED: &str = "
resources:
  - type: AWS::SNS::Topic
    name: bounces
    properties:
      Policy:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: { Service: ses.amazonaws.com }
            Action: \"sns:Publish\"
            Resource: \"*\"
            Condition: { StringEquals: { \"aws:SourceAccount\": \"{{ account }}\" } }
  - type: AWS::SES::ConfigurationSet
    name: receipts
    properties:
      DeliveryOptions: { TlsPolicy: OPTIONAL, SendingPoolName: receipts, MaxDeliverySeconds: 3600 }
      ReputationOptions: { ReputationMetricsEnabled: false }
      SendingOptions: { SendingEnabled: false }
      SuppressionOptions: { SuppressedReasons: [] }
      EventDestinations:
        - Name: bounces
          Enabled: false
          MatchingEventTypes: [bounce]
          SnsDestination: { TopicARN: \"{{ ref('AWS::SNS::Topic/bounces') }}\" }
        - Name: all
          Enabled: true
          MatchingEventTypes: [send, deliveryDelay]
          EventBridgeDestination: { EventBusArn: \"arn:aws:events:{{ region }}:{{ account }}:event-bus/default\" }
";
