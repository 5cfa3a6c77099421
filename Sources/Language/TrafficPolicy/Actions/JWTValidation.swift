import Model

/// Which signed tokens a request must carry (`spec/traffic-policy.md` 4.11).
package struct JWTValidationConfiguration: Sendable, Hashable {
    package enum TokenType: String, Sendable, Hashable, CaseIterable {
        case idToken = "id_token", accessToken = "access_token"
        case atJWT = "at+jwt", itJWT = "it+jwt"
        case plain, jwt
    }

    package enum Place: String, Sendable, Hashable, CaseIterable {
        case header, body
    }

    package enum Algorithm: String, Sendable, Hashable, CaseIterable {
        case rs256 = "RS256", rs384 = "RS384", rs512 = "RS512"
        case ps256 = "PS256", ps384 = "PS384", ps512 = "PS512"
        case es256 = "ES256", es384 = "ES384", es512 = "ES512"
        case edDSA = "EdDSA"
    }

    package enum Claim: String, Sendable, Hashable, CaseIterable {
        case kid
    }

    package struct Token: Sendable, Hashable {
        package let type: TokenType
        package let place: Place
        package let name: TemplateSource
        /// What stands before the token in its header or field; nil for nothing.
        package let prefix: TemplateSource?
    }

    package struct Key: Sendable, Hashable {
        /// Empty: all keys of the sources are tried.
        package let identification: [Claim]
        /// URLs of key sets; never empty.
        package let sources: [TemplateSource]
    }

    /// What `iss` must be one of; never empty.
    package let issuers: [TemplateSource]
    /// What `aud` must have one of; empty for any.
    package let audiences: [String]
    /// All must be there and valid; never empty.
    package let tokens: [Token]
    package let algorithms: [Algorithm]
    package let keys: [Key]

    init?(_ fields: FieldReader) {
        let issuers = fields.required("issuer", .allowList(.issuers), missing: .jwtIssuersEmpty, "Who may have signed.")
        let audiences = fields.optional(
            "audience",
            .allowList(.audiences),
            "For whom the token must be; any when absent."
        )
        let tokens = fields.required("http", .tokens, missing: .jwtTokensEmpty, "Where the tokens are.")
        let jws = fields.required("jws", .jws, "How they are signed.")
        guard let issuers, let tokens, let jws else { return nil }
        self.issuers = issuers
        self.audiences = audiences ?? []
        self.tokens = tokens
        self.algorithms = jws.algorithms
        self.keys = jws.keys
        let count = self.keys.reduce(0) { $0 + $1.sources.count }
        guard count <= 100 else {
            fields.report(.jwtKeySetsCount, field: "jws", "there are \(count) key sets; at most 100 are allowed")
            return nil
        }
    }
}

extension FieldType {
    /// A mapping with `allow_list`.
    fileprivate static func allowList<Item>(_ list: FieldType<[Item]>) -> FieldType<[Item]> where Value == [Item] {
        .record { fields in
            fields.required("allow_list", list, missing: .policyMissing, "What is allowed.")
        }
    }

    /// A mapping with `value`.
    fileprivate static func valued(_ type: Self) -> Self {
        .record("mapping with value") { fields in fields.required("value", type, "The value.") }
    }
}

extension FieldType where Value == [TemplateSource] {
    fileprivate static var issuers: Self {
        FieldType<[TemplateSource]>.list(of: .valued(.webURL(code: .jwtIssuer)), 1 ... .max, empty: .jwtIssuersEmpty)
            .unique(.jwtIssuerRepeated) { $0.text }
    }

    fileprivate static var sources: Self {
        let urls = FieldType<[TemplateSource]>.list(
            of: .webURL(code: .jwtKeySetURL),
            1 ... .max,
            empty: .jwtSourceMissing
        )
        .unique(.jwtKeySetRepeated) { $0.text }
        let source = FieldType<[TemplateSource]>.record { fields in
            fields.required("additional_jkus", urls, missing: .jwtSourceMissing, "URLs of key sets.")
        }
        let all = FieldType<[[TemplateSource]]>.list(of: source, 1 ... .max, empty: .jwtSourceMissing)
        return all.checked { sources, node, path, context in
            let urls = sources.flatMap(\.self)
            guard Set(urls).count == urls.count else {
                context.report(.jwtKeySetRepeated, at: node, path: path, "two of the sources have the same URL")
                return nil
            }
            return urls
        }
    }
}

extension FieldType where Value == [String] {
    fileprivate static var audiences: Self {
        FieldType<[String]>.list(
            of: .valued(.text(1...2048, tooShort: .jwtAudience)),
            1 ... .max,
            empty: .jwtAudiencesEmpty
        )
        .unique(.jwtAudienceRepeated) { $0 }
    }
}

