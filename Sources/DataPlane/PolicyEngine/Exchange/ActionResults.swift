import Expression
package import TrafficPolicy

/// A field of `actions.ngrok.…`, by number.
package struct ResultSlot: Sendable, Hashable {
    package let action: ActionType
    /// Its place among the results of its action.
    let field: Int

    /// `name` is that of one of the action's results, without `actions.ngrok.`.
    package init(_ action: ActionType, _ name: String) {
        guard let field = action.description.results.firstIndex(where: { $0.name == name }) else {
            preconditionFailure("\(action.rawValue) has no result \(name)")
        }
        self.init(action, field: field)
    }

    init(_ action: ActionType, field: Int) {
        self.action = action
        self.field = field
    }
}

/// What the actions of an exchange left behind: the last run of each type, replaced as a whole.
struct ActionResults {
    private var entries: [(action: ActionType, values: [(slot: ResultSlot, value: Value)])] = []

    /// Few types of actions run in one exchange, and few results are asked for: a list is faster than a table.
    subscript(slot: ResultSlot) -> Value? {
        guard let entry = self.entries.first(where: { $0.action == slot.action }) else { return nil }
        return entry.values.first { $0.slot.field == slot.field }?.value
    }

    mutating func replace(_ action: ActionType, with values: [(slot: ResultSlot, value: Value)]) {
        if let index = self.entries.firstIndex(where: { $0.action == action }) {
            self.entries[index].values = values
        } else {
            self.entries.append((action, values))
        }
    }
}
