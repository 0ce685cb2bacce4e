use crate::resource::Class;

/// The codes by which services say that we ask too often.
pub(super) const THROTTLES: &[&str] = &[
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "PriorRequestNotComplete",
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
];

/// Decides what an AWS error code means. Codes are those on the wire; where one code has several meanings, the
/// message decides (sources: the service models, and what long-lived provisioners retry on).
pub fn classify(code: &str, message: &str) -> Class {
    let says = |text: &str| message.contains(text);
    match code {
        _ if THROTTLES.contains(&code) => Class::Throttled,
        _ if says("Rate exceeded") => Class::Throttled,

        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "NotAuthorized"
        | "AuthorizationError"
        | "Forbidden"
        | "KMSAccessDeniedException" => Class::Denied,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "AuthFailure"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "RequestExpired"
        | "OptInRequired"
        | "RegionDisabledException" => Class::Credentials,

        // Before the names of states: "role not there yet" comes under many codes.
        _ if is_propagation(message) => Class::Propagating,
        "MalformedPolicy" | "MalformedPolicyDocument" | "MalformedPolicyDocumentException" if says("rincipal") => {
            Class::Propagating
        }

        "PreconditionFailed"
        | "InvalidIfMatchVersion"
        | "WAFOptimisticLockException"
        | "ConditionalRequestConflict"
        | "ConcurrentModification"
        | "ConcurrentModificationException"
        | "ConditionalCheckFailedException" => Class::Conflict,

        "LimitExceeded"
        | "LimitExceededException"
        | "ServiceQuotaExceededException"
        | "WAFLimitsExceededException"
        | "TooManyLoadBalancers"
        | "TooManyTargetGroups"
        | "TooManyListeners"
        | "TooManyRules"
        | "InstanceQuotaExceeded"
        | "StorageQuotaExceeded"
        | "NodeQuotaForClusterExceeded"
        | "ClusterQuotaForCustomerExceeded" => Class::Quota,
        _ if code.ends_with("LimitExceeded")
            || code.ends_with("QuotaExceeded")
            || code.ends_with("QuotaExceededFault") =>
        {
            Class::Quota
        }

        "DependencyViolation"
        | "ResourceInUse"
        | "ResourceInUseException"
        | "DeleteConflict"
        | "OperationAborted"
        | "OperationAbortedException"
        | "ConcurrentUpdateException"
        | "WAFAssociatedItemException"
        | "WAFUnavailableEntityException"
        | "UpdateInProgressException"
        | "BucketNotEmpty"
        | "InvalidIPAddress.InUse"
        | "InvalidGroup.InUse"
        | "CacheSubnetGroupInUse"
        | "ClusterContainsServicesException"
        | "ClusterContainsTasksException"
        | "ClusterContainsContainerInstancesException"
        | "IncorrectState"
        | "IncorrectInstanceState"
        | "KMSInvalidStateException"
        | "OperationNotPermitted"
        | "PriorityInUse" => Class::Busy,
        _ if code.starts_with("Invalid") && code.contains("State") => Class::Busy,

        "NoSuchEntity"
        | "NoSuchBucket"
        | "NoSuchKey"
        | "NoSuchTagSet"
        | "ResourceNotFoundException"
        | "NotFoundException"
        | "ObjectNotFoundException"
        | "WAFNonexistentItemException"
        | "ClusterNotFoundException"
        | "ServiceNotFoundException"
        | "Gateway.NotAttached"
        | "NotFound" => Class::NotFound,
        _ if code.ends_with(".NotFound") || code.ends_with("NotFound") || code.ends_with("NotFoundFault") => {
            Class::NotFound
        }

        "EntityAlreadyExists"
        | "ResourceAlreadyExistsException"
        | "WAFDuplicateItemException"
        | "InvalidGroup.Duplicate"
        | "BucketAlreadyExists"
        | "BucketAlreadyOwnedByYou"
        | "RouteAlreadyExists"
        | "InvalidPermission.Duplicate"
        | "Resource.AlreadyAssociated"
        | "AlreadyExistsException" => Class::AlreadyExists,
        _ if code.starts_with("Duplicate")
            || code.ends_with("AlreadyExists")
            || code.ends_with("AlreadyExistsFault") =>
        {
            Class::AlreadyExists
        }

        "InternalError"
        | "InternalFailure"
        | "InternalServerError"
        | "ServiceUnavailable"
        | "ServiceUnavailableException"
        | "InternalException"
        | "ServerException"
        | "KMSInternalException"
        | "ServiceFailure"
        | "Unavailable"
        | "NotImplemented"
        | "" => Class::Other,
        _ => Class::Invalid,
    }
}

/// What services say while an IAM role, a service-linked role or a fresh dependency is not visible to them yet.
fn is_propagation(message: &str) -> bool {
    const SAYINGS: &[&str] = &[
        "Unable to assume",
        "unable to assume",
        "cannot be assumed",
        "could not be assumed",
        "does not have an associated load balancer",
        "verify that the ECS service role being passed has the proper permissions",
        "IAM role ARN value is invalid or does not include the required permissions",
        "role has not propagated",
        "Invalid IAM Instance Profile",
        "Invalid principal in policy",
        "execution role does not have permissions",
    ];
    SAYINGS.iter().any(|saying| message.contains(saying))
}
