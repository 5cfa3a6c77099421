import Foundation
package import Model
import NIOCore
package import Settings

extension Surroundings {
    /// The machine and the user of this process.
    package static var current: Surroundings {
        Surroundings(
            cores: System.coreCount,
            memoryBytes: MachineMemory.bytes,
            isRoot: geteuid() == 0,
            environment: ProcessInfo.processInfo.environment
        )
    }
}

extension EdgeProgramConfiguration {
    /// Names the file, as `--config` does.
    private static let fileVariable = "PORTICO_EDGE_CONFIG"

    /// Reads the configuration of this process whole.
    ///
    /// - Parameters:
    ///   - name: the file that was named; else `PORTICO_EDGE_CONFIG`, else the first of the usual ones that is there.
    ///   - arguments: flags that set settings.
    ///   - surroundings: what defaults depend on.
    /// - Returns: the configuration, with each value's origin.
    /// - Throws: `configurationUnreadable` for a file that was named and can't be read, `configurationInvalid` for
    ///   all that is wrong with what was read.
    package static func load(
        file name: String?,
        arguments: [String],
        in surroundings: Surroundings = .current
    ) throws(Failure) -> LoadedSettings<EdgeProgramConfiguration> {
        let path = try Self.path(named: name, in: surroundings)
        let bytes = try path.map(Self.contents(of:))
        do throws(SettingsError) {
            var file: SettingsFile?
            if let path, let bytes { file = try SettingsFile(path: path, bytes: bytes) }
            return try Self.definition(surroundings).load(
                SettingsLayers(
                    file: file,
                    environment: surroundings.environment.filter { $0.key != Self.fileVariable },
                    arguments: arguments
                )
            )
        } catch {
            throw Failure(error)
        }
    }

    private static func path(named name: String?, in surroundings: Surroundings) throws(Failure) -> String? {
        if let name { return name }
        if let name = surroundings.environment[Self.fileVariable], !name.isEmpty { return name }
        return surroundings.standardFiles.first(where: FileManager.default.fileExists(atPath:))
    }

    /// - Returns: one byte more than a configuration may have, where there are more; the rest is not read.
    private static func contents(of path: String) throws(Failure) -> [UInt8] {
        guard let file = fopen(path, "r") else { throw Self.unreadable(path, errno) }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: SettingsFile.maxBytes + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        guard ferror(file) == 0 else { throw Self.unreadable(path, errno) }
        return Array(bytes.prefix(count))
    }

    private static func unreadable(_ path: String, _ number: Int32) -> Failure {
        let reason = String(cString: strerror(number))
        return Failure(.configurationUnreadable, "The configuration file \(path) cannot be read: \(reason)")
    }
}

extension Failure {
    /// Everything that is wrong with a configuration, as one failure whose first line can stand alone.
    init(_ error: SettingsError) {
        let problems = error.problems
        let message =
            problems.count == 1
            ? problems.map(\.description).joined() : "The configuration has \(problems.count) mistakes"
        self.init(.configurationInvalid, message, cause: error)
    }
}
