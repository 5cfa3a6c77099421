import Expression
import Foundation
import TestSupport

extension Value {
    /// Reads the VALUE of the published expressions: an object with one key, which names the type.
    init(vector json: JSONValue) throws {
        guard let members = json.object, members.count == 1, let (kind, content) = members.first else {
            throw UnknownForm("a value is not an object with one key")
        }
        guard let value = try Self.value(kind, content) else {
            throw UnknownForm("\(content) is no value of the kind \"\(kind)\"")
        }
        self = value
    }

    /// Nil where the content is none of the kind, or there is no such kind.
    private static func value(_ kind: String, _ content: JSONValue) throws -> Value? {
        switch kind {
        case "null": content == .null ? .null : nil
        case "bool": content.bool.map(Value.bool)
        case "int": content.string.flatMap { Int64($0) }.map(Value.int)
        case "uint": content.string.flatMap { UInt64($0) }.map(Value.uint)
        case "double": content.string.flatMap(Self.double).map(Value.double)
        case "string": content.string.map(Value.string)
        case "bytes": content.string.flatMap { Data(base64Encoded: $0) }.map { .bytes(Array($0)) }
        case "list": try content.array.map { .list(try $0.map(Value.init(vector:))) }
        case "map": try content.array.map { .map(try Self.map($0)) }
        case "timestamp": try Self.timestamp(content)
        case "duration": try Self.duration(content)
        case "type": content.string.flatMap { TypeName(rawValue: $0) }.map(Value.type)
        default: nil
        }
    }

    private static func double(_ text: String) -> Double? {
        switch text {
        case "NaN": .nan
        case "Infinity": .infinity
        case "-Infinity": -.infinity
        default: Double(text)
        }
    }

    private static func map(_ pairs: [JSONValue]) throws -> any MapView {
        try LiteralMap(
            pairs.map { pair in
                guard let pair = pair.array, pair.count == 2 else { throw UnknownForm("an entry of a map is no pair") }
                return (key: try Value(vector: pair[0]), value: try Value(vector: pair[1]))
            }
        )
    }

    private static func timestamp(_ json: JSONValue) throws -> Value? {
        let (seconds, nanoseconds) = try Self.seconds(json)
        return Timestamp(seconds: seconds, nanoseconds: nanoseconds).map(Value.timestamp)
    }

    private static func duration(_ json: JSONValue) throws -> Value? {
        let (seconds, nanoseconds) = try Self.seconds(json)
        let (scaled, isTooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflows) = scaled.addingReportingOverflow(Int64(nanoseconds))
        return isTooLarge || overflows ? nil : .duration(TimeSpan(nanoseconds: sum))
    }

    private static func seconds(_ json: JSONValue) throws -> (Int64, Int32) {
        let members = try json.members(of: "a time", required: ["seconds", "nanos"])
        guard let seconds = members["seconds"]?.string.flatMap({ Int64($0) }),
            let nanoseconds = members["nanos"]?.integer.flatMap({ Int32(exactly: $0) })
        else { throw UnknownForm("a time without numbers") }
        return (seconds, nanoseconds)
    }
}

extension Value {
    /// Whether both are the same by the rules of the published expressions: of one type throughout, doubles equal or both
    /// NaN, strings of the same code points, entries of maps in any order.
    func isSame(as other: Value) -> Bool {
        switch (self, other) {
        case (.null, .null): true
        case (.bool(let one), .bool(let two)): one == two
        case (.int(let one), .int(let two)): one == two
        case (.uint(let one), .uint(let two)): one == two
        case (.double(let one), .double(let two)): one == two || one.isNaN && two.isNaN
        case (.string(let one), .string(let two)): one.utf8.elementsEqual(two.utf8)
        case (.bytes(let one), .bytes(let two)): one == two
        case (.timestamp(let one), .timestamp(let two)): one == two
        case (.duration(let one), .duration(let two)): one == two
        case (.type(let one), .type(let two)): one == two
        case (.list(let one), .list(let two)): one.elementsEqual(two) { $0.isSame(as: $1) }
        case (.map(let one), .map(let two)): one.hasSameEntries(as: two)
        default: false
        }
    }
}

extension MapView {
    /// The keys of a map are distinct: as many entries, each found in the other, make both the same.
    fileprivate func hasSameEntries(as other: any MapView) -> Bool {
        self.count == other.count
            && (0..<self.count).allSatisfy { position in
                let (key, value) = self.entry(at: position)
                return (0..<other.count).contains { position in
                    let candidate = other.entry(at: position)
                    return candidate.key.isSame(as: key) && candidate.value.isSame(as: value)
                }
            }
    }
}
