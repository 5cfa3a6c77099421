/// A JSON value as it came, or as it will be written (RFC 8259).
///
/// Numbers that fit are exact 64-bit integers; every other number keeps its text, so that what is echoed is what was
/// received.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// A number that is no 64-bit integer, as it was written: `0.5`, `1e9`, `-0`.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    package var isNull: Bool { self == .null }

    package var object: JSONObject? { if case .object(let object) = self { object } else { nil } }
    package var array: [JSONValue]? { if case .array(let values) = self { values } else { nil } }
    package var string: String? { if case .string(let text) = self { text } else { nil } }
    package var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    package var integer: Int64? { if case .integer(let number) = self { number } else { nil } }

    /// The value of any number; nil for what is none.
    package var double: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let text): Double(text)
        default: nil
        }
    }
}

/// The members of a JSON object in the order in which they came, duplicates included.
///
/// Reading knows no case: the agents of the two families spell the same keys differently
/// (`spec/agent-protocol.md` 8.2).
package struct JSONObject: Sendable, Equatable {
    package struct Member: Sendable, Equatable {
        package var key: String
        package var value: JSONValue

        package init(_ key: String, _ value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    package private(set) var members: [Member]

    package init(_ members: [Member] = []) {
        self.members = members
    }

    /// The last member named `key`, whatever its case; nil when there is none.
    package subscript(key: String) -> JSONValue? {
        self.members.last { $0.key.isSame(as: key) }?.value
    }

    /// Makes `value` the only one under `key`, which is spelt exactly so afterwards. It stands where the last member of
    /// that name stood, or at the end.
    package mutating func set(_ key: String, to value: JSONValue) {
        guard let place = self.members.lastIndex(where: { $0.key.isSame(as: key) }) else {
            self.members.append(Member(key, value))
            return
        }
        self.members[place] = Member(key, value)
        for index in self.members[..<place].indices.reversed() where self.members[index].key.isSame(as: key) {
            self.members.remove(at: index)
        }
    }

    /// Adds a member at the end, whether or not there is one of its name.
    package mutating func append(_ key: String, _ value: JSONValue) {
        self.members.append(Member(key, value))
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements.map { Member($0, $1) })
    }
}

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral
{
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements.map { JSONObject.Member($0, $1) }))
    }

    package init(arrayLiteral elements: JSONValue...) {
        self = .array(elements)
    }

    package init(stringLiteral value: String) {
        self = .string(value)
    }

    package init(booleanLiteral value: Bool) {
        self = .bool(value)
    }

    package init(integerLiteral value: Int64) {
        self = .integer(value)
    }
}

extension String {
    /// Whether both are the same but for the case of ASCII letters.
    package func isSame(as other: String) -> Bool {
        // Most keys are spelt as asked for, and most others differ in length.
        self.utf8.count == other.utf8.count
            && (self == other || zip(self.utf8, other.utf8).allSatisfy { $0.lowercased == $1.lowercased })
    }
}

extension UInt8 {
    fileprivate var lowercased: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}
