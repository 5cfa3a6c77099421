/// A program's configuration: how it is read, and therefore what it consists of.
///
/// `read` is the only place where a setting is named. It runs once on nothing to learn the schema, and once for each
/// loading. It reads each key, always, in the same order, and keeps what it read; what it reads after an error is a
/// default, and the result is dropped.
///
/// ```swift
/// struct Limits {
///     let headTimeout: Duration
///
///     init(from settings: SettingsReader) {
///         self.headTimeout = settings.value(
///             "head_timeout",
///             .duration(in: .seconds(1) ... .seconds(300)),
///             default: .seconds(10),
///             "Longest time from the first byte of a request to the end of its head."
///         )
///     }
/// }
///
/// let definition = SettingsDefinition(variablePrefixes: ["PORTICO_EDGE_"]) { settings in
///     EdgeConfiguration(limits: settings.section("limits", "Bounds for one visitor.", Limits.init))
/// }
/// let loaded = try definition.load(SettingsLayers(file: file, environment: environment, arguments: arguments))
/// ```
package struct SettingsDefinition<Configuration>: Sendable {
    package let schema: SettingsSchema
    let variablePrefixes: [String]
    let read: @Sendable (SettingsReader) -> Configuration?

    /// - Parameters:
    ///   - variablePrefixes: what environment variables begin with; the first is the strongest.
    ///   - read: nil only after `required` returned nil.
    package init(variablePrefixes: [String], _ read: @escaping @Sendable (SettingsReader) -> Configuration?) {
        self.variablePrefixes = variablePrefixes
        self.read = read
        let pass = SettingsPass(variablePrefixes: variablePrefixes)
        _ = read(SettingsReader(pass: pass, path: "", mapping: nil, isRecord: false))
        self.schema = SettingsSchema(settings: pass.described)
    }

    /// Reads all layers: flags before the environment before the file before the defaults.
    ///
    /// - Throws: everything that is wrong in any layer.
    package func load(_ layers: SettingsLayers) throws(SettingsError) -> LoadedSettings<Configuration> {
        let pass = SettingsPass(variablePrefixes: self.variablePrefixes, schema: self.schema, layers: layers)
        let document = layers.file.map { YAMLDocument($0.text, from: .file($0.path)) }
        for problem in document?.problems ?? [] { pass.note(problem) }

        let reader = SettingsReader(pass: pass, path: "", mapping: document?.root, isRecord: false)
        let configuration = self.read(reader)
        // A file that could not be read at all has no keys; what is missing from it says nothing.
        reader.finish()
        guard pass.problems.isEmpty, let configuration else { throw SettingsError(pass.problemsInOrder) }
        return LoadedSettings(configuration: configuration, values: pass.values, warnings: pass.warnings)
    }
}
