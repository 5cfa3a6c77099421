/// Reads the settings of one mapping: the root, a section or a record.
///
/// Each call names a setting, its type, its default and what it is for, and returns its value. What is wrong is noted,
/// with its place, and the default is returned, so that everything that is wrong is found in one run.
package final class SettingsReader {
    let pass: SettingsPass
    /// From the root; empty for the root itself. Inside records with the record's index or name.
    let path: String
    /// The path in the schema, where all records are one.
    let schemaPath: String
    private let entries: [SettingNode.Entry]
    private let place: SettingPlace?
    /// Whether it is inside a record, where flags and variables don't reach.
    private let isRecord: Bool
    private var known: [String] = []

    init(pass: SettingsPass, path: String, schemaPath: String? = nil, mapping: SettingNode?, isRecord: Bool) {
        self.pass = pass
        self.path = path
        self.schemaPath = schemaPath ?? path
        self.isRecord = isRecord
        self.place = mapping?.place
        switch mapping?.value {
        case .mapping(let entries): self.entries = entries
        case .null, nil: self.entries = []
        case .scalar, .sequence:
            self.entries = []
            let name = path.isEmpty ? "the configuration" : path
            pass.problem(mapping?.place, "\(name) must be a mapping of keys to values, not \(mapping?.form ?? "")")
        }
    }

    // MARK: - Values

    /// A value with a default.
    ///
    /// `written` is the default in the reference's words, where it depends on the machine; `variables` are the names
    /// of environment variables that set it beside those made from its path.
    package func value<Value>(
        _ key: String,
        _ type: SettingType<Value>,
        default standard: Value,
        written: String? = nil,
        variables: [String] = [],
        _ summary: String
    ) -> Value {
        let setting = self.describe(key, type, written ?? type.render(standard), variables, summary)
        return self.read(setting, key, type, absent: type.render(standard)) ?? standard
    }

    /// A value that may be missing; `absent` says in the reference's words what holds then.
    package func optional<Value>(
        _ key: String,
        _ type: SettingType<Value>,
        absent: String,
        variables: [String] = [],
        _ summary: String
    ) -> Value? {
        let setting = self.describe(key, type, absent, variables, summary)
        return self.read(setting, key, type, absent: absent)
    }

    /// A value that must be there.
    ///
    /// - Returns: nil when it is missing or wrong, which has been noted. Read on, and give up at the end.
    package func required<Value>(
        _ key: String,
        _ type: SettingType<Value>,
        variables: [String] = [],
        _ summary: String
    ) -> Value? {
        let setting = self.describe(key, type, nil, variables, summary)
        let problemsBefore = self.pass.problems.count
        let value = self.read(setting, key, type, absent: nil)
        if value == nil, self.pass.problems.count == problemsBefore {
            self.pass.problem(self.place, "\(self.name(of: key)) is missing; it must be \(type.expectation)")
        }
        return value
    }

    private func describe<Value>(
        _ key: String,
        _ type: SettingType<Value>,
        _ defaultText: String?,
        _ variables: [String],
        _ summary: String
    ) -> SettingDescription {
        self.describe(
            key,
            .value,
            typeName: type.name,
            expectation: type.expectation,
            defaultText: defaultText,
            variables: variables,
            summary,
            isSecret: type.isSecret,
            shape: type.shape
        )
    }

    private func read<Value>(
        _ setting: SettingDescription,
        _ key: String,
        _ type: SettingType<Value>,
        absent: String?
    ) -> Value? {
        let path = self.name(of: key)
        guard let node = self.node(setting, key) else {
            if let absent { self.pass.resolved(path, absent, from: .builtIn) }
            return nil
        }
        switch type.parse(node) {
        case .value(let value):
            self.pass.resolved(path, type.render(value), from: .place(node.place))
            return value
        case .wrong(let complaints):
            for complaint in complaints { self.note(complaint.node, complaint.reason, path, setting) }
            return nil
        }
    }

    private func note(_ node: SettingNode, _ reason: String?, _ path: String, _ setting: SettingDescription) {
        var message = "\(path) must be \(setting.expectation)"
        if !setting.isSecret {
            if case .scalar(let text) = node.value {
                message += ", not \(quoted(text))"
            } else {
                message += ", not \(node.form)"
            }
            if let reason { message += "; \(reason)" }
        }
        self.pass.problem(node.place, message)
    }

    // MARK: - Mappings and lists of mappings

    /// A mapping with settings of its own.
    package func section<Section>(
        _ key: String,
        _ summary: String,
        _ read: (SettingsReader) -> Section
    ) -> Section {
        self.describe(key, .section, typeName: "section", expectation: "a mapping", summary)
        let reader = SettingsReader(
            pass: self.pass,
            path: self.name(of: key),
            schemaPath: SettingPath.joined(self.schemaPath, key),
            mapping: self.entry(key)?.node,
            isRecord: self.isRecord
        )
        defer { reader.finish() }
        return read(reader)
    }

    /// Whether a mapping stands there: one that may be left out, and has settings that may not. Always true where the settings
    /// are described.
    package func hasSection(_ key: String) -> Bool {
        if self.pass.isDescribing { return true }
        switch self.entry(key)?.node.value {
        case nil, .null: return false
        default: return true
        }
    }

    /// A list of at most `limit` mappings; flags and variables give it as YAML, whole.
    ///
    /// `read` returns nil only after `required` returned nil.
    package func records<Record>(
        _ key: String,
        limit: Int,
        _ summary: String,
        _ read: (SettingsReader) -> Record?
    ) -> [Record] {
        let setting = self.describe(
            key,
            .records,
            typeName: "list",
            expectation: "a list of at most \(limit) mappings",
            defaultText: "none",
            summary,
            shape: .structure
        )
        let path = self.name(of: key)
        guard let node = self.node(setting, key) else {
            self.pass.resolved(path, "none", from: .builtIn)
            self.learn(setting.path + "[]", read)
            return []
        }
        guard case .sequence(let items) = node.value, items.count <= limit else {
            self.pass.problem(node.place, "\(path) must be \(setting.expectation), not \(node.form)")
            return []
        }
        if items.isEmpty { self.pass.resolved(path, "none", from: .place(node.place)) }
        return items.enumerated().compactMap { index, item in
            self.record(item, path: "\(path)[\(index)]", schemaPath: setting.path + "[]", read)
        }
    }

    /// A mapping from at most `limit` names to mappings, in the order of the text.
    ///
    /// `read` is given the name; it returns nil only after `required` returned nil.
    package func namedRecords<Record>(
        _ key: String,
        limit: Int,
        _ summary: String,
        _ read: (String, SettingsReader) -> Record?
    ) -> [(name: String, record: Record)] {
        let setting = self.describe(
            key,
            .namedRecords,
            typeName: "mapping",
            expectation: "a mapping of at most \(limit) names to mappings",
            defaultText: "none",
            summary,
            shape: .structure
        )
        let path = self.name(of: key)
        guard let node = self.node(setting, key) else {
            self.pass.resolved(path, "none", from: .builtIn)
            self.learn(setting.path + "{}") { read("name", $0) }
            return []
        }
        guard case .mapping(let entries) = node.value, entries.count <= limit else {
            self.pass.problem(node.place, "\(path) must be \(setting.expectation), not \(node.form)")
            return []
        }
        if entries.isEmpty { self.pass.resolved(path, "none", from: .place(node.place)) }
        return entries.compactMap { entry in
            self.record(
                entry.node,
                path: SettingPath.joined(path, entry.key),
                schemaPath: setting.path + "{}"
            ) { read(entry.key, $0) }
            .map { (entry.key, $0) }
        }
    }

    /// What stands behind the key, with its places, for someone else to read; nil when it is missing.
    package func structure(_ key: String, absent: String, _ summary: String) -> SettingNode? {
        let setting = self.describe(
            key,
            .structure,
            typeName: "structure",
            expectation: "a mapping or a list",
            defaultText: absent,
            summary,
            shape: .structure
        )
        let node = self.node(setting, key)
        self.pass.resolved(
            self.name(of: key),
            node?.form ?? absent,
            from: node.map { .place($0.place) } ?? .builtIn
        )
        return node
    }

    private func record<Record>(
        _ node: SettingNode,
        path: String,
        schemaPath: String,
        _ read: (SettingsReader) -> Record?
    ) -> Record? {
        let reader = SettingsReader(
            pass: self.pass,
            path: path,
            schemaPath: schemaPath,
            mapping: node,
            isRecord: true
        )
        defer { reader.finish() }
        return read(reader)
    }

    private func learn<Record>(_ schemaPath: String, _ read: (SettingsReader) -> Record?) {
        guard self.pass.isDescribing else { return }
        _ = read(
            SettingsReader(pass: self.pass, path: schemaPath, schemaPath: schemaPath, mapping: nil, isRecord: true)
        )
    }

    // MARK: - What no single value can tell

    /// Notes that a value, right by itself, is wrong beside the others.
    ///
    /// - Parameters:
    ///   - key: of this mapping, read before; nil for the mapping itself.
    ///   - message: what is wrong and what to do.
    package func refuse(_ key: String?, _ message: String) {
        let path = key.map { self.name(of: $0) } ?? self.path
        let place = key.map { _ in self.pass.place(of: path) } ?? self.place
        self.pass.problem(place, path.isEmpty ? message : "\(path) \(message)")
    }

    /// Notes that something inside a structure is wrong.
    ///
    /// - Parameters:
    ///   - key: whose value the structure is.
    ///   - place: of what is wrong.
    ///   - message: what is wrong and what to do.
    package func refuse(_ key: String, at place: SettingPlace, _ message: String) {
        self.pass.problem(place, "\(self.name(of: key)): \(message)")
    }

    // MARK: - Parts

    private func name(of key: String) -> String { SettingPath.joined(self.path, key) }

    @discardableResult
    private func describe(
        _ key: String,
        _ kind: SettingDescription.Kind,
        typeName: String,
        expectation: String,
        defaultText: String? = nil,
        variables: [String] = [],
        _ summary: String,
        isSecret: Bool = false,
        shape: SettingShape = .scalar
    ) -> SettingDescription {
        self.known.append(key)
        let path = SettingPath.joined(self.schemaPath, key)
        let isReachable = !self.isRecord && kind != .section
        let names = self.pass.variablePrefixes.map { $0 + SettingPath.variable(path) } + variables
        let setting = SettingDescription(
            path: path,
            kind: kind,
            typeName: typeName,
            expectation: expectation,
            defaultText: defaultText,
            summary: summary,
            variables: isReachable ? names : [],
            flag: isReachable ? SettingPath.flag(path) : nil,
            isSecret: isSecret,
            shape: shape
        )
        self.pass.describe(setting)
        return setting
    }

    private func entry(_ key: String) -> SettingNode.Entry? { self.entries.first { $0.key == key } }

    /// From the strongest layer that has the setting; nil when none has it, or only `null`.
    private func node(_ setting: SettingDescription, _ key: String) -> SettingNode? {
        let override = self.isRecord ? nil : self.pass.override(of: setting)
        guard let node = override ?? self.entry(key)?.node else { return nil }
        if case .null = node.value { return nil }
        return node
    }

    /// Notes the keys that nobody read.
    func finish() {
        for entry in self.entries where !self.known.contains(entry.key) {
            let place = self.path.isEmpty ? "" : " in \(self.path)"
            self.pass.problem(
                entry.keyPlace,
                "unknown key \(quoted(entry.key))\(place)\(self.advice(for: entry.key))",
                // What stands behind it may be a secret whose name was misspelt.
                visible: (entry.keyPlace.column ?? 1) + entry.key.unicodeScalars.count
            )
        }
    }

    private func advice(for key: String) -> String {
        if let near = Suggestion.nearest(to: key, among: self.known) { return "; did you mean \"\(near)\"?" }
        if let elsewhere = self.pass.schema?.settings.first(where: { $0.key == key }) {
            return "; did you mean \"\(elsewhere.path)\"?"
        }
        return self.known.count > 12 ? "" : "; there are \(self.known.joined(separator: ", "))"
    }
}
