extension ErrorCode {
    /// What is wrong with a policy document (`spec/errors-traffic-policy.md` 2), the configurations of single
    /// actions left out.
    static let policyDocuments: [ErrorCode] = [
        .policyExpression, .policyActionUnknown, .policyActionPhase, .policyConfiguration, .policyValue,
        .policyActionProtocol, .policyRuleEmpty, .policyUnreachable, .policyHeaderNameLong, .policyHeaderValueLong,
        .policyHeaderName, .policyHeaderValue, .policyHeadersCount, .policyHeaderTemplate, .policyCompression,
        .policyRange, .policyReference, .policyCIDR, .policyListLong, .policyFieldForbidden, .policyTextLong,
        .policyChoice, .policyFieldEmpty, .policyTemplate, .policyDurationLong, .policyURL, .policyIssuer,
        .policyUnreadable, .policyProtocol, .policyPhase, .policyRepeated, .policyMissing, .policyNotTerminating,
        .policyDocument, .policyTextShort, .policyAuthRepeated, .policyFieldNeeded, .policyCookieDomain,
        .policyCookiePunycode, .policyCookieName, .policyQueryCount, .policyQueryKeyLong, .policyQueryValueLong,
        .policyNesting, .policyVariables, .policyElements, .policyUserName, .policyPassword, .policyPattern,
        .policyInternalConnect, .policyRulesCount, .policyRuleLong, .policyGatewayRepeated, .cloudPolicyInvalid,
        .cloudPolicyMissing,
    ]

    package static let policyExpression = ErrorCode(
        2200,
        status: 400,
        meaning: "An expression of the policy does not compile, or a rule's expression is no yes-or-no question.",
        remedy: "Correct the expression at the place that the message names."
    )

    package static let policyActionUnknown = ErrorCode(
        2201,
        status: 400,
        meaning: "The policy names an action type that does not exist here.",
        remedy: "Choose one of the action types of the reference."
    )

    package static let policyActionPhase = ErrorCode(
        2202,
        status: 400,
        meaning: "The action cannot run in this phase.",
        remedy: "Move it to a phase that its reference page names."
    )

    package static let policyConfiguration = ErrorCode(
        2203,
        status: 400,
        meaning: "An action's configuration has an unknown field or a value of the wrong type.",
        remedy: "Correct the field; the action's reference page lists all of them."
    )

    package static let policyValue = ErrorCode(
        2204,
        status: 400,
        meaning: "A field of an action has a value that it cannot have.",
        remedy: "Correct the value; the message says what is allowed."
    )

    package static let policyActionProtocol = ErrorCode(
        2205,
        status: 400,
        meaning: "The action does not work on endpoints of this protocol.",
        remedy: "Remove the action, or use an endpoint of another protocol."
    )

    package static let policyRuleEmpty = ErrorCode(
        2206,
        status: 400,
        meaning: "A rule of the policy has no actions.",
        remedy: "Give it at least one action, or remove the rule."
    )

    package static let policyUnreachable = ErrorCode(
        2207,
        status: 400,
        meaning: "An action can never run, because the one before it always ends the phase.",
        remedy: "Remove it, or move it before the action that ends the phase."
    )

    package static let policyHeaderNameLong = ErrorCode(
        2208,
        status: 400,
        meaning: "A header name in the policy is too long.",
        remedy: "Shorten it."
    )

    package static let policyHeaderValueLong = ErrorCode(
        2209,
        status: 400,
        meaning: "A header value in the policy is too long.",
        remedy: "Shorten it."
    )

    package static let policyHeaderName = ErrorCode(
        2210,
        status: 400,
        meaning: "A header name in the policy has a character that header names do not have.",
        remedy: "Use letters, digits, \"-\" and \"_\" only."
    )

    package static let policyHeaderValue = ErrorCode(
        2211,
        status: 400,
        meaning: "A header value in the policy has a character that header values do not have.",
        remedy: "Remove line breaks and other control characters."
    )

    package static let policyHeadersCount = ErrorCode(
        2212,
        status: 400,
        meaning: "An action of the policy names too many headers, or none.",
        remedy: "Name 1 to 10 headers."
    )

    package static let policyHeaderTemplate = ErrorCode(
        2213,
        status: 400,
        meaning: "A header value in the policy has a template that cannot be read.",
        remedy: "Correct the ${...} at the place that the message names."
    )

