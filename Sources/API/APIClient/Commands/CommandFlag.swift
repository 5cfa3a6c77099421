import APITypes

/// A flag of a command, which sets one member of a body or one parameter of a query.
package struct CommandFlag: Sendable {
    /// How its value is written.
    enum Form: Sendable, Equatable {
        case text
        /// `--flag`, or `--flag=false`.
        case boolean
        case integer
        /// A text for each time that it is given; a single empty one is the empty list.
        case texts
        /// `name=value` for each time that it is given; a single empty one is none.
        case pairs
        /// A JSON object for each time that it is given; a single empty one is the empty list.
        case objects
        /// A JSON object, whose members have flags of their own too.
        case object
    }

    /// Without dashes: `ip-policy-id`, `target.datadog.api-key`.
    package let name: String
    /// The names that lead to the member: `["target", "datadog", "api_key"]`.
    let path: [String]
    let form: Form
    package let summary: String
    /// Whether the API refuses a call without it.
    package let isRequired: Bool

    /// A parameter of a query.
    init(parameter name: String, isList: Bool = false, _ summary: String) {
        self.name = name.kebab
        self.path = [name]
        self.form = isList ? .texts : .text
        self.summary = summary
        self.isRequired = false
    }

    private init(_ field: Field, at path: [String], _ form: Form, in verb: Verb) {
        self.name = path.map(\.kebab).joined(separator: ".")
        self.path = path
        self.form = form
        self.summary = field.summary
        self.isRequired = field.isRequired(in: verb)
    }

    /// The flags of a body with these members.
    static func all(of fields: [Field], in verb: Verb, below path: [String] = []) -> [CommandFlag] {
        fields.filter { $0.isSettable(in: verb) }.flatMap { field in
            let path = path + [field.name]
            let flag = CommandFlag(field, at: path, Form(field.type), in: verb)
            guard case .object(let members) = field.type else { return [flag] }
            return [flag] + Self.all(of: members, in: verb, below: path)
        }
    }

    /// How a value is shown in help; nil where there is none.
    var valueName: String? {
        switch self.form {
        case .boolean: nil
        case .text, .texts: "TEXT"
        case .integer: "NUMBER"
        case .pairs: "NAME=TEXT"
        case .objects, .object: "JSON"
        }
    }

    /// Whether it may be given several times.
    var isRepeatable: Bool { [.texts, .pairs, .objects].contains(self.form) }
}

extension CommandFlag.Form {
    init(_ type: FieldType) {
        switch type {
        case .boolean: self = .boolean
        case .integer: self = .integer
        case .text, .timestamp, .number, .reference: self = .text
        case .texts: self = .pairs
        case .object: self = .object
        case .list(.object): self = .objects
        case .list: self = .texts
        }
    }
}

extension String {
    /// As commands and flags are spelt: with hyphens.
    var kebab: String { self.replacing("_", with: "-") }
}
