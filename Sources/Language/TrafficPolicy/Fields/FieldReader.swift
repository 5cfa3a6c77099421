import Model
import Settings

/// Reads the fields of one mapping, each where it is named, and notes what nobody asked for.
///
/// The same code that reads a configuration describes it: run on nothing, it tells which fields there are.
final class FieldReader {
    private enum Mode {
        case reading(ReadingContext)
        case describing
    }

    private let mode: Mode
    private let entries: [Node.Entry]
    /// Where the mapping stands, or what should have been it.
    let position: SourcePosition
    let path: String
    private var known: Set<String> = []
    private var ignored: Set<String> = []
    private(set) var descriptions: [FieldDescription] = []
    private var written: [(order: Int, member: DocumentValue.Member)] = []

    init(_ entries: [Node.Entry], at position: SourcePosition, path: String, in context: ReadingContext) {
        self.mode = .reading(context)
        self.entries = entries
        self.position = position
        self.path = path
    }

    private init() {
        self.mode = .describing
        self.entries = []
        self.position = .start
        self.path = ""
    }

    /// The fields that `read` asks for.
    static func descriptions(of read: (FieldReader) -> some Any) -> [FieldDescription] {
        let reader = FieldReader()
        _ = read(reader)
        return reader.descriptions
    }

    /// Nil while describing.
    var context: ReadingContext? { if case .reading(let context) = self.mode { context } else { nil } }

    /// What was read, in the order of the document.
    var object: DocumentValue { .object(self.written.sorted { $0.order < $1.order }.map(\.member)) }
}

// MARK: - Fields

extension FieldReader {
    func value<Value>(
        _ name: String,
        _ type: FieldType<Value>,
        default standard: Value,
        shown: String,
        _ meaning: String
    ) -> Value {
        self.describe(name, type, defaultText: shown, meaning: meaning)
        return self.find(name, [], type) ?? standard
    }

    func optional<Value>(
        _ name: String,
        aliases: [String] = [],
        _ type: FieldType<Value>,
        _ meaning: String
    ) -> Value? {
        self.describe(name, aliases: aliases, type, meaning: meaning)
        return self.find(name, aliases, type)
    }

    /// `missing`: the code that says that the field is not there.
    func required<Value>(
        _ name: String,
        _ type: FieldType<Value>,
        missing: ErrorCode = .policyMissing,
        _ meaning: String
    ) -> Value? {
        self.describe(name, type, isRequired: true, meaning: meaning)
        if self.context != nil, self.node(name, []) == nil {
            self.report(missing, "the field \"\(name)\" is missing", path: "\(self.path).\(name)")
            return nil
        }
        return self.find(name, [], type)
    }

    /// Names a field that is allowed and has no effect.
    func ignore(_ name: String) {
        self.ignored.insert(name)
    }

    /// Whether the document gives the field, and not as null.
    func has(_ name: String) -> Bool { self.node(name, []) != nil }

    func node(_ name: String) -> Node? { self.node(name, []) }

    /// Reports something about the mapping as a whole.
    func report(_ code: ErrorCode, _ message: String, path: String? = nil) {
        self.context?.report(PolicyProblem(code, at: self.position, path: path ?? self.path, message))
    }

    /// Reports something about a field that is there.
    func report(_ code: ErrorCode, field name: String, _ message: String, isSecret: Bool = false) {
        guard let node = self.node(name) else { return self.report(code, message) }
        self.context?.report(code, at: node, path: "\(self.path).\(name)", message, isSecret: isSecret)
    }

    /// Reports the fields that nobody asked for.
    func finish(unknown code: ErrorCode = .policyConfiguration) {
        guard let context else { return }
        for entry in self.entries where !self.known.contains(entry.key) && !self.ignored.contains(entry.key) {
            context.report(
                PolicyProblem(
                    code,
                    at: entry.position,
                    path: "\(self.path).\(entry.key)",
                    offending: entry.key,
                    "there is no field \"\(shown(entry.key))\" here",
                    suggestion: Suggestion.nearest(to: entry.key, among: self.known.sorted())
                )
            )
        }
    }

    private func node(_ name: String, _ aliases: [String]) -> Node? {
        self.entries.first { ($0.key == name || aliases.contains($0.key)) && !$0.value.isNull }?.value
    }

    private func find<Value>(_ name: String, _ aliases: [String], _ type: FieldType<Value>) -> Value? {
        self.known.formUnion([name] + aliases)
        guard let context else { return nil }
        let found = self.entries.enumerated().filter { _, entry in
            (entry.key == name || aliases.contains(entry.key)) && !entry.value.isNull
        }
        var value: Value?
        for (order, entry) in found {
            guard let read = type.read(entry.value, "\(self.path).\(entry.key)", context) else { continue }
            if value == nil {
                value = read.value
                self.written.append((order, DocumentValue.Member(name, read.written)))
            } else if entry.value.offending != found.first?.element.value.offending {
                let words = "\"\(name)\" and \"\(entry.key)\" are one field and say different things"
                context.report(.policyConfiguration, at: entry.value, path: "\(self.path).\(entry.key)", words)
            }
        }
        return value
    }

    private func describe<Value>(
        _ name: String,
        aliases: [String] = [],
        _ type: FieldType<Value>,
        isRequired: Bool = false,
        defaultText: String? = nil,
        meaning: String
    ) {
        guard self.context == nil else { return }
        self.descriptions.append(
            FieldDescription(
                name: name,
                aliases: aliases,
                words: type.words,
                limits: type.limits,
                isRequired: isRequired,
                defaultText: defaultText,
                isTemplate: type.interpolation == .template,
                isExpression: type.interpolation == .expression,
                isSecret: type.isSecret,
                meaning: meaning,
                fields: type.fields
            )
        )
    }
}

/// The start of a text, fit for one line of a message.
func shown(_ text: String) -> String {
    let scalars = text.unicodeScalars.prefix(80).map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }
    return String(String.UnicodeScalarView(scalars)) + (text.unicodeScalars.count > 80 ? "…" : "")
}
