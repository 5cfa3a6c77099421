import APITypes
import JSON
import Model

/// Takes the words of a command line apart, in their order. Flags are `--name value` or `--name=value`, and may stand
/// behind what they belong to; what follows `--` is none.
struct CommandParser {
    /// Not read yet.
    private var rest: ArraySlice<String>
    /// The values of the flags that every command has.
    private(set) var common: [String: [String]] = [:]
    private var arguments: [String] = []
    private var body = JSONObject()
    /// Whether a member of the body was given.
    private var hasBody = false
    private var query: [APICall.Parameter] = []

    private static let commonFlags = Set(APICommandLine.commonFlags.map(\.name))
    /// Those of the agent's other commands, which change nothing here.
    private static let ignoredFlags: Set<String> = ["log", "log-format", "log-level"]

    init(_ words: [String]) {
        self.rest = words[...]
    }

    // MARK: - Group and command

    /// The next word that is no flag; nil at the end.
    mutating func nextWord() throws(Failure) -> String? {
        while let word = self.rest.popFirst() {
            guard let flag = Flag(word) else { return word }
            guard try self.takeCommon(flag) else { throw Self.unknown(flag, among: []) }
        }
        return nil
    }

    /// - Returns: whether the flag is one that every command has.
    private mutating func takeCommon(_ flag: Flag) throws(Failure) -> Bool {
        // The command line knows what help is wanted of.
        if flag.name == "help" || flag.name == "h" { return true }
        let isIgnored = Self.ignoredFlags.contains(flag.name)
        guard isIgnored || Self.commonFlags.contains(flag.name) else { return false }
        let value = try self.value(of: flag)
        if !isIgnored { self.common[flag.name, default: []].append(value) }
        return true
    }

    private mutating func value(of flag: Flag) throws(Failure) -> String {
        // Whatever it looks like: a PEM text begins with hyphens.
        guard let value = flag.value ?? self.rest.popFirst() else {
            throw Failure(.usage, "The flag --\(flag.name) needs a value")
        }
        return value
    }

    // MARK: - What a command is told

    /// Reads all that is left; `read` gives the text of a file that a flag names.
    mutating func readAll(
        for command: Command,
        _ read: (String) throws(Failure) -> String
    ) throws(Failure) {
        var given: [String: [String]] = [:]
        while let word = self.rest.popFirst() {
            guard word != "--" else {
                self.arguments += self.rest
                self.rest = []
                break
            }
            guard let flag = Flag(word) else {
                self.arguments.append(word)
                continue
            }
            guard try !self.takeCommon(flag) else { continue }
            let (known, text) = try self.text(of: flag, among: command.flags, read)
            guard known.isRepeatable || given[known.name] == nil else {
                throw Failure(.usage, "The flag --\(known.name) is given twice")
            }
            given[known.name, default: []].append(text)
        }
        // Whole objects before their members, as the flags stand in the table.
        for flag in command.flags {
            guard let texts = given[flag.name] else { continue }
            if command.query.contains(where: { $0.name == flag.name }) {
                self.query += texts.map { APICall.Parameter(flag.path[0], $0) }
            } else {
                self.hasBody = true
                self.body.set(flag.path[...], to: try flag.value(of: texts))
            }
        }
    }

    /// The flag of the table that is meant, and its text; `--name-file` reads it from a file.
    private mutating func text(
        of flag: Flag,
        among flags: [CommandFlag],
        _ read: (String) throws(Failure) -> String
    ) throws(Failure) -> (CommandFlag, String) {
        if let known = flags.first(where: { $0.name == flag.name }) {
            guard known.form == .boolean else { return (known, try self.value(of: flag)) }
            return (known, flag.value ?? "true")
        }
        let suffix = "-file"
        if flag.name.hasSuffix(suffix),
            let known = flags.first(where: { $0.name == flag.name.dropLast(suffix.count) && $0.form != .boolean })
        {
            return (known, try read(self.value(of: flag)))
        }
        throw Self.unknown(flag, among: flags.map(\.name))
    }

    private static func unknown(_ flag: Flag, among names: [String]) -> Failure {
        APICommandLine.unknown("flag", flag.name, among: names + Self.commonFlags)
    }

    /// What is to be called.
    ///
    /// - Throws: `usage` where an identifier is missing, or there is one too many.
    func call(_ command: Command) throws(Failure) -> APICall {
        let names = command.arguments
        if let missing = names.dropFirst(self.arguments.count).first {
            throw Failure(.usage, "The \(missing) is missing")
        }
        if let extra = self.arguments.dropFirst(names.count).first {
            throw Failure(.usage, "\"\(extra.prefix(100))\" is one word too many")
        }
        var values = self.arguments[...]
        let parts = command.path.split(separator: "/").map { part in
            part.hasPrefix("{") ? APICall.escaped(values.popFirst() ?? "") : String(part)
        }
        return APICall(
            command.method,
            "/" + parts.joined(separator: "/"),
            query: self.query,
            body: self.hasBody ? self.body : nil
        )
    }
}

/// A word that is a flag.
private struct Flag {
    /// Without hyphens.
    let name: String
    /// What stands behind an equals sign.
    let value: String?

    init?(_ word: String) {
        // A single hyphen is standard input.
        guard word.hasPrefix("-"), word != "-" else { return nil }
        let parts = word.drop { $0 == "-" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        self.name = String(parts.first ?? "")
        self.value = parts.count == 2 ? String(parts[1]) : nil
    }
}

extension CommandFlag {
    /// The texts as a member of a body.
    ///
    /// - Throws: `usage` where they are not of the flag's form.
    fileprivate func value(of texts: [String]) throws(Failure) -> JSONValue {
        let one = texts.last ?? ""
        let isEmpty = texts == [""]
        switch self.form {
        case .text: return .string(one)
        case .boolean:
            switch one {
            case "true", "1": return true
            case "false", "0": return false
            default: throw self.wrong(one, "true or false")
            }
        case .integer:
            guard let number = Int64(one) else { throw self.wrong(one, "a whole number") }
            return .integer(number)
        case .texts: return isEmpty ? [] : .array(texts.map { .string($0) })
        case .pairs: return .object(isEmpty ? [:] : try self.pairs(texts))
        case .objects: return isEmpty ? [] : .array(try texts.map { (text) throws(Failure) in try self.object(text) })
        case .object: return try self.object(one)
        }
    }

    private func pairs(_ texts: [String]) throws(Failure) -> JSONObject {
        var object = JSONObject()
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else { throw self.wrong(text, "name=text") }
            object.append(parts[0], .string(parts[1]))
        }
        return object
    }

    private func object(_ text: String) throws(Failure) -> JSONValue {
        guard let value = try? JSONValue(reading: text.utf8), value.object != nil else {
            throw self.wrong(text, "a JSON object")
        }
        return value
    }

    private func wrong(_ text: String, _ expected: String) -> Failure {
        // It may be a secret: no more of it is shown than a person needs to find it.
        Failure(.usage, "The flag --\(self.name) must be \(expected), not \"\(text.prefix(20))\"")
    }
}

extension JSONObject {
    /// Sets the member that the names lead to; objects on the way are made.
    fileprivate mutating func set(_ path: ArraySlice<String>, to value: JSONValue) {
        guard let first = path.first else { return }
        guard path.count > 1 else { return self.set(first, to: value) }
        var inner = self[first]?.object ?? JSONObject()
        inner.set(path.dropFirst(), to: value)
        self.set(first, to: .object(inner))
    }
}
