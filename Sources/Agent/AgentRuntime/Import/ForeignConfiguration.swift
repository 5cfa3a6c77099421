import JSON
import Model
import TOMLKit
import Yams

/// A configuration file of another agent, as a tree of values.
struct ForeignConfiguration {
    let root: JSONObject

    /// How a file is written.
    enum Form {
        case toml, ini, yaml
    }

    /// - Throws: why the text cannot be read, in words that follow the path.
    init(_ text: String, _ form: Form) throws(ForeignError) {
        switch form {
        case .toml: self.root = try Self.toml(text)
        case .yaml: self.root = try Self.yaml(text)
        case .ini: self.root = try Self.ini(text)
        }
    }

    private static func toml(_ text: String) throws(ForeignError) -> JSONObject {
        do {
            let json = try TOMLTable(string: text).convert(to: .json)
            return try JSONValue(reading: Array(json.utf8)).object ?? JSONObject()
        } catch let error as TOMLParseError {
            throw ForeignError("is not TOML: \(error)")
        } catch {
            throw ForeignError("is not TOML: \(error)")
        }
    }

    /// JSON is YAML too.
    private static func yaml(_ text: String) throws(ForeignError) -> JSONObject {
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            throw ForeignError("is not YAML: \(error)")
        }
        guard let node, let object = Self.value(node, depth: 0).object else {
            throw ForeignError("does not hold a mapping")
        }
        return object
    }

    private static func value(_ node: Node, depth: Int) -> JSONValue {
        guard depth < 64 else { return .null }
        switch node {
        case .mapping(let mapping):
            var object = JSONObject()
            for (key, value) in mapping { object.set(key.string ?? "", to: Self.value(value, depth: depth + 1)) }
            return .object(object)
        case .sequence(let sequence): return .array(sequence.map { Self.value($0, depth: depth + 1) })
        case .scalar(let scalar):
            if scalar.style != .plain { return .string(scalar.string) }
            if let flag = node.bool { return .bool(flag) }
            if let number = node.int { return .integer(Int64(number)) }
            return ["", "~", "null"].contains(scalar.string) ? .null : .string(scalar.string)
        case .alias: return .null
        }
    }

    /// Sections of `key = value`, the older form of frp: an object for each section.
    private static func ini(_ text: String) throws(ForeignError) -> JSONObject {
        var root = JSONObject()
        var name: String?
        var section = JSONObject()
        for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = raw.trimmingBlanks
            guard let first = line.first, first != "#", first != ";" else { continue }
            if first == "[" {
                guard line.last == "]" else {
                    throw ForeignError("has no end of a section's name in line \(index + 1)")
                }
                if let name { root.set(name, to: .object(section)) }
                name = String(line.dropFirst().dropLast())
                section = JSONObject()
                continue
            }
            guard let equals = line.firstIndex(of: "="), name != nil else {
                throw ForeignError("has no key = value in line \(index + 1)")
            }
            section.set(
                line[..<equals].trimmingBlanks,
                to: .string(line[line.index(after: equals)...].trimmingBlanks)
            )
        }
        if let name { root.set(name, to: .object(section)) }
        return root
    }
}

/// Why a file of another agent cannot be read.
struct ForeignError: Error {
    let problem: String

    init(_ problem: String) {
        self.problem = problem
    }
}

extension Substring {
    var trimmingBlanks: String {
        String(self.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}

extension JSONObject {
    /// The value at a path such as `transport.useCompression`.
    func at(_ path: String) -> JSONValue? {
        var value: JSONValue? = .object(self)
        for part in path.split(separator: ".") { value = value?.object?[String(part)] }
        return value.flatMap { $0.isNull ? nil : $0 }
    }

    /// A text, or a number as one.
    func text(_ path: String) -> String? {
        switch self.at(path) {
        case .string(let text): text.isEmpty ? nil : text
        case .integer(let number): "\(number)"
        case .bool(let flag): "\(flag)"
        default: nil
        }
    }

    func flag(_ path: String) -> Bool { self.text(path) == "true" }

    /// A list of texts, or one text with commas between.
    func texts(_ path: String) -> [String] {
        switch self.at(path) {
        case .array(let values): values.compactMap(\.string)
        case .string(let text): text.split(separator: ",").map(\.trimmingBlanks).filter { !$0.isEmpty }
        default: []
        }
    }

    /// The members of the mapping at a path, values as texts.
    func pairs(_ path: String) -> [(name: String, value: String)] {
        (self.at(path)?.object?.members ?? []).compactMap { member in member.value.string.map { (member.key, $0) } }
    }
}