    package static let policyCompression = ErrorCode(
        2214,
        status: 400,
        meaning: "The policy names a compression algorithm that does not exist here.",
        remedy: "Use br, compress, deflate, gzip or zstd."
    )

    package static let policyRange = ErrorCode(
        2215,
        status: 400,
        meaning: "A number or a duration in the policy is outside its range.",
        remedy: "Correct it; the message says what is allowed."
    )

    package static let policyReference = ErrorCode(
        2216,
        status: 400,
        meaning: "The policy refers to an object that does not exist, such as an IP policy.",
        remedy: "Create the object first, or correct its identifier."
    )

    package static let policyCIDR = ErrorCode(
        2217,
        status: 400,
        meaning: "The policy has an address range that cannot be read.",
        remedy: "Write an address, or an address with a length, as in 10.0.0.0/8."
    )

    package static let policyListLong = ErrorCode(
        2218,
        status: 400,
        meaning: "A list in the policy has too many entries.",
        remedy: "Remove entries; the message says how many are allowed."
    )

    package static let policyFieldForbidden = ErrorCode(
        2219,
        status: 400,
        meaning: "The policy sets or removes a field that is the edge's own.",
        remedy: "Remove the field."
    )

    package static let policyTextLong = ErrorCode(
        2221,
        status: 400,
        meaning: "A text in the policy is too long.",
        remedy: "Shorten it; the message says how long it may be."
    )

    package static let policyChoice = ErrorCode(
        2222,
        status: 400,
        meaning: "A field of the policy has a value that is not one of its choices.",
        remedy: "Use one of the values that the message names."
    )

    package static let policyFieldEmpty = ErrorCode(
        2223,
        status: 400,
        meaning: "A field of the policy is empty.",
        remedy: "Fill it in, or leave the field out where it is optional."
    )

    package static let policyTemplate = ErrorCode(
        2224,
        status: 400,
        meaning: "A ${...} in a field of the policy does not compile.",
        remedy: "Correct the expression at the place that the message names."
    )

    package static let policyDurationLong = ErrorCode(
        2225,
        status: 400,
        meaning: "A duration in the policy is longer than allowed.",
        remedy: "Shorten it; the message says how long it may be."
    )

    package static let policyURL = ErrorCode(
        2226,
        status: 400,
        meaning: "A field of the policy is no URL, or one that it cannot have.",
        remedy: "Correct the URL; the message says which form it has."
    )

    package static let policyIssuer = ErrorCode(
        2227,
        status: 400,
        meaning: "The issuer URL gave no valid OpenID discovery document.",
        remedy: "Check the URL, and that the issuer can be reached from here."
    )

    package static let policyUnreadable = ErrorCode(
        2228,
        status: 400,
        meaning: "A field of the policy cannot be read.",
        remedy: "Correct it; the message says what was expected."
    )

    package static let policyProtocol = ErrorCode(
        2229,
        status: 400,
        meaning: "The policy is for an endpoint of a protocol that is not known.",
        remedy: "Use http, https, tls or tcp."
    )

    package static let policyPhase = ErrorCode(
        2230,
        status: 400,
        meaning: "The phase does not exist for endpoints of this protocol.",
        remedy: "Use on_tcp_connect for tcp and tls endpoints."
    )

    package static let policyRepeated = ErrorCode(
        2231,
        status: 400,
        meaning: "A list or a mapping in the policy has the same value twice.",
        remedy: "Remove one of them."
    )

    package static let policyMissing = ErrorCode(
        2234,
        status: 400,
        meaning: "Something that the policy must have is missing.",
        remedy: "Add what the message names."
    )

    package static let policyNotTerminating = ErrorCode(
        2235,
        status: 400,
        meaning: "The policy of a cloud endpoint does not always end in an action that handles the traffic.",
        remedy: "Add a last rule without expressions whose action is custom-response, deny, "
            + "close-connection or forward-internal."
    )

    package static let policyDocument = ErrorCode(
        2236,
        status: 400,
        meaning: "The policy is not a document that can be read, or it has content that policies do not have.",
        remedy: "Correct it at the place that the message names."
    )

