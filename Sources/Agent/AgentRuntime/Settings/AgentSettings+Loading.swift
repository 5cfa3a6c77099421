import Foundation
import Model
import Portico
import Settings
import Yams

extension AgentSettings {
    /// Why the settings cannot be read or kept: lines for people, each problem with its place and the code.
    package struct LoadingError: Error, Sendable, CustomStringConvertible {
        package let description: String

        init(_ code: ErrorCode, _ problem: String) {
            self.description = "\(problem) (\(code.name))"
        }

        init(_ error: SettingsError) {
            let lines = error.problems.flatMap { problem in
                ["\(problem) (\(ErrorCode.configurationInvalid.name))"] + [problem.excerpt].compactMap(\.self)
            }
            self.description = lines.joined(separator: "\n")
        }
    }

    /// Reads all files, the later ones over the earlier ones, and the environment over them.
    ///
    /// - Throws: `LoadingError` for a named file that is missing, and for everything that is wrong in a file.
    package static func load(
        _ location: ConfigurationLocation,
        environment: [String: String]
    ) throws(LoadingError) -> AgentSettings {
        var settings = AgentSettings()
        for path in location.paths {
            guard let file = try Self.file(at: path, mustExist: location.isExplicit) else { continue }
            settings = try Self.read(file, environment: [:]).over(settings)
        }
        settings = try Self.read(nil, environment: environment).over(settings)
        try settings.refuseEqualNames()
        return settings
    }

    /// Reads all files, each of which must be there, and nothing else.
    package static func check(_ location: ConfigurationLocation) throws(LoadingError) -> AgentSettings {
        var settings = AgentSettings()
        for path in location.paths {
            settings = try Self.read(Self.file(at: path, mustExist: true), environment: [:]).over(settings)
        }
        try settings.refuseEqualNames()
        return settings
    }

    /// Two files may each have an endpoint of one name, one as a tunnel: that would be two of the name.
    private func refuseEqualNames() throws(LoadingError) {
        var seen: Set<String> = []
        for endpoint in self.endpoints where !seen.insert(endpoint.name).inserted {
            throw LoadingError(
                .configurationInvalid,
                "The files together have the endpoint \(endpoint.name.quotedForDisplay) twice; names must differ."
            )
        }
    }

    /// Reads one text as if it were a file.
    static func read(_ file: SettingsFile?, environment: [String: String]) throws(LoadingError) -> AgentSettings {
        do throws(SettingsError) {
            let definition = Self.definition(Self.version(of: file), isFile: file != nil)
            return try definition.load(SettingsLayers(file: file, environment: environment)).configuration
        } catch {
            throw LoadingError(error)
        }
    }

    private static func file(at path: String, mustExist: Bool) throws(LoadingError) -> SettingsFile? {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            guard mustExist else { return nil }
            throw LoadingError(.configurationUnreadable, "\(path): there is no such file")
        } catch {
            throw LoadingError(.configurationUnreadable, "\(path): cannot be read: \(error.localizedDescription)")
        }
        do throws(SettingsError) {
            return try SettingsFile(path: path, bytes: Array(bytes.prefix(SettingsFile.maxBytes + 1)))
        } catch {
            throw LoadingError(error)
        }
    }

    /// The form that a file declares. One that declares none, or a form that does not exist, is read as the newest,
    /// whose reader says what is wrong.
    private static func version(of file: SettingsFile?) -> FileVersion {
        guard let file, let root = try? Yams.compose(yaml: file.text)?.mapping else { return .v3 }
        return root["version"]?.scalar.flatMap { FileVersion(rawValue: $0.string) } ?? .v3
    }
}
