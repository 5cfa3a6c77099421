/// What the readers of one run share: the layers, and what was found so far.
final class SettingsPass {
    /// nil while the schema is being learnt: there is nothing to read then, and nothing can be wrong.
    let schema: SettingsSchema?
    let variablePrefixes: [String]
    private let environment: [String: String]
    private let flags: FlagArguments?
    private let fileText: SettingsText?

    private(set) var described: [SettingDescription] = []
    private(set) var values: [ResolvedSetting] = []
    private(set) var problems: [SettingsProblem] = []

    /// A pass that learns the schema.
    init(variablePrefixes: [String]) {
        self.schema = nil
        self.variablePrefixes = variablePrefixes
        self.environment = [:]
        self.flags = nil
        self.fileText = nil
    }

    init(variablePrefixes: [String], schema: SettingsSchema, layers: SettingsLayers) {
        self.schema = schema
        self.variablePrefixes = variablePrefixes
        self.environment = layers.environment
        self.flags = FlagArguments(layers.arguments, schema: schema)
        self.fileText = layers.file.map { SettingsText($0.text) }
        self.problems = self.flags?.problems ?? []
    }

    var isDescribing: Bool { self.schema == nil }

    func describe(_ setting: SettingDescription) {
        guard self.isDescribing else { return }
        precondition(!self.described.contains { $0.path == setting.path }, "\(setting.path) is read twice")
        self.described.append(setting)
    }

    /// The text that a flag or a variable gives a setting; the flag is stronger. An empty variable is none.
    func override(of setting: SettingDescription) -> SettingNode? {
        if let (flag, text) = self.flags?.values[setting.path] {
            return self.node(text, setting, from: .flag(flag))
        }
        for name in setting.variables {
            guard let text = self.environment[name], !text.isEmpty else { continue }
            return self.node(text, setting, from: .environment(name))
        }
        return nil
    }

    private func node(_ text: String, _ setting: SettingDescription, from source: SettingSource) -> SettingNode? {
        guard setting.shape == .structure else { return SettingNode(.scalar(text), at: SettingPlace(source)) }
        guard text.utf8.count <= SettingsFile.maxBytes else {
            self.problem(SettingPlace(source), "is larger than 1 MiB")
            return nil
        }
        let document = YAMLDocument(text, from: source)
        for problem in document.problems { self.note(problem) }
        return document.root
    }

    func resolved(_ path: String, _ text: String, from origin: SettingOrigin) {
        self.values.append(ResolvedSetting(path: path, text: text, origin: origin))
    }

    /// Where the value of a setting came from; nil for its default.
    func place(of path: String) -> SettingPlace? {
        guard case .place(let place)? = self.values.last(where: { $0.path == path })?.origin else { return nil }
        return place
    }

    /// Notes a problem; no more than `visible` columns of its line are shown.
    func problem(_ place: SettingPlace?, _ message: String, visible: Int? = nil) {
        self.note(SettingsProblem(at: place, message), visible: visible)
    }

    /// Notes a problem, and shows its line if that line can be shown.
    func note(_ problem: SettingsProblem, visible: Int? = nil) {
        guard !self.isDescribing else { return }
        var excerpt: String?
        if case .file? = problem.place?.source, let line = problem.place?.line, let column = problem.place?.column {
            excerpt = self.fileText?.excerpt(
                line: line,
                column: column,
                visible: self.endOfPublicText(inLine: line) ?? visible
            )
        }
        self.problems.append(SettingsProblem(at: problem.place, problem.message, excerpt: excerpt))
    }

    /// Where the text of a secret may begin in a line of the file; nil when the line has none.
    private func endOfPublicText(inLine number: Int) -> Int? {
        guard let lines = self.fileText?.lines, lines.indices.contains(number - 1) else { return nil }
        let line = String(String.UnicodeScalarView(lines[number - 1]))
        return (self.schema?.secretKeys ?? [])
            .compactMap { key in
                line.firstRange(of: key).map { line.unicodeScalars.distance(from: line.startIndex, to: $0.upperBound) }
            }
            .min()
    }

    /// In the order of the file; what stands in no file comes last.
    var problemsInOrder: [SettingsProblem] {
        self.problems.enumerated()
            .map { offset, problem in
                guard case .file? = problem.place?.source else { return (key: (Int.max, 0, offset), problem) }
                return (key: (problem.place?.line ?? 0, problem.place?.column ?? 0, offset), problem)
            }
            .sorted { $0.key < $1.key }
            .map(\.1)
    }

    /// The variables that begin as ours do, mean nothing, and look like ours misspelt.
    ///
    /// No error: Kubernetes sets `PORTICO_EDGE_SERVICE_HOST` and others for a service of that name.
    var warnings: [String] {
        let known = Set(self.schema?.settings.flatMap(\.variables) ?? [])
        guard let prefix = self.variablePrefixes.first else { return [] }
        let names = known.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)).lowercased() }
        return self.environment.keys.sorted()
            .filter { $0.hasPrefix(prefix) && !known.contains($0) }
            .compactMap { variable in
                let name = String(variable.dropFirst(prefix.count))
                return Suggestion.nearest(to: name, among: names.sorted()).map { near in
                    "the environment variable \(variable) means nothing; did you mean \(prefix)\(near.uppercased())?"
                }
            }
    }
}
