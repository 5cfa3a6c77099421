package import Foundation
package import JSON
package import Model

/// The body of a request, checked against the members that it may have.
///
/// A member that is null is as if it weren't there (`spec/api.md` 1, "PATCH").
package struct CheckedBody: Sendable {
    private let members: [String: JSONValue]
    private let fields: [Field]

    /// - Throws: `apiFieldUnknown`, `apiFieldType`, or the code of a member that is missing or too long.
    package init(_ object: JSONObject, of fields: [Field], for verb: Verb) throws(Failure) {
        try self.init(object, of: fields, for: verb, place: "")
    }

    private init(_ object: JSONObject, of fields: [Field], for verb: Verb, place: String) throws(Failure) {
        var members: [String: JSONValue] = [:]
        for member in object.members {
            guard let field = fields.first(where: { $0.name == member.key }), !field.presence(in: verb).isAbsent else {
                throw Failure(.apiFieldUnknown, "There is no member \"\(place)\(member.key.prefix(100))\" to be set.")
            }
            guard members[field.name] == nil else {
                throw Failure(.apiFieldType, "The member \"\(place)\(field.name)\" stands twice.")
            }
            guard !member.value.isNull else { continue }
            try Self.check(member.value, field.type, verb, place + field.name)
            try Self.checkLength(member.value, field)
            members[field.name] = member.value
        }
        for field in fields {
            guard case .required(let code) = field.presence(in: verb) else { continue }
            let value = members[field.name]
            guard value != nil, value != .string("") else {
                throw Failure(code, "The member \"\(place)\(field.name)\" is missing.")
            }
        }
        self.members = members
        self.fields = fields
    }

    /// Of a request that has no body.
    package static func empty(of fields: [Field], for verb: Verb) throws(Failure) -> CheckedBody {
        try CheckedBody(JSONObject(), of: fields, for: verb)
    }

    /// Whether nothing was given.
    package var isEmpty: Bool { self.members.isEmpty }

    // MARK: - Checks

    private static func check(
        _ value: JSONValue,
        _ type: FieldType,
        _ verb: Verb,
        _ place: String
    ) throws(Failure) {
        switch (type, value) {
        case (.text, .string(let text)):
            // No store of ours needs to hold a NUL, and PostgreSQL's JSON cannot.
            guard !text.utf8.contains(0) else { throw Self.wrong(place, "text without NUL") }
        case (.boolean, .bool), (.integer, .integer): break
        case (.timestamp, .string(let text)):
            guard text.isEmpty || Date(rfc3339: text) != nil else {
                throw Failure(.apiTime, "\"\(place)\" is no time: \"\(text.prefix(50))\".")
            }
        case (.list(let element), .array(let values)):
            for (index, value) in values.enumerated() { try Self.check(value, element, verb, "\(place)[\(index)]") }
        case (.texts, .object(let object)):
            for member in object.members { try Self.check(member.value, .text, verb, "\(place).\(member.key)") }
        case (.object(let fields), .object(let object)):
            _ = try CheckedBody(object, of: fields, for: verb, place: "\(place).")
        default: throw Self.wrong(place, type.expectation)
        }
    }

    private static func wrong(_ place: String, _ expectation: String) -> Failure {
        Failure(.apiFieldType, "\"\(place.prefix(200))\" must be \(expectation).")
    }

    private static func checkLength(_ value: JSONValue, _ field: Field) throws(Failure) {
        guard let limit = field.limit, let text = value.string, text.utf8.count > limit.bytes else { return }
        throw Failure(limit.code, "\"\(field.name)\" has \(text.utf8.count) bytes of at most \(limit.bytes).")
    }
}

// MARK: - What it says

extension CheckedBody {
    /// The text of a member; nil where it was not given.
    package func text(_ name: String) -> String? { self.members[name]?.string }

    /// The text of a member, unless it was not given or is empty, which many clients send for "none".
    package func filledText(_ name: String) -> String? {
        self.text(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    package func flag(_ name: String) -> Bool? { self.members[name]?.bool }

    package func integer(_ name: String) -> Int64? { self.members[name]?.integer }

    /// The time of a member; nil also for empty text.
    package func time(_ name: String) -> Date? { self.text(name).flatMap(Date.init(rfc3339:)) }

    /// A list of texts.
    package func texts(_ name: String) -> [String]? { self.members[name]?.array?.compactMap(\.string) }

    /// Texts by name.
    package func map(_ name: String) -> [String: String]? {
        self.members[name]?.object.map { object in
            Dictionary(object.members.compactMap { member in member.value.string.map { (member.key, $0) } }) { $1 }
        }
    }

    package func object(_ name: String) -> CheckedBody? {
        self.members[name]?.object.flatMap { self.nested($0, name) }
    }

    /// A list of objects.
    package func objects(_ name: String) -> [CheckedBody]? {
        self.members[name]?.array?.compactMap { $0.object.flatMap { self.nested($0, name) } }
    }

    private func nested(_ object: JSONObject, _ name: String) -> CheckedBody? {
        var type = self.fields.first { $0.name == name }?.type
        if case .list(let element)? = type { type = element }
        guard case .object(let fields)? = type else { return nil }
        return CheckedBody(checked: object, fields)
    }

    private init(checked object: JSONObject, _ fields: [Field]) {
        self.members = Dictionary(
            object.members.filter { !$0.value.isNull }.map { ($0.key, $0.value) },
            uniquingKeysWith: { $1 }
        )
        self.fields = fields
    }
}

extension Field.Presence {
    package var isAbsent: Bool { if case .absent = self { true } else { false } }
}

extension FieldType {
    fileprivate var expectation: String {
        switch self {
        case .text: "text"
        case .boolean: "true or false"
        case .integer: "a whole number"
        case .number: "a number"
        case .timestamp: "a time as text"
        case .list: "a list"
        case .texts: "an object of texts"
        case .object, .reference: "an object"
        }
    }
}
