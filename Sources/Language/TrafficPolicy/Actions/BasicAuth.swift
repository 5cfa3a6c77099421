package import Model

/// Who may pass with user name and password (`spec/traffic-policy.md` 4.3).
package struct BasicAuthConfiguration: Sendable {
    package let credentials: [Credential]
    /// What the visitor's browser shows; ASCII, without quotes or backslashes to escape left out.
    package let realm: String
    package let isEnforced: Bool

    package enum Credential: Sendable {
        /// Known from the document.
        case fixed(user: String, password: Secret)
        /// Known when the request comes: the whole `user:password`, or a side of it, is `${…}`.
        case template(TemplateSource)
    }

    init?(_ fields: FieldReader) {
        let credentials = fields.required(
            "credentials",
            .list(of: .credential, 1...10, tooMany: .policyElements),
            "Pairs of `user:password`; the password has 8 to 128 characters and may have colons."
        )
        let realm = fields.value(
            "realm",
            .text(1...128).checked { text, node, path, context in
                guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
                    context.report(.policyValue, at: node, path: path, "a realm is printable ASCII")
                    return nil
                }
                return text
            },
            default: "portico",
            shown: "portico",
            "What the visitor's browser shows."
        )
        let isEnforced = fields.value("enforce", .bool, default: true, shown: "true", .enforceMeaning)
        guard let credentials else { return nil }
        self.credentials = credentials
        self.realm = realm
        self.isEnforced = isEnforced
    }
}

extension String {
    /// What `enforce` means, everywhere.
    static let enforceMeaning = "Whether who fails is refused; otherwise only the result variables tell."
}

extension FieldType where Value == BasicAuthConfiguration.Credential {
    fileprivate static var credential: Self {
        FieldType<BasicAuthConfiguration.Credential>(
            words: "texts `user:password`",
            interpolation: .template,
            isSecret: true
        ) { node, path, context in
            guard let template = FieldType<TemplateSource>.secretTemplate().read(node, path, context)?.value else {
                return nil
            }
            let credential = BasicAuthConfiguration.Credential(template) { code, words in
                context.report(code, at: node, path: path, words, isSecret: true)
            }
            return credential.map { FieldValue($0, template.writtenSecret) }
        }
    }
}

extension BasicAuthConfiguration.Credential {
    fileprivate init?(_ template: TemplateSource, report: (ErrorCode, String) -> Void) {
        guard let text = template.literal else {
            guard template.isWhole || template.hasLiteral(":") else {
                report(.policyValue, "write user:password, each of which may be ${...}, or one ${...} for both")
                return nil
            }
            self = .template(template)
            return
        }
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            report(.policyValue, "a credential is user:password; there is no colon in this one")
            return nil
        }
        let user = String(text[..<colon])
        let password = String(text[text.utf8.index(after: colon)...])
        if let (code, words) = Self.problem(user: user, password: password) {
            report(code, words)
            return nil
        }
        self = .fixed(user: user, password: Secret(password))
    }

    private static func problem(user: String, password: String) -> (ErrorCode, String)? {
        let hasControls = { (text: String) in text.utf8.contains { $0 < 0x20 || $0 == 0x7F } }
        let length = password.unicodeScalars.count
        if user.isEmpty { return (.basicAuthUserEmpty, "the user name in front of the colon is empty") }
        if user.unicodeScalars.count > 128 {
            return (.basicAuthUserLong, "the user name is longer than 128 characters")
        }
        if hasControls(user) { return (.policyUserName, "the user name has control characters") }
        if hasControls(password) { return (.policyPassword, "the password has control characters") }
        guard (8...128).contains(length) else {
            return (.basicAuthPasswordLength, "the password has \(length) characters; 8 to 128 are allowed")
        }
        return nil
    }
}

extension BasicAuthConfiguration {
    static let description = ActionDescription(
        .basicAuth,
        "Asks for user name and password (RFC 7617).",
        phases: [.httpRequest],
        ending: .sometimes,
        results: [
            ResultVariable("basic_auth.credentials.presented", .bool, "Whether a well-formed Basic header came."),
            ResultVariable("basic_auth.credentials.username", .string, "The user name in it."),
            ResultVariable("basic_auth.credentials.authorized", .bool, "Whether it is one of the credentials."),
        ],
        notes: [
            "Who fails gets 401 with `WWW-Authenticate` and an empty body.",
            "Who passes keeps the `Authorization` header, which goes upstream unchanged.",
            "All credentials are compared, in constant time.",
        ],
        example: """
            on_http_request:
              - actions:
                  - type: basic-auth
                    config:
                      realm: staging
                      credentials:
                        - deploy:correct-horse-battery
                        - ${secrets.get('staging', 'credential')}
            """
    ) { BasicAuthConfiguration($0).map(ActionConfiguration.basicAuth) }
}
