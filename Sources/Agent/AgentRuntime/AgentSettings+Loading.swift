import Foundation
import Settings
import Yams

extension AgentSettings {
    /// Why the settings cannot be read: lines for people, each with its place.
    package struct LoadingError: Error, Sendable, CustomStringConvertible {
        package let description: String
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
        return try Self.read(nil, environment: environment).over(settings)
    }

    /// Reads all files, each of which must be there, and nothing else.
    package static func check(_ location: ConfigurationLocation) throws(LoadingError) -> AgentSettings {
        var settings = AgentSettings()
        for path in location.paths {
            settings = try Self.read(Self.file(at: path, mustExist: true), environment: [:]).over(settings)
        }
        return settings
    }

    /// Reads one text as if it were a file.
    static func read(_ file: SettingsFile?, environment: [String: String]) throws(LoadingError) -> AgentSettings {
        do throws(SettingsError) {
            let definition = Self.definition(Self.version(of: file), isFile: file != nil)
            return try definition.load(SettingsLayers(file: file, environment: environment)).configuration
        } catch {
            throw LoadingError(description: error.description)
        }
    }

    private static func file(at path: String, mustExist: Bool) throws(LoadingError) -> SettingsFile? {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            guard mustExist else { return nil }
            throw LoadingError(description: "\(path): there is no such file")
        } catch {
            throw LoadingError(description: "\(path): cannot be read: \(error.localizedDescription)")
        }
        do throws(SettingsError) {
            return try SettingsFile(path: path, bytes: Array(bytes.prefix(SettingsFile.maxBytes + 1)))
        } catch {
            throw LoadingError(description: error.description)
        }
    }

    /// The form that a file declares. One that declares none, or a form that does not exist, is read as the newest,
    /// whose reader says what is wrong.
    private static func version(of file: SettingsFile?) -> FileVersion {
        guard let file, let root = try? Yams.compose(yaml: file.text)?.mapping else { return .v3 }
        return root["version"]?.scalar.flatMap { FileVersion(rawValue: $0.string) } ?? .v3
    }
}
