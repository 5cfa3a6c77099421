import Addressing
import Model
import Settings

extension PolicySuite {
    /// Reads a file of cases, YAML or JSON.
    ///
    /// - Throws: all that is wrong with it, with code 2236 and places.
    package init(parsing text: String, limits: PolicyLimits = PolicyLimits()) throws(PolicyErrors) {
        let context = ReadingContext(limits: limits, checks: nil)
        var suite: PolicySuite?
        do throws(PolicyProblem) {
            let (node, problems) = try YAMLReader.read(text, limits: limits)
            for problem in problems { context.report(problem) }
            suite = FieldType<PolicySuite>.suite.read(node, "", context)?.value
        } catch {
            throw PolicyErrors([error])
        }
        guard let suite, context.problems.isEmpty else {
            let problems = context.problems.map { $0.recoded(as: .policyDocument) }
            throw PolicyErrors(problems)
        }
        self = suite
    }

    fileprivate init?(_ fields: FieldReader) {
        let policy = fields.optional(
            "policy",
            .text(1...4096),
            "The policy's file; the one of the same name if absent."
        )
        let url = fields.value(
            "url",
            .endpointURL,
            default: nil,
            shown: "https://app.example.com",
            "The endpoint's URL."
        )
        let kind = fields.value(
            "endpoint",
            FieldType<Kind>.choice(),
            default: .agent,
            shown: "agent",
            "What stands behind."
        )
        let binding = fields.value(
            "binding",
            FieldType<Binding>.choice(),
            default: .public,
            shown: "public",
            "Who reaches it."
        )
        let secrets = fields.optional("secrets", .vaults, "Values of secrets, by vault and name.") ?? [:]
        let answers = fields.optional("internal", .answers, "What internal endpoints answer, by URL.") ?? [:]
        let cases = fields.required("cases", .cases, "The cases.")
        guard let cases, let standard = try? EndpointURL(parsing: "https://app.example.com") else { return nil }
        self.policy = policy
        self.endpoint = Endpoint(
            url: url ?? standard,
            isCloud: kind == .cloud,
            isInternal: binding == .internal
        )
        self.secrets = secrets
        self.answers = answers
        self.cases = cases
    }

    private enum Kind: String, CaseIterable { case agent, cloud }
    private enum Binding: String, CaseIterable { case `public`, `internal`, kubernetes }
}

extension FieldType where Value == PolicySuite {
    fileprivate static var suite: Self { .record("mapping with cases", PolicySuite.init) }
}

extension FieldType where Value == EndpointURL? {
    fileprivate static var endpointURL: Self {
        FieldType<SourceText>.scalar.described("URL").checked { source, node, path, context -> EndpointURL?? in
            do throws(EndpointURLError) {
                return .some(try EndpointURL(parsing: source.text))
            } catch {
                context.report(.policyDocument, at: node, path: path, "\(error)")
                return nil
            }
        }
    }
}

extension FieldType where Value == [String: [String: Secret]] {
    fileprivate static var vaults: Self {
        FieldType(words: "mapping of mappings of texts", isSecret: true) { node, path, context in
            let vaults = node.members(path: path, context) { vault, path in
                vault.members(path: path, context) { secret, path in
                    FieldType<SourceText>.scalar.read(secret, path, context).map { Secret($0.value.text) }
                }
            }
            return vaults.map { FieldValue($0, .null) }
        }
    }
}

extension FieldType where Value == [String: CaseAnswer] {
    static var answers: Self {
        FieldType(words: "mapping of answers") { node, path, context in
            let answers = node.members(path: path, context) { node, path in
                FieldType<CaseAnswer>.answer.read(node, path, context)?.value
            }
            return answers.map { FieldValue($0, .null) }
        }
    }
}

extension FieldType where Value == [PolicyCase] {
    fileprivate static var cases: Self {
        let type = FieldType<PolicyCase>.record("mapping with name, request and expect", PolicyCase.init)
        return FieldType<[PolicyCase]>.list(of: type, 1...10_000, isSingleAllowed: false).unique { $0.name }
    }
}

extension Node {
    /// The members of a mapping, each read; nil where one of them is wrong, which was reported.
    func members<Value>(
        path: String,
        _ context: ReadingContext,
        _ read: (_ value: Node, _ path: String) -> Value?
    ) -> [String: Value]? {
        guard case .mapping(let entries) = self.value else {
            context.report(.policyDocument, at: self, path: path, "a mapping is expected; this is \(self.form)")
            return nil
        }
        let pairs = entries.compactMap { entry in read(entry.value, "\(path).\(entry.key)").map { (entry.key, $0) } }
        return pairs.count == entries.count ? Dictionary(pairs) { first, _ in first } : nil
    }
}

extension PolicyProblem {
    /// The same with another code: what fields of actions call by codes of their own is in a file of cases one kind.
    fileprivate func recoded(as code: ErrorCode) -> PolicyProblem {
        PolicyProblem(
            code,
            at: self.position,
            path: self.path.hasPrefix(".") ? String(self.path.dropFirst()) : self.path,
            offending: self.offending,
            self.message,
            suggestion: self.suggestion,
            isSecret: self.isSecret
        )
    }
}