    package static let policyTextShort = ErrorCode(
        2237,
        status: 400,
        meaning: "A text in the policy is too short.",
        remedy: "Make it longer; the message says how long it must be."
    )

    package static let policyAuthRepeated = ErrorCode(
        2239,
        status: 400,
        meaning: "A policy has more than one of oauth, openid-connect and saml.",
        remedy: "Keep one of them."
    )

    package static let policyFieldNeeded = ErrorCode(
        2240,
        status: 400,
        meaning: "A field of the policy is missing that another one needs.",
        remedy: "Set both, or neither."
    )

    package static let policyCookieDomain = ErrorCode(
        2241,
        status: 400,
        meaning: "The cookie domain is not the endpoint's own host, or one above it that the account has reserved.",
        remedy: "Use the endpoint's host, or reserve the domain above it first."
    )

    package static let policyCookiePunycode = ErrorCode(
        2242,
        status: 400,
        meaning: "The cookie domain has an xn-- label that does not decode.",
        remedy: "Convert the name again from its readable form."
    )

    package static let policyCookieName = ErrorCode(
        2243,
        status: 400,
        meaning: "The cookie domain is no domain name.",
        remedy: "Write a domain, as in example.com."
    )

    package static let policyQueryCount = ErrorCode(
        2244,
        status: 400,
        meaning: "The policy adds too many query parameters to a request.",
        remedy: "Add at most 32."
    )

    package static let policyQueryKeyLong = ErrorCode(
        2245,
        status: 400,
        meaning: "The key of a query parameter in the policy is too long.",
        remedy: "Shorten it to 128 characters at most."
    )

    package static let policyQueryValueLong = ErrorCode(
        2246,
        status: 400,
        meaning: "The value of a query parameter in the policy is too long.",
        remedy: "Shorten it to 8192 characters at most."
    )

    package static let policyNesting = ErrorCode(
        2250,
        status: 400,
        meaning: "The value of a variable in the policy is nested too deep.",
        remedy: "Nest lists and mappings 8 deep at most."
    )

    package static let policyVariables = ErrorCode(
        2252,
        status: 400,
        meaning: "The variables of set-vars are not a list of mappings with one entry each.",
        remedy: "Write a list whose items are name: value."
    )

    package static let policyElements = ErrorCode(
        2255,
        status: 400,
        meaning: "An action of the policy has too many elements.",
        remedy: "Remove elements; the message says how many are allowed."
    )

    package static let policyUserName = ErrorCode(
        2257,
        status: 400,
        meaning: "A user name in the policy cannot be used with basic authentication.",
        remedy: "Remove control characters from the user name."
    )

    package static let policyPassword = ErrorCode(
        2258,
        status: 400,
        meaning: "A password in the policy cannot be used with basic authentication.",
        remedy: "Remove control characters from the password."
    )

    package static let policyPattern = ErrorCode(
        2261,
        status: 400,
        meaning: "A pattern of the policy is no RE2 regular expression.",
        remedy: "Correct it; RE2 has no look-around and no back-references."
    )

    package static let policyInternalConnect = ErrorCode(
        2262,
        status: 400,
        meaning: "An internal http or https endpoint cannot have on_tcp_connect rules.",
        remedy: "Move the rules to on_http_request, or to the endpoint that forwards."
    )

    package static let policyRulesCount = ErrorCode(
        2264,
        status: 400,
        meaning: "The policy has too many rules.",
        remedy: "Merge or remove rules."
    )

    package static let policyRuleLong = ErrorCode(
        2265,
        status: 400,
        meaning: "A rule of the policy has too many actions or expressions.",
        remedy: "Split the rule in two."
    )

    package static let policyGatewayRepeated = ErrorCode(
        2266,
        status: 400,
        meaning: "A policy has more than one ai-gateway action.",
        remedy: "Keep one of them."
    )

    package static let cloudPolicyInvalid = ErrorCode(
        18002,
        status: 400,
        meaning: "The traffic policy of a cloud endpoint is invalid.",
        remedy: "Correct the policy; the message tells what is wrong with it."
    )

    package static let cloudPolicyMissing = ErrorCode(
        18011,
        status: 400,
        meaning: "A cloud endpoint needs a traffic policy.",
        remedy: "Give it a policy whose last rule handles all traffic."
    )
}
