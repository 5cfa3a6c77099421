package import TrafficPolicy

/// What came of one run of an action, by the name that metrics have it under.
package enum ActionResult: String, CaseIterable, Sendable {
    /// The next action ran.
    case next
    case respond, forward, close, fail
}

/// How often actions ran and what came of it: of one event loop, touched on that alone. A copy may be taken elsewhere.
package struct ActionCounts: Sendable {
    package struct Entry: Sendable, Hashable {
        package let action: ActionType
        package let result: ActionResult
        package let count: Int
    }

    /// A number for each action, so that counting is looking up nothing.
    static let numbers = Dictionary(uniqueKeysWithValues: ActionType.allCases.enumerated().map { ($1, $0) })
    private static let results = ActionResult.allCases

    /// The results of an action stand beside each other; empty until something is counted.
    private var counts: [Int] = []

    package init() {}

    package mutating func note(_ action: ActionType, _ result: ActionResult, times: Int = 1) {
        guard let number = Self.numbers[action] else { return }
        self.note(number, result, times: times)
    }

    /// `number` is the action's of ``numbers``.
    mutating func note(_ number: Int, _ result: ActionResult, times: Int = 1) {
        if self.counts.isEmpty {
            self.counts = [Int](repeating: 0, count: ActionType.allCases.count * Self.results.count)
        }
        self.counts[number * Self.results.count + result.offset] += times
    }

    package mutating func add(_ other: ActionCounts) {
        for entry in other.entries { self.note(entry.action, entry.result, times: entry.count) }
    }

    /// Those above zero, in the order of actions and results.
    package var entries: [Entry] {
        guard !self.counts.isEmpty else { return [] }
        return ActionType.allCases.enumerated().flatMap { number, action in
            Self.results.compactMap { result in
                let count = self.counts[number * Self.results.count + result.offset]
                return count > 0 ? Entry(action: action, result: result, count: count) : nil
            }
        }
    }
}

extension ActionResult {
    fileprivate var offset: Int {
        switch self {
        case .next: 0
        case .respond: 1
        case .forward: 2
        case .close: 3
        case .fail: 4
        }
    }
}
