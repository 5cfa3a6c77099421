import Addressing
import LinearRegex

/// A condition that can be told from a request's head alone, and has a value whatever that holds: the part of the
/// expression language in which nothing can fail.
indirect enum GlanceCondition {
    case constant(Bool)
    case text(Subject, Comparison)
    case address([IPPrefix])
    /// Whether there is a field of this name, which is in small letters.
    case hasField(String)
    case not(GlanceCondition)
    case all([GlanceCondition])
    case any([GlanceCondition])

    /// A text that a request's head holds.
    enum Subject: Hashable {
        case method
        /// Normalised.
        case path
        /// In small letters.
        case host
        /// The value of the first field of this name; empty where there is none.
        case firstField(String)
        /// The value of each field of this name: one is enough.
        case anyField(String)
    }

    enum Comparison {
        case equal(String)
        case prefix(String)
        case suffix(String)
        case part(String)
        case regex(LinearRegex)
    }

    /// The header that it asks about.
    fileprivate var field: String? {
        switch self {
        case .text(.firstField(let name), _), .text(.anyField(let name), _), .hasField(let name): name
        case .constant, .text, .address, .not, .all, .any: nil
        }
    }

    var isAlwaysTrue: Bool {
        switch self {
        case .constant(let value): value
        case .all(let conditions): conditions.allSatisfy(\.isAlwaysTrue)
        case .text, .address, .hasField, .not, .any: false
        }
    }

    /// Whether it asks about one of these headers.
    func asks(about fields: Set<String>) -> Bool {
        switch self {
        case .not(let condition): condition.asks(about: fields)
        case .all(let conditions), .any(let conditions): conditions.contains { $0.asks(about: fields) }
        case .constant, .text, .address, .hasField: self.field.map(fields.contains) ?? false
        }
    }
}