extension FieldType where Value == [JWTValidationConfiguration.Token] {
    fileprivate static var tokens: Self {
        let token = FieldType<JWTValidationConfiguration.Token>.record { fields in
            let type = fields.required(
                "type",
                FieldType<JWTValidationConfiguration.TokenType>.choice(.jwtTokenType),
                missing: .jwtToken,
                "What kind of token it is."
            )
            let place = fields.required(
                "method",
                FieldType<JWTValidationConfiguration.Place>.choice(.jwtTokenMethod),
                missing: .jwtToken,
                "Where it is."
            )
            let name = fields.required("name", .template(), missing: .jwtTokenName, "The header or the body's field.")
            let prefix = fields.optional("prefix", .template(isEmptyAllowed: true), "What stands before the token.")
            guard let type, let place, let name else { return nil }
            return JWTValidationConfiguration.Token(type: type, place: place, name: name, prefix: prefix)
        }
        let list = FieldType<[JWTValidationConfiguration.Token]>.list(
            of: token,
            1 ... .max,
            isSingleAllowed: false,
            empty: .jwtTokensEmpty
        ).unique(.jwtTokenRepeated) { "\($0.place) \($0.name.text.lowercased())" }
        return .record { fields in
            fields.required("tokens", list, missing: .jwtTokensEmpty, "The tokens; all must be there and valid.")
        }
    }
}

extension FieldType
where Value == (algorithms: [JWTValidationConfiguration.Algorithm], keys: [JWTValidationConfiguration.Key]) {
    fileprivate static var jws: Self {
        let algorithms = FieldType<[JWTValidationConfiguration.Algorithm]>.list(
            of: .choice(.jwtAlgorithm),
            1 ... .max,
            empty: .jwtAlgorithmsEmpty
        ).unique(.jwtAlgorithmRepeated) { $0 }
        let claims = FieldType<[JWTValidationConfiguration.Claim]>.list(
            of: .choice(.jwtIdentification),
            1 ... .max,
            empty: .jwtIdentificationEmpty
        ).unique(.jwtClaimRepeated) { $0 }
        let identification = FieldType<[JWTValidationConfiguration.Claim]>.record { fields in
            fields.required("token_claims", claims, missing: .jwtIdentificationEmpty, "Claims that name the key.")
        }
        let key = FieldType<JWTValidationConfiguration.Key>.record { fields in
            let found = fields.optional(
                "identification",
                FieldType<[[JWTValidationConfiguration.Claim]]>.list(
                    of: identification,
                    1 ... .max,
                    empty: .jwtIdentificationEmpty
                ),
                "How the key is chosen; all are tried when absent."
            )
            let sources = fields.required("sources", .sources, missing: .jwtSourceMissing, "Where the keys are.")
            guard let sources else { return nil }
            return JWTValidationConfiguration.Key(identification: found?.flatMap(\.self) ?? [], sources: sources)
        }
        return .record { fields in
            let algorithms = fields.required(
                "allowed_algorithms",
                algorithms,
                missing: .jwtAlgorithmsEmpty,
                "With what they may be signed."
            )
            let keys = fields.required(
                "keys",
                FieldType<[JWTValidationConfiguration.Key]>.list(of: key, 1 ... .max, empty: .jwtSourceMissing),
                missing: .jwtSourceMissing,
                "The keys."
            )
            guard let algorithms, let keys else { return nil }
            return (algorithms, keys)
        }
    }
}

extension JWTValidationConfiguration {
    private static let token = VariableType.record(
        "token",
        [
            .init("header", .map(.dyn)), .init("location", .string), .init("location_property", .string),
            .init("payload", .map(.dyn)), .init("signature", .string), .init("verified", .bool),
        ]
    )

    static let description = ActionDescription(
        .jwtValidation,
        "Lets pass only requests with valid JSON Web Tokens.",
        phases: [.httpRequest],
        ending: .sometimes,
        results: [
            ResultVariable("jwt_validation.tokens", .list(token), "The tokens, in the order of the configuration.")
        ]
            + ResultVariable.errors(of: "jwt_validation"),
        notes: [
            "Signature, issuer, audience, `exp` and `nbf` are checked; clocks may differ by 60 seconds.",
            "A token that is missing or wrong gets 401, a good one of another issuer or audience 403.",
            "Algorithms without keys of their own (`none`, `HS256`) are refused, and keys that a token brings along.",
            "A token in a header is the first value with the prefix; one in a body is a member of JSON or a field of a form.",
            "Key sets are fetched from public addresses, from `policy.outbound.allow_networks` and from internal endpoints; "
                + "they are kept for 15 minutes, and fetched again when a token names a key that is not there, once a minute.",
            "Where a key set cannot be fetched the last one is used for a day; without one the answer is 500 and 3422.",
        ],
        example: """
            on_http_request:
              - actions:
                  - type: jwt-validation
                    config:
                      issuer:
                        allow_list:
                          - value: https://login.example.com/
                      audience:
                        allow_list:
                          - value: https://api.example.com
                      http:
                        tokens:
                          - type: jwt
                            method: header
                            name: Authorization
                            prefix: "Bearer "
                      jws:
                        allowed_algorithms: [RS256, ES256]
                        keys:
                          - sources:
                              - additional_jkus: ["https://login.example.com/jwks.json"]
            """
    ) { JWTValidationConfiguration($0).map(ActionConfiguration.jwtValidation) }
}
