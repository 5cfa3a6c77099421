/// One row of the table of actions: what the checker, the engine and the reference know of an action.
package struct ActionDescription: Sendable {
    package let type: ActionType
    /// What the action is for, in a sentence.
    package let summary: String
    /// The phases in which it may stand.
    package let phases: [PolicyPhase]
    package let ending: Ending
    /// What it leaves for later expressions, under `actions.ngrok.`.
    package let results: [ResultVariable]
    /// What happens, and what goes wrong, as a list of sentences for the reference.
    package let notes: [String]
    /// A whole policy that uses the action.
    package let example: String
    package let fields: [FieldDescription]
    /// Reads its configuration; nil when something is wrong with it, which was reported.
    let read: @Sendable (FieldReader) -> ActionConfiguration?

    /// Whether an action ends its phase (`spec/traffic-policy.md` 2.2).
    package enum Ending: String, Sendable {
        case always
        /// Always, unless it failed and its `on_error` is `continue`.
        case unlessFailed
        /// Where what it checks or computes says so.
        case sometimes
        case never
    }

    init(
        _ type: ActionType,
        _ summary: String,
        phases: [PolicyPhase],
        ending: Ending = .never,
        results: [ResultVariable] = [],
        notes: [String] = [],
        example: String,
        read: @escaping @Sendable (FieldReader) -> ActionConfiguration?
    ) {
        self.type = type
        self.summary = summary
        self.phases = phases
        self.ending = ending
        self.results = results
        self.notes = notes
        self.example = example
        self.fields = FieldReader.descriptions(of: read)
        self.read = read
    }
}

/// A variable that an action sets: the last run of its type in the exchange, zero before (`spec/traffic-policy.md` 4).
package struct ResultVariable: Sendable {
    /// Without `actions.ngrok.`: `rate_limit.limited`.
    package let name: String
    package let type: VariableType
    package let meaning: String

    init(_ name: String, _ type: VariableType, _ meaning: String) {
        self.name = name
        self.type = type
        self.meaning = meaning
    }

    /// The two that say why an action failed.
    static func errors(of name: String) -> [ResultVariable] {
        [
            ResultVariable("\(name).error.code", .string, "The code of the failure; empty without one."),
            ResultVariable("\(name).error.message", .string, "The failure in words; empty without one."),
        ]
    }
}
