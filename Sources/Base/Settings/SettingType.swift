package import Model

/// How the text of a setting becomes a value that is right, and how the value is shown.
///
/// One reading for files, the environment and flags: a type sees text, never YAML's idea of a number or a Boolean.
package struct SettingType<Value: Sendable>: Sendable {
    /// In the reference, for instance `duration`.
    package let name: String
    /// Ends the sentence "must be …".
    package let expectation: String
    /// Whether its text must never be shown.
    package let isSecret: Bool
    let shape: SettingShape
    let parse: @Sendable (SettingNode) -> Parsed
    let render: @Sendable (Value) -> String

    /// A value, or what is wrong and where; `reason` says more than the expectation does.
    enum Parsed {
        case value(Value)
        case wrong([Complaint])
    }

    struct Complaint {
        let node: SettingNode
        let reason: String?
    }

    /// A type whose values are written as one piece of text.
    ///
    /// - Parameters:
    ///   - name: in the reference.
    ///   - expectation: ends the sentence "must be …"; names the bounds.
    ///   - render: the text that reads as the same value.
    ///   - parse: nil when the text is none of the type.
    package init(
        _ name: String,
        expectation: String,
        render: @escaping @Sendable (Value) -> String,
        parse: @escaping @Sendable (String) throws(SettingRefusal) -> Value?
    ) {
        self.init(name: name, expectation: expectation, isSecret: false, shape: .scalar, render: render) { node in
            guard case .scalar(let text) = node.value else { return .wrong([Complaint(node: node, reason: nil)]) }
            do throws(SettingRefusal) {
                guard let value = try parse(text) else { return .wrong([Complaint(node: node, reason: nil)]) }
                return .value(value)
            } catch {
                return .wrong([Complaint(node: node, reason: error.reason)])
            }
        }
    }

    init(
        name: String,
        expectation: String,
        isSecret: Bool,
        shape: SettingShape,
        render: @escaping @Sendable (Value) -> String,
        parse: @escaping @Sendable (SettingNode) -> Parsed
    ) {
        self.name = name
        self.expectation = expectation
        self.isSecret = isSecret
        self.shape = shape
        self.parse = parse
        self.render = render
    }
}

/// Why a text is none of a type, where the type's expectation alone doesn't tell.
package struct SettingRefusal: Error {
    package let reason: String

    package init(_ reason: String) {
        self.reason = reason
    }
}

/// What the text of a setting looks like, as far as flags and variables must know it.
enum SettingShape: Sendable {
    /// A flag without a value means `true`.
    case bool
    case scalar
    /// `a,b` outside a file.
    case list
    /// YAML outside a file.
    case structure
}

extension SettingType where Value == String {
    /// Text of at most `maxBytes` bytes of UTF-8, without control characters.
    package static func text(_ name: String = "text", maxBytes: Int = 1024) -> SettingType {
        SettingType(name, expectation: "text of at most \(maxBytes) bytes", render: \.self) { text in
            guard text.utf8.count <= maxBytes else { return nil }
            return text.unicodeScalars.contains { $0.properties.generalCategory == .control } ? nil : text
        }
    }

    /// The path of a file or folder.
    package static var path: SettingType {
        SettingType("path", expectation: "the path of a file or folder", render: \.self) { text in
            text.isEmpty || text.utf8.count > 4096 || text.utf8.contains(0) ? nil : text
        }
    }
}

extension SettingType where Value == Secret {
    /// Text that is shown nowhere.
    package static func secret(maxBytes: Int = 4096) -> SettingType<Secret> {
        SettingType(
            name: "secret",
            expectation: "text of at most \(maxBytes) bytes",
            isSecret: true,
            shape: .scalar,
            render: { "\($0)" },
            parse: { node in
                guard case .scalar(let text) = node.value, !text.isEmpty, text.utf8.count <= maxBytes else {
                    return .wrong([Complaint(node: node, reason: nil)])
                }
                return .value(Secret(text))
            }
        )
    }
}

extension SettingType where Value == Bool {
    /// `true` or `false`, and what people write instead.
    package static var bool: SettingType {
        SettingType(
            name: "bool",
            expectation: "true or false",
            isSecret: false,
            shape: .bool,
            render: { $0 ? "true" : "false" },
            parse: { node in
                guard case .scalar(let text) = node.value else { return .wrong([Complaint(node: node, reason: nil)]) }
                switch text.lowercased() {
                case "true", "yes", "on": return .value(true)
                case "false", "no", "off": return .value(false)
                default: return .wrong([Complaint(node: node, reason: nil)])
                }
            }
        )
    }
}

