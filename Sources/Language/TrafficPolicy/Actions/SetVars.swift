import Model

/// Variables for the expressions of later rules (`spec/traffic-policy.md` 4.23).
package struct SetVarsConfiguration: Sendable, Hashable {
    /// Set one after another, each seeing those before it; a name may stand again.
    package let variables: [TemplateValue.Member]

    init?(_ fields: FieldReader) {
        guard let variables = fields.required("vars", .variables, "Mappings with one entry each: name and value.")
        else {
            return nil
        }
        self.variables = variables
    }
}

extension FieldType where Value == [TemplateValue.Member] {
    fileprivate static var variables: Self {
        FieldType(
            words: "list of mappings with one entry",
            limits: "at least 1; values nested at most 8 deep",
            interpolation: .template
        ) { node, path, context in
            guard case .sequence(let items) = node.value else {
                let words = "a list of mappings with one entry each is expected; this is \(node.form)"
                context.report(.policyVariables, at: node, path: path, words)
                return nil
            }
            guard !items.isEmpty else {
                context.report(.policyFieldEmpty, at: node, path: path, "must not be empty")
                return nil
            }
            let read = items.enumerated().map { $1.variable(path: item($0, of: path), context) }
            let good = read.compactMap(\.self)
            guard good.count == read.count else { return nil }
            return FieldValue(good.map(\.value), .list(good.map(\.written)))
        }
    }
}

extension Node {
    fileprivate func variable(path: String, _ context: ReadingContext) -> FieldValue<TemplateValue.Member>? {
        guard case .mapping(let entries) = self.value, entries.count == 1, let entry = entries.first else {
            context.report(
                .policyVariables,
                at: self,
                path: path,
                "a mapping with one entry is expected: name and value"
            )
            return nil
        }
        let value = FieldType<TemplateValue>.anything().read(entry.value, "\(path).\(entry.key)", context)
        guard VariableNames.isName(entry.key) else {
            let words = "\"\(shown(entry.key))\" is no name for a variable; use letters, digits and \"_\""
            let place = "\(path).\(entry.key)"
            context.report(PolicyProblem(.policyValue, at: entry.position, path: place, offending: entry.key, words))
            return nil
        }
        return value.map { read in
            FieldValue(
                TemplateValue.Member(name: entry.key, value: read.value),
                .object([DocumentValue.Member(entry.key, read.written)])
            )
        }
    }
}

/// What variables may be called: what an expression can say behind `vars.`.
enum VariableNames {
    private static let reserved: Set<String> = [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "namespace",
        "package", "return", "var", "void", "while", "true", "false", "null", "in",
    ]

    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, first < 0x30 || first > 0x39, !Self.reserved.contains(text) else {
            return false
        }
        return text.utf8.allSatisfy {
            $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A || $0 >= 0x30 && $0 <= 0x39 || $0 == 0x5F
        }
    }
}

extension SetVarsConfiguration {
    static let description = ActionDescription(
        .setVars,
        "Sets variables, which later expressions of the phase read as `vars.name`.",
        phases: PolicyPhase.allCases,
        notes: [
            "A text that is one `${…}` and nothing else keeps the type of its value.",
            "Variables live for one phase of one endpoint. Reading one that was not set is an error of the "
                + "expression; `has(vars.name)` asks.",
            "All of a phase together have 256 KiB at most (2249).",
        ],
        example: """
            on_http_request:
              - actions:
                  - type: set-vars
                    config:
                      vars:
                        - tenant: ${req.host.split('.')[0]}
                        - bucket: ${rand.int(0, 99)}
              - expressions:
                  - vars.bucket < 10
                actions:
                  - type: add-headers
                    config:
                      headers:
                        x-canary: ${vars.tenant}
            """
    ) { SetVarsConfiguration($0).map(ActionConfiguration.setVars) }
}
