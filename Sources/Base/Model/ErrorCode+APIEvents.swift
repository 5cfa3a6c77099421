extension ErrorCode {
    /// What is wrong with a destination of events, a subscription or its sources (`spec/api.md` 5.3 and 5.4).
    static let apiEvents: [ErrorCode] = [
        .destinationFormat, .destinationTarget, .sourceType, .destinationTargetMissing, .destinationLimit,
        .destinationUnknown, .destinationRole, .destinationAuthMissing, .destinationAuthEmpty,
        .destinationTargetChanged, .destinationInUse, .destinationTargetTwice, .destinationAuthTwice, .destinationARN,
        .destinationDatadogKey, .destinationDatadogSite, .destinationNothingToChange, .destinationURL,
        .subscriptionUnknown, .sourceUnknown, .subscriptionTooManyDestinations, .sourceTwice, .sourceFieldsMissing,
        .sourceFieldsUnwanted, .sourceFilterUnwanted, .sourceField, .sourceFilter, .sourceFilterField,
        .sourceFilterFieldUnsupported, .subscriptionNothingToChange, .eventsNotDelivered,
        .destinationDatadogRefused, .destinationFile, .destinationAddress, .destinationFields, .destinationFailed,
        .destinationLibrary, .auditChainBroken, .eventSpoolUnusable,
    ]

    package static let eventsNotDelivered = ErrorCode(
        100626,
        status: 400,
        meaning: "The edge keeps event destinations of this kind and sends nothing to them.",
        remedy: "Send events to datadog, http, otlp, syslog, kafka or file; collectors behind them reach the others."
    )

    package static let destinationDatadogRefused = ErrorCode(
        5132,
        status: 400,
        meaning: "Datadog does not accept the API key of an event destination.",
        remedy: "Give an API key of the organisation at this site, which ddsite names."
    )

    package static let destinationFile = ErrorCode(
        100660,
        status: 400,
        meaning: "A file of events cannot be written by this edge, or not under this name.",
        remedy:
            "Use 1 to 64 letters, digits, dots, hyphens and underscores. Whether there are files at all is decided by "
            + "events.files in the edge's configuration."
    )

    package static let destinationAddress = ErrorCode(
        100661,
        status: 400,
        meaning: "An address of an event destination cannot be used.",
        remedy: "Write it as host:port, several brokers of Kafka with commas between them."
    )

    package static let destinationFields = ErrorCode(
        100662,
        status: 400,
        meaning: "A member of an event destination's target has a value that it cannot have.",
        remedy: "Correct the member that the message names; docs/events.md lists what each may have."
    )

    package static let destinationFailed = ErrorCode(
        100663,
        status: 400,
        meaning: "A test event did not arrive at its destination.",
        remedy: "The message says what the destination answered; correct it, or the target, and try again."
    )

    package static let destinationLibrary = ErrorCode(
        100664,
        status: 400,
        meaning: "Events cannot be sent to Kafka, for the library that speaks to it is not on this machine.",
        remedy: "Let the edge's operator install librdkafka1, and start the edge again."
    )

    package static let auditChainBroken = ErrorCode(
        100665,
        status: 500,
        meaning: "Audit events were changed, removed or added after they were written.",
        remedy: "Compare the event that the message names with a backup or with what destinations have received."
    )

    package static let eventSpoolUnusable = ErrorCode(
        100666,
        status: 500,
        meaning: "The folder in which events wait for their destinations cannot be used.",
        remedy: "Make the folder that the message names writable for the edge's user, and start the edge again."
    )

    package static let destinationFormat = ErrorCode(
        235,
        status: 400,
        meaning: "The format of an event destination is not known.",
        remedy: "Use json, or leave it out."
    )

    package static let destinationTarget = ErrorCode(
        236,
        status: 400,
        meaning: "The target of an event destination lacks something that it needs.",
        remedy: "Give every member that the message names."
    )

    package static let sourceType = ErrorCode(
        238,
        status: 400,
        meaning: "The type of an event source is not known.",
        remedy: "Use one of the types that the reference of events lists."
    )

    package static let destinationTargetMissing = ErrorCode(
        5100,
        status: 400,
        meaning: "An event destination has no target.",
        remedy: "Give one of the members of target."
    )

    package static let destinationLimit = ErrorCode(
        5102,
        status: 400,
        meaning: "The account has as many event destinations as it may have.",
        remedy: "Delete one that is not needed."
    )

    package static let destinationUnknown = ErrorCode(
        5103,
        status: 400,
        meaning: "The account has no such event destination.",
        remedy: "Use identifiers of event destinations of the account."
    )

    package static let destinationRole = ErrorCode(
        5104,
        status: 400,
        meaning: "The ARN of a role is none of an AWS IAM role.",
        remedy: "Write it as arn:aws:iam::123456789012:role/name."
    )

    package static let destinationAuthMissing = ErrorCode(
        5106,
        status: 400,
        meaning: "The target of an event destination has no auth.",
        remedy: "Give auth with a role or credentials."
    )

    package static let destinationAuthEmpty = ErrorCode(
        5107,
        status: 400,
        meaning: "The auth of an event destination has neither a role nor credentials.",
        remedy: "Give role or creds."
    )

    package static let destinationTargetChanged = ErrorCode(
        5108,
        status: 400,
        meaning: "An event destination cannot become one of another kind.",
        remedy: "Make another destination, and delete this one."
    )

    package static let destinationInUse = ErrorCode(
        5112,
        status: 400,
        meaning: "An event subscription sends to the event destination.",
        remedy: "Remove the destination from the subscription first."
    )

    package static let destinationTargetTwice = ErrorCode(
        5115,
        status: 400,
        meaning: "An event destination has more than one target.",
        remedy: "Give one of the members of target."
    )

    package static let destinationAuthTwice = ErrorCode(
        5116,
        status: 400,
        meaning: "The auth of an event destination has both a role and credentials.",
        remedy: "Give role or creds, and not both."
    )

    package static let destinationARN = ErrorCode(
        5120,
        status: 400,
        meaning: "An ARN of an event destination is none of what it should name.",
        remedy: "Copy it as AWS shows it; the message says what is expected."
    )

    package static let destinationDatadogKey = ErrorCode(
        5133,
        status: 400,
        meaning: "A Datadog destination has no API key.",
        remedy: "Give api_key."
    )

    package static let destinationDatadogSite = ErrorCode(
        5134,
        status: 400,
        meaning: "The site of a Datadog destination is no host name.",
        remedy: "Write it as datadoghq.com or datadoghq.eu."
    )

    package static let destinationNothingToChange = ErrorCode(
        100611,
        status: 400,
        meaning: "The request changes nothing of the event destination.",
        remedy: "Send at least one member with a value."
    )

    package static let destinationURL = ErrorCode(
        100612,
        status: 400,
        meaning: "A URL of an event destination cannot be used.",
        remedy: "Write an absolute URL with http or https."
    )

    package static let subscriptionUnknown = ErrorCode(
        5123,
        status: 404,
        meaning: "The account has no such event subscription.",
        remedy: "Use the identifier of an event subscription of the account."
    )

    package static let sourceUnknown = ErrorCode(
        5125,
        status: 404,
        meaning: "The event subscription has no source of this type.",
        remedy: "Add the source, or use one that is there."
    )

    package static let subscriptionTooManyDestinations = ErrorCode(
        5126,
        status: 400,
        meaning: "An event subscription has more than 20 destinations.",
        remedy: "Use several subscriptions."
    )

    package static let sourceTwice = ErrorCode(
        5127,
        status: 400,
        meaning: "An event subscription has a source of the same type twice.",
        remedy: "Give each type once."
    )

    package static let sourceFieldsMissing = ErrorCode(
        5400,
        status: 400,
        meaning: "A source of traffic events has no fields.",
        remedy: "Name at least one field, or leave fields out for all."
    )

    package static let sourceFieldsUnwanted = ErrorCode(
        5401,
        status: 400,
        meaning: "A source of audit events has fields.",
        remedy: "Leave fields out: audit events are whole."
    )

    package static let sourceFilterUnwanted = ErrorCode(
        5402,
        status: 400,
        meaning: "A source of audit events has a filter.",
        remedy: "Leave the filter out: every audit event is sent."
    )

    package static let sourceField = ErrorCode(
        5403,
        status: 400,
        meaning: "A source has a field that its events do not have.",
        remedy: "Use fields of this type of event."
    )

    package static let sourceFilter = ErrorCode(
        5404,
        status: 400,
        meaning: "The filter of a source is no expression that events can be filtered by.",
        remedy: "Correct it at the place that the message names."
    )

    package static let sourceFilterField = ErrorCode(
        5405,
        status: 400,
        meaning: "The filter of a source uses a field that its events do not have.",
        remedy: "Use fields of this type of event, as in ev.conn.client_ip."
    )

    package static let sourceFilterFieldUnsupported = ErrorCode(
        5406,
        status: 400,
        meaning: "The filter of a source uses a field that filters cannot use.",
        remedy: "Filter by one of the fields that the message names."
    )

    package static let subscriptionNothingToChange = ErrorCode(
        100613,
        status: 400,
        meaning: "The request changes nothing of the event subscription.",
        remedy: "Send at least one member with a value."
    )
}
