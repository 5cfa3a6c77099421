package import Foundation
package import JSON

extension Date {
    /// Reads a time of RFC 3339, with or without fractions of a second; nil for what is none.
    package init?(rfc3339 text: String) {
        guard (20...40).contains(text.utf8.count) else { return nil }
        let hasFraction = text.utf8.contains(UInt8(ascii: "."))
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: hasFraction)
        // That it is no time is all that there is to say.
        guard let date = try? style.parse(text) else { return nil }
        self = date
    }

    /// The form of answers: UTC, whole seconds.
    package var rfc3339: String { self.formatted(.iso8601) }
}

extension JSONValue {
    package static func time(_ date: Date) -> JSONValue { .string(date.rfc3339) }

    /// null for nil.
    package static func time(_ date: Date?) -> JSONValue { date.map { .string($0.rfc3339) } ?? .null }

    /// null for nil.
    package static func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

    package static func texts(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
}