extension SettingType where Value == Int {
    /// A whole number in `range`; `unit` is what it counts, for the reference.
    package static func integer(in range: ClosedRange<Int>, of unit: String? = nil) -> SettingType {
        let counted = unit.map { " \($0)" } ?? ""
        return SettingType(
            "number",
            expectation: "a whole number from \(range.lowerBound) to \(range.upperBound)\(counted)",
            render: { "\($0)" },
            parse: { text in
                // Int("+5") is 5; a configuration says 5.
                guard !text.hasPrefix("+"), let number = Int(text), range.contains(number) else { return nil }
                return number
            }
        )
    }

    /// A count of bytes: `512B`, `60KiB`, `16MiB`, `1GiB`, or a plain number.
    package static func bytes(in range: ClosedRange<Int>) -> SettingType {
        SettingType(
            "size",
            expectation: "a size such as 60KiB or 1MiB, "
                + "from \(ByteSize.text(range.lowerBound)) to \(ByteSize.text(range.upperBound))",
            render: ByteSize.text,
            parse: { text in
                guard let count = ByteSize.parse(text), range.contains(count) else { return nil }
                return count
            }
        )
    }
}

extension SettingType where Value == Duration {
    /// A time: `500ms`, `10s`, `1m30s`, `5m`, `12h`.
    package static func duration(in range: ClosedRange<Duration>) -> SettingType {
        SettingType(
            "duration",
            expectation: "a duration such as 500ms, 10s or 5m, "
                + "from \(DurationText.text(range.lowerBound)) to \(DurationText.text(range.upperBound))",
            render: DurationText.text,
            parse: { text throws(SettingRefusal) in
                if !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), text != "0" {
                    throw SettingRefusal("it needs a unit: \(text)s or \(text)ms?")
                }
                guard let duration = DurationText.parse(text), range.contains(duration) else { return nil }
                return duration
            }
        )
    }
}

extension SettingType where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the cases of an enumeration, by its raw value.
    package static func choice(_ name: String = "choice") -> SettingType {
        let names = Value.allCases.map(\.rawValue)
        return SettingType(
            name,
            expectation: "one of \(names.joined(separator: ", "))",
            render: \.rawValue,
            parse: { text throws(SettingRefusal) in
                if let value = Value(rawValue: text) { return value }
                guard let near = Suggestion.nearest(to: text, among: names) else { return nil }
                throw SettingRefusal("did you mean \"\(near)\"?")
            }
        )
    }
}

extension SettingType {
    /// A list of at most `limit` values: a YAML list, or `a,b` on one line.
    package static func list<Element: Sendable>(
        of element: SettingType<Element>,
        limit: Int
    ) -> SettingType where Value == [Element] {
        SettingType(
            name: "list of \(element.name)",
            expectation: "a list of at most \(limit), each \(element.expectation)",
            isSecret: element.isSecret,
            shape: .list,
            render: { $0.isEmpty ? "none" : $0.map(element.render).joined(separator: ",") },
            parse: { node in Self.elements(of: node, element, limit: limit) }
        )
    }

    private static func elements<Element: Sendable>(
        of node: SettingNode,
        _ element: SettingType<Element>,
        limit: Int
    ) -> Parsed where Value == [Element] {
        let nodes: [SettingNode]
        switch node.value {
        case .sequence(let items): nodes = items
        case .scalar("none"): nodes = []
        case .scalar(let text):
            nodes = text.split(separator: ",", omittingEmptySubsequences: false).map { part in
                SettingNode(.scalar(part.trimmed()), at: node.place)
            }
        case .mapping, .null: return .wrong([Complaint(node: node, reason: nil)])
        }
        guard nodes.count <= limit else { return .wrong([Complaint(node: node, reason: nil)]) }
        var values: [Element] = []
        var complaints: [Complaint] = []
        for node in nodes {
            switch element.parse(node) {
            case .value(let value): values.append(value)
            case .wrong(let found):
                complaints += found.map {
                    Complaint(node: $0.node, reason: $0.reason ?? "each must be \(element.expectation)")
                }
            }
        }
        return complaints.isEmpty ? .value(values) : .wrong(complaints)
    }
}

extension Substring {
    fileprivate func trimmed() -> String {
        let start = self.drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
