import Settings
import TrafficPolicy

/// A policy that stands inside a configuration file, as a document of its own.
///
/// It is JSON in one line, in which every key and every scalar remembers where it stands in the file.
struct InlinePolicy {
    private(set) var text = ""
    /// The column of the text at which each key and each scalar begins, in order, with its place in the file.
    private var marks: [(column: Int, place: SettingPlace)] = []
    private var column = 1

    init(_ node: SettingNode) {
        self.write(node)
    }

    /// Where the file has what stands at a position of the text.
    func place(of position: SourcePosition) -> SettingPlace? {
        guard let mark = self.marks.last(where: { $0.column <= position.column }) else { return nil }
        guard let line = mark.place.line, let column = mark.place.column else { return mark.place }
        return SettingPlace(mark.place.source, line: line, column: column + position.column - mark.column)
    }

    private mutating func write(_ node: SettingNode) {
        switch node.value {
        case .null: self.append("null", at: node.place)
        case .scalar(let text):
            self.append(node.isPlain && Self.isNumberOrBool(text) ? text : Self.quoted(text), at: node.place)
        case .sequence(let items):
            self.append("[", at: node.place)
            for (index, item) in items.enumerated() {
                if index > 0 { self.append(", ") }
                self.write(item)
            }
            self.append("]")
        case .mapping(let entries):
            self.append("{", at: node.place)
            for (index, entry) in entries.enumerated() {
                if index > 0 { self.append(", ") }
                // Problems with a key stand at its quote, those with a text behind it.
                self.marks.append((self.column, entry.keyPlace))
                self.append(Self.quoted(entry.key))
                self.append(": ")
                self.write(entry.node)
            }
            self.append("}")
        }
    }

    /// `place`: where the file has it; a quote that the file doesn't have is left out of the count.
    private mutating func append(_ piece: String, at place: SettingPlace? = nil) {
        if let place { self.marks.append((self.column + (piece.hasPrefix("\"") ? 1 : 0), place)) }
        self.text += piece
        self.column += piece.unicodeScalars.count
    }

    private static func isNumberOrBool(_ text: String) -> Bool {
        switch DocumentValue(plainScalar: text) {
        case .bool, .integer, .number: true
        case .null, .string, .secret, .list, .object: false
        }
    }

    private static func quoted(_ text: String) -> String { DocumentValue.string(text).json(.revealed) }
}
